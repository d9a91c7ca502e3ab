// Names of environment variables, as shells know them.
#pragma once

#include <algorithm>
#include <string_view>

namespace sup {

// Letters, digits and _, and no digit in front (POSIX.1-2017, Base Definitions 3.235).
[[nodiscard]] constexpr bool is_variable_name(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_part = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
  };
  return !name.empty() && !is_digit(name[0]) && std::ranges::all_of(name, is_part);
}

}  // namespace sup
