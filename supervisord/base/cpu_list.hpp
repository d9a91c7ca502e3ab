// Lists of CPUs as the kernel writes them (cpuset(7), "List format"): "0-3,5".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sup {

inline constexpr std::uint16_t kMaxCpu = 8191;  // The most that a kernel can be built for is 8192 of them.

// In rising order, each once; an empty text is an empty list. Errors: invalid, with what would be right.
[[nodiscard]] Result<std::vector<std::uint16_t>> parse_cpu_list(std::string_view text);
// The shortest text that parse_cpu_list reads back. `cpus` is in rising order.
[[nodiscard]] std::string format_cpu_list(std::span<const std::uint16_t> cpus);
// In rising order, each once.
void normalise_cpus(std::vector<std::uint16_t>& cpus);

}  // namespace sup
