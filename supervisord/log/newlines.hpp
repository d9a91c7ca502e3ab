// Counting line ends at the speed of memory.
#pragma once

#include <cstdint>
#include <string_view>

namespace sup::log {

[[nodiscard]] std::uint32_t count_newlines(std::string_view bytes);

}  // namespace sup::log
