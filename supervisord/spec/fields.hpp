// Field rows: one row per setting, from which everything else about the setting follows.
//
// A struct of settings (ServiceSpec, RestartSpec ...) has a specialisation of Fields<> with a tuple of rows. The rows
// drive parsing, range checks, suggestions, `ctl show`, diff, JSON Schema, the manual and the template. A member
// without a row does not compile.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "spec/rare.hpp"

namespace sup {

// When a changed setting takes effect.
enum class OnChange : std::uint8_t {
  live,        // At once, the process keeps running.
  next_start,  // At the next start of the process; nothing is restarted for it.
  restart,     // The process has to be restarted.
};

// Which parent keys a value was checked against: none.
struct NoCheck {};
// An integer or duration or size must lie in [min, max]; durations in nanoseconds, sizes in bytes.
struct Range {
  std::int64_t min;
  std::int64_t max;
};
// A text must not be empty.
struct NotEmpty {};
// A text must be an absolute path without NUL.
struct AbsolutePath {};
// Elements must be different from each other.
struct Unique {};

// One setting of Spec. `example` is a TOML value a person would write; `doc` is one or two whole sentences.
template <class Spec, class T, class Check = NoCheck>
struct Field {
  std::string_view key;
  T Spec::* member;
  OnChange on_change;
  std::string_view example;
  std::string_view doc;
  Check check = {};
};
template <class Spec, class T>
Field(std::string_view, T Spec::*, OnChange, std::string_view, std::string_view) -> Field<Spec, T, NoCheck>;
template <class Spec, class T, class Check>
Field(std::string_view, T Spec::*, OnChange, std::string_view, std::string_view, Check) -> Field<Spec, T, Check>;

// Specialise with `static constexpr auto kRows = std::make_tuple(Field{...}, ...);`
template <class Spec>
struct Fields;

// A struct whose members are settings.
template <class T>
concept SettingTable = requires { Fields<T>::kRows; };

// What a member holds, where it may be kept in a Rare.
template <class T>
[[nodiscard]] const T& plain(const T& value) {
  return value;  // NOLINT(bugprone-return-const-ref-from-parameter): it is given members of what lives on.
}
template <class T>
[[nodiscard]] const T& plain(const Rare<T>& value) {
  return *value;
}
template <class T>
using Plain = std::remove_cvref_t<decltype(plain(std::declval<const T&>()))>;

// The key of the member that a value which is no table stands for: `restart = "always"` is `restart = { when = "always"
// }`. Empty: the settings of T are always written as a table.
template <class T>
inline constexpr std::string_view kShorthandKey = {};

// Calls `visit(row)` for each setting of Spec, in document order.
template <SettingTable Spec, class Visit>
constexpr void for_each_field(Visit&& visit) {
  std::apply([&](const auto&... row) { (visit(row), ...); }, Fields<Spec>::kRows);
}

namespace detail {
// Stand-ins for a member's value; never converted in fact: member_count only asks whether they could be. Two, because
// one that also converts to numbers makes std::chrono::duration's constructors ambiguous for clang.
struct AnyScalar {
  template <class T>
    requires std::is_arithmetic_v<T>
  operator T() const;
};
struct AnyObject {
  template <class T>
    requires(!std::is_arithmetic_v<T>)
  operator T() const;
};
template <class T, class... Args>
consteval std::size_t member_count() {
  if constexpr (requires { T{{Args{}}..., {AnyObject{}}}; })
    return member_count<T, Args..., AnyObject>();
  else if constexpr (requires { T{{Args{}}..., {AnyScalar{}}}; })
    return member_count<T, Args..., AnyScalar>();
  else
    return sizeof...(Args);
}
}  // namespace detail

// How many settings the aggregate Spec has. One that derives from another table says so by a type Base in its Fields;
// the base counts as one member then.
template <SettingTable Spec>
consteval std::size_t setting_count() {
  if constexpr (requires { typename Fields<Spec>::Base; })
    return detail::member_count<Spec>() - 1 + setting_count<typename Fields<Spec>::Base>();
  else
    return detail::member_count<Spec>();
}

// Every member of the aggregate Spec has a row.
template <SettingTable Spec>
inline constexpr bool kEveryMemberHasARow =
    setting_count<Spec>() == std::tuple_size_v<std::remove_cvref_t<decltype(Fields<Spec>::kRows)>>;

}  // namespace sup
