// The options that every verb has, before or after the verb. Rows like those of the commands, so that parser, help,
// completion and docs/ctl.md treat both alike.
#pragma once

#include <array>

#include "wire/commands.hpp"

namespace sup::ctl {

using wire::Given;
using wire::ParamRow;
using wire::ParamType;
using wire::Scope;

inline constexpr auto kGlobalOptions = std::array{
    ParamRow{.name = "socket",
             .type = ParamType::text,
             .given = Given::option,
             .option = "--socket",
             .metavar = "PATH",
             .scope = Scope::local,
             .completes = wire::Completes::files,
             .doc = "The control socket. Default: $SUPERVISORD_SOCKET, else where supervisord puts it."},
    ParamRow{.name = "host",
             .type = ParamType::text,
             .given = Given::option,
             .option = "-H,--host",
             .metavar = "ssh://HOST[,HOST...]",
             .scope = Scope::local,
             .doc = "Do it on these hosts, by ssh and at the same time: ctl is called there. Of several, `status` is "
                    "one table, and other lines have the host in front."},
    ParamRow{
        .name = "timeout",
        .type = ParamType::duration,
        .given = Given::option,
        .option = "--timeout",
        .metavar = "DURATION",
        .scope = Scope::local,
        .doc = "Stop waiting after this time (\"500ms\", \"10s\", \"2m\") and exit with 124. What was begun goes on."},
    ParamRow{.name = "json",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--json",
             .scope = Scope::local,
             .doc = "Print JSON: one object per line."},
    ParamRow{.name = "format",
             .type = ParamType::text,
             .given = Given::option,
             .option = "--format",
             .metavar = "TEMPLATE",
             .scope = Scope::local,
             .doc = "Print one line per record: the template with the fields of --json in braces (\"{name} {state} "
                    "{pid}\"), \\t and \\n; \"-\" stands for what a record does not say."},
    ParamRow{.name = "no-pager",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--no-pager",
             .scope = Scope::local,
             .doc = "Never show long output on a terminal by $SUPERVISORD_PAGER, $PAGER or less."},
    ParamRow{.name = "quiet",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "-q,--quiet",
             .scope = Scope::local,
             .doc = "Print only what was asked for, and errors."},
    ParamRow{.name = "verbose",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "-v,--verbose",
             .scope = Scope::local,
             .doc = "Print more; show progress even when standard error is no terminal."},
    ParamRow{.name = "no-color",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--no-color",
             .scope = Scope::local,
             .doc = "No colours. They are only used on a terminal, and not if NO_COLOR is set."},
    ParamRow{.name = "help",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "-h,--help",
             .scope = Scope::local,
             .doc = "Explain ctl, or the verb, with examples."},
    ParamRow{.name = "version",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--version",
             .scope = Scope::local,
             .doc = "Print the version of ctl."}};

}  // namespace sup::ctl
