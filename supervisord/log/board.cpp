#include "log/board.hpp"

#include <fmt/format.h>

#include <utility>

#include "log/limits.hpp"
#include "sys/fd.hpp"

namespace sup::log {

void Board::wake() {
  if (!is_woken_.exchange(true)) sys::notify_eventfd(wake_);
}

void Board::announce_ready(FollowerId follower) {
  {
    const std::lock_guard lock(mutex_);
    ready_.push_back(follower);
  }
  wake();
}

void Board::post(Notice notice) {
  {
    const std::lock_guard lock(mutex_);
    if (notices_.size() < kMaxNotices)
      notices_.push_back(std::move(notice));
    else
      ++unsaid_notices_;
  }
  wake();
}

void Board::post(LineFound found) {
  {
    const std::lock_guard lock(mutex_);
    lines_found_.push_back(found);
  }
  wake();
}

void Board::post(Refusal refusal) {
  {
    const std::lock_guard lock(mutex_);
    refusals_.push_back(std::move(refusal));
  }
  wake();
}

void Board::post(Tended tended) {
  {
    const std::lock_guard lock(mutex_);
    tended_.push_back(std::move(tended));
  }
  wake();
}

void Board::post(LastWords words) {
  {
    const std::lock_guard lock(mutex_);
    last_words_.push_back(std::move(words));
  }
  wake();
}

void Board::pass_fence(std::uint64_t number) {
  {
    const std::lock_guard lock(mutex_);
    passed_fence_ = number;
  }
  wake();
}

void Board::add(InstanceId service, const Counters& counters) {
  const std::lock_guard lock(mutex_);
  counters_[service] += counters;
}

void Board::remove(InstanceId service) {
  const std::lock_guard lock(mutex_);
  counters_.erase(service);
}

void Board::finish_drain(std::uint64_t ticket, Drained drained) {
  const std::lock_guard lock(mutex_);
  drained_ticket_ = ticket;
  drained_ = drained;
  changed_.notify_all();
}

void Board::finish() {
  const std::lock_guard lock(mutex_);
  is_finished_ = true;
  changed_.notify_all();
}

// The flag goes down before the lists are read: what is added after that wakes again.
std::vector<FollowerId> Board::take_ready() {
  (void)sys::drain_eventfd(wake_);
  is_woken_ = false;
  const std::lock_guard lock(mutex_);
  return std::exchange(ready_, {});
}

std::vector<Notice> Board::take_notices() {
  const std::lock_guard lock(mutex_);
  if (const std::uint64_t unsaid = std::exchange(unsaid_notices_, 0); unsaid > 0)
    notices_.push_back({Notice::Kind::trouble, fmt::format("{} more messages about the output of services", unsaid)});
  return std::exchange(notices_, {});
}

std::vector<LineFound> Board::take_lines_found() {
  const std::lock_guard lock(mutex_);
  return std::exchange(lines_found_, {});
}

std::vector<Refusal> Board::take_refusals() {
  const std::lock_guard lock(mutex_);
  return std::exchange(refusals_, {});
}

std::vector<Tended> Board::take_tended() {
  const std::lock_guard lock(mutex_);
  return std::exchange(tended_, {});
}

std::vector<LastWords> Board::take_last_words() {
  const std::lock_guard lock(mutex_);
  return std::exchange(last_words_, {});
}

std::uint64_t Board::passed_fence() const {
  const std::lock_guard lock(mutex_);
  return passed_fence_;
}

Counters Board::counters(InstanceId service) const {
  const std::lock_guard lock(mutex_);
  const auto found = counters_.find(service);
  return found == counters_.end() ? Counters{} : found->second;
}

Drained Board::wait_for_drain(std::uint64_t ticket, Duration timeout) {
  std::unique_lock lock(mutex_);
  const bool is_answered = changed_.wait_for(lock, timeout, [&] { return drained_ticket_ >= ticket || is_finished_; });
  return is_answered && drained_ticket_ == ticket ? drained_ : Drained::partly;
}

bool Board::wait_for_finish(Duration timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return is_finished_; });
}

}  // namespace sup::log
