// A neutral tree of values with their places in a file, so that only toml.cpp knows the TOML library. Also what
// settings are encoded into, on their way to JSON or TOML text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sup {

// Where something stands in a file, for a caret line. Columns and lengths count characters (code points), not bytes.
struct Span {
  std::uint32_t line = 0;  // From 1; 0: nowhere in particular.
  std::uint32_t column = 0;
  std::uint32_t length = 1;  // On this line.
  std::uint32_t source = 0;  // Of which file and layer (config/layers.hpp); 0: of the file at hand.
  friend bool operator==(const Span&, const Span&) = default;
};

struct Value;
struct Entry;

using ValueArray = std::vector<Value>;

// Entries in the order of the file; keys are unique.
struct ValueTable {
  std::vector<Entry> entries;
  [[nodiscard]] const Entry* find(std::string_view key) const;
  // Appends; `key` must not be there yet.
  Value& add(std::string_view key, Value value);
};

// TOML's dates and times. No setting takes one, so only that it is one is kept.
struct ValueTime {};

struct Value {
  std::variant<bool, std::int64_t, double, std::string, ValueArray, ValueTable, ValueTime> data;
  Span span;
  bool is_filled_in = false;  // In the place of a "{parameter}": where a string is wanted, its text is one.

  template <class T>
  [[nodiscard]] const T* get_if() const {
    return std::get_if<T>(&data);
  }
};

struct Entry {
  std::string key;
  Span key_span;
  Value value;
};

// Equal in content, wherever they stand.
[[nodiscard]] bool same_content(const Value& a, const Value& b);

// What it is and how it was written, for messages: `the integer 5`, `the string "abc"`, `an array`.
[[nodiscard]] std::string describe(const Value& value);

// TOML text on one line that reads back as the same value: `{ signal = "TERM", timeout = "10s" }`.
[[nodiscard]] std::string inline_toml(const Value& value);
// A key as TOML wants it: bare where possible, else quoted.
[[nodiscard]] std::string toml_key(std::string_view key);

}  // namespace sup
