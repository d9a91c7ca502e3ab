// The CPUs of this machine.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"

namespace sup::sys {

// Those that are plugged in, online or not, in rising order. Errors: sys, where /sys is not mounted.
[[nodiscard]] Result<std::vector<std::uint16_t>> present_cpus();
// The mask for sched_setaffinity(2).
[[nodiscard]] std::vector<unsigned long> cpu_mask(const std::vector<std::uint16_t>& cpus);

}  // namespace sup::sys
