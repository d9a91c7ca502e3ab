// What `health` answers; see messages.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sup::wire {

struct Unwell {
  std::string service;
  std::string reason;
  friend bool operator==(const Unwell&, const Unwell&) = default;
};

struct HealthReply {
  std::string level;
  bool well = true;
  std::optional<std::string> shutting_down;
  std::vector<Unwell> unwell;
  friend bool operator==(const HealthReply&, const HealthReply&) = default;
};

}  // namespace sup::wire
