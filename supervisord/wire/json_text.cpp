#include "wire/json_text.hpp"

#include <charconv>

#include "base/text.hpp"

namespace sup::wire {
namespace {

void append_escape(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    case '\r': out += "\\r"; return;
    default: break;
  }
  out += "\\u00";
  out += kDigits[static_cast<unsigned char>(c) >> 4];
  out += kDigits[static_cast<unsigned char>(c) & 15];
}

// Valid UTF-8, escaped where JSON demands it.
void append_valid(std::string& out, std::string_view text) {
  std::size_t plain = 0;  // Everything before this was appended.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) continue;
    out += text.substr(plain, i - plain);
    append_escape(out, c);
    plain = i + 1;
  }
  out += text.substr(plain);
}

// The length of the UTF-8 character at the front; 0 if there is none.
std::size_t character_length(std::string_view text) {
  for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length)
    if (is_utf8(text.substr(0, length))) return length;
  return 0;
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  if (is_utf8(text)) {
    append_valid(out, text);
  } else {
    while (!text.empty()) {
      const std::size_t length = character_length(text);
      if (length == 0)
        out += "\xEF\xBF\xBD";
      else
        append_valid(out, text.substr(0, length));
      text.remove_prefix(length == 0 ? 1 : length);
    }
  }
  out += '"';
}

void append_json(std::string& out, std::int64_t number) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

}  // namespace sup::wire
