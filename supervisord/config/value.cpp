#include "config/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/text.hpp"

namespace sup {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

bool is_bare_key(std::string_view key) {
  const auto is_bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::all_of(key.begin(), key.end(), is_bare);
}

// A basic string of TOML 1.0: everything but quote, backslash and control characters stands for itself.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
          out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        else
          out += c;
    }
  }
  return out + "\"";
}

// The shortest text that reads back as the same double, always with a point or an exponent.
std::string float_text(double number) {
  std::string out = fmt::format("{}", number);
  const bool is_plain_integer = out.find_first_not_of("-0123456789") == std::string::npos;
  return is_plain_integer ? out + ".0" : out;
}

std::string array_text(const ValueArray& array) {
  std::string out;
  for (const Value& element : array) {
    if (!out.empty()) out += ", ";
    out += inline_toml(element);
  }
  return "[" + out + "]";
}

std::string table_text(const ValueTable& table) {
  std::string out;
  for (const Entry& entry : table.entries) {
    if (!out.empty()) out += ", ";
    out += toml_key(entry.key) + " = " + inline_toml(entry.value);
  }
  return out.empty() ? "{}" : "{ " + out + " }";
}

bool same_entries(const ValueTable& a, const ValueTable& b) {
  return std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const Entry& x, const Entry& y) { return x.key == y.key && same_content(x.value, y.value); });
}

}  // namespace

const Entry* ValueTable::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

Value& ValueTable::add(std::string_view key, Value value) {
  entries.push_back(Entry{std::string(key), {}, std::move(value)});
  return entries.back().value;
}

bool same_content(const Value& a, const Value& b) {
  return std::visit(Overloaded{[](const ValueArray& x, const ValueArray& y) {
                                 return std::equal(x.begin(), x.end(), y.begin(), y.end(), same_content);
                               },
                               [](const ValueTable& x, const ValueTable& y) { return same_entries(x, y); },
                               [](ValueTime, ValueTime) { return true; },
                               [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); },
                               []<class T>(const T& x, const T& y) { return x == y; },
                               [](const auto&, const auto&) { return false; }},
                    a.data, b.data);
}

std::string describe(const Value& value) {
  return std::visit(
      Overloaded{
          [](bool truth) { return fmt::format("the boolean {}", truth); },
          [](std::int64_t number) { return fmt::format("the integer {}", number); },
          [](double number) { return fmt::format("the number {}", float_text(number)); },
          [](const std::string& text) { return fmt::format("the string \"{}\"", printable(text, 60)); },
          [](const ValueArray& array) { return std::string(array.empty() ? "an empty array" : "an array"); },
          [](const ValueTable& table) { return std::string(table.entries.empty() ? "an empty table" : "a table"); },
          [](ValueTime) { return std::string("a date or time"); }},
      value.data);
}

std::string inline_toml(const Value& value) {
  return std::visit(
      Overloaded{[](bool truth) { return std::string(truth ? "true" : "false"); },
                 [](std::int64_t number) { return std::to_string(number); },
                 [](double number) { return float_text(number); }, [](const std::string& text) { return quoted(text); },
                 [](const ValueArray& array) { return array_text(array); },
                 [](const ValueTable& table) { return table_text(table); },
                 [](ValueTime) -> std::string { check_failed("settings never hold a date or time"); }},
      value.data);
}

std::string toml_key(std::string_view key) { return is_bare_key(key) ? std::string(key) : quoted(key); }

}  // namespace sup
