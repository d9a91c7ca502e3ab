// The exit codes of ctl: part of its interface, so they never change their meaning.
#pragma once

#include <array>

#include "base/enum_names.hpp"

namespace sup::wire {

enum class ExitCode : int {
  done = 0,
  failed = 1,
  usage = 2,
  not_running = 3,
  no_such_service = 4,
  denied = 5,
  no_daemon = 6,
  stale_socket = 7,
  incompatible = 8,
  timed_out = 124,
};

}  // namespace sup::wire

template <>
inline constexpr auto sup::kEnumNames<sup::wire::ExitCode> = std::array{
    sup::EnumName{sup::wire::ExitCode::done, "done", "It is done."},
    sup::EnumName{sup::wire::ExitCode::failed, "failed", "The operation failed; the reason is on standard error."},
    sup::EnumName{sup::wire::ExitCode::usage, "usage", "The command line makes no sense."},
    sup::EnumName{sup::wire::ExitCode::not_running, "not running", "`status --check`: not every service is up."},
    sup::EnumName{sup::wire::ExitCode::no_such_service, "no such service", "A named service does not exist."},
    sup::EnumName{sup::wire::ExitCode::denied, "permission denied", "The socket or supervisord refused this user."},
    sup::EnumName{sup::wire::ExitCode::no_daemon, "not there", "supervisord is not running: there is no socket."},
    sup::EnumName{sup::wire::ExitCode::stale_socket, "stale socket", "There is a socket, but nobody listens on it."},
    sup::EnumName{sup::wire::ExitCode::incompatible, "incompatible",
                  "Something answered that does not speak this protocol."},
    sup::EnumName{sup::wire::ExitCode::timed_out, "timed out", "--timeout was over first."},
};
