#include "spec/syslog_spec.hpp"

namespace sup {

Result<SyslogAddress> parse_syslog_address(std::string_view text) {
  constexpr std::string_view kUdp = "udp://";
  constexpr std::string_view kTcp = "tcp://";
  if (text.starts_with('/')) return SyslogAddress{SyslogAddress::Kind::local, std::string(text), {}};
  if (text.starts_with(kUdp))
    return SyslogAddress{SyslogAddress::Kind::udp, {}, TRY(parse_endpoint(text.substr(kUdp.size())))};
  if (text.starts_with(kTcp))
    return SyslogAddress{SyslogAddress::Kind::tcp, {}, TRY(parse_endpoint(text.substr(kTcp.size())))};
  return fail(Errc::invalid, "write a path such as \"/dev/log\", \"udp://HOST:PORT\" or \"tcp://HOST:PORT\"");
}

}  // namespace sup
