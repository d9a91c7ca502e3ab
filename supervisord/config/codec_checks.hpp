// What the checks of rows demand of a value, and what a reader is told of it. Each kind of check is taught here once.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "config/codec.hpp"
#include "spec/daemon_fields.hpp"
#include "spec/service_fields.hpp"

namespace sup {

// Whether the value may be what the row is for; if not, says so.
template <class T>
bool satisfies(Decoder&, const Value&, const T&, NoCheck) {
  return true;
}
bool satisfies(Decoder& decoder, const Value& value, const std::string& text, NotEmpty);
bool satisfies(Decoder& decoder, const Value& value, const std::string& text, AbsolutePath);
bool satisfies(Decoder& decoder, const Value& value, const std::string& text, EndpointText);
bool satisfies(Decoder& decoder, const Value& value, const std::string& text, HttpUrlText);
bool satisfies(Decoder& decoder, const Value& value, const std::string& text, RegexText);
bool satisfies(Decoder& decoder, const Value& value, const std::string& text, TimeFormatText);
bool satisfies(Decoder& decoder, const Value& value, const std::string& text, SyslogAddressText);
bool satisfies(Decoder& decoder, const Value& value, ByteSize size, Range range);
bool satisfies(Decoder& decoder, const Value& value, SizeLimit limit, Range range);
bool satisfies(Decoder& decoder, const Value& value, std::int64_t number, Range range);
bool satisfies(Decoder& decoder, const Value& value, double number, Range range);
bool satisfies(Decoder& decoder, const Value& value, Duration duration, Range range);
bool satisfies(Decoder& decoder, const Value& value, MaxRestarts max, Range range);
bool satisfies(Decoder& decoder, const Value& value, LimitPair limit, Range range);
template <std::integral T>
bool satisfies(Decoder& decoder, const Value& value, T number, Range range) {
  return satisfies(decoder, value, static_cast<std::int64_t>(number), range);
}
template <class T>
bool satisfies(Decoder& decoder, const Value& value, const std::vector<T>& elements, Unique) {
  const auto* array = value.get_if<ValueArray>();
  if (array == nullptr) return true;
  for (std::size_t i = 0; i < elements.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (elements[i] == elements[j]) {
        decoder.error((*array)[i].span, fmt::format("{} is there twice", describe((*array)[i])));
        return false;
      }
  return true;
}
template <class T>
bool satisfies(Decoder& decoder, const Value& value, const std::optional<T>& member, Range range) {
  return !member || satisfies(decoder, value, *member, range);
}

// "0s to 366d", or empty.
[[nodiscard]] std::string range_text(Duration, Range range);
[[nodiscard]] std::string range_text(MaxRestarts, Range range);
[[nodiscard]] std::string range_text(LimitPair, Range range);
[[nodiscard]] std::string range_text(ByteSize, Range range);
[[nodiscard]] std::string range_text(SizeLimit, Range range);
[[nodiscard]] std::string range_text(double, Range range);
template <std::integral T>
std::string range_text(T, Range range) {
  return range_text(double{}, range);
}
template <class T>
std::string range_text(const std::optional<T>&, Range range) {
  return range_text(T{}, range);
}
template <class T, class Check>
std::string range_text(const T&, Check) {
  return {};
}
// What a row demands, where JSON Schema can say it.
void add_check(ValueTable& schema, Range range);
void add_check(ValueTable& schema, NotEmpty);
void add_check(ValueTable& schema, AbsolutePath);
void add_check(ValueTable& schema, Unique);
void add_check(ValueTable& schema, EndpointText);
void add_check(ValueTable& schema, HttpUrlText);
void add_check(ValueTable& schema, RegexText);
void add_check(ValueTable& schema, TimeFormatText);
void add_check(ValueTable& schema, SyslogAddressText);

}  // namespace sup
