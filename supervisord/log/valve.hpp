// Valve: how much of its output a log lets through.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace sup::log {

// So many lines in each such time.
struct LineRate {
  std::uint32_t lines = 0;
  Duration per = std::chrono::seconds{1};
};

// What becomes of lines that are too many, or that their destination does not take.
enum class Overflow : std::uint8_t {
  block,  // They stay in the pipe, and the service waits when it is full.
  drop,   // They are dropped and counted.
};

// Time is cut into pieces of `rate.per`, the first of which begins with the first line; in each of them `rate.lines`
// may pass. So what is dropped lies together, and is announced at most once in each piece.
class Valve {
 public:
  Valve() = default;
  Valve(Overflow overflow, std::optional<LineRate> rate) : overflow_(overflow), rate_(rate) {}

  [[nodiscard]] bool drops() const { return overflow_ == Overflow::drop; }
  [[nodiscard]] const std::optional<LineRate>& rate() const { return rate_; }
  // Another rate holds from now on.
  void set(Overflow overflow, std::optional<LineRate> rate) {
    overflow_ = overflow;
    rate_ = rate;
  }

  // How many of these lines may pass. With block it is all of them, which are here already: what is too much is owed by
  // those that follow.
  [[nodiscard]] std::uint64_t admit(Instant now, std::uint64_t lines) {
    if (!rate_) return lines;
    go_on(now);
    const std::uint64_t left = rate_->lines - std::min<std::uint64_t>(used_, rate_->lines);
    const std::uint64_t admitted = drops() ? std::min(lines, left) : lines;
    used_ += admitted;
    return admitted;
  }
  // When the next line may pass; nothing: now.
  [[nodiscard]] std::optional<Instant> opens_at(Instant now) {
    if (!rate_) return std::nullopt;
    go_on(now);
    if (used_ < rate_->lines) return std::nullopt;
    return began_ + rate_->per * static_cast<std::int64_t>(used_ / rate_->lines);
  }

 private:
  // Into the piece of time that is now, with what is owed.
  void go_on(Instant now) {
    if (used_ == 0) {
      began_ = now;
      return;
    }
    const std::int64_t passed = (now - began_) / rate_->per;
    if (passed <= 0) return;
    began_ += rate_->per * passed;
    used_ -= std::min(used_, static_cast<std::uint64_t>(passed) * rate_->lines);
    if (used_ == 0) began_ = now;
  }

  Overflow overflow_ = Overflow::block;
  std::optional<LineRate> rate_;
  Instant began_{};
  std::uint64_t used_ = 0;  // Of this piece of time; with block, and of later ones.
};

}  // namespace sup::log
