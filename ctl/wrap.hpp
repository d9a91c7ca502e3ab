// Text of several sentences, for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sup::ctl {

inline constexpr std::size_t kTextWidth = 100;

// `text` in lines of at most `width` columns, each after the first indented; it begins at column `indent`. A word that
// is longer stands on a line of its own.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = kTextWidth);

}  // namespace sup::ctl
