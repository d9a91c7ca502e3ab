// Structs <-> bytes, by rows.
//
// A struct that is recorded has a specialisation of Rows<> with a tuple of rows {number, member}. A number means the
// same for ever: it is never used for another member, so that programs of different versions read each other's
// records. A member that is as in a default one is not written; a number that is not known is passed over. Enumerators
// are written by their names where they have names, since their order may change; the others may only be added to at
// the end.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/enum_names.hpp"
#include "base/ids.hpp"
#include "record/bytes.hpp"

namespace sup::record {

template <class S, class T>
struct Row {
  std::uint32_t number;
  T S::* member;
};
template <class S, class T>
Row(std::uint32_t, T S::*) -> Row<S, T>;

// Specialise with `static constexpr auto kRows = std::make_tuple(Row{1, &S::a}, ...);`
template <class S>
struct Rows;
template <class S>
concept Recorded = requires { Rows<S>::kRows; };

// A type with a way of its own: specialise with `static void write(Writer&, const T&)` and `static void read(Reader&,
// T&)`, which give_up() the reader on nonsense.
template <class T>
struct Custom;
template <class T>
concept HasCustom = requires(Writer& w, Reader& r, T& value) {
  Custom<T>::write(w, value);
  Custom<T>::read(r, value);
};

// No two rows of a struct have the same number; 0 is none.
template <Recorded S>
consteval bool has_good_numbers() {
  return std::apply(
      [](const auto&... row) {
        const std::array numbers{row.number...};
        for (std::size_t i = 0; i < numbers.size(); ++i) {
          if (numbers[i] == 0) return false;
          for (std::size_t k = 0; k < i; ++k)
            if (numbers[i] == numbers[k]) return false;
        }
        return true;
      },
      Rows<S>::kRows);
}

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsDuration = false;
template <class R, class P>
inline constexpr bool kIsDuration<std::chrono::duration<R, P>> = true;
template <class T>
inline constexpr bool kIsMoment = false;
template <class C, class D>
inline constexpr bool kIsMoment<std::chrono::time_point<C, D>> = true;
template <class T>
inline constexpr bool kIsId = false;
template <class Tag, class Rep>
inline constexpr bool kIsId<Id<Tag, Rep>> = true;

template <class T>
void write(Writer& out, const T& value);
template <class T>
void read(Reader& in, T& value);

// The members of a struct that are not as in a default one: each its number, and its value as a text. 0 ends it: a
// record may have room behind it.
template <Recorded S>
void write_members(Writer& out, const S& value) {
  static_assert(has_good_numbers<S>());
  static const S kDefault{};
  std::string bytes;
  const auto write_row = [&](const auto& row) {
    if (value.*row.member == kDefault.*row.member) return;
    bytes.clear();
    Writer member(bytes);
    write(member, value.*row.member);
    out.number(row.number);
    out.text(bytes);
  };
  std::apply([&](const auto&... row) { (write_row(row), ...); }, Rows<S>::kRows);
  out.number(0);
}

template <Recorded S>
void read_members(Reader& in, S& value) {
  while (!in.is_broken()) {
    const std::uint64_t number = in.number();
    if (number == 0) return;
    const std::string_view bytes = in.text();
    const auto read_row = [&](const auto& row) {
      if (row.number != number) return;
      Reader member(bytes);
      read(member, value.*row.member);
      if (member.is_broken()) in.give_up();
    };
    std::apply([&](const auto&... row) { (read_row(row), ...); }, Rows<S>::kRows);
  }
}

template <class T>
void write(Writer& out, const T& value) {
  if constexpr (HasCustom<T>) {
    Custom<T>::write(out, value);
  } else if constexpr (Recorded<T>) {
    write_members(out, value);
  } else if constexpr (std::same_as<T, std::string>) {
    out.text(value);
  } else if constexpr (kIsOptional<T>) {
    out.number(value ? 1 : 0);
    if (value) write(out, *value);
  } else if constexpr (kIsVector<T>) {
    out.number(value.size());
    for (const auto& element : value) write(out, element);
  } else if constexpr (NamedEnum<T>) {
    out.text(enum_name(value));
  } else if constexpr (std::is_enum_v<T>) {
    out.number(static_cast<std::uint64_t>(value));
  } else if constexpr (kIsDuration<T>) {
    out.signed_number(value.count());
  } else if constexpr (kIsMoment<T>) {
    out.signed_number(value.time_since_epoch().count());
  } else if constexpr (kIsId<T>) {
    out.number(value.value);
  } else if constexpr (std::same_as<T, InvocationId>) {
    out.text({reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()});
  } else if constexpr (std::signed_integral<T>) {
    out.signed_number(value);
  } else {
    static_assert(std::unsigned_integral<T>, "a type that no record has had yet: teach it here, or by Custom<>");
    out.number(value);
  }
}

template <class T>
void read(Reader& in, T& value) {
  if constexpr (HasCustom<T>) {
    Custom<T>::read(in, value);
  } else if constexpr (Recorded<T>) {
    read_members(in, value);
  } else if constexpr (std::same_as<T, std::string>) {
    value = in.text();
  } else if constexpr (kIsOptional<T>) {
    if (in.number() != 0) read(in, value.emplace());
  } else if constexpr (kIsVector<T>) {
    const std::uint64_t count = in.number();
    if (!in.has(count)) return in.give_up();  // Each element takes a byte at least.
    value.resize(count);
    for (auto& element : value) read(in, element);
  } else if constexpr (NamedEnum<T>) {
    const auto named = enum_from_name<T>(in.text());
    if (!named) return in.give_up();
    value = *named;
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(in.number());
  } else if constexpr (kIsDuration<T>) {
    value = T{static_cast<typename T::rep>(in.signed_number())};
  } else if constexpr (kIsMoment<T>) {
    value = T{typename T::duration{static_cast<typename T::rep>(in.signed_number())}};
  } else if constexpr (kIsId<T>) {
    value = T{static_cast<decltype(value.value)>(in.number())};
  } else if constexpr (std::same_as<T, InvocationId>) {
    const std::string_view bytes = in.text();
    if (bytes.size() != value.bytes.size()) return in.give_up();
    bytes.copy(reinterpret_cast<char*>(value.bytes.data()), bytes.size());
  } else if constexpr (std::signed_integral<T>) {
    value = static_cast<T>(in.signed_number());
  } else {
    value = static_cast<T>(in.number());
  }
}

template <Recorded S>
[[nodiscard]] std::string to_bytes(const S& value) {
  std::string out;
  Writer writer(out);
  write(writer, value);
  return out;
}
// Nothing if the bytes are no record of this kind.
template <Recorded S>
[[nodiscard]] std::optional<S> from_bytes(std::string_view bytes) {
  S out{};
  Reader reader(bytes);
  read(reader, out);
  if (reader.is_broken()) return std::nullopt;
  return out;
}

}  // namespace sup::record
