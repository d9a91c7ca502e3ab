// The settings of syslog: one row each.
#pragma once

#include <tuple>

#include "spec/fields.hpp"
#include "spec/syslog_spec.hpp"

namespace sup {

// A place that parse_syslog_address() takes.
struct SyslogAddressText {};

template <>
struct Fields<SyslogSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"address", &SyslogSpec::address, OnChange::next_start, "\"udp://127.0.0.1:514\"",
            "Where the server listens: a datagram socket by its path, \"udp://HOST:PORT\" or \"tcp://HOST:PORT\". The "
            "host "
            "is an address in digits, or localhost; no name is looked up.",
            SyslogAddressText{}},
      Field{"facility", &SyslogSpec::facility, OnChange::next_start, "\"local3\"", "The facility of the messages."},
      Field{"tag", &SyslogSpec::tag, OnChange::next_start, "\"web\"",
            "How the program is called in messages. Default: the name of the service's instance.", NotEmpty{}});
};
static_assert(kEveryMemberHasARow<SyslogSpec>, "every member of SyslogSpec needs a row");
template <>
inline constexpr std::string_view kShorthandKey<SyslogSpec> = "address";

}  // namespace sup
