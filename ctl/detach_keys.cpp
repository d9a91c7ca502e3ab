#include "ctl/detach_keys.hpp"

namespace sup::ctl {
namespace {

constexpr std::string_view kControl = "ctrl-";
constexpr std::string_view kControlMarks = "@[\\]^_";
constexpr char kControlBits = 0x1f;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::optional<char> parse_key(std::string_view key) {
  const bool is_control = key.starts_with(kControl);
  if (is_control) key.remove_prefix(kControl.size());
  if (key.size() != 1) return std::nullopt;
  const char c = key.front();
  if (!is_control) return c > ' ' && c <= '~' ? std::optional(c) : std::nullopt;
  if (!is_letter(c) && !kControlMarks.contains(c)) return std::nullopt;
  return static_cast<char>(c & kControlBits);
}

}  // namespace

std::optional<std::string> parse_detach_keys(std::string_view text) {
  std::string keys;
  while (true) {
    const std::size_t comma = text.find(',');
    const auto key = parse_key(text.substr(0, comma));
    if (!key) return std::nullopt;
    keys += *key;
    if (comma == std::string_view::npos) return keys;
    text.remove_prefix(comma + 1);
  }
}

bool DetachFilter::feed(std::string_view typed, std::string& through) {
  for (const char c : typed) {
    held_ += c;
    // The longest end of what was typed that is a beginning of the keys stays.
    while (!keys_.starts_with(held_)) {
      through += held_.front();
      held_.erase(0, 1);
    }
    if (held_.size() == keys_.size()) return true;
  }
  return false;
}

}  // namespace sup::ctl
