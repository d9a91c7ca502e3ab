// The two clocks of base/time.hpp, read. The pure rooms are handed these values.
#pragma once

#include "base/time.hpp"

namespace sup::sys {

// CLOCK_MONOTONIC. Cannot fail: the vDSO answers.
[[nodiscard]] Instant monotonic_now() noexcept;
// CLOCK_REALTIME, since 1970-01-01 UTC.
[[nodiscard]] WallTime wall_now() noexcept;

// CLOCK_REALTIME_COARSE, by which the kernel stamps files: a file that is changed from now on is never older.
[[nodiscard]] WallTime file_clock_now() noexcept;

}  // namespace sup::sys
