#include "log/ansi.hpp"

#include <algorithm>

namespace sup::log {
namespace {

constexpr char kEscape = '\x1b';
constexpr char kBell = '\a';

bool is_between(char c, char low, char high) { return c >= low && c <= high; }

// The first byte from `at` on that is not within [low, high].
std::size_t skip(std::string_view text, std::size_t at, char low, char high) {
  while (at < text.size() && is_between(text[at], low, high)) ++at;
  return at;
}

// Behind the end of a string of commands: BEL, or ESC backslash. 2, the length of its beginning, if there is no end.
std::size_t string_size(std::string_view text) {
  for (std::size_t at = 2; at < text.size(); ++at) {
    if (text[at] == kBell) return at + 1;
    if (text[at] != kEscape) continue;
    return text.substr(at + 1).starts_with('\\') ? at + 2 : 2;
  }
  return 2;
}

// How long the sequence is that begins with the escape at the front.
std::size_t sequence_size(std::string_view text) {
  if (text.size() < 2) return 1;
  switch (text[1]) {
    case '[': {
      const std::size_t last = skip(text, skip(text, 2, 0x30, 0x3f), 0x20, 0x2f);
      return last < text.size() && is_between(text[last], 0x40, 0x7e) ? last + 1 : last;
    }
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_': return string_size(text);
    default: break;
  }
  const std::size_t last = skip(text, 1, 0x20, 0x2f);
  return last < text.size() && is_between(text[last], 0x30, 0x7e) ? last + 1 : last;
}

}  // namespace

void append_without_ansi(std::string& out, std::string_view line) {
  while (!line.empty()) {
    const std::size_t plain = std::min(line.find(kEscape), line.size());
    out += line.substr(0, plain);
    line.remove_prefix(plain);
    if (!line.empty()) line.remove_prefix(sequence_size(line));
  }
}

}  // namespace sup::log
