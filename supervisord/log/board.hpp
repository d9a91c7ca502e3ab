// What the log thread tells the control loop, with the one descriptor that wakes it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "log/follow.hpp"
#include "log/report.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

// Written by the log thread, read by the control loop; every lock is held for a few copies of small values only.
class Board {
 public:
  explicit Board(UniqueFd wake) : wake_(std::move(wake)) {}

  // For the log thread.
  void announce_ready(FollowerId follower);
  void post(Notice notice);
  void post(LineFound found);
  void post(Refusal refusal);
  void post(Tended tended);
  void post(LastWords words);
  void pass_fence(std::uint64_t number);
  void add(InstanceId service, const Counters& counters);
  void remove(InstanceId service);
  void finish_drain(std::uint64_t ticket, Drained drained);
  void finish();

  // For the control loop.
  [[nodiscard]] int wake_fd() const { return wake_.get(); }
  [[nodiscard]] std::vector<FollowerId> take_ready();
  [[nodiscard]] std::vector<Notice> take_notices();
  [[nodiscard]] std::vector<LineFound> take_lines_found();
  [[nodiscard]] std::vector<Refusal> take_refusals();
  [[nodiscard]] std::vector<Tended> take_tended();
  [[nodiscard]] std::vector<LastWords> take_last_words();
  [[nodiscard]] std::uint64_t passed_fence() const;
  [[nodiscard]] Counters counters(InstanceId service) const;
  // Waits for the answer to that drain command; partly if there is none in time.
  [[nodiscard]] Drained wait_for_drain(std::uint64_t ticket, Duration timeout);
  // Whether the thread has ended, after waiting for it.
  [[nodiscard]] bool wait_for_finish(Duration timeout);

 private:
  void wake();

  UniqueFd wake_;
  std::atomic<bool> is_woken_ = false;  // A wake-up is outstanding.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<FollowerId> ready_;  // Each at most once: a follower becomes ready again only by being read.
  std::vector<Notice> notices_;
  std::uint64_t unsaid_notices_ = 0;
  std::vector<Tended> tended_;          // One for each that was asked.
  std::vector<LastWords> last_words_;   // One for each that was asked.
  std::uint64_t passed_fence_ = 0;      // The last.
  std::vector<Refusal> refusals_;       // At most one of each service and outlet.
  std::vector<LineFound> lines_found_;  // At most one of each run.
  std::unordered_map<InstanceId, Counters> counters_;
  std::uint64_t drained_ticket_ = 0;
  Drained drained_ = Drained::partly;
  bool is_finished_ = false;
};

}  // namespace sup::log
