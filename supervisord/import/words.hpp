// Words and values as other programs write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/variable_name.hpp"

namespace sup::imports {

// Words as Python's shlex.split() makes them: quotes and backslashes of a shell, but no other character has a meaning.
// Errors: invalid for an open quote or a trailing backslash.
[[nodiscard]] Result<std::vector<std::string>> shlex_words(std::string_view text);

// KEY="value",KEY2=value2 as supervisor reads it: commas or newlines between, quotes around a value or not. Errors:
// invalid.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> environment_list(std::string_view text);

// true yes on 1 y t, false no off 0 n f, in any case.
[[nodiscard]] std::optional<bool> flag_of(std::string_view text);
// A whole number, alone.
[[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view text);
// The same in octal digits.
[[nodiscard]] std::optional<std::int64_t> octal_number(std::string_view text);
[[nodiscard]] std::string lower(std::string_view text);

// A word that a shell reads as exactly this text.
[[nodiscard]] std::string shell_word(std::string_view text);
// "10s" of a number of seconds.
[[nodiscard]] std::string seconds_text(std::int64_t seconds);

}  // namespace sup::imports
