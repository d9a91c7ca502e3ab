// TOML text -> Value tree. The TOML library is known to toml.cpp only.
#pragma once

#include <expected>
#include <string_view>

#include "config/diagnostic.hpp"
#include "config/value.hpp"

namespace sup {

// A key may have this many parts (a.b.c has three): the library has no bound of its own and would use up the stack.
inline constexpr unsigned kMaxKeyParts = 64;

// The root table of a TOML 1.0 document. The library stops at the first syntax error, which is the diagnostic.
[[nodiscard]] std::expected<Value, Diagnostic> parse_toml(std::string_view text, std::string_view file_name);

}  // namespace sup
