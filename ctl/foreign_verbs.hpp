// Verbs that people know from other supervisors, and what does here what they mean.
#pragma once

#include <array>
#include <string_view>

namespace sup::ctl {

struct ForeignVerb {
  std::string_view verb;
  std::string_view hint;  // Each `ctl VERB ...` in it exists; a test looks.
};

inline constexpr std::string_view kHintOfConfiguration =
    "`ctl plan` tells what is not in force of the configuration files, `ctl apply` puts them in force";
inline constexpr std::string_view kHintOfEnabled =
    "`ctl enable NAME` and `ctl disable NAME` choose what starts with supervisord; `ctl status -v NAME` shows it";

// By verb, none of them one of ours.
inline constexpr auto kForeignVerbs = std::array{
    ForeignVerb{"add", kHintOfConfiguration},
    ForeignVerb{"avail", "supervisorctl's avail is `ctl status`"},
    ForeignVerb{"clear", "supervisord keeps a bounded number of lines by itself; `ctl logs NAME` shows them"},
    ForeignVerb{"daemon-reload", kHintOfConfiguration},
    ForeignVerb{"down", "sv's down is `ctl stop NAME`; all services: `ctl stop all`"},
    ForeignVerb{"fg", "supervisorctl's fg is `ctl attach NAME`, for a service with tty = true"},
    ForeignVerb{"is-active", "systemctl's is-active is `ctl status --check NAME`"},
    ForeignVerb{"is-enabled", kHintOfEnabled},
    ForeignVerb{"is-failed", "`ctl status NAME` shows the state; `ctl status --check NAME` tells it by the exit code"},
    ForeignVerb{"journal", "`ctl logs NAME` shows what a service wrote; `ctl events` what happened to it"},
    ForeignVerb{"list-units", "systemctl's list-units is `ctl status`"},
    ForeignVerb{"log", "the verb is `ctl logs NAME`"},
    ForeignVerb{"maintail",
                "supervisord's own log goes where [supervisord] log.to says, by default to its standard error; `ctl "
                "events` shows what happened"},
    ForeignVerb{"mask", kHintOfEnabled},
    ForeignVerb{"pid", "`ctl status NAME` shows the pid; `ctl status --json NAME` is for programs"},
    ForeignVerb{"remove", kHintOfConfiguration},
    ForeignVerb{"reread", kHintOfConfiguration},
    ForeignVerb{"tail", "supervisorctl's tail is `ctl logs NAME`, and its tail -f `ctl logs -f NAME`"},
    ForeignVerb{"try-restart", "`ctl status --check NAME && ctl restart NAME` restarts what is up"},
    ForeignVerb{"unmask", kHintOfEnabled},
    ForeignVerb{"up", "sv's up is `ctl start NAME`; all services: `ctl start all`"},
    ForeignVerb{"update", kHintOfConfiguration},
};

}  // namespace sup::ctl
