// The messages about how services depend on each other (Graph), and about how their start went (Blame, CriticalChain,
// Plot).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/message_rows.hpp"

namespace sup::wire {

struct GraphService {
  std::string name;
  std::string type;
  bool enabled = false;
  std::int64_t instances = 1;
  std::int64_t up = 0;
  std::optional<std::string> state;
  std::optional<std::string> status;
  friend bool operator==(const GraphService&, const GraphService&) = default;
};

struct GraphRelation {
  std::string from;
  std::string kind;
  std::string to;
  std::optional<std::string> until;
  friend bool operator==(const GraphRelation&, const GraphRelation&) = default;
};

struct GraphReply {
  std::vector<GraphService> services;
  std::vector<GraphRelation> relations;
  friend bool operator==(const GraphReply&, const GraphReply&) = default;
};

// The last start of one service.
struct StartRecord {
  std::string service;
  std::string state;
  std::string status;
  bool ready = false;
  bool boot = false;
  std::int64_t asked_us = 0;
  std::optional<std::int64_t> allowed_us;
  std::optional<std::int64_t> spawned_us;
  std::optional<std::int64_t> ended_us;
  std::optional<std::string> held_by;
  friend bool operator==(const StartRecord&, const StartRecord&) = default;
};

// Blame, Plot: any order. CriticalChain: each waited for the next.
struct StartTimesReply {
  std::int64_t started = 0;
  std::int64_t now_us = 0;
  std::vector<StartRecord> starts;
  friend bool operator==(const StartTimesReply&, const StartTimesReply&) = default;
};

}  // namespace sup::wire
