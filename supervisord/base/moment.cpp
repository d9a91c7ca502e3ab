#include "base/moment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "base/text.hpp"

namespace sup {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using OffsetAt = std::function<UtcOffset(WallTime)>;

constexpr std::string_view kForms =
    "write 10m, 14:30, today, yesterday, \"2026-11-29\", \"2026-11-29 10:00:00\" or @ and Unix seconds";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Where the clock on the wall shows this.
WallTime from_local(WallTime shown, const OffsetAt& offset_at) {
  const WallTime about = shown - seconds{offset_at(shown).seconds};
  return shown - seconds{offset_at(about).seconds};
}

// The beginning of the day that the clock on the wall shows now, as if that clock showed UTC.
WallTime local_midnight(WallTime now, const OffsetAt& offset_at) {
  const auto local = now.time_since_epoch() + seconds{offset_at(now).seconds};
  return WallTime{std::chrono::floor<days>(local)};
}

// A date, a time or both, from left to right.
class Reader {
 public:
  Reader(std::string_view text, WallTime midnight) : text_(text), shown_(midnight) {}

  Result<WallTime> read(const OffsetAt& offset_at) {
    const bool has_date = text_.size() > 4 && text_[4] == '-';
    if (has_date) TRY(date());
    if (has_date && at_ < text_.size() && (text_[at_] == 'T' || text_[at_] == ' ')) {
      ++at_;
      TRY(clock());
    } else if (!has_date) {
      TRY(clock());
    }
    const auto offset = TRY(zone());
    if (at_ < text_.size()) return wrong("nothing more");
    return offset ? shown_ - *offset : from_local(shown_, offset_at);
  }

 private:
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view wanted) const {
    const std::string_view there = text_.substr(at_, 2);
    return fail(Errc::invalid, fmt::format("'{}' is no time: column {}: {} is wanted{}", printable(text_, 60), at_ + 1,
                                           wanted, there.empty() ? "" : fmt::format(", not '{}'", printable(there))));
  }

  Result<std::int64_t> number(std::size_t width, std::int64_t least, std::int64_t most, std::string_view what) {
    const std::string_view digits = text_.substr(at_, width);
    std::int64_t out = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    const bool is_number = digits.size() == width && std::ranges::all_of(digits, is_digit) && error == std::errc() &&
                           stop == digits.data() + digits.size();
    if (!is_number || out < least || out > most)
      return wrong(fmt::format("{} from {:0{}} to {}", what, least, width, most));
    at_ += width;
    return out;
  }

  Result<> mark(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return wrong(fmt::format("'{}'", wanted));
    ++at_;
    return {};
  }

  Result<> date() {
    const auto year = TRY(number(4, 1970, 2200, "a year"));
    TRY(mark('-'));
    const auto month = TRY(number(2, 1, 12, "a month"));
    TRY(mark('-'));
    const std::chrono::year_month year_month{std::chrono::year{static_cast<int>(year)},
                                             std::chrono::month{static_cast<unsigned>(month)}};
    const std::chrono::year_month_day last{year_month / std::chrono::last};
    const auto day = TRY(number(2, 1, static_cast<unsigned>(last.day()), "a day"));
    shown_ =
        WallTime{std::chrono::sys_days{year_month / std::chrono::day{static_cast<unsigned>(day)}}.time_since_epoch()};
    return {};
  }

  Result<> clock() {
    shown_ += std::chrono::hours{TRY(number(2, 0, 23, "an hour"))};
    TRY(mark(':'));
    shown_ += std::chrono::minutes{TRY(number(2, 0, 59, "a minute"))};
    if (at_ >= text_.size() || text_[at_] != ':') return {};
    ++at_;
    shown_ += seconds{TRY(number(2, 0, 59, "a second"))};
    if (at_ >= text_.size() || text_[at_] != '.') return {};
    ++at_;
    if (at_ >= text_.size() || !is_digit(text_[at_])) return wrong("a digit");
    std::int64_t unit = 100'000'000;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_, unit /= 10) shown_ += Duration{(text_[at_] - '0') * unit};
    return {};
  }

  Result<std::optional<seconds>> zone() {
    if (at_ >= text_.size()) return std::nullopt;
    const char sign = text_[at_];
    if (sign != 'Z' && sign != '+' && sign != '-') return std::nullopt;
    ++at_;
    if (sign == 'Z') return seconds{0};
    const auto hours = TRY(number(2, 0, 23, "hours of a zone"));
    if (at_ < text_.size() && text_[at_] == ':') ++at_;
    const auto minutes = TRY(number(2, 0, 59, "minutes of a zone"));
    const seconds offset{hours * 3600 + minutes * 60};
    return sign == '-' ? -offset : offset;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  WallTime shown_;
};

// "@1795946400"
Result<WallTime> unix_moment(std::string_view text) {
  constexpr std::int64_t kMost = 7'289'654'400;  // 2201
  std::int64_t out = 0;
  const auto [stop, error] = std::from_chars(text.data() + 1, text.data() + text.size(), out);
  if (error != std::errc() || stop != text.data() + text.size() || out < 0 || out > kMost)
    return fail(Errc::invalid, fmt::format("'{}' is no time: column 2: Unix seconds from 0 to {} are wanted",
                                           printable(text, 60), kMost));
  return WallTime{seconds{out}};
}

std::unexpected<Error> no_moment(std::string_view text) {
  constexpr std::string_view kWords[] = {"now", "today", "yesterday"};
  const auto near = nearest(text, kWords);
  return fail(Errc::invalid, fmt::format("'{}' is no time: column 1: {}", printable(text, 60),
                                         near ? fmt::format("did you mean '{}'?", *near) : std::string(kForms)));
}

}  // namespace

Result<WallTime> parse_moment(std::string_view text, WallTime now, const OffsetAt& offset_at) {
  const WallTime midnight = local_midnight(now, offset_at);
  if (text == "now") return now;
  if (text == "today") return from_local(midnight, offset_at);
  if (text == "yesterday") return from_local(midnight - days{1}, offset_at);
  if (text.starts_with('@')) return unix_moment(text);
  if (text.empty() || !is_digit(text.front())) return no_moment(text);
  if (text.find_first_of(":-") != text.npos) return Reader(text, midnight).read(offset_at);
  const auto ago = parse_duration(text);
  if (!ago) return fail(Errc::invalid, fmt::format("{}; {}", ago.error().what, kForms));
  return now - *ago;
}

}  // namespace sup
