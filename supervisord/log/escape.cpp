#include "log/escape.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include "base/text.hpp"

namespace sup::log {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// What a byte needs in a quoted text.
enum class Need : std::uint8_t { nothing, escape, decode };
constexpr auto kNeeds = [] {
  std::array<Need, 256> out{};
  for (std::size_t byte = 0; byte < out.size(); ++byte)
    out[byte] = byte >= 0x80 ? Need::decode : byte < 0x20 || byte == 0x7f ? Need::escape : Need::nothing;
  out['"'] = out['\\'] = Need::escape;
  return out;
}();

Need need_of(char c) { return kNeeds[static_cast<unsigned char>(c)]; }

// Sixteen bytes that the compiler puts into one register where there is such a thing.
using Bytes = std::uint8_t __attribute__((vector_size(16)));

// All ones where one of sixteen bytes is not printable ASCII that needs nothing.
Bytes odd_of(const char* text) {
  Bytes part;
  std::memcpy(&part, text, sizeof part);
  const auto shifted = static_cast<Bytes>(part - std::uint8_t{0x20});
  return static_cast<Bytes>((shifted > std::uint8_t{0x7e - 0x20}) | (part == '"') | (part == '\\'));
}

bool is_none(Bytes odd) {
  std::uint64_t halves[2];
  std::memcpy(halves, &odd, sizeof halves);
  return (halves[0] | halves[1]) == 0;
}

bool is_plain(const char* text) { return is_none(odd_of(text)); }

// How many bytes from the front can be taken as they are: plain ones and whole characters.
std::size_t plain_prefix(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at >= sizeof(Bytes) && is_plain(bytes.data() + at)) {
      at += sizeof(Bytes);
      continue;
    }
    const Need need = need_of(bytes[at]);
    if (need == Need::escape) break;
    const std::size_t size = need == Need::nothing ? 1 : utf8_sequence(bytes.substr(at));
    if (size == 0) break;
    at += size;
  }
  return at;
}

// The letter of a short escape, or 0.
char letter_of(char c) {
  switch (c) {
    case '"':
    case '\\': return c;
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
  }
}

void append_hex(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

// Quotes, backslashes and controls; `code` is what stands in front of two hexadecimal digits.
void append_escaped(std::string& out, char c, std::string_view code) {
  const char letter = letter_of(c);
  out += letter != 0 ? std::string_view("\\") : code;
  if (letter != 0)
    out += letter;
  else
    append_hex(out, c);
}

bool is_bare(std::string_view bytes) {
  return !bytes.empty() && bytes.find_first_of(" =") == bytes.npos && plain_prefix(bytes) == bytes.size();
}

}  // namespace

// Four vectors at a time; the last one may overlap with the one before it.
bool is_plain_json(std::string_view bytes) {
  constexpr std::size_t kWidth = sizeof(Bytes);
  if (bytes.size() < kWidth) return plain_prefix(bytes) == bytes.size();
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  for (; end - at >= static_cast<std::ptrdiff_t>(4 * kWidth); at += 4 * kWidth)
    if (!is_none(odd_of(at) | odd_of(at + kWidth) | odd_of(at + 2 * kWidth) | odd_of(at + 3 * kWidth))) return false;
  Bytes odd = odd_of(end - kWidth);
  for (; end - at >= static_cast<std::ptrdiff_t>(kWidth); at += kWidth) odd |= odd_of(at);
  return is_none(odd);
}

bool append_json(std::string& out, std::string_view bytes) {
  bool is_exact = true;
  while (true) {
    const std::size_t plain = plain_prefix(bytes);
    out += bytes.substr(0, plain);
    bytes.remove_prefix(plain);
    if (bytes.empty()) return is_exact;
    if (need_of(bytes.front()) == Need::decode) {
      out += "\xef\xbf\xbd";
      is_exact = false;
    } else {
      append_escaped(out, bytes.front(), "\\u00");
    }
    bytes.remove_prefix(1);
  }
}

void append_logfmt(std::string& out, std::string_view bytes) {
  if (is_bare(bytes)) {
    out += bytes;
    return;
  }
  out += '"';
  while (true) {
    const std::size_t plain = plain_prefix(bytes);
    out += bytes.substr(0, plain);
    bytes.remove_prefix(plain);
    if (bytes.empty()) break;
    append_escaped(out, bytes.front(), "\\x");
    bytes.remove_prefix(1);
  }
  out += '"';
}

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : std::uint32_t{0});
    for (std::size_t i = 0; i < 4; ++i) out += i <= group.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
  }
}

}  // namespace sup::log
