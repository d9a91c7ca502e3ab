// Pace: how long output is left to gather before it is read, so that much of it is read at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/time.hpp"

namespace sup::log {

// The first bytes after a pause are read at once. While output flows, each round of reads is followed by a nap that is
// as long as lets the fullest pipe fill to between an eighth and a half: a writer never has to wait for it, and what is
// written in small pieces costs a read for many of them.
class Pace {
 public:
  static constexpr Duration kPause = std::chrono::milliseconds{5};
  static constexpr Duration kNapFirst = std::chrono::microseconds{500};
  static constexpr Duration kNapLeast = std::chrono::microseconds{60};  // Shorter ones cost more than they save.
  static constexpr Duration kNapMost = std::chrono::milliseconds{2};

  // So many bytes came from a pipe that holds `room`.
  void note(std::size_t bytes, std::size_t room) { fullest_ = std::max(fullest_, bytes * kParts / room + 1); }

  // After the reads of a round: how long to nap; zero: wait for what comes.
  [[nodiscard]] Duration end_round(Instant now) {
    if (fullest_ == kNothing) return Duration::zero();
    const std::size_t parts = std::exchange(fullest_, kNothing) - 1;
    const bool flows = now - std::exchange(last_, now) < kPause;
    if (!flows) {
      nap_ = kNapFirst;
      return Duration::zero();
    }
    if (parts >= kParts / 2) nap_ /= 2;
    if (parts < kParts / 8) nap_ = std::min(nap_ * 2, kNapMost);
    if (nap_ >= kNapLeast) return nap_;
    nap_ = kNapLeast;
    return Duration::zero();
  }

 private:
  static constexpr std::size_t kParts = 16;
  static constexpr std::size_t kNothing = 0;
  std::size_t fullest_ = kNothing;  // One more than the parts of the fullest pipe that were full.
  Instant last_{};
  Duration nap_ = kNapFirst;
};

}  // namespace sup::log
