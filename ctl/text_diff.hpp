// The difference of two texts, as diff -u writes it.
#pragma once

#include <string>
#include <string_view>

namespace sup::ctl {

// Empty if they are equal. Names and lines are as they are given: whoever prints it makes it safe for terminals.
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after, std::string_view name);

}  // namespace sup::ctl
