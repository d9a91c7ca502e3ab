// How much all log files together may take of the disk ([supervisord] log.max-total).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/time.hpp"
#include "log/report.hpp"

namespace sup::log {

class DiskBudget {
 public:
  // Nothing: there is no bound.
  explicit DiskBudget(std::optional<std::uint64_t> max_total) : max_(max_total) {}

  // A log, whose rotated files count from now on, also when nobody writes to it any more.
  void know(const std::string& path);
  // So many bytes are about to be written to logs. From time to time that removes rotated files, oldest first over all
  // logs, until the rest, these bytes and what is written before the next time are within the bound. Files that are
  // written stay; what cannot be done is told, once in a while.
  [[nodiscard]] std::optional<Notice> make_room(std::uint64_t bytes);

 private:
  [[nodiscard]] std::optional<Notice> enforce(std::uint64_t bound);

  std::optional<std::uint64_t> max_;
  std::map<std::string, std::set<std::string>> logs_;  // By directory.
  std::uint64_t left_ = 0;                             // What may be written before it is looked again.
  bool has_news_ = false;                              // A log that nobody has looked at yet,
  Instant next_look_{};                                // which is done then at the earliest.
  Instant next_notice_{};
};

}  // namespace sup::log
