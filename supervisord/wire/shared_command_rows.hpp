// What rows of several groups of commands share: parameters, and lists of exit codes.
#pragma once

#include <array>

#include "wire/commands.hpp"

namespace sup::wire {

// Parameters that several commands share.
inline constexpr ParamRow kNamesRequired{.name = "names",
                                         .type = ParamType::texts,
                                         .given = Given::words,
                                         .metavar = "NAME",
                                         .need = Need::required,
                                         .completes = Completes::services,
                                         .doc = "Services: names, groups, shell patterns (\"web*\"), or all."};
inline constexpr ParamRow kTagged{
    .name = kTags,
    .type = ParamType::texts,
    .given = Given::option,
    .option = "--tag",
    .metavar = "TAG",
    .doc = "Only services that have this tag, or one of these if it is given more than once."};
inline constexpr ParamRow kName{.name = "name",
                                .type = ParamType::text,
                                .given = Given::word,
                                .metavar = "NAME",
                                .need = Need::required,
                                .completes = Completes::services,
                                .doc = "The service."};
inline constexpr ParamRow kWait{.name = "wait",
                                .type = ParamType::boolean,
                                .given = Given::flag_off,
                                .option = "--no-wait",
                                .fallback = "true",
                                .doc = "Do not wait for the end: it is enough that supervisord has accepted it."};
inline constexpr auto kCallExits =
    std::array{ExitCode::done,      ExitCode::failed,       ExitCode::usage,        ExitCode::denied,
               ExitCode::no_daemon, ExitCode::stale_socket, ExitCode::incompatible, ExitCode::timed_out};
inline constexpr auto kNamedExits = std::array{
    ExitCode::done,      ExitCode::failed,       ExitCode::usage,        ExitCode::no_such_service, ExitCode::denied,
    ExitCode::no_daemon, ExitCode::stale_socket, ExitCode::incompatible, ExitCode::timed_out};

}  // namespace sup::wire
