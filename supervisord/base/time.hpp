// Time as a value. The clocks have no now(): pure rooms are handed the time, only sys reads it.
#pragma once

#include <chrono>

namespace sup {

using Duration = std::chrono::nanoseconds;

// CLOCK_MONOTONIC: for deadlines and intervals. Never jumps.
struct MonotonicClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
using Instant = MonotonicClock::time_point;

// CLOCK_REALTIME: for people. May jump, so nothing is ever decided by it.
struct WallClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallClock>;
  static constexpr bool is_steady = false;
};
using WallTime = WallClock::time_point;

}  // namespace sup
