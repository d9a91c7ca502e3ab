// All readers, as the log thread serves them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "log/board.hpp"
#include "log/follower.hpp"
#include "log/record.hpp"
#include "log/service_log.hpp"

namespace sup::log {

class Audience {
 public:
  explicit Audience(Board& board) : board_(board) {}

  // A new reader begins with what the rings hold; blocks from `next_sequence` on are new to it. `survey` is asked what
  // is to be told to one that wants it; it may change what is handed over.
  using Surveyor = std::function<Survey(Follower&, std::span<const NamedRing>)>;
  void add(std::unique_ptr<Follower> follower, const ServiceLogs& services, std::uint64_t next_sequence,
           const Surveyor& survey);
  // A reader that is catching up has emptied its queue.
  void refill(FollowerId follower, const ServiceLogs& services);
  void remove(FollowerId follower) { followers_.erase(follower); }
  // A service is gone for good: a reader of nothing else is at its end.
  void forget(InstanceId service);

  [[nodiscard]] bool is_empty() const { return followers_.empty(); }
  // A new block, for the readers that have caught up.
  void deliver(const Origin& origin, std::string_view name, const Block& block);
  // The rings drop these, whether the others have read them or not.
  void on_drop(const Ring::Dropped& dropped);

 private:
  void pump(Follower& follower, const ServiceLogs& services);
  void wake(Follower& follower);

  Board& board_;
  std::map<FollowerId, std::unique_ptr<Follower>> followers_;
};

}  // namespace sup::log
