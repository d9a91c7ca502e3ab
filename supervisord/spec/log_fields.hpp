// The settings of logs: one row each.
#pragma once

#include <tuple>

#include "spec/fields.hpp"
#include "spec/log_spec.hpp"
#include "spec/probe_fields.hpp"
#include "spec/rotate_fields.hpp"
#include "spec/syslog_fields.hpp"

namespace sup {

// How a time is written, see base/time_text.hpp.
struct TimeFormatText {};

inline constexpr std::int64_t kLeastLineMax = 256;
inline constexpr std::int64_t kMostLineMax = 16 << 20;
inline constexpr std::int64_t kLeastPipeSize = 4 << 10;
inline constexpr std::int64_t kMostPipeSize = 64 << 20;

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
struct Fields<MultiLineSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"start", &MultiLineSpec::start, OnChange::next_start, "'^\\d{4}-'",
            "A regular expression (RE2) that is found in the first line of each record and in no other.", RegexText{}},
      Field{"wait", &MultiLineSpec::wait, OnChange::next_start, "\"500ms\"",
            "A record is complete when so long no more of it has come.", Range{1'000'000, 60'000'000'000}});
};
static_assert(kEveryMemberHasARow<MultiLineSpec>, "every member of MultiLineSpec needs a row");
template <>
inline constexpr std::string_view kShorthandKey<MultiLineSpec> = "start";

template <>
struct Fields<LogSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"to", &LogSpec::to, OnChange::next_start, "\"file\"", "Where the output of the service goes."},
      Field{"path", &LogSpec::path, OnChange::next_start, "\"/var/log/web.log\"",
            "The log file, absolute. Its directory must exist.", AbsolutePath{}},
      Field{"also", &LogSpec::also, OnChange::next_start, "[\"syslog\"]",
            "Further destinations: \"file\", \"stdout\", \"syslog\" and \"journal\". They never hold up the service: "
            "what they "
            "do not take in time is dropped and counted.",
            Unique{}},
      Field{
          "syslog", &LogSpec::syslog, OnChange::next_start,
          "{ address = \"udp://127.0.0.1:514\", facility = \"local3\" }",
          "The syslog server; an address stands for `syslog.address`. What comes by stdout has the severity info, what "
          "comes by stderr err. Default: /dev/log."},
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
            Range{kLeastLineMax, kMostLineMax}},
      Field{"multi-line", &LogSpec::multi_line, OnChange::next_start, "'^\\d{4}-'",
            "Lines that are one record: an object of JSON, a line of logfmt; as text they stand together and are "
            "marked as "
            "going on. A text stands for `log.multi-line.start`. Not with raw."},
      Field{"overflow", &LogSpec::overflow, OnChange::next_start, "\"drop\"",
            "What becomes of lines beyond `log.rate`, and of those that supervisord's standard output, if nobody reads "
            "it, "
            "does not take. What is dropped is counted (`ctl status -v`); `ctl logs` has it."},
      Field{"rate", &LogSpec::rate, OnChange::next_start, "\"1000/s\"",
            "How many lines this log takes in a second (/s), a minute (/m) or an hour (/h). Default: all."},
      Field{"pipe-size", &LogSpec::pipe_size, OnChange::next_start, "\"256KiB\"",
            "How much the service may write ahead of supervisord, in each of its pipes. Default: what the kernel gives "
            "(64 "
            "KiB), and 1MiB once output flows. More than fs.pipe-max-size is for a supervisord of root alone.",
            Range{kLeastPipeSize, kMostPipeSize}});
};
static_assert(kEveryMemberHasARow<LogSpec>, "every member of LogSpec needs a row");
template <>
inline constexpr std::string_view kShorthandKey<LogSpec> = "to";

}  // namespace sup
