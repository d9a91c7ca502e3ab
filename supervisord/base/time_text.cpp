#include "base/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "base/text.hpp"

namespace sup {
namespace {

using std::chrono::days;
using std::chrono::seconds;

// Of our own: the zone of RFC 3339, %:z, and a whole TAI64N label.
constexpr char kIsoZone = 'K';
constexpr char kColonZone = ':';
constexpr char kTai = 'N';
constexpr std::string_view kDirectives = "YmdHMSyejabFTszZf%";

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";

// A moment, taken apart where the clock on the wall is `offset` ahead.
struct Parts {
  std::int64_t unix_seconds;
  std::int64_t nanoseconds;
  std::chrono::year_month_day date;
  std::chrono::sys_days day;
  std::int64_t second_of_day;
};

Parts take_apart(WallTime time, UtcOffset offset) {
  const auto since = time.time_since_epoch();
  const auto whole = std::chrono::floor<seconds>(since);
  const auto local = whole + seconds{offset.seconds};
  const auto day = std::chrono::floor<days>(local);
  return {whole.count(), (since - whole).count(), std::chrono::year_month_day{std::chrono::sys_days{day}},
          std::chrono::sys_days{day}, (local - day).count()};
}

void append_number(std::string& out, std::int64_t number, std::size_t width, char fill = '0') {
  const fmt::format_int digits(number);
  if (digits.size() < width) out.append(width - digits.size(), fill);
  out.append(digits.data(), digits.size());
}

void append_fraction(std::string& out, std::int64_t nanoseconds, TimePrecision precision) {
  constexpr std::int64_t kDivisors[] = {0, 1'000'000, 1'000, 1};
  if (precision == TimePrecision::s) return;
  const auto step = static_cast<std::size_t>(precision);
  out += '.';
  append_number(out, nanoseconds / kDivisors[step], step * 3);
}

void append_zone(std::string& out, UtcOffset offset, std::string_view between) {
  const std::int32_t minutes = (offset.seconds < 0 ? -offset.seconds : offset.seconds) / 60;
  out += offset.seconds < 0 ? '-' : '+';
  append_number(out, minutes / 60, 2);
  out += between;
  append_number(out, minutes % 60, 2);
}

// https://cr.yp.to/libtai/tai64.html: 2^62 + 10 + Unix seconds, without leap seconds, as multilog writes it.
void append_tai(std::string& out, const Parts& parts) {
  constexpr std::int64_t kEpoch = 0x4000'0000'0000'000a;
  fmt::format_to(std::back_inserter(out), "@{:016x}{:08x}", kEpoch + parts.unix_seconds, parts.nanoseconds);
}

unsigned day_of_year(const Parts& parts) {
  const std::chrono::sys_days first{parts.date.year() / std::chrono::January / 1};
  return static_cast<unsigned>((parts.day - first).count()) + 1;
}

std::string_view name_at(std::string_view names, unsigned index) { return names.substr(index * std::size_t{3}, 3); }

void append_date(std::string& out, const Parts& parts, char directive) {
  const auto year = static_cast<int>(parts.date.year());
  switch (directive) {
    case 'Y': return append_number(out, year, 4);
    case 'y': return append_number(out, year % 100, 2);
    case 'm': return append_number(out, static_cast<unsigned>(parts.date.month()), 2);
    case 'd': return append_number(out, static_cast<unsigned>(parts.date.day()), 2);
    case 'e': return append_number(out, static_cast<unsigned>(parts.date.day()), 2, ' ');
    case 'j': return append_number(out, day_of_year(parts), 3);
    case 'b': out += name_at(kMonths, static_cast<unsigned>(parts.date.month()) - 1); return;
    case 'a': out += name_at(kWeekdays, std::chrono::weekday{parts.day}.c_encoding()); return;
    default:
      for (const char part : {'Y', '-', 'm', '-', 'd'})
        if (part == '-')
          out += part;
        else
          append_date(out, parts, part);
  }
}

void append_time(std::string& out, const Parts& parts, char directive) {
  switch (directive) {
    case 'H': return append_number(out, parts.second_of_day / 3600, 2);
    case 'M': return append_number(out, parts.second_of_day / 60 % 60, 2);
    case 'S': return append_number(out, parts.second_of_day % 60, 2);
    default:
      for (const char part : {'H', ':', 'M', ':', 'S'})
        if (part == ':')
          out += part;
        else
          append_time(out, parts, part);
  }
}

}  // namespace

Result<std::vector<TimeText::Piece>> TimeText::parse_pattern(std::string_view pattern) {
  std::vector<Piece> out;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t percent = pattern.find('%', at);
    if (percent != at) out.push_back({0, std::string(pattern.substr(at, percent - at))});
    if (percent == pattern.npos) break;
    const std::string_view rest = pattern.substr(percent + 1);
    const bool is_colon = rest.starts_with(":z");
    if (!is_colon && (rest.empty() || kDirectives.find(rest.front()) == kDirectives.npos))
      return fail(Errc::invalid,
                  fmt::format("'{}' means nothing in a time; known are %Y %m %d %H %M %S %f %z %:z %Z %y "
                              "%e %j %a %b %F %T %s %%",
                              printable(pattern.substr(percent, 2))));
    if (rest.front() == '%')
      out.push_back({0, "%"});
    else
      out.push_back({rest.front(), {}});
    at = percent + (is_colon ? 3 : 2);
  }
  return out;
}

Result<TimeText> TimeText::parse(std::string_view format) {
  TimeText out;
  if (format == "tai64n") {
    out.pieces_ = {{kTai, {}}};
    return out;
  }
  if (format == "unix" || format == "iso") {
    out.is_number_ = format == "unix";
    out.pieces_ = TRY(parse_pattern(out.is_number_ ? "%s%f" : "%FT%T%f"));
    if (!out.is_number_) out.pieces_.push_back({kIsoZone, {}});
    return out;
  }
  constexpr std::string_view kWords[] = {"iso", "unix", "tai64n"};
  const auto near = nearest(format, kWords);
  if (format.find('%') == format.npos)
    return fail(Errc::invalid,
                fmt::format("'{}' is no form of a time{}; write \"iso\", \"unix\", \"tai64n\" or a pattern "
                            "such as \"%Y-%m-%d %H:%M:%S%f\"",
                            printable(format), near ? fmt::format(" (did you mean '{}'?)", *near) : ""));
  const auto is_odd = [](char c) { return (c >= 0 && c < ' ') || c == '"' || c == '\\' || c == '\x7f'; };
  if (std::ranges::any_of(format, is_odd))
    return fail(Errc::invalid, "a time cannot have quotes, backslashes or control characters");
  out.pieces_ = TRY(parse_pattern(format));
  return out;
}

void TimeText::append(std::string& out, WallTime time, TimePrecision precision, UtcOffset offset) const {
  const Parts parts = take_apart(time, offset);
  for (const Piece& piece : pieces_) {
    switch (piece.directive) {
      case 0: out += piece.text; break;
      case 's': append_number(out, parts.unix_seconds, 1); break;
      case 'f': append_fraction(out, parts.nanoseconds, precision); break;
      case 'Z': out += offset.name; break;
      case 'z': append_zone(out, offset, ""); break;
      case kColonZone: append_zone(out, offset, ":"); break;
      case kIsoZone:
        if (offset.seconds == 0)
          out += 'Z';
        else
          append_zone(out, offset, ":");
        break;
      case kTai: append_tai(out, parts); break;
      case 'H':
      case 'M':
      case 'S':
      case 'T': append_time(out, parts, piece.directive); break;
      default: append_date(out, parts, piece.directive);
    }
  }
}

}  // namespace sup
