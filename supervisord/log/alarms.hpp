// Alarms: what is to be looked at later, by number; at most one for each.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace sup::log {

class Alarms {
 public:
  // Replaces one that was set for the same number.
  void set(std::uint64_t id, Instant at) {
    cancel(id);
    by_id_.emplace(id, at);
    by_time_.emplace(at, id);
  }
  void cancel(std::uint64_t id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return;
    by_time_.erase({found->second, id});
    by_id_.erase(found);
  }
  [[nodiscard]] std::optional<Instant> next() const {
    return by_time_.empty() ? std::nullopt : std::optional(by_time_.begin()->first);
  }
  // Those whose time has come; they are set no more.
  [[nodiscard]] std::vector<std::uint64_t> take_due(Instant now) {
    std::vector<std::uint64_t> due;
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
      due.push_back(by_time_.begin()->second);
      by_id_.erase(by_time_.begin()->second);
      by_time_.erase(by_time_.begin());
    }
    return due;
  }

 private:
  std::map<std::uint64_t, Instant> by_id_;
  std::set<std::pair<Instant, std::uint64_t>> by_time_;
};

}  // namespace sup::log
