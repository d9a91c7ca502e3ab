#include "sys/clock.hpp"

#include <ctime>

#include "base/check.hpp"

namespace sup::sys {

namespace {

Duration read_clock(clockid_t id) noexcept {
  timespec now{};
  CHECK(::clock_gettime(id, &now) == 0);
  return std::chrono::seconds{now.tv_sec} + Duration{now.tv_nsec};
}

}  // namespace

Instant monotonic_now() noexcept { return Instant{read_clock(CLOCK_MONOTONIC)}; }

WallTime wall_now() noexcept { return WallTime{read_clock(CLOCK_REALTIME)}; }

WallTime file_clock_now() noexcept { return WallTime{read_clock(CLOCK_REALTIME_COARSE)}; }

}  // namespace sup::sys
