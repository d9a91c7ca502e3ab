// The messages about what a service is and has, of Show; and of Clean, which drops what is kept for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/message_rows.hpp"

namespace sup::wire {

struct CleanResult {
  std::string service;
  std::int64_t dropped_fds = 0;
  friend bool operator==(const CleanResult&, const CleanResult&) = default;
};

struct CleanReply {
  std::vector<CleanResult> results;
  friend bool operator==(const CleanReply&, const CleanReply&) = default;
};

struct ShownFd {
  std::string name;
  std::string target;
  bool is_polled = true;
  friend bool operator==(const ShownFd&, const ShownFd&) = default;
};

struct ShownProbe {
  std::string of;
  std::string target;
  std::optional<std::string> verdict;
  std::optional<std::int64_t> time;
  std::optional<std::string> failure;
  friend bool operator==(const ShownProbe&, const ShownProbe&) = default;
};

struct ShownOrigin {
  std::string key;
  std::string file;
  std::int64_t line = 0;
  std::string layer;
  friend bool operator==(const ShownOrigin&, const ShownOrigin&) = default;
};

struct ShownService {
  std::string name;
  std::string file;
  std::int64_t line = 0;
  JsonText settings;
  std::string toml;
  std::vector<std::string> defaults;
  std::vector<std::string> overrides;
  bool enabled = true;
  std::optional<std::string> enabled_by;
  std::optional<std::int64_t> chosen;
  std::optional<std::string> chosen_by;
  std::vector<std::string> in_force;
  std::vector<std::string> not_in_force;
  std::string contained_by;
  std::vector<ShownProbe> probes;
  std::vector<ShownFd> stored_fds;
  std::vector<ShownOrigin> origins;
  friend bool operator==(const ShownService&, const ShownService&) = default;
};

struct ShowReply {
  std::vector<ShownService> services;
  friend bool operator==(const ShowReply&, const ShowReply&) = default;
};

}  // namespace sup::wire
