#include "log/unescape.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace sup::log {
namespace {

constexpr std::array kLetters = {std::pair{'n', '\n'},  std::pair{'r', '\r'}, std::pair{'t', '\t'},
                                 std::pair{'b', '\b'},  std::pair{'f', '\f'}, std::pair{'"', '"'},
                                 std::pair{'\\', '\\'}, std::pair{'/', '/'}};

// Hexadecimal digits at the front, exactly so many.
std::optional<std::uint32_t> take_hex(std::string_view& text, std::size_t digits) {
  std::uint32_t out = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + digits, out, 16);
  if (error != std::errc() || stop != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return out;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// \uXXXX, and the second half of a pair.
bool take_unicode(std::string_view& text, std::string& out) {
  auto code = take_hex(text, 4);
  if (!code) return false;
  if (*code >= 0xd800 && *code < 0xdc00) {
    if (!text.starts_with("\\u")) return false;
    text.remove_prefix(2);
    const auto low = take_hex(text, 4);
    if (!low || *low < 0xdc00 || *low > 0xdfff) return false;
    code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
  }
  append_utf8(out, *code);
  return true;
}

// What stands behind a backslash.
bool take_escape(std::string_view& text, std::string& out) {
  if (text.empty()) return false;
  const char letter = text.front();
  text.remove_prefix(1);
  if (letter == 'u') return take_unicode(text, out);
  if (letter == 'x') {
    const auto byte = take_hex(text, 2);
    if (byte) out += static_cast<char>(*byte);
    return byte.has_value();
  }
  const auto known = std::ranges::find(kLetters, letter, &std::pair<char, char>::first);
  if (known == kLetters.end()) return false;
  out += known->second;
  return true;
}

}  // namespace

bool take_json_string(std::string_view& text, std::string& out) {
  while (true) {
    const std::size_t plain = text.find_first_of("\"\\");
    if (plain == text.npos) return false;
    out += text.substr(0, plain);
    const bool is_end = text[plain] == '"';
    text.remove_prefix(plain + 1);
    if (is_end) return true;
    if (!take_escape(text, out)) return false;
  }
}

bool take_logfmt_value(std::string_view& text, std::string& out) {
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    return take_json_string(text, out);
  }
  const std::size_t size = std::min(text.find(' '), text.size());
  out = text.substr(0, size);
  text.remove_prefix(size);
  return true;
}

bool decode_base64(std::string_view text, std::string& out) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return false;
  std::uint32_t bits = 0;
  unsigned count = 0;
  while (text.ends_with('=')) text.remove_suffix(1);
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == kAlphabet.npos) return false;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xff);
  }
  return true;
}

}  // namespace sup::log
