// What a user may say about sending lines to a syslog server. The rows are in syslog_fields.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/enum_names.hpp"
#include "base/result.hpp"
#include "spec/probe_target.hpp"

namespace sup {

// The values are the codes of RFC 5424.
enum class SyslogFacility : std::uint8_t {
  user = 1,
  mail = 2,
  daemon = 3,
  auth = 4,
  cron = 9,
  local0 = 16,
  local1,
  local2,
  local3,
  local4,
  local5,
  local6,
  local7,
};
template <>
inline constexpr auto kEnumNames<SyslogFacility> = std::array{
    EnumName{SyslogFacility::user, "user"},     EnumName{SyslogFacility::mail, "mail"},
    EnumName{SyslogFacility::daemon, "daemon"}, EnumName{SyslogFacility::auth, "auth"},
    EnumName{SyslogFacility::cron, "cron"},     EnumName{SyslogFacility::local0, "local0"},
    EnumName{SyslogFacility::local1, "local1"}, EnumName{SyslogFacility::local2, "local2"},
    EnumName{SyslogFacility::local3, "local3"}, EnumName{SyslogFacility::local4, "local4"},
    EnumName{SyslogFacility::local5, "local5"}, EnumName{SyslogFacility::local6, "local6"},
    EnumName{SyslogFacility::local7, "local7"},
};

struct SyslogSpec {
  std::string address = "/dev/log";
  SyslogFacility facility = SyslogFacility::daemon;
  std::string tag;  // Empty: the name of the instance.
  friend bool operator==(const SyslogSpec&, const SyslogSpec&) = default;
};

// Where a syslog server is.
struct SyslogAddress {
  enum class Kind : std::uint8_t { local, udp, tcp };
  Kind kind = Kind::local;
  std::string path;  // For Kind::local.
  Endpoint at;       // Else.
};

// "/dev/log", "udp://127.0.0.1:514", "tcp://[::1]:601". Errors: invalid, with what would be right.
[[nodiscard]] Result<SyslogAddress> parse_syslog_address(std::string_view text);

}  // namespace sup
