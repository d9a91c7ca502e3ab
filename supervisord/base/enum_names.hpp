// An enum described once by a list of names; printing, parsing, completion and schemas follow from it.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "base/check.hpp"

namespace sup {

// One enumerator: its value, the word users write and read, and one sentence for the manual.
template <class E>
struct EnumName {
  E value;
  std::string_view name;
  std::string_view doc = {};
};

// Specialise for an enum: `template <> inline constexpr auto kEnumNames<Color> = std::array{EnumName{Color::red, "red",
// "..."}, ...};`
template <class E>
inline constexpr std::nullptr_t kEnumNames = nullptr;

template <class E>
concept NamedEnum = std::is_enum_v<E> && !std::is_same_v<std::remove_cv_t<decltype(kEnumNames<E>)>, std::nullptr_t>;

template <NamedEnum E>
[[nodiscard]] constexpr std::string_view enum_name(E value) {
  for (const auto& row : kEnumNames<E>)
    if (row.value == value) return row.name;
  check_failed("every enumerator has a name");
}

template <NamedEnum E>
[[nodiscard]] constexpr std::optional<E> enum_from_name(std::string_view name) {
  for (const auto& row : kEnumNames<E>)
    if (row.name == name) return row.value;
  return std::nullopt;
}

}  // namespace sup
