// The settings of logs: one row each.
#pragma once

#include <tuple>

#include "spec/fields.hpp"
#include "spec/log_spec.hpp"
#include "spec/rotate_fields.hpp"

namespace sup {

// How a time is written, see base/time_text.hpp.
struct TimeFormatText {};

inline constexpr std::int64_t kLeastLineMax = 256;
inline constexpr std::int64_t kMostLineMax = 16 << 20;

template <>
struct Fields<LogTimeSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{
          "format", &LogTimeSpec::format, OnChange::next_start, "\"%d/%b/%Y:%T %z\"",
          "\"iso\" (2026-11-20T23:02:38.412Z), \"unix\" (seconds), \"tai64n\", or a pattern in which %Y %m %d %H %M %S "
          "%y %e %j %a %b %F %T %s %z %:z %Z %% are those of date(1), and %f is the fraction of the second with its "
          "point.",
          TimeFormatText{}},
      Field{"zone", &LogTimeSpec::zone, OnChange::next_start, "\"local\"", "Whose clock it shows."},
      Field{"precision", &LogTimeSpec::precision, OnChange::next_start, "\"us\"", "How fine it is."});
};
static_assert(kEveryMemberHasARow<LogTimeSpec>, "every member of LogTimeSpec needs a row");
template <>
inline constexpr std::string_view kShorthandKey<LogTimeSpec> = "format";

template <>
struct Fields<LogSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"to", &LogSpec::to, OnChange::next_start, "\"file\"", "Where the output of the service goes."},
      Field{"path", &LogSpec::path, OnChange::next_start, "\"/var/log/web.log\"",
            "The log file, absolute. Its directory must exist.", AbsolutePath{}},
      Field{"format", &LogSpec::format, OnChange::next_start, "\"json\"", "How lines are written."},
      Field{"template", &LogSpec::template_, OnChange::next_start, "\"{time} {service} {stream} | {line}\"",
            "What a line looks like as text. Known are {time}, {service}, {instance} (its number), {name} (worker@2), "
            "{stream}, {pid}, {run}, {line} and {mark}: + if this goes on with the line above, else a blank; without "
            "it, + is put in front of such a line. {{ and }} are braces. Default: \"{time} {name} |{mark}{line}\"."},
      Field{"time", &LogSpec::time, OnChange::next_start, "{ zone = \"local\", precision = \"us\" }",
            "How {time}, and the time in json and logfmt, is written; a text stands for `log.time.format`. Default: "
            "what [supervisord] log.services-time says."},
      Field{"strip-ansi", &LogSpec::strip_ansi, OnChange::next_start, "true",
            "Whether colours and other escape sequences of terminals are left out. Not with raw."},
      Field{
          "rotate", &LogSpec::rotate, OnChange::next_start, "{ max-size = \"50MiB\", at = \"00:00\", keep = 14 }",
          "When a new file begins, and how many old ones stay; a size stands for `rotate.max-size`. Old files have the "
          "time in their names, as web.log.20261129T012802.123456Z. Default: 10MiB, and 5 old ones."},
      Field{"on-full", &LogSpec::on_full, OnChange::next_start, "\"block\"",
            "What becomes of lines that cannot be written to the file, because the disk is full or the directory is "
            "gone. It is tried again all the time."},
      Field{"line-max", &LogSpec::line_max, OnChange::next_start, "\"16KiB\"",
            "Longer lines are split. The pieces of one are marked, except with raw, where they are written behind each "
            "other: so nothing is changed.",
            Range{kLeastLineMax, kMostLineMax}});
};
static_assert(kEveryMemberHasARow<LogSpec>, "every member of LogSpec needs a row");
template <>
inline constexpr std::string_view kShorthandKey<LogSpec> = "to";

}  // namespace sup
