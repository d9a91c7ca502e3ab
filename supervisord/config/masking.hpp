// Masking: texts that came from files of secrets, out of what people see.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/shape.hpp"
#include "config/value.hpp"

namespace sup {

// The longest first, as all below want them: one may be a part of another. Each is there once.
void sort_secrets(std::vector<std::string>& secrets);

// The text with each secret replaced by kMasked. A secret of less than kMinSearched bytes is only found where it is the
// whole text: it would be everywhere.
inline constexpr std::size_t kMinSearched = 4;
[[nodiscard]] std::string without_secrets(std::string text, std::span<const std::string> secrets);
// The same in all strings of a table.
void mask_secrets(ValueTable& table, std::span<const std::string> secrets);
// Where a change has one in its old or new value, that is told as masked.
void mask_secrets(std::vector<SettingChange>& changes, std::span<const std::string> secrets);

}  // namespace sup
