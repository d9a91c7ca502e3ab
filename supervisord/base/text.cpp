#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sup {
namespace {

using namespace std::chrono_literals;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits at the front of `text`, taken off it. Nothing if there is none or the number does not fit.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  std::size_t used = 0;
  for (; used < text.size() && is_digit(text[used]); ++used) {
    const auto digit = static_cast<std::uint64_t>(text[used] - '0');
    if (__builtin_mul_overflow(value, 10U, &value) || __builtin_add_overflow(value, digit, &value)) return std::nullopt;
  }
  if (used == 0) return std::nullopt;
  text.remove_prefix(used);
  return value;
}

// What stands between two numbers: a unit.
std::string_view take_unit(std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(), is_digit);
  const auto unit = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(unit.size());
  return unit;
}

struct DurationUnit {
  std::string_view name;
  std::int64_t nanoseconds;
};
// From the largest down: the order in which they must be written.
constexpr DurationUnit kDurationUnits[] = {{"d", 86'400'000'000'000},
                                           {"h", 3'600'000'000'000},
                                           {"m", 60'000'000'000},
                                           {"s", 1'000'000'000},
                                           {"ms", 1'000'000},
                                           {"us", 1'000},
                                           {"ns", 1}};
constexpr std::int64_t kLongestDuration = 36'525 * kDurationUnits[0].nanoseconds;  // 100 years; below 2^63.

std::unexpected<Error> bad_duration(std::string_view text, std::string_view why) {
  return fail(Errc::invalid, "'" + printable(text, 40) + "' is not a duration: " + std::string(why) +
                                 "; write for example \"500ms\", \"10s\" or \"1h30m\"");
}

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
// Binary units first and from the largest down: format_size takes the first that divides.
constexpr SizeUnit kSizeUnits[] = {{"TiB", 1ULL << 40},
                                   {"GiB", 1ULL << 30},
                                   {"MiB", 1ULL << 20},
                                   {"KiB", 1ULL << 10},
                                   {"TB", 1'000'000'000'000},
                                   {"GB", 1'000'000'000},
                                   {"MB", 1'000'000},
                                   {"kB", 1'000},
                                   {"KB", 1'000},
                                   {"B", 1},
                                   {"", 1}};

std::unexpected<Error> bad_size(std::string_view text, std::string_view why) {
  return fail(Errc::invalid, "'" + printable(text, 40) + "' is not a size: " + std::string(why) +
                                 "; write for example \"4096\", \"64MiB\" or \"10MB\"");
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration::zero();
  if (text.empty()) return bad_duration(text, "it is empty");
  std::string_view rest = text;
  std::int64_t total = 0;
  const DurationUnit* allowed = std::begin(kDurationUnits);
  while (!rest.empty()) {
    const auto number = take_number(rest);
    if (!number) return bad_duration(text, is_digit(rest[0]) ? "it is too long" : "a number is missing");
    const std::string_view name = take_unit(rest);
    if (name.empty()) return bad_duration(text, "the unit is missing (ns us ms s m h d)");
    const auto same_name = [&](const DurationUnit& unit) { return unit.name == name; };
    const auto* unit = std::find_if(allowed, std::end(kDurationUnits), same_name);
    if (unit == std::end(kDurationUnits)) {
      const bool known = std::any_of(std::begin(kDurationUnits), allowed, same_name);
      return bad_duration(text,
                          known ? "larger units come first, each once" : "its unit is not one of ns us ms s m h d");
    }
    allowed = unit + 1;
    std::int64_t part = 0;
    if (*number > static_cast<std::uint64_t>(kLongestDuration) ||
        __builtin_mul_overflow(static_cast<std::int64_t>(*number), unit->nanoseconds, &part) ||
        __builtin_add_overflow(total, part, &total) || total > kLongestDuration)
      return bad_duration(text, "it is longer than 100 years");
  }
  return Duration{total};
}

std::string format_duration(Duration duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  // The magnitude of the most negative value does not fit in int64.
  std::string out = left < 0 ? "-" : "";
  auto magnitude = left < 0 ? ~static_cast<std::uint64_t>(left) + 1 : static_cast<std::uint64_t>(left);
  for (const DurationUnit& unit : kDurationUnits) {
    const auto size = static_cast<std::uint64_t>(unit.nanoseconds);
    const bool whole_seconds = magnitude % 1'000'000'000 == 0;
    if (whole_seconds ? magnitude < size : magnitude % size != 0) continue;
    out += std::to_string(magnitude / size) + std::string(unit.name);
    magnitude %= size;
    if (magnitude == 0) break;
  }
  return out;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count).append(" ").append(noun).append(count == 1 ? "" : "s");
}

std::string human_duration(Duration duration) {
  if (duration < 0ns) return "-" + human_duration(duration == Duration::min() ? Duration::max() : -duration);
  const auto two = [](std::int64_t a, const char* a_unit, std::int64_t b, const char* b_unit) {
    std::string out = std::to_string(a) + a_unit;
    return b == 0 ? out : out + " " + std::to_string(b) + b_unit;
  };
  if (duration == 0ns) return "0 s";
  if (duration < 1us) return std::to_string(duration.count()) + " ns";
  if (duration < 1ms) return std::to_string(duration / 1us) + " us";
  if (duration < 1s) return std::to_string(duration / 1ms) + " ms";
  if (duration < 10s) return std::to_string(duration / 1s) + "." + std::to_string(duration % 1s / 100ms) + " s";
  if (duration < 1min) return std::to_string(duration / 1s) + " s";
  if (duration < 1h) return two(duration / 1min, " min", duration % 1min / 1s, " s");
  if (duration < 24h) return two(duration / 1h, " h", duration % 1h / 1min, " min");
  return two(duration / 24h, " d", duration % 24h / 1h, " h");
}

Result<std::uint64_t> parse_size(std::string_view text) {
  std::string_view rest = text;
  const auto whole = take_number(rest);
  if (!whole) return bad_size(text, text.empty() || !is_digit(text[0]) ? "a number is missing" : "it is too large");
  std::uint64_t fraction = 0, scale = 1;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    const std::size_t before = rest.size();
    const auto number = take_number(rest);
    const std::size_t digits = before - rest.size();
    if (!number || digits > 6) return bad_size(text, "one to six digits must follow the point");
    fraction = *number;
    for (std::size_t i = 0; i < digits; ++i) scale *= 10;
  }
  const auto* unit =
      std::find_if(std::begin(kSizeUnits), std::end(kSizeUnits), [&](const SizeUnit& row) { return row.name == rest; });
  if (unit == std::end(kSizeUnits)) return bad_size(text, "its unit is not one of B kB MB GB TB KiB MiB GiB TiB");
  if (fraction * unit->bytes % scale != 0) return bad_size(text, "it is not a whole number of bytes");
  std::uint64_t total = 0;
  if (__builtin_mul_overflow(*whole, unit->bytes, &total) ||
      __builtin_add_overflow(total, fraction * unit->bytes / scale, &total))
    return bad_size(text, "it is too large");
  return total;
}

std::string human_size(std::uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  if (unit == 0 || value >= 10) return fmt::format("{:.0f} {}", value, kUnits[unit]);
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string format_size(std::uint64_t bytes) {
  if (bytes == 0) return "0";
  for (const SizeUnit& unit : kSizeUnits)
    if (unit.bytes > 1 && bytes % unit.bytes == 0) return std::to_string(bytes / unit.bytes) + std::string(unit.name);
  return std::to_string(bytes);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // The restricted form: no part is edited twice. Three rows of the table are enough.
  struct {
    std::vector<std::size_t> two_up, above, now;
  } rows;
  rows.two_up = rows.above = rows.now = std::vector<std::size_t>(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) rows.above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows.now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = rows.above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows.now[j] = std::min({rows.above[j] + 1, rows.now[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        rows.now[j] = std::min(rows.now[j], rows.two_up[j - 2] + 1);
    }
    rows.two_up.swap(rows.above);
    rows.above.swap(rows.now);
  }
  return rows.above[b.size()];
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
  const std::size_t limit = std::min<std::size_t>(3, 1 + word.size() / 4);
  std::optional<std::string_view> best;
  std::size_t best_distance = limit + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) > limit) continue;  // Also bounds the work for a huge word.
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance || distance >= longer) continue;  // Nothing in common is no typing error.
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::size_t utf8_sequence(std::string_view bytes) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length == 0 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  const unsigned char second = at(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool too_high = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_high ? 0 : length;
}

namespace {

// Sequences that a terminal acts on or that reorder a line: C1 controls, line separators and bidirectional marks.
bool is_treacherous(std::string_view sequence) {
  if (sequence.size() == 2) return sequence[0] == '\xC2' && static_cast<unsigned char>(sequence[1]) < 0xA0;
  if (sequence.size() != 3 || sequence[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(sequence[1]), third = static_cast<unsigned char>(sequence[2]);
  return (second == 0x80 && third >= 0xA8 && third <= 0xAE) || (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

// How printable() writes the sequence at the front of `bytes`; `used` is its length there.
std::string visible(std::string_view bytes, std::size_t& used) {
  constexpr char kDigits[] = "0123456789abcdef";
  const std::size_t length = utf8_sequence(bytes);
  used = length == 0 ? 1 : length;
  const std::string_view sequence = bytes.substr(0, used);
  const char first = sequence[0];
  if (first == '"' || first == '\'' || first == '\\') return std::string{'\\', first};
  const bool control = length == 1 && (first < 0x20 || first == 0x7F);
  if (length != 0 && !control && !is_treacherous(sequence)) return std::string(sequence);
  std::string out;
  for (const char c : sequence)
    out += {'\\', 'x', kDigits[static_cast<unsigned char>(c) >> 4], kDigits[static_cast<unsigned char>(c) & 15]};
  return out;
}

}  // namespace

bool is_utf8(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view bytes, std::size_t limit) {
  constexpr std::string_view kCut = "...";
  std::string out;
  std::size_t cut_at = 0;  // The longest prefix of `out` behind which kCut still fits.
  while (!bytes.empty()) {
    if (out.size() + kCut.size() <= limit) cut_at = out.size();
    std::size_t used = 0;
    const std::string piece = visible(bytes, used);
    if (out.size() + piece.size() > limit) {
      out.resize(cut_at);
      return out.append(kCut.substr(0, limit));
    }
    out += piece;
    bytes.remove_prefix(used);
  }
  return out;
}

}  // namespace sup
