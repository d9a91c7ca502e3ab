// What a user may say about the output of a service. The rows are in log_fields.hpp.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "base/time.hpp"
#include "base/time_text.hpp"
#include "spec/log_template.hpp"
#include "spec/rare.hpp"
#include "spec/rotate_spec.hpp"
#include "spec/syslog_spec.hpp"

namespace sup {

// A number of bytes.
struct ByteSize {
  std::uint64_t bytes = 0;
  friend bool operator==(const ByteSize&, const ByteSize&) = default;
};

enum class LogTo : std::uint8_t { automatic, file, standard_output, null, syslog, journal };
template <>
inline constexpr auto kEnumNames<LogTo> = std::array{
    EnumName{LogTo::automatic, "auto", "What [supervisord] log.services says."},
    EnumName{LogTo::file, "file", "The file log.path, by default NAME.log in the log directory."},
    EnumName{LogTo::standard_output, "stdout", "supervisord's own standard output."},
    EnumName{LogTo::null, "null", "Nowhere but the ring that `ctl logs` reads."},
    EnumName{LogTo::syslog, "syslog", "A syslog server (RFC 5424), see log.syslog."},
    EnumName{LogTo::journal, "journal", "The journal of systemd, in its native protocol."},
};

enum class LogFormat : std::uint8_t { automatic, raw, text, json, logfmt };
template <>
inline constexpr auto kEnumNames<LogFormat> = std::array{
    EnumName{
        LogFormat::automatic, "auto",
        "text if there is a template; else what [supervisord] log.services-format says; else raw in files, and text "
        "with NAME in front on stdout."},
    EnumName{LogFormat::raw, "raw", "The bytes as they come."},
    EnumName{LogFormat::text, "text", "Each line as log.template says."},
    EnumName{LogFormat::json, "json", "Each line as a JSON object, always valid UTF-8."},
    EnumName{LogFormat::logfmt, "logfmt", "Each line as KEY=VALUE pairs."},
};

enum class LogZone : std::uint8_t { utc, local };
template <>
inline constexpr auto kEnumNames<LogZone> = std::array{
    EnumName{LogZone::utc, "utc", "UTC."},
    EnumName{LogZone::local, "local", "The zone of the machine, or that of TZ in supervisord's environment."},
};

// How the time of a line is written, where its format has one.
struct LogTimeSpec {
  std::string format = "iso";  // See base/time_text.hpp.
  LogZone zone = LogZone::utc;
  TimePrecision precision = TimePrecision::ms;
  friend bool operator==(const LogTimeSpec&, const LogTimeSpec&) = default;
};

// What becomes of lines that are too many, or that their destination does not take.
enum class LogOverflow : std::uint8_t { block, drop };
template <>
inline constexpr auto kEnumNames<LogOverflow> = std::array{
    EnumName{LogOverflow::block, "block", "They stay in the pipe, and the service waits when it is full."},
    EnumName{LogOverflow::drop, "drop", "They are dropped, counted, and announced where they are missing."},
};

// So many lines in each such time: "1000/s".
struct LineLimit {
  std::uint32_t lines = 0;
  Duration per = std::chrono::seconds{1};  // A second, a minute or an hour.
  friend bool operator==(const LineLimit&, const LineLimit&) = default;
};

// Lines that are one record.
struct MultiLineSpec {
  std::string start;  // A regular expression, see regex/pattern.hpp; empty: each line is a record.
  Duration wait = std::chrono::seconds{1};
  friend bool operator==(const MultiLineSpec&, const MultiLineSpec&) = default;
};

struct LogSpec {
  LogTo to = LogTo::automatic;
  std::string path;  // Absolute; empty: NAME.log in the log directory.
  LogFormat format = LogFormat::automatic;
  LogTemplate template_ = {};  // "template" is a keyword of C++.
  Rare<LogTimeSpec> time = {};
  bool strip_ansi = false;
  std::vector<LogTo> also = {};
  Rare<RotateSpec> rotate = {};
  Rare<SyslogSpec> syslog = {};
  LogOnFull on_full = LogOnFull::drop;
  ByteSize line_max{64 * 1024};
  Rare<MultiLineSpec> multi_line = {};
  LogOverflow overflow = LogOverflow::block;
  std::optional<LineLimit> rate = {};
  std::optional<ByteSize> pipe_size = {};  // Nothing: the kernel's, and more while output flows.
  friend bool operator==(const LogSpec&, const LogSpec&) = default;
};

// Whether it is one of the destinations that are named.
[[nodiscard]] bool goes_to(const LogSpec& log, LogTo to);

// What holds for services that do not say it themselves.
struct LogFormatDefaults {
  LogFormat format = LogFormat::automatic;
  LogTemplate template_;
  LogTimeSpec time;
};

// How lines are written, with "auto" decided: never LogFormat::automatic, and with a template if it is text.
struct ChosenFormat {
  LogFormat format = LogFormat::raw;
  LogTemplate template_;
};
[[nodiscard]] ChosenFormat chosen_format(const LogSpec& log, const LogFormatDefaults& defaults, LogTo to);

}  // namespace sup
