// Writing JSON: straight from member rows to text, without a document in between. No exceptions, no locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/message_tables.hpp"

namespace sup::wire {

// Appends `text` as a JSON string. Bytes that are not valid UTF-8 become U+FFFD, since JSON cannot hold them.
void append_json(std::string& out, std::string_view text);
void append_json(std::string& out, std::int64_t number);

inline void append_json(std::string& out, bool value) { out += value ? "true" : "false"; }
inline void append_json(std::string& out, const std::string& text) { append_json(out, std::string_view(text)); }
inline void append_json(std::string& out, const JsonText& json) { out += json.text; }

template <MessageStruct T>
void append_json(std::string& out, const T& message);

template <class T>
void append_json(std::string& out, const std::vector<T>& list) {
  out += '[';
  for (const T& element : list) {
    if (&element != list.data()) out += ',';
    append_json(out, element);
  }
  out += ']';
}

namespace detail {
template <class T>
const T* value_or_null(const T& value) {
  return &value;
}
template <class T>
const T* value_or_null(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}
}  // namespace detail

// An object with one member per row; an optional without value is left out.
template <MessageStruct T>
void append_json(std::string& out, const T& message) {
  out += '{';
  bool is_first = true;
  for_each_member<T>([&](const auto& row) {
    const auto* value = detail::value_or_null(message.*row.member);
    if (value == nullptr) return;
    if (!is_first) out += ',';
    is_first = false;
    append_json(out, row.name);
    out += ':';
    append_json(out, *value);
  });
  out += '}';
}

}  // namespace sup::wire
