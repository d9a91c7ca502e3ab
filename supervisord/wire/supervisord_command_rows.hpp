// Commands about supervisord itself, and its configuration. Included by command_rows.hpp only.
#pragma once

#include <array>

#include "wire/shared_command_rows.hpp"

namespace sup::wire {

// plan
inline constexpr auto kPlanExamples =
    std::array{Example{"ctl plan", "what is not in force of the files, and what a change of each setting takes"},
               Example{"ctl plan --json", "for a program"}};

// apply
inline constexpr auto kApplyParams = std::array{
    ParamRow{.name = "dry_run",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--dry-run",
             .fallback = "false",
             .doc = "Only tell what would be done, as `ctl plan` does."},
    ParamRow{.name = "restart",
             .type = ParamType::boolean,
             .given = Given::flag_off,
             .option = "--no-restart",
             .fallback = "true",
             .doc = "Restart nothing: what cannot change in a running service is taken by its next start. `ctl status` "
                    "shows which are stale."},
    ParamRow{.name = "rolling",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--rolling",
             .fallback = "false",
             .doc = "Restart the instances of a service one after the other, as `ctl restart --rolling` does."},
    ParamRow{.name = "max_unavailable",
             .type = ParamType::integer,
             .given = Given::option,
             .option = "--max-unavailable",
             .metavar = "N",
             .min = 1,
             .max = 1'000,
             .doc = "With --rolling: restart so many at a time. Default: 1."},
    ParamRow{.name = "confirm_ms",
             .type = ParamType::duration,
             .given = Given::option,
             .option = "--confirm",
             .metavar = "DURATION",
             .min = 1,
             .max = 604'800'000,  // A week.
             .doc = "Go back to the configuration before, unless `ctl confirm` follows within this time (\"60s\"), and "
                    "as soon as a service that it touches fails."},
    ParamRow{.name = "watch",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--watch",
             .scope = Scope::local,
             .fallback = "false",
             .doc = "Do it again whenever a file of the configuration changes, until interrupted: for development."},
    kWait};
inline constexpr auto kConfirmParams = std::array{ParamRow{.name = "revert",
                                                           .type = ParamType::boolean,
                                                           .given = Given::flag,
                                                           .option = "--revert",
                                                           .fallback = "false",
                                                           .doc = "Go back at once instead."}};
inline constexpr auto kConfirmExamples =
    std::array{Example{"ctl confirm", "keep what `ctl apply --confirm` has put in force"},
               Example{"ctl confirm --revert", "do not wait until it goes back by itself"}};
inline constexpr auto kApplyExamples =
    std::array{Example{"ctl apply", "the files are in force, and what had to be restarted is ready again"},
               Example{"ctl apply --dry-run", "what that would do"},
               Example{"ctl apply --no-restart", "nothing is restarted; `ctl status` shows what is stale"},
               Example{"ctl apply --confirm 60s", "on trial: without a `ctl confirm` all is as before in a minute"},
               Example{"ctl apply --watch", "again at each change of a file"}};
inline constexpr auto kVersionExamples =
    std::array{Example{"ctl version", "of ctl, and of supervisord if it is running"}};
inline constexpr std::array<std::string_view, 6> kLogLevels = {"trace", "debug", "info", "warning", "error", "off"};
inline constexpr auto kLogLevelParams =
    std::array{ParamRow{.name = "level",
                        .type = ParamType::choice,
                        .given = Given::word,
                        .metavar = "LEVEL",
                        .choices = kLogLevels,
                        .role = Role::admin,
                        .doc = "How much supervisord says from now on: trace, debug, info, warning, error or off. "
                               "Needs the role admin."}};
inline constexpr auto kLogLevelExamples =
    std::array{Example{"ctl log-level", "how much does it say?"},
               Example{"ctl log-level debug", "every step, until supervisord starts anew"}};
inline constexpr auto kPingExamples = std::array{Example{"ctl ping", "is it there, and how long does an answer take?"}};
inline constexpr auto kShutdownParams = std::array{ParamRow{.name = "now",
                                                            .type = ParamType::boolean,
                                                            .given = Given::flag,
                                                            .option = "--now",
                                                            .fallback = "false",
                                                            .doc = "No patience: KILL to everything that is alive."},
                                                   ParamRow{.name = "no_wait",
                                                            .type = ParamType::boolean,
                                                            .given = Given::flag,
                                                            .option = "--no-wait",
                                                            .scope = Scope::local,
                                                            .doc = "Do not wait until supervisord is gone."}};
inline constexpr auto kShutdownExamples =
    std::array{Example{"ctl shutdown", "stop everything in order, then supervisord"},
               Example{"ctl shutdown --now", "at once, without grace"}};
inline constexpr auto kReexecParams =
    std::array{ParamRow{.name = "program",
                        .type = ParamType::text,
                        .given = Given::option,
                        .option = "--program",
                        .metavar = "PATH",
                        .completes = Completes::files,
                        .doc = "The program to go on with; else the one that supervisord was started with, as it is "
                               "there now."},
               ParamRow{.name = "no_wait",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--no-wait",
                        .scope = Scope::local,
                        .doc = "Do not wait until the other has taken over."}};
inline constexpr auto kReexecExamples =
    std::array{Example{"ctl reexec", "after an upgrade: the new version goes on, services run on"},
               Example{"ctl reexec --program /opt/supervisord-0.1/bin/supervisord", "back to an older one"}};
inline constexpr auto kPoweroffExamples =
    std::array{Example{"ctl poweroff", "stop everything in order, write disks, switch off"},
               Example{"ctl poweroff --now", "services and others get KILL at once"}};
inline constexpr auto kRebootExamples = std::array{Example{"ctl reboot", "stop everything in order, start anew"},
                                                   Example{"ctl reboot --no-wait", "say so, and come back at once"}};
inline constexpr auto kHaltExamples = std::array{Example{"ctl halt", "stop everything in order, stay switched on"}};

inline constexpr auto kSupervisordCommands = std::array{
    CommandRow{.verb = Verb::plan,
               .name = "plan",
               .method = "Plan",
               .role = Role::admin,
               .group = HelpGroup::supervisord,
               .params = {},
               .reply = "PlanReply",
               .summary = "Compare the configuration files with what is in force; nothing is changed.",
               .text = "Reads the files again, from where supervisord has read them when it started, checks them as "
                       "`ctl check` does, and tells each service that is added, changed or removed in them, setting by "
                       "setting: the value in force, that of the files, and whether a change of it takes a restart. "
                       "Values of variables that look like secrets are masked. What `ctl set` has changed, and "
                       "services of `ctl run`, are not compared. `ctl apply` puts the files in force. The exit code is "
                       "1 if they have errors. The role is admin, since errors show "
                       "lines of the files.",
               .examples = kPlanExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::apply,
               .name = "apply",
               .method = "Apply",
               .role = Role::admin,
               .streaming = Streaming::on_request,
               .group = HelpGroup::supervisord,
               .params = kApplyParams,
               .reply = "ApplyReply",
               .summary = "Put what the configuration files say now in force.",
               .text =
                   "Reads the files again, as `ctl plan` does. If they have errors nothing is touched, and the exit "
                   "code is 1. Otherwise services that are no longer there are stopped and leave, new ones are "
                   "there and start if they start with supervisord, and changed ones get what can change while "
                   "they run; those with other changes are restarted, in the order of dependencies, with what "
                   "requires them. All else goes on untouched: a file that was only touched, re-ordered or "
                   "commented changes nothing. The exit code is 1 if one of them does not become ready. SIGHUP "
                   "does the same.",
               .examples = kApplyExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::confirm,
               .name = "confirm",
               .method = "Confirm",
               .role = Role::admin,
               .group = HelpGroup::supervisord,
               .params = kConfirmParams,
               .reply = "ConfirmReply",
               .summary = "Keep the configuration that was put in force on trial.",
               .text = "After `ctl apply --confirm 60s` supervisord goes back to the configuration before when the "
                       "time is over, unless this is said. Going back touches what is in force, not the files: `ctl "
                       "plan` tells then how they differ. The exit code is 1 if nothing waits to be confirmed, or if "
                       "something does not come back as it was.",
               .examples = kConfirmExamples,
               .exits = kCallExits},
    CommandRow{
        .verb = Verb::version,
        .name = "version",
        .method = "Version",
        .role = Role::observe,
        .group = HelpGroup::supervisord,
        .reply = "VersionReply",
        .summary = "Show the versions of ctl and of the running supervisord.",
        .text = "The version of ctl is shown even when supervisord is not running; the exit code is then that of the "
                "failed connection.",
        .examples = kVersionExamples,
        .exits = kCallExits},
    CommandRow{.verb = Verb::log_level,
               .name = "log-level",
               .method = "LogLevel",
               .role = Role::observe,
               .group = HelpGroup::supervisord,
               .params = kLogLevelParams,
               .reply = "LogLevelReply",
               .summary = "Show or change how much supervisord says in its own log.",
               .text = "It holds until supervisord starts anew, which begins with [supervisord] log.level or "
                       "--log-level.",
               .examples = kLogLevelExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::ping,
               .name = "ping",
               .method = "Ping",
               .role = Role::observe,
               .group = HelpGroup::supervisord,
               .reply = "PingReply",
               .summary = "Ask supervisord for a sign of life and show how long it took.",
               .text = "One question and one answer on the control socket.",
               .examples = kPingExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::shutdown,
               .name = "shutdown",
               .method = "Shutdown",
               .role = Role::admin,
               .group = HelpGroup::supervisord,
               .params = kShutdownParams,
               .reply = "ShutdownReply",
               .summary = "Stop all services in order, then supervisord; wait until it is gone.",
               .text = "What is alive after the setting `shutdown-timeout` gets KILL.",
               .examples = kShutdownExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::reexec,
               .name = "reexec",
               .method = "Reexec",
               .role = Role::admin,
               .group = HelpGroup::supervisord,
               .params = kReexecParams,
               .reply = "ReexecReply",
               .summary = "Go on with another version of supervisord, without touching the services.",
               .text = "The program is asked first whether it could go on with what is running; if it cannot, it is "
                       "said why and nothing is changed. It then takes the place of supervisord, under the same pid. "
                       "Should it fail three times within its first minute, the one before comes back. The signal "
                       "USR1 does the same as `ctl reexec`, unless forward-signals is set. Needs the guard.",
               .examples = kReexecExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::poweroff,
               .name = "poweroff",
               .method = "Poweroff",
               .role = Role::admin,
               .group = HelpGroup::supervisord,
               .params = kShutdownParams,
               .reply = "ShutdownReply",
               .summary = "Stop everything in order and switch the machine off, whose init supervisord is.",
               .text = "Where supervisord was started with --init. When all services have ended, everything else on "
                       "the machine gets "
                       "TERM, and KILL 3 s later; disks are written and unmounted, or made read-only. A second call "
                       "kills what is left at once.",
               .examples = kPoweroffExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::reboot,
               .name = "reboot",
               .method = "Reboot",
               .role = Role::admin,
               .group = HelpGroup::supervisord,
               .params = kShutdownParams,
               .reply = "ShutdownReply",
               .summary = "Stop everything in order and start the machine anew, whose init supervisord is.",
               .text = "As `poweroff`. The last of several calls decides what becomes of the machine.",
               .examples = kRebootExamples,
               .exits = kCallExits},
    CommandRow{
        .verb = Verb::halt,
        .name = "halt",
        .method = "Halt",
        .role = Role::admin,
        .group = HelpGroup::supervisord,
        .params = kShutdownParams,
        .reply = "ShutdownReply",
        .summary = "Stop everything in order and leave the machine switched on and still, whose init supervisord is.",
        .text = "As `poweroff`, but without switching off.",
        .examples = kHaltExamples,
        .exits = kCallExits},
};

}  // namespace sup::wire
