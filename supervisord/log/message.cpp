#include "log/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/enum_names.hpp"

namespace sup::log {
namespace {

constexpr std::size_t kMaxHost = 255;  // RFC 5424, 6.
constexpr std::size_t kMaxApp = 48;

// stdout is for information, stderr tells of errors.
int severity(const MessageOrigin& origin) {
  if (origin.severity != 0) return origin.severity;
  return origin.stream == Stream::out ? 6 : 3;
}

// PRINTUSASCII of RFC 5424; "-" is how nothing is written.
std::string printable_name(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  std::ranges::replace_if(out, [](char c) { return c <= ' ' || c > '~'; }, '_');
  return out.empty() ? "-" : out;
}

std::string timestamp(WallTime time) {
  const auto micros = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
  const std::time_t second = micros / 1'000'000;
  std::tm parts{};
  (void)::gmtime_r(&second, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, micros % 1'000'000);
}

std::string syslog_message(const MessageOrigin& origin, std::string_view host, WallTime time, std::string_view line) {
  return fmt::format("<{}>1 {} {} {} {} {} - {}", origin.facility * 8 + severity(origin), timestamp(time),
                     printable_name(host, kMaxHost), printable_name(origin.identifier, kMaxApp),
                     origin.pid == 0 ? "-" : std::to_string(origin.pid),
                     origin.severity != 0 ? "-" : enum_name(origin.stream), line);
}

// No value has a newline, so the simple form of a field is enough.
std::string journal_message(const MessageOrigin& origin, std::string_view line) {
  std::string out = fmt::format("PRIORITY={}\nSYSLOG_FACILITY={}\nSYSLOG_IDENTIFIER={}\n", severity(origin),
                                origin.facility, origin.identifier);
  if (origin.severity == 0)
    out += fmt::format("SUPERVISORD_SERVICE={}\nSUPERVISORD_INSTANCE={}\nSUPERVISORD_STREAM={}\nSUPERVISORD_RUN={}\n",
                       origin.service, origin.name, enum_name(origin.stream), origin.run.value);
  if (origin.pid != 0) out += fmt::format("SYSLOG_PID={}\n", origin.pid);
  return out.append("MESSAGE=").append(line).append("\n");
}

}  // namespace

std::string message_of(const MessageOrigin& origin, std::string_view host, WallTime time, std::string_view line) {
  return origin.form == MessageForm::journal ? journal_message(origin, line) : syslog_message(origin, host, time, line);
}

}  // namespace sup::log
