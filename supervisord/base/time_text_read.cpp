// TimeText: reading back what it has written.
#include <charconv>
#include <chrono>

#include "base/time_text.hpp"

namespace sup {
namespace {

using std::chrono::days;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::int64_t kTaiEpoch = 0x4000'0000'0000'000a;
constexpr std::int64_t kMostSeconds = 7'258'118'400;  // The year 2200; nanoseconds count to 2262.

// What was read so far of a moment.
struct Found {
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t nanosecond = 0;
  std::optional<std::int64_t> day_of_year = {};
  std::optional<std::int64_t> unix_seconds = {};
  std::optional<std::int32_t> offset = {};
};

// Takes pieces of a time from the front of a text. Each function returns whether its piece was there.
class Taker {
 public:
  explicit Taker(std::string_view text) : rest_(text) {}

  bool literal(std::string_view wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  // `width` digits, of which the first ones may be blanks.
  bool number(std::int64_t& out, std::size_t width, int base = 10) {
    std::string_view digits = rest_.substr(0, width);
    while (digits.starts_with(' ')) digits.remove_prefix(1);
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, out, base);
    if (error != std::errc() || stop != end || rest_.size() < width || out < 0) return false;
    rest_.remove_prefix(width);
    return true;
  }
  bool any_number(std::int64_t& out) {
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return true;
  }
  // ".412", or nothing where seconds are whole.
  bool fraction(std::int64_t& out) {
    out = 0;
    if (!literal(".")) return true;
    std::int64_t unit = 100'000'000;
    std::size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits, unit /= 10)
      out += (rest_[digits] - '0') * unit;
    rest_.remove_prefix(digits);
    return digits > 0;
  }
  bool zone(std::optional<std::int32_t>& offset, std::string_view between) {
    const bool is_behind = rest_.starts_with('-');
    std::int64_t hours = 0;
    std::int64_t minutes = 0;
    if (!literal(is_behind ? "-" : "+") || !number(hours, 2) || !literal(between) || !number(minutes, 2)) return false;
    const auto total = static_cast<std::int32_t>(hours * 3600 + minutes * 60);
    offset = is_behind ? -total : total;
    return true;
  }
  bool month_name(std::int64_t& month) {
    const std::size_t at = kMonths.find(rest_.substr(0, 3));
    if (rest_.size() < 3 || at == kMonths.npos || at % 3 != 0) return false;
    month = static_cast<std::int64_t>(at / 3) + 1;
    rest_.remove_prefix(3);
    return true;
  }
  // The name of a day or of a zone, which says nothing more.
  bool name() {
    std::size_t size = 0;
    const auto is_part = [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
    };
    while (size < rest_.size() && is_part(rest_[size])) ++size;
    rest_.remove_prefix(size);
    return size > 0;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

bool take_date(Taker& from, Found& found, char directive) {
  switch (directive) {
    case 'Y': return from.number(found.year, 4);
    case 'y':
      if (!from.number(found.year, 2)) return false;
      found.year += 2000;
      return true;
    case 'm': return from.number(found.month, 2);
    case 'd':
    case 'e': return from.number(found.day, 2);
    case 'j': return from.number(found.day_of_year.emplace(), 3);
    case 'b': return from.month_name(found.month);
    case 'a': return from.name();
    case 'F':
      return from.number(found.year, 4) && from.literal("-") && from.number(found.month, 2) && from.literal("-") &&
             from.number(found.day, 2);
    default: return false;
  }
}

bool take_piece(Taker& from, Found& found, char directive) {
  switch (directive) {
    case 'H': return from.number(found.hour, 2);
    case 'M': return from.number(found.minute, 2);
    case 'S': return from.number(found.second, 2);
    case 'T':
      return from.number(found.hour, 2) && from.literal(":") && from.number(found.minute, 2) && from.literal(":") &&
             from.number(found.second, 2);
    case 's': return from.any_number(found.unix_seconds.emplace());
    case 'f': return from.fraction(found.nanosecond);
    case 'Z': return from.name();
    case 'z': return from.zone(found.offset, "");
    case ':': return from.zone(found.offset, ":");
    case 'K': return from.literal("Z") ? (found.offset = 0, true) : from.zone(found.offset, ":");
    case 'N': {
      std::int64_t label = 0;
      if (!from.literal("@") || !from.number(label, 16, 16) || !from.number(found.nanosecond, 8, 16)) return false;
      found.unix_seconds = label - kTaiEpoch;
      return true;
    }
    default: return take_date(from, found, directive);
  }
}

// The moment as if the clock on the wall showed UTC. Nothing if the date is none, or not said.
std::optional<WallTime> as_utc(const Found& found) {
  if (found.unix_seconds) {
    if (*found.unix_seconds < -kMostSeconds || *found.unix_seconds > kMostSeconds) return std::nullopt;
    return WallTime{seconds{*found.unix_seconds} + nanoseconds{found.nanosecond}};
  }
  const std::chrono::year year{static_cast<int>(found.year)};
  const std::chrono::year_month_day date{year, std::chrono::month{static_cast<unsigned>(found.month)},
                                         std::chrono::day{static_cast<unsigned>(found.day)}};
  if (!found.day_of_year && !date.ok()) return std::nullopt;
  const std::chrono::sys_days day =
      found.day_of_year ? std::chrono::sys_days{year / std::chrono::January / 1} + days{*found.day_of_year - 1}
                        : std::chrono::sys_days{date};
  if (found.year < 1970 || found.year >= 2200) return std::nullopt;
  return WallTime{day.time_since_epoch() + seconds{found.hour * 3600 + found.minute * 60 + found.second} +
                  nanoseconds{found.nanosecond}};
}

}  // namespace

std::optional<WallTime> TimeText::take(std::string_view& text,
                                       const std::function<UtcOffset(WallTime)>& offset_at) const {
  Taker from(text);
  Found found;
  for (const Piece& piece : pieces_)
    if (piece.directive == 0 ? !from.literal(piece.text) : !take_piece(from, found, piece.directive))
      return std::nullopt;
  const auto shown = as_utc(found);
  if (!shown) return std::nullopt;
  text = from.rest();
  if (found.unix_seconds) return shown;
  if (found.offset) return *shown - seconds{*found.offset};
  // The clock was ahead by what it is at about that time; twice, for the hours around a change.
  const WallTime about = *shown - seconds{offset_at(*shown).seconds};
  return *shown - seconds{offset_at(about).seconds};
}

}  // namespace sup
