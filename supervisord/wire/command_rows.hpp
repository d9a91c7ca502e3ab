// The command table itself. Included by commands.cpp only; everybody else asks commands.hpp.
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
inline constexpr ParamRow kNamesOptional{.name = "names",
                                         .type = ParamType::texts,
                                         .given = Given::words,
                                         .metavar = "NAME",
                                         .completes = Completes::services,
                                         .doc = "Services: names, groups or shell patterns (\"web*\"). Default: all."};
inline constexpr ParamRow kNamesOrTagged{
    .name = "names",
    .type = ParamType::texts,
    .given = Given::words,
    .metavar = "NAME",
    .need = Need::unless_tagged,
    .completes = Completes::services,
    .doc = "Services: names, groups, shell patterns (\"web*\"), or all. With --tag they may be left out."};
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

inline constexpr auto kChangeParams = std::array{kNamesOrTagged, kTagged, kWait};
inline constexpr auto kRestartParams = std::array{
    kNamesOrTagged, kTagged, kWait,
    ParamRow{.name = "rolling",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--rolling",
             .fallback = "false",
             .doc = "Replace the instances one after the other, each when the one before is ready again. The first "
                    "that does not become ready is the last that is replaced. What requires them stays up."},
    ParamRow{.name = "max_unavailable",
             .type = ParamType::integer,
             .given = Given::option,
             .option = "--max-unavailable",
             .metavar = "N",
             .min = 1,
             .max = 1'000,
             .doc = "With --rolling: replace so many at a time. Default: 1."}};

// Exit codes.
inline constexpr auto kLocalExits = std::array{ExitCode::done, ExitCode::usage};
inline constexpr auto kNamedFileExits =
    std::array{ExitCode::done, ExitCode::failed, ExitCode::usage, ExitCode::no_such_service};
inline constexpr auto kCheckExits = std::array{ExitCode::done, ExitCode::failed, ExitCode::usage};
inline constexpr auto kCallExits =
    std::array{ExitCode::done,      ExitCode::failed,       ExitCode::usage,        ExitCode::denied,
               ExitCode::no_daemon, ExitCode::stale_socket, ExitCode::incompatible, ExitCode::timed_out};
inline constexpr auto kNamedExits = std::array{
    ExitCode::done,      ExitCode::failed,       ExitCode::usage,        ExitCode::no_such_service, ExitCode::denied,
    ExitCode::no_daemon, ExitCode::stale_socket, ExitCode::incompatible, ExitCode::timed_out};
inline constexpr auto kStatusExits = std::array{
    ExitCode::done,   ExitCode::failed,    ExitCode::usage,        ExitCode::not_running,  ExitCode::no_such_service,
    ExitCode::denied, ExitCode::no_daemon, ExitCode::stale_socket, ExitCode::incompatible, ExitCode::timed_out};

// status
inline constexpr std::array<std::string_view, 3> kStatusAliases = {"list", "ls", "ps"};
inline constexpr auto kStatusParams = std::array{
    kNamesOptional, kTagged,
    ParamRow{
        .name = "check",
        .type = ParamType::boolean,
        .given = Given::flag,
        .option = "--check",
        .scope = Scope::local,
        .doc =
            "Say by the exit code whether all are up: 0 or 3. Without names, services that are down and not enabled, "
            "or left out of the start, do not count."},
    ParamRow{.name = "watch",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "-w,--watch",
             .scope = Scope::local,
             .doc = "Stay and show every change: on a terminal by drawing the table again, else one line per change."}};
inline constexpr auto kStatusExamples =
    std::array{Example{"ctl status", "all services"},
               Example{"ctl status 'web*' db -v", "some services, with description, run and requirements"},
               Example{"ctl status --check web && echo up", "in a script"},
               Example{"ctl status --json", "for a program"}, Example{"ctl status --watch", "stay and watch"}};

// start, stop, restart, kill
inline constexpr auto kStartExamples =
    std::array{Example{"ctl start web", "start web and what it requires, wait until it is ready"},
               Example{"ctl start all --no-wait", "begin to start everything and return"},
               Example{"ctl start web --timeout 30s", "give up waiting (exit code 124) after 30 s; the start goes on"}};
inline constexpr auto kStopExamples = std::array{
    Example{"ctl stop web", "stop web and what requires it, wait for the end"},
    Example{"ctl stop 'worker*' db", "several at once"}, Example{"ctl stop --tag dev", "all that are tagged dev"}};
inline constexpr auto kRestartExamples =
    std::array{Example{"ctl restart web", "stop web, then start it"},
               Example{"ctl restart all --timeout 2m", "everything, in order"},
               Example{"ctl restart web@2", "one instance of several"},
               Example{"ctl restart --rolling --max-unavailable 2 web", "all instances, two at a time"}};
inline constexpr auto kReloadExamples =
    std::array{Example{"ctl reload web", "have web read its configuration again, wait until it has"},
               Example{"ctl reload 'web*' --timeout 10s", "give up waiting (exit code 124) after 10 s"}};
inline constexpr auto kKillExamples =
    std::array{Example{"ctl kill web", "KILL to every process of web, and keep it down"}};

inline constexpr auto kPauseExamples = std::array{Example{"ctl pause web", "freeze every process of web"},
                                                  Example{"ctl pause 'worker*'", "several at once"}};
inline constexpr auto kResumeExamples = std::array{Example{"ctl resume web", "let the processes of web go on"}};

// signal
inline constexpr std::array<std::string_view, 3> kSignalTargets = {"main", "group", "all"};
inline constexpr auto kSignalParams =
    std::array{ParamRow{.name = "signal",
                        .type = ParamType::text,
                        .given = Given::word,
                        .metavar = "SIGNAL",
                        .need = Need::required,
                        .completes = Completes::signals,
                        .doc = "The signal: HUP, SIGHUP, 1, RTMIN+3."},
               kNamesRequired,
               ParamRow{.name = "to",
                        .type = ParamType::choice,
                        .given = Given::option,
                        .option = "--to",
                        .metavar = "WHOM",
                        .fallback = "main",
                        .choices = kSignalTargets,
                        .doc = "Whom it reaches: the main process, its process group, or every process of the run."}};
inline constexpr auto kSignalExamples =
    std::array{Example{"ctl signal HUP web", "tell web to read its files again"},
               Example{"ctl signal USR1 'worker*' --to all", "every process of some"}};

// wait
inline constexpr std::array<std::string_view, 5> kWaitConditions = {"ready", "healthy", "exited", "stopped",
                                                                    "completed"};
inline constexpr auto kWaitParams =
    std::array{kNamesRequired,
               ParamRow{.name = "for",
                        .type = ParamType::choice,
                        .given = Given::option,
                        .option = "--for",
                        .metavar = "WHAT",
                        .fallback = "ready",
                        .choices = kWaitConditions,
                        .doc = "What to wait for: dependents may start; its probes succeed, too; a run has ended; "
                               "nothing of it is alive; it has done its work."},
               ParamRow{.name = "any",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--any",
                        .fallback = "false",
                        .doc = "One of the services is enough."}};
inline constexpr auto kWaitExamples =
    std::array{Example{"ctl wait db web --timeout 10s", "until both are ready"},
               Example{"ctl wait --for exited migrate", "until migrate has ended; the exit code is migrate's"},
               Example{"ctl wait --for healthy web", "until web is ready and its probes have succeeded"},
               Example{"ctl wait --for stopped --any 'worker*'", "until one of them is down"}};

// logs
inline constexpr std::array<std::string_view, 2> kStreams = {"stdout", "stderr"};
inline constexpr auto kLogsParams =
    std::array{kNamesOptional,
               ParamRow{.name = "lines",
                        .type = ParamType::integer,
                        .given = Given::option,
                        .option = "-n,--lines",
                        .metavar = "N",
                        .min = 0,
                        .max = 1'000'000,
                        .doc = "At most so many of the last lines, counted over all services together. Default: 100; "
                               "with --since all."},
               ParamRow{.name = "follow",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "-f,--follow",
                        .fallback = "false",
                        .doc = "Stay and show what is written from now on."},
               ParamRow{.name = "stream",
                        .type = ParamType::choice,
                        .given = Given::option,
                        .option = "--stream",
                        .metavar = "STREAM",
                        .choices = kStreams,
                        .doc = "Only this stream. Default: both."},
               ParamRow{.name = "since",
                        .type = ParamType::moment,
                        .given = Given::option,
                        .option = "--since",
                        .metavar = "TIME",
                        .min = 0,
                        .doc = "Only lines that were written at this time or later: 10m (so long ago), 14:30, today, "
                               "yesterday, \"2026-11-29\", \"2026-11-29 10:00:00\", 2026-11-29T10:00:00Z, "
                               "@1795946400."},
               ParamRow{.name = "until",
                        .type = ParamType::moment,
                        .given = Given::option,
                        .option = "--until",
                        .metavar = "TIME",
                        .min = 0,
                        .doc = "Only lines that were written before this time."},
               ParamRow{.name = "grep",
                        .type = ParamType::text,
                        .given = Given::option,
                        .option = "-g,--grep",
                        .metavar = "REGEX",
                        .doc = "Only lines in which this regular expression (RE2) is found; -n counts those."},
               ParamRow{.name = "run",
                        .type = ParamType::integer,
                        .given = Given::option,
                        .option = "--run",
                        .metavar = "N",
                        .doc = "Only what one run has written: 0 is the last one, -1 the one before it, and so on; a "
                               "positive number is a run as --json names it."},
               ParamRow{.name = "no_prefix",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--no-prefix",
                        .scope = Scope::local,
                        .doc = "No \"NAME | \" in front of lines."},
               ParamRow{.name = "raw",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--raw",
                        .scope = Scope::local,
                        .doc = "The bytes of the lines and nothing else: no \"NAME | \" in front, no colours."},
               ParamRow{.name = "rotate",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--rotate",
                        .fallback = "false",
                        .role = Role::operate,
                        .doc = "Instead: begin new log files now, as if the present ones were full. `ctl logs rotate` "
                               "is the same."},
               ParamRow{.name = "reopen",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--reopen",
                        .fallback = "false",
                        .role = Role::operate,
                        .doc = "Instead: open the log files anew, as who has moved them wants it. `ctl logs reopen` is "
                               "the same; USR2 to supervisord does it for all."},
               ParamRow{.name = "clear",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--clear",
                        .fallback = "false",
                        .role = Role::admin,
                        .doc = "Instead: empty the log files, remove the rotated ones, and forget the lines in memory. "
                               "`ctl logs clear` is the same."}};
inline constexpr auto kLogsExamples =
    std::array{Example{"ctl logs web", "the last 100 lines of web"},
               Example{"ctl logs -f", "everything, as it is written"},
               Example{"ctl logs web -n 1000 --stream stderr", "more, of one stream"},
               Example{"ctl logs --since 10m --grep ERROR web db", "of both, in the order of time"},
               Example{"ctl logs web --run -1", "the last words of the run before"},
               Example{"ctl logs rotate web", "begin a new file"},
               Example{"ctl logs reopen supervisord", "open supervisord's own log anew"}};

// events
inline constexpr auto kEventsParams =
    std::array{kNamesOptional,
               ParamRow{.name = "follow",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "-f,--follow",
                        .fallback = "false",
                        .doc = "Stay and show what happens from now on."},
               ParamRow{.name = "since",
                        .type = ParamType::integer,
                        .given = Given::option,
                        .option = "--since",
                        .metavar = "SEQ",
                        .min = 0,
                        .doc = "Only events after this number. Default: all that are kept."}};
inline constexpr auto kEventsExamples =
    std::array{Example{"ctl events", "what has happened lately"},
               Example{"ctl events -f --json", "a stream for a program, one object per line"},
               Example{"ctl events web --since 120", "of one service, after event 120"},
               Example{"ctl events --json --since 120", "go on where a program was: exit code 1 if something is lost"}};

inline constexpr auto kTestHookParams = std::array{ParamRow{.name = "name",
                                                            .type = ParamType::text,
                                                            .given = Given::word,
                                                            .metavar = "HOOK",
                                                            .need = Need::required,
                                                            .doc = "Which of the tables [on-event.HOOK]."}};
inline constexpr auto kTestHookExamples =
    std::array{Example{"ctl test-hook mail", "does the mail of [on-event.mail] arrive?"},
               Example{"ctl events test mail", "the same"}};

// show, env, explain
inline constexpr auto kShowParams =
    std::array{kNamesRequired,
               ParamRow{.name = "all",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "-a,--all",
                        .fallback = "false",
                        .doc = "Also the settings that nobody set, with their defaults."},
               ParamRow{.name = "origin",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--origin",
                        .fallback = "false",
                        .doc = "Also where each setting was written: file, line, and whether that is the definition, "
                               "a drop-in, a template or the defaults."}};
inline constexpr auto kShowExamples = std::array{Example{"ctl show web", "the settings of web as TOML"},
                                                 Example{"ctl show web --origin", "with the file and line of each"},
                                                 Example{"ctl show web --all --json", "every setting, for a program"}};
inline constexpr auto kEnvParams =
    std::array{kName, ParamRow{.name = "reveal",
                               .type = ParamType::boolean,
                               .given = Given::flag,
                               .option = "--reveal",
                               .fallback = "false",
                               .role = Role::admin,
                               .doc = "Also the values that look like secrets. Needs the role admin."}};
inline constexpr auto kEnvExamples = std::array{Example{"ctl env web", "each variable and where it comes from"},
                                                Example{"ctl env web --reveal --json", "with secrets, for a program"}};
inline constexpr auto kExplainParams =
    std::array{kName, ParamRow{.name = "exit",
                               .type = ParamType::text,
                               .given = Given::option,
                               .option = "--exit",
                               .metavar = "CODE|SIGNAL",
                               .doc = "Say what would happen if it exited with this code (0 to 255; 128+n: died by "
                                      "signal n), or died by this signal."}};
inline constexpr auto kExplainExamples =
    std::array{Example{"ctl explain web", "why is it in the state that it is in?"},
               Example{"ctl explain web --exit 1", "and if it exited with code 1?"},
               Example{"ctl explain web --exit KILL", "and if somebody killed it?"}};

// graph
inline constexpr auto kGraphParams =
    std::array{kNamesOptional,
               ParamRow{.name = "dot",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--dot",
                        .scope = Scope::local,
                        .doc = "In the language of Graphviz, for dot and its like."},
               ParamRow{.name = "svg",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--svg",
                        .scope = Scope::local,
                        .doc = "As a drawing, made by the program dot of Graphviz, which has to be installed."},
               ParamRow{.name = "offline",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--offline",
                        .scope = Scope::local,
                        .doc = "Of the configuration files, without supervisord and without states."},
               ParamRow{.name = "config",
                        .type = ParamType::text,
                        .given = Given::option,
                        .option = "--config",
                        .metavar = "PATH",
                        .scope = Scope::local,
                        .completes = Completes::files,
                        .doc = "Offline, of this file or directory instead of where supervisord looks."}};
inline constexpr auto kGraphExamples =
    std::array{Example{"ctl graph", "what nobody needs, and beneath it what it relates to"},
               Example{"ctl graph web --svg", "a drawing of web and all that it relates to"},
               Example{"ctl graph --dot", "for dot, which makes other pictures of it (dot -Tpng)"},
               Example{"ctl graph --config ./conf.d", "of files that nobody runs yet"}};

// blame, critical-chain, plot
inline constexpr auto kBlameParams = std::array{kNamesOptional};
inline constexpr auto kBlameExamples =
    std::array{Example{"ctl blame", "what took how long to start, the slowest first"},
               Example{"ctl blame 'web*' --json", "with every moment in microseconds, for a program"}};
inline constexpr auto kChainParams =
    std::array{ParamRow{.name = "name",
                        .type = ParamType::text,
                        .given = Given::word,
                        .metavar = "NAME",
                        .completes = Completes::services,
                        .doc = "Where the chain ends. Default: what was ready last of all that started with "
                               "supervisord."}};
inline constexpr auto kChainExamples =
    std::array{Example{"ctl critical-chain", "which starts made the whole start take so long?"},
               Example{"ctl critical-chain web", "and that of web?"}};
inline constexpr auto kPlotExamples =
    std::array{Example{"ctl plot", "who waited and started when; to be read with a browser"},
               Example{"ctl plot web db", "of the last start of these"}};

// set
inline constexpr auto kSetParams =
    std::array{kName,
               ParamRow{.name = "settings",
                        .type = ParamType::texts,
                        .given = Given::words,
                        .metavar = "KEY=VALUE",
                        .doc = "A setting by its path, and its value as in a file (quotes may be left out). Nothing "
                               "behind the \"=\": as its definition says."},
               ParamRow{.name = "reset",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--reset",
                        .fallback = "false",
                        .doc = "Take back everything that was set before."}};
inline constexpr auto kSetExamples =
    std::array{Example{"ctl set web resources.memory-max=1GiB", "more memory, at once"},
               Example{"ctl set web restart.delay=5s stop.timeout=1m", "several: all of them, or none"},
               Example{"ctl set web restart.delay=", "as its definition says"},
               Example{"ctl set web --reset", "everything as its definition says"}};

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

// enable, disable
inline constexpr auto kEnableParams =
    std::array{kNamesRequired,
               ParamRow{.name = "now",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--now",
                        .scope = Scope::local,
                        .doc = "Also start it (enable) or stop it (disable)."},
               ParamRow{.name = "offline",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--offline",
                        .scope = Scope::local,
                        .doc = "Without supervisord: it counts from its next start on."},
               ParamRow{.name = "config",
                        .type = ParamType::text,
                        .given = Given::option,
                        .option = "--config",
                        .metavar = "PATH",
                        .scope = Scope::local,
                        .completes = Completes::files,
                        .doc = "Offline, with this file or directory instead of where supervisord looks."},
               ParamRow{.name = "state_dir",
                        .type = ParamType::text,
                        .given = Given::option,
                        .option = "--state-dir",
                        .metavar = "DIR",
                        .scope = Scope::local,
                        .completes = Completes::files,
                        .doc = "Offline, the directory where it is kept. Default: as the configuration says."}};
inline constexpr auto kEnableExamples =
    std::array{Example{"ctl enable web", "from now on it starts with supervisord"},
               Example{"ctl enable web --now", "and at once, too"},
               Example{"ctl enable web --offline", "while supervisord does not run"}};
inline constexpr auto kDisableExamples =
    std::array{Example{"ctl disable web", "it does not start with supervisord any more"},
               Example{"ctl disable 'worker*' --now", "and stops now"}};

// clean
inline constexpr auto kCleanParams =
    std::array{kNamesRequired, ParamRow{.name = "fd_name",
                                        .type = ParamType::text,
                                        .given = Given::option,
                                        .option = "--fd-name",
                                        .metavar = "FDNAME",
                                        .doc = "Only the descriptors that were stored under this name."}};
inline constexpr auto kCleanExamples =
    std::array{Example{"ctl clean web", "the next run of web begins without what the last ones have stored"},
               Example{"ctl clean web --fd-name session", "of it only what is called session is dropped"}};

// exec
inline constexpr auto kExecParams =
    std::array{kName,
               ParamRow{.name = "command",
                        .type = ParamType::texts,
                        .given = Given::rest,
                        .metavar = "COMMAND",
                        .need = Need::required,
                        .doc = "The program and its arguments, behind \"--\" if there are options among them."},
               ParamRow{.name = "tty",
                        .type = ParamType::boolean,
                        .given = Given::flag_off,
                        .option = "-T,--no-tty",
                        .fallback = "true",
                        .doc = "No terminal of its own for the command, even if ctl runs on one."}};
inline constexpr auto kExecExamples =
    std::array{Example{"ctl exec db -- psql -U postgres", "a client beside the service, with its user and environment"},
               Example{"ctl exec web -- sh", "look around where web lives"}};

// attach
inline constexpr auto kAttachParams =
    std::array{kName,
               ParamRow{.name = "input",
                        .type = ParamType::boolean,
                        .given = Given::flag_off,
                        .option = "-r,--read-only",
                        .fallback = "true",
                        .role = Role::admin,
                        .doc = "Show the output only: nothing that is typed reaches the service."},
               ParamRow{.name = "detach_keys",
                        .type = ParamType::text,
                        .given = Given::option,
                        .option = "--detach-keys",
                        .metavar = "KEYS",
                        .scope = Scope::local,
                        .fallback = "ctrl-p,ctrl-q",
                        .doc = "The keys that leave, one after the other: single characters, or ctrl- and a letter or "
                               "one of @[\\]^_, with commas between them."}};
inline constexpr auto kAttachExamples =
    std::array{Example{"ctl attach console", "sit at its terminal; ctrl-p ctrl-q leaves"},
               Example{"ctl attach console --read-only", "only look"},
               Example{"ctl attach console --detach-keys ctrl-a,d", "other keys to leave by"},
               Example{"echo save-all | ctl attach console", "type one line"}};

// run
inline constexpr auto kRunParams = std::array{
    ParamRow{.name = "command",
             .type = ParamType::texts,
             .given = Given::rest,
             .metavar = "COMMAND",
             .need = Need::required,
             .doc = "The program and its arguments, behind \"--\" if there are options among them."},
    ParamRow{.name = "name",
             .type = ParamType::text,
             .given = Given::option,
             .option = "--name",
             .metavar = "NAME",
             .doc = "The name of the service. Default: run-1, run-2 ..."},
    ParamRow{.name = "user",
             .type = ParamType::text,
             .given = Given::option,
             .option = "--user",
             .metavar = "USER",
             .doc = "As the setting `user`."},
    ParamRow{.name = "group",
             .type = ParamType::text,
             .given = Given::option,
             .option = "--group",
             .metavar = "GROUP",
             .doc = "As the setting `group`."},
    ParamRow{.name = "working_dir",
             .type = ParamType::text,
             .given = Given::option,
             .option = "--working-dir",
             .metavar = "DIR",
             .completes = Completes::files,
             .doc = "As the setting `working-dir`."},
    ParamRow{.name = "nice",
             .type = ParamType::integer,
             .given = Given::option,
             .option = "--nice",
             .metavar = "N",
             .min = -20,
             .max = 19,
             .doc = "As the setting `nice`."},
    ParamRow{.name = "env",
             .type = ParamType::texts,
             .given = Given::option,
             .option = "--env",
             .metavar = "NAME=VALUE",
             .doc = "A variable of the setting `env`. May be given several times."},
    ParamRow{.name = "limit",
             .type = ParamType::texts,
             .given = Given::option,
             .option = "--limit",
             .metavar = "NAME=VALUE",
             .doc = "A limit of the setting `limits`. May be given several times."},
    ParamRow{.name = "set",
             .type = ParamType::texts,
             .given = Given::option,
             .option = "--set",
             .metavar = "KEY=VALUE",
             .doc = "Any other setting by its key, with dots for tables; the value is TOML, or else a string. May be "
                    "given several times."},
    ParamRow{
        .name = "detach",
        .type = ParamType::boolean,
        .given = Given::flag,
        .option = "-d,--detach",
        .scope = Scope::local,
        .fallback = "false",
        .doc = "Print its name when it has started, and leave it to itself. So it is without --wait and --attach."},
    ParamRow{.name = "wait",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--wait",
             .fallback = "false",
             .doc = "Wait for its end. Its output goes to its log as ever, and when ctl ends before, it goes on."},
    ParamRow{.name = "attach",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "-a,--attach",
             .fallback = "false",
             .doc = "Lend it the standard input, output and error of ctl, and wait for its end. It is stopped when ctl "
                    "ends before."},
    ParamRow{.name = "tty",
             .type = ParamType::boolean,
             .given = Given::flag_off,
             .option = "-T,--no-tty",
             .fallback = "true",
             .doc = "With --attach: no terminal of its own, even if ctl runs on one."},
    ParamRow{.name = "keep",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "-k,--keep",
             .fallback = "false",
             .doc = "Keep it in the status when it has ended, with whatever code, until somebody stops it."},
    ParamRow{.name = "rm",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--rm",
             .fallback = "false",
             .doc = "Do not keep it if it fails. So it is with --wait and --attach, unless it is to be kept."}};
inline constexpr auto kRunExamples = std::array{
    Example{"ctl run -- rsync -a /srv/ backup:/srv/", "in the background, watched over, with a log of its own"},
    Example{"ctl run --wait --user www --limit nofile=1024 -- ./migrate", "wait for it; the exit code is its own"},
    Example{"ctl run --attach -- sh", "on this terminal, contained as a service"},
    Example{"ctl run --name tunnel --set restart=always --set requires='[\"net\"]' -- ssh -N gate", "any settings"}};

// scale
inline constexpr auto kScaleParams =
    std::array{ParamRow{.name = "scales",
                        .type = ParamType::texts,
                        .given = Given::words,
                        .metavar = "NAME=N",
                        .need = Need::required,
                        .doc = "Services, each with the number of instances that it is to have: web=5, or web 5."},
               ParamRow{.name = "reset",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--reset",
                        .fallback = "false",
                        .doc = "Back to what the setting `instances` says; only the names are given then."},
               kWait};
inline constexpr auto kScaleExamples = std::array{Example{"ctl scale web 5", "five of web from now on"},
                                                  Example{"ctl scale --reset web", "as many as its settings say"},
                                                  Example{"ctl scale web=2 worker=0", "several at once"}};

// tree, features
inline constexpr auto kTreeParams = std::array{kNamesOptional};
inline constexpr auto kTreeExamples = std::array{Example{"ctl tree", "every process of every service"},
                                                 Example{"ctl tree web --json", "those of one, for a program"}};
inline constexpr auto kFeaturesExamples =
    std::array{Example{"ctl features", "what of the kernel is used here, and why not more"}};

// health

inline constexpr std::string_view kHealthLevels[] = {"live", "ready"};
inline constexpr auto kHealthParams =
    std::array{kNamesOptional,
               ParamRow{.name = "level",
                        .type = ParamType::choice,
                        .given = Given::option,
                        .option = "--level",
                        .metavar = "LEVEL",
                        .fallback = "ready",
                        .choices = kHealthLevels,
                        .doc = "live: nothing has failed for good. ready: oneshots have completed, everything else "
                               "is ready, healthy where it has `health`, and there is no shutdown."}};
inline constexpr auto kHealthExamples =
    std::array{Example{"ctl health", "is everything up that is to be up? Also a readiness probe for Kubernetes"},
               Example{"ctl health --level live", "a liveness probe: has anything failed for good?"},
               Example{"ctl health web 'api*'", "of these only"}};

// check, version, ping, shutdown, completion, schema
inline constexpr auto kCheckParams = std::array{ParamRow{.name = "paths",
                                                         .type = ParamType::texts,
                                                         .given = Given::words,
                                                         .metavar = "PATH",
                                                         .scope = Scope::local,
                                                         .completes = Completes::files,
                                                         .doc = "Files or directories of *.toml files. Default: where "
                                                                "supervisord looks."},
                                                ParamRow{.name = "profile",
                                                         .type = ParamType::texts,
                                                         .given = Given::option,
                                                         .option = "--profile",
                                                         .metavar = "PROFILE",
                                                         .scope = Scope::local,
                                                         .doc = "Have also the services with this profile."}};
inline constexpr auto kCheckExamples = std::array{
    Example{"ctl check", "the configuration that supervisord would read"}, Example{"ctl check ./conf.d", "another one"},
    Example{"ctl check --profile dev ./conf.d", "as with supervisord --profile dev"},
    Example{"ctl check --json", "for an editor or CI: every problem with file, line and column"}};
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
inline constexpr std::array<std::string_view, 3> kShells = {"bash", "zsh", "fish"};
inline constexpr auto kCompletionParams = std::array{ParamRow{.name = "shell",
                                                              .type = ParamType::choice,
                                                              .given = Given::word,
                                                              .metavar = "SHELL",
                                                              .need = Need::required,
                                                              .scope = Scope::local,
                                                              .choices = kShells,
                                                              .doc = "bash, zsh or fish."}};
inline constexpr auto kCompletionExamples =
    std::array{Example{"ctl completion bash", "source it, or save it as /etc/bash_completion.d/ctl"},
               Example{"ctl completion fish", "save it as ~/.config/fish/completions/ctl.fish"}};
inline constexpr auto kSchemaParams =
    std::array{ParamRow{.name = "manual",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--manual",
                        .scope = Scope::local,
                        .doc = "The reference manual of all settings instead, as Markdown."},
               ParamRow{.name = "template",
                        .type = ParamType::boolean,
                        .given = Given::flag,
                        .option = "--template",
                        .scope = Scope::local,
                        .doc = "A commented configuration file with every setting instead."}};
inline constexpr auto kSchemaExamples =
    std::array{Example{"ctl schema", "the JSON Schema of the configuration, for editors"},
               Example{"ctl schema --template", "a file to start from"}};

// top
inline constexpr std::array<std::string_view, 6> kTopOrders = {"tree", "name", "state", "cpu", "memory", "restarts"};
inline constexpr auto kTopParams =
    std::array{ParamRow{.name = "names",
                        .type = ParamType::texts,
                        .given = Given::words,
                        .metavar = "NAME",
                        .scope = Scope::local,
                        .completes = Completes::services,
                        .doc = "Services: names, groups or shell patterns (\"web*\"). Default: all."},
               ParamRow{.name = "sort",
                        .type = ParamType::choice,
                        .given = Given::option,
                        .option = "--sort",
                        .metavar = "ORDER",
                        .scope = Scope::local,
                        .fallback = "tree",
                        .choices = kTopOrders,
                        .doc = "The order to begin with."},
               ParamRow{.name = "delay",
                        .type = ParamType::duration,
                        .given = Given::option,
                        .option = "-d,--delay",
                        .metavar = "DURATION",
                        .scope = Scope::local,
                        .fallback = "1s",
                        .min = 100,
                        .doc = "How often to look, at most ten times a second."}};
inline constexpr auto kTopExamples =
    std::array{Example{"ctl top", "all services"}, Example{"ctl top 'web*' --sort cpu", "some, the busiest first"}};

// explain-key, fmt
inline constexpr auto kExplainKeyParams = std::array{
    ParamRow{.name = "keys",
             .type = ParamType::texts,
             .given = Given::words,
             .metavar = "KEY",
             .scope = Scope::local,
             .completes = Completes::settings,
             .doc = "A setting (\"stop.timeout\"), a table of settings (\"stop\"), a section (\"service\"), or how one "
                    "of these begins or ends. Default: the sections."}};
inline constexpr auto kExplainKeyExamples =
    std::array{Example{"ctl explain-key stop.timeout", "what a setting means, takes, and is by default"},
               Example{"ctl explain-key health", "a table and all that is in it"},
               Example{"ctl explain-key supervisord", "all settings of a section"},
               Example{"ctl explain-key timeout", "wherever there is a timeout"},
               Example{"ctl explain-key --json restart.when", "for an editor"}};
inline constexpr auto kFormatParams = std::array{
    ParamRow{.name = "paths",
             .type = ParamType::texts,
             .given = Given::words,
             .metavar = "FILE",
             .need = Need::required,
             .scope = Scope::local,
             .completes = Completes::files,
             .doc = "Files, directories of *.toml files, or - for standard input, which goes to standard output."},
    ParamRow{.name = "check",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--check",
             .scope = Scope::local,
             .doc = "Write nothing; name the files that are not formatted, and exit with 1 if there are any."},
    ParamRow{.name = "diff",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--diff",
             .scope = Scope::local,
             .doc = "Write nothing; print what would change, as diff -u does."},
    ParamRow{.name = "stdout",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--stdout",
             .scope = Scope::local,
             .doc = "Write nothing; print the formatted text."}};
inline constexpr auto kFormatExamples = std::array{
    Example{"ctl fmt conf.d/web.toml", "format a file in its place"},
    Example{"ctl fmt --check /etc/supervisord/conf.d", "in CI: fail if a file is not formatted"},
    Example{"ctl fmt --diff conf.d", "what would change"},
    Example{"ctl fmt --stdout web.toml", "the text, and the file as it is; `ctl fmt -` formats standard input"}};
inline constexpr std::array<std::string_view, 7> kImportFormats = {"supervisor", "systemd", "procfile", "compose",
                                                                   "s6-rc",      "runit",   "crontab"};
inline constexpr auto kImportParams = std::array{
    ParamRow{.name = "from",
             .type = ParamType::choice,
             .given = Given::option,
             .option = "--from",
             .metavar = "FORMAT",
             .scope = Scope::local,
             .choices = kImportFormats,
             .doc = "What it is: supervisor, systemd, procfile, compose, s6-rc, runit or crontab. Default: what its "
                    "name and content say."},
    ParamRow{.name = "output",
             .type = ParamType::text,
             .given = Given::option,
             .option = "-o,--output",
             .metavar = "DIR",
             .scope = Scope::local,
             .completes = Completes::files,
             .doc = "Write each service to a file NAME.toml in this directory. Default: all to standard output."},
    ParamRow{.name = "force",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--force",
             .scope = Scope::local,
             .fallback = "false",
             .doc = "Write although something essential is lost, and over files that are there."},
    ParamRow{.name = "paths",
             .type = ParamType::texts,
             .given = Given::words,
             .metavar = "PATH",
             .need = Need::required,
             .scope = Scope::local,
             .completes = Completes::files,
             .doc = "Files or directories; for systemd also units by name, such as nginx.service or web@1."}};
inline constexpr auto kImportExamples =
    std::array{Example{"ctl import /etc/supervisor/supervisord.conf", "its definitions, on standard output"},
               Example{"ctl import nginx.service redis-server.service -o conf.d", "units of systemd, one file each"},
               Example{"ctl import -v docker-compose.yml", "also what each option has become"},
               Example{"ctl import --from runit /etc/service --force -o conf.d", "whatever is lost"}};

// cat, edit, new
inline constexpr ParamRow kConfigPaths{.name = "config",
                                       .type = ParamType::texts,
                                       .given = Given::option,
                                       .option = "--config",
                                       .metavar = "PATH",
                                       .scope = Scope::local,
                                       .completes = Completes::files,
                                       .doc =
                                           "The configuration: a file or directory. May be given several times. "
                                           "Default: that of the supervisord that answers, else where one looks."};
inline constexpr auto kCatParams = std::array{ParamRow{.name = "names",
                                                       .type = ParamType::texts,
                                                       .given = Given::words,
                                                       .metavar = "NAME",
                                                       .need = Need::required,
                                                       .scope = Scope::local,
                                                       .completes = Completes::services,
                                                       .doc = "Names or patterns of services."},
                                              kConfigPaths};
inline constexpr auto kCatExamples =
    std::array{Example{"ctl cat web", "its definition, what it uses, and its drop-ins"},
               Example{"ctl cat --config ./conf.d 'web*'", "of another configuration"}};
inline constexpr auto kEditParams = std::array{ParamRow{.name = "name",
                                                        .type = ParamType::text,
                                                        .given = Given::word,
                                                        .metavar = "NAME",
                                                        .need = Need::required,
                                                        .scope = Scope::local,
                                                        .completes = Completes::services,
                                                        .doc = "The name of a service."},
                                               kConfigPaths};
inline constexpr auto kEditExamples =
    std::array{Example{"ctl edit web", "change settings of web in web.d/override.toml"},
               Example{"VISUAL=nano ctl edit --config ./conf.d web", "with this editor, in another configuration"}};
inline constexpr auto kNewParams = std::array{
    ParamRow{.name = "name",
             .type = ParamType::text,
             .given = Given::word,
             .metavar = "NAME",
             .need = Need::required,
             .scope = Scope::local,
             .doc = "The name of the new service."},
    ParamRow{.name = "command",
             .type = ParamType::texts,
             .given = Given::rest,
             .metavar = "COMMAND",
             .need = Need::required,
             .scope = Scope::local,
             .doc = "The program and its arguments, behind \"--\" if there are options among them."},
    ParamRow{.name = "set",
             .type = ParamType::texts,
             .given = Given::option,
             .option = "--set",
             .metavar = "KEY=VALUE",
             .scope = Scope::local,
             .doc = "Another setting by its key, with dots for tables; the value is TOML, or else a string. "
                    "May be given several times."},
    ParamRow{.name = "stdout",
             .type = ParamType::boolean,
             .given = Given::flag,
             .option = "--stdout",
             .scope = Scope::local,
             .fallback = "false",
             .doc = "Print it, write nothing."},
    ParamRow{.name = "output",
             .type = ParamType::text,
             .given = Given::option,
             .option = "-o,--output",
             .metavar = "DIR",
             .scope = Scope::local,
             .completes = Completes::files,
             .doc =
                 "The directory to write NAME.toml in. Default: that of the supervisord that answers, else where one "
                 "looks; its conf.d, if there is one."}};
inline constexpr auto kNewExamples =
    std::array{Example{"ctl new web -- /srv/web/server --port 8080", "write conf.d/web.toml"},
               Example{"ctl new web --set user=www --set restart=always --stdout -- /srv/web/server", "only look"}};

inline constexpr auto kCommands = std::array{
    CommandRow{
        .verb = Verb::status,
        .name = "status",
        .aliases = kStatusAliases,
        .method = "Status",
        .role = Role::observe,
        .group = HelpGroup::insight,
        .params = kStatusParams,
        .reply = "StatusReply",
        .summary = "Show services: state, since when, process, restarts, readiness, cause.",
        .text = "A table of the services, or of all. The exit code says whether the question could be answered; with "
                "--check it says whether the services are up.",
        .examples = kStatusExamples,
        .exits = kStatusExits},
    CommandRow{
        .verb = Verb::start,
        .name = "start",
        .method = "Start",
        .role = Role::operate,
        .streaming = Streaming::on_request,
        .group = HelpGroup::services,
        .params = kChangeParams,
        .reply = "ChangeReply",
        .summary = "Start services and what they require; wait until they are ready.",
        .text = "Services that run already stay as they are, and so does a oneshot that has done its work: `ctl "
                "restart` does it again. What went down with a service does not come back with it, but is named. When "
                "a start fails, the reason and the last lines that the service wrote to standard error are shown. A "
                "start by command forgets earlier restarts.",
        .examples = kStartExamples,
        .exits = kNamedExits},
    CommandRow{
        .verb = Verb::stop,
        .name = "stop",
        .method = "Stop",
        .role = Role::operate,
        .streaming = Streaming::on_request,
        .group = HelpGroup::services,
        .params = kChangeParams,
        .reply = "ChangeReply",
        .summary = "Stop services and what requires them; wait until nothing of them is alive.",
        .text =
            "Stops by the steps of the setting `stop`, then with KILL. What requires a service goes down before it and "
            "is listed, too. A stopped service is not started again until "
            "somebody starts it, or supervisord starts anew and it is enabled.",
        .examples = kStopExamples,
        .exits = kNamedExits},
    CommandRow{
        .verb = Verb::restart,
        .name = "restart",
        .method = "Restart",
        .role = Role::operate,
        .streaming = Streaming::on_request,
        .group = HelpGroup::services,
        .params = kRestartParams,
        .reply = "ChangeReply",
        .summary = "Stop services, then start them; wait until they are ready.",
        .text =
            "There is no back-off between the two. A service that was down is started. What requires a service goes "
            "down before it, comes back after it, and is listed, too. With --rolling the instances of a service are "
            "replaced by and by while the others serve.",
        .examples = kRestartExamples,
        .exits = kNamedExits},
    CommandRow{
        .verb = Verb::reload,
        .name = "reload",
        .method = "Reload",
        .role = Role::operate,
        .streaming = Streaming::on_request,
        .group = HelpGroup::services,
        .params = kChangeParams,
        .reply = "ChangeReply",
        .summary = "Have services read their configuration again; wait until they have.",
        .text =
            "By the signal or the command of the setting `reload`. A service that says when it is ready (type "
            "\"notify\") says READY=1 again when it has reloaded, within reload.timeout; another has when the signal "
            "was sent or the command has ended. A service that is not running is a failure, and one whose reload "
            "fails goes on.",
        .examples = kReloadExamples,
        .exits = kNamedExits},
    CommandRow{.verb = Verb::signal,
               .name = "signal",
               .method = "Signal",
               .role = Role::operate,
               .group = HelpGroup::services,
               .params = kSignalParams,
               .reply = "SignalReply",
               .summary = "Send a signal to services.",
               .text =
                   "What the service makes of it is its own business: if it dies of it, its restart policy applies. A "
                   "service that is not running is a failure.",
               .examples = kSignalExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::kill,
               .name = "kill",
               .method = "Kill",
               .role = Role::operate,
               .streaming = Streaming::on_request,
               .group = HelpGroup::services,
               .params = kChangeParams,
               .reply = "ChangeReply",
               .summary = "Stop services at once: KILL to all their processes.",
               .text = "As stop, but without the steps of the setting `stop`: nothing can be saved by the service.",
               .examples = kKillExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::pause,
               .name = "pause",
               .method = "Pause",
               .role = Role::operate,
               .streaming = Streaming::on_request,
               .group = HelpGroup::services,
               .params = kChangeParams,
               .reply = "ChangeReply",
               .summary = "Freeze all processes of services.",
               .text = "By the freezer of the cgroup, else by STOP to each process. Services that require a paused one "
                       "stay up, but none is started on it. `ctl stop` works on a paused service, too.",
               .examples = kPauseExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::resume,
               .name = "resume",
               .method = "Resume",
               .role = Role::operate,
               .streaming = Streaming::on_request,
               .group = HelpGroup::services,
               .params = kChangeParams,
               .reply = "ChangeReply",
               .summary = "Let paused services go on.",
               .text = "A service that is not paused is a failure, one that runs is not.",
               .examples = kResumeExamples,
               .exits = kNamedExits},
    CommandRow{
        .verb = Verb::wait,
        .name = "wait",
        .method = "Wait",
        .role = Role::observe,
        .streaming = Streaming::on_request,
        .group = HelpGroup::services,
        .params = kWaitParams,
        .reply = "WaitReply",
        .summary = "Wait until services are ready, have exited, are stopped or have completed.",
        .text = "Returns at once when it has happened already, and with exit code 1 as soon as it can no longer happen "
                "by itself. After --timeout the exit code is 124 and what is missing is listed.",
        .examples = kWaitExamples,
        .exits = kNamedExits,
        .exit_note =
            "`--for exited` with one service exits with the code of that service: its own, or 128+n if signal n "
            "ended it."},
    CommandRow{
        .verb = Verb::logs,
        .name = "logs",
        .method = "Logs",
        .role = Role::observe,
        .streaming = Streaming::required,
        .group = HelpGroup::insight,
        .params = kLogsParams,
        .reply = "LogsReply",
        .summary = "Show what services wrote to their standard output and error.",
        .text =
            "Reads the lines that supervisord keeps in memory for each service. With several services each line has "
            "\"NAME | \" in front. With rotate, reopen or clear it tends their log files instead, and is done when "
            "that "
            "is done; for a service that is called so write `ctl logs -- rotate`. There `supervisord` names the file "
            "of supervisord's own log, unless a service is called so. Without names that is rotated and opened anew "
            "with the others, and not cleared.",
        .examples = kLogsExamples,
        .exits = kNamedExits},
    CommandRow{.verb = Verb::events,
               .name = "events",
               .method = "Events",
               .role = Role::observe,
               .streaming = Streaming::required,
               .group = HelpGroup::insight,
               .params = kEventsParams,
               .reply = "EventsReply",
               .summary = "Show what happened to services: every change of state, and why.",
               .text = "Events are numbered without a gap, so a reader can come back and go on where it was. The last "
                       "2048 are kept. Of those that are not, the numbers are said: on standard error, with --json as "
                       "an object of kind \"missed\" in their place.",
               .examples = kEventsExamples,
               .exits = kNamedExits,
               .exit_note = "1 also if events after SEQ are no longer kept, once the others were shown; and at once if "
                            "no event has come so far as SEQ, since then supervisord has started anew."},
    CommandRow{.verb = Verb::test_hook,
               .name = "test-hook",
               .method = "TestHook",
               .role = Role::operate,
               .group = HelpGroup::insight,
               .params = kTestHookParams,
               .reply = "TestHookReply",
               .summary = "Try a command that is told of events.",
               .text = "Tells the command of [on-event.HOOK] of an event of kind `test`, whatever it is to be told of "
                       "otherwise, as its user, with its environment and within its time; and waits for its end. The "
                       "exit code is 1 if it fails. Events that wait for it come first.",
               .examples = kTestHookExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::show,
               .name = "show",
               .method = "Show",
               .role = Role::operate,
               .group = HelpGroup::insight,
               .params = kShowParams,
               .reply = "ShowReply",
               .summary = "Show the settings of services and where they were made.",
               .text = "The settings that supervisord runs the service with, as one would write them in a file. Values "
                       "of variables that look like secrets are masked.",
               .examples = kShowExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::env,
               .name = "env",
               .method = "Env",
               .role = Role::operate,
               .group = HelpGroup::insight,
               .params = kEnvParams,
               .reply = "EnvReply",
               .summary = "Show the environment that the next start of a service gets.",
               .text = "Each variable with its origin. Values that look like secrets are masked.",
               .examples = kEnvExamples,
               .exits = kNamedExits},
    CommandRow{
        .verb = Verb::explain,
        .name = "explain",
        .method = "Explain",
        .role = Role::observe,
        .group = HelpGroup::insight,
        .params = kExplainParams,
        .reply = "ExplainReply",
        .summary = "Explain why a service is in its state, and what would happen next.",
        .text =
            "Names what it waits for, what would stop with it, how it ended before, and what its restart policy does. "
            "What would follow an end is what the engine itself makes of it, told to a copy of it.",
        .examples = kExplainExamples,
        .exits = kNamedExits},
    CommandRow{.verb = Verb::graph,
               .name = "graph",
               .method = "Graph",
               .role = Role::observe,
               .group = HelpGroup::insight,
               .params = kGraphParams,
               .reply = "GraphReply",
               .summary = "Show what services mean to each other: as a tree, for Graphviz, or as a drawing.",
               .text = "With the state of each, as a colour in drawings. A tree begins with what nobody needs; what a "
                       "service requires, is bound to or wants is told beneath it, once. With NAME: that and all that "
                       "it relates to, directly or not.",
               .examples = kGraphExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::blame,
               .name = "blame",
               .method = "Blame",
               .role = Role::observe,
               .group = HelpGroup::insight,
               .params = kBlameParams,
               .reply = "StartTimesReply",
               .summary = "Show how long each service took to start, the slowest first.",
               .text = "Of the last start of each: TOOK from when nothing held it any more until it was ready (a "
                       "oneshot: had done its work), WAITED before that for others, BEGAN when it was asked up, from "
                       "the start of supervisord on.",
               .examples = kBlameExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::critical_chain,
               .name = "critical-chain",
               .method = "CriticalChain",
               .role = Role::observe,
               .group = HelpGroup::insight,
               .params = kChainParams,
               .reply = "StartTimesReply",
               .summary = "Show the chain of starts that determined when a service was ready.",
               .text = "Each line has when the service was allowed to start (@, from the start of supervisord on) and "
                       "how long it then took (+); beneath it stands for whose start it waited last. To make the "
                       "whole quicker, make one of these quicker.",
               .examples = kChainExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::plot,
               .name = "plot",
               .method = "Plot",
               .role = Role::observe,
               .group = HelpGroup::insight,
               .params = kBlameParams,
               .reply = "StartTimesReply",
               .summary = "Draw the start of services over time, as SVG on standard output.",
               .text = "A bar for each: how long it waited for others, was prepared, and took to become ready. Without "
                       "names: of all that started with supervisord and has not been started again since.",
               .examples = kPlotExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::set,
               .name = "set",
               .method = "Set",
               .role = Role::admin,
               .group = HelpGroup::services,
               .params = kSetParams,
               .reply = "SetReply",
               .summary = "Change settings of a service while it runs.",
               .text =
                   "Takes effect at once: limits (resources) are written into the service's cgroup, everything else "
                   "counts from the next time that it is asked for. It lasts until it is taken back, or "
                   "supervisord ends; no file is changed. Settings that need a restart are refused. The role is "
                   "admin, since a definition decides over the whole service.",
               .examples = kSetExamples,
               .exits = kNamedExits},
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
    CommandRow{.verb = Verb::enable,
               .name = "enable",
               .method = "Enable",
               .role = Role::admin,
               .group = HelpGroup::services,
               .params = kEnableParams,
               .reply = "EnableReply",
               .summary = "Have services start with supervisord, from now on and for good.",
               .text = "Wins over the setting `enabled` of a definition. It is kept in the file enabled.toml of the "
                       "setting `state-dir`, and is on the disk when the command returns. Nothing is started by it, "
                       "but for --now. Of two services that conflict only one can be enabled.",
               .examples = kEnableExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::disable,
               .name = "disable",
               .method = "Disable",
               .role = Role::admin,
               .group = HelpGroup::services,
               .params = kEnableParams,
               .reply = "EnableReply",
               .summary = "Have services not start with supervisord any more.",
               .text = "As enable, the other way round. It can still be started by command, or because another "
                       "service requires it. Nothing is stopped by it, but for --now.",
               .examples = kDisableExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::clean,
               .name = "clean",
               .method = "Clean",
               .role = Role::operate,
               .group = HelpGroup::services,
               .params = kCleanParams,
               .reply = "CleanReply",
               .summary = "Drop the descriptors that services have stored.",
               .text = "What was kept by fd-store-max is closed, whether the service runs or not. A run that goes on "
                       "keeps its own copies.",
               .examples = kCleanExamples,
               .exits = kNamedExits},
    CommandRow{
        .verb = Verb::exec,
        .name = "exec",
        .method = "Exec",
        .role = Role::admin,
        .group = HelpGroup::services,
        .params = kExecParams,
        .reply = "ExecReply",
        .summary = "Run a command in the place of a service that is running.",
        .text = "With the user, environment, directory, limits and cgroup of the service, and the standard input, "
                "output and error of ctl; on a terminal it gets a terminal of its own. It ends with ctl and with the "
                "service, and with it end all processes that it has started.",
        .examples = kExecExamples,
        .exits = kNamedExits,
        .exit_note = "Otherwise the exit code of the command: its own, or 128+n if signal n ended it."},
    CommandRow{
        .verb = Verb::attach,
        .name = "attach",
        .method = "Attach",
        .role = Role::observe,
        .group = HelpGroup::services,
        .params = kAttachParams,
        .reply = "AttachReply",
        .summary = "Sit at the terminal of a service that is running (tty = true).",
        .text = "Shows the last screen and then every byte as it comes; what is typed goes to the service, ctrl-c and "
                "ctrl-z included, and its terminal takes the window size of this one. The detach keys leave, and the "
                "service goes on; so does the end of the standard input, once nothing has been printed for a second. "
                "Several may be attached at once: all see everything, and all may type. A service without a terminal "
                "shows its output only. To type needs the role admin, since at a shell it is to run commands.",
        .examples = kAttachExamples,
        .exits = kNamedExits,
        .exit_note = "0 after detaching. When the service ends, or is restarted, so does this, with the service's exit "
                     "code: its own, or 128+n if signal n ended it."},
    CommandRow{
        .verb = Verb::run,
        .name = "run",
        .method = "Run",
        .role = Role::admin,
        .group = HelpGroup::services,
        .params = kRunParams,
        .reply = "ExecReply",
        .summary = "Run a command as a transient service, with any settings.",
        .text = "It is contained, limited and watched over as a service of a file, but is not started again unless the "
                "settings say so. When it has ended with success it is gone; when it has failed it stays in the status "
                "until somebody stops it. Its name is printed when it has started.",
        .examples = kRunExamples,
        .exits = kNamedExits,
        .exit_note = "With --wait and --attach otherwise the exit code of the command: its own, or 128+n if signal n "
                     "ended it."},
    CommandRow{.verb = Verb::scale,
               .name = "scale",
               .method = "Scale",
               .role = Role::operate,
               .streaming = Streaming::on_request,
               .group = HelpGroup::services,
               .params = kScaleParams,
               .reply = "ChangeReply",
               .summary = "Change how many instances services have; wait until they are there or gone.",
               .text =
                   "New instances are started, unless the service is down. The highest numbers are stopped, and what "
                   "requires the service keeps the others. Services that are not named stay as they are. The number is "
                   "forgotten when supervisord starts anew.",
               .examples = kScaleExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::tree,
               .name = "tree",
               .method = "Tree",
               .role = Role::observe,
               .group = HelpGroup::insight,
               .params = kTreeParams,
               .reply = "TreeReply",
               .summary = "Show every process of services, as a tree.",
               .text =
                   "With user, processor time, memory in RAM and command of each. What a service has started belongs "
                   "to it wherever it went; see `ctl features` for how far that is known here.",
               .examples = kTreeExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::features,
               .name = "features",
               .method = "Features",
               .role = Role::observe,
               .group = HelpGroup::insight,
               .params = {},
               .reply = "FeaturesReply",
               .summary = "Show which features of the kernel are used, and why others are not.",
               .text = "How services are contained and started, which controllers may limit them, and what of the "
                       "surroundings of supervisord is missing, with what that costs.",
               .examples = kFeaturesExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::health,
               .name = "health",
               .method = "Health",
               .role = Role::observe,
               .group = HelpGroup::insight,
               .params = kHealthParams,
               .reply = "HealthReply",
               .summary = "Tell whether all is well, by exit code and in one line: for probes.",
               .text =
                   "Of the services that are started with supervisord, or of those that are named. What is not well "
                   "is told in one line, with exit code 1. It asks no probe: it tells what is known.",
               .examples = kHealthExamples,
               .exits = kNamedExits},
    CommandRow{.verb = Verb::check,
               .name = "check",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kCheckParams,
               .summary = "Check configuration files, without supervisord and without changing anything.",
               .text =
                   "Prints every problem of every file with its place. With --json one object: services, externals, "
                   "absent, errors, warnings, and diagnostics with file, line, column, severity, message, hint.",
               .examples = kCheckExamples,
               .exits = kCheckExits},
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
    CommandRow{.verb = Verb::completion,
               .name = "completion",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kCompletionParams,
               .summary = "Print a completion script for a shell.",
               .text = "Completes verbs, options, and the names of the services that supervisord has.",
               .examples = kCompletionExamples,
               .exits = kLocalExits},
    CommandRow{.verb = Verb::schema,
               .name = "schema",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kSchemaParams,
               .summary = "Print the JSON Schema, the manual or a template of the configuration.",
               .text = "Generated from the same rows that the configuration is read by.",
               .examples = kSchemaExamples,
               .exits = kLocalExits},
    CommandRow{.verb = Verb::explain_key,
               .name = "explain-key",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kExplainKeyParams,
               .summary = "Explain a setting of the configuration: type, default, example, when a change takes effect.",
               .text = "Generated from the same rows that the configuration is read by. A setting is written as in the "
                       "manual, with or without its section: stop.timeout, service.web.stop.timeout, "
                       "supervisord.socket. What begins or ends several settings lists these. With --json one object "
                       "per setting: section, key, summary, type, words, range, default, example, takes_effect, docs.",
               .examples = kExplainKeyExamples,
               .exits = kLocalExits,
               .exit_note = "2: there is no such setting."},
    CommandRow{
        .verb = Verb::format_files,
        .name = "fmt",
        .role = Role::none,
        .group = HelpGroup::files,
        .params = kFormatParams,
        .summary = "Format configuration files.",
        .text =
            "Blanks and empty lines are made uniform: one blank around = (aligned lines stay aligned), one behind a "
            "comma, an empty line in front "
            "of "
            "a table, an array that takes several lines with each line indented. Comments, the order of what is "
            "written, and how texts and numbers are written stay; an array that stands on one line stays there. The "
            "result is parsed and compared before anything is written, so that nothing changes its meaning. A file is "
            "replaced as a whole and keeps its mode and owner; of a symbolic link what it leads to is "
            "formatted. With --json one object per file: file, changed, written, error.",
        .examples = kFormatExamples,
        .exits = kCheckExits,
        .exit_note = "1: a file could not be formatted, or with --check is not."},
    CommandRow{.verb = Verb::top,
               .name = "top",
               .role = Role::none,
               .group = HelpGroup::insight,
               .params = kTopParams,
               .summary = "Watch services and act on them, on the whole screen.",
               .text =
                   "The services as a tree, with state, CPU, memory, descriptors, restarts and health, and the output "
                   "of one of them below. Keys start, stop, restart and signal the service under the cursor; what "
                   "would end something is asked first. ? lists the keys. It needs a terminal.",
               .examples = kTopExamples,
               .exits = kCallExits},
    CommandRow{.verb = Verb::import_foreign,
               .name = "import",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kImportParams,
               .summary = "Make definitions from those of another supervisor.",
               .text = "Each option of the source is mapped to a setting, or said on standard error: not mapped, "
                       "because. What is essential is a service that would not do what it did; if that is lost, "
                       "nothing is written without --force. The result is checked as `ctl check` does, but for what "
                       "is on this machine. With --json one object: services with their TOML, options, and problems.",
               .examples = kImportExamples,
               .exits = kCheckExits},
    CommandRow{.verb = Verb::cat,
               .name = "cat",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kCatParams,
               .summary = "Print the files that services are made of.",
               .text =
                   "Each with its name as a comment: the definition, what it takes from templates and defaults, and "
                   "the drop-ins, the lowest layer first. The files are read as they are now; `ctl plan` tells "
                   "what of them is not in force.",
               .examples = kCatExamples,
               .exits = kNamedFileExits},
    CommandRow{.verb = Verb::edit,
               .name = "edit",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kEditParams,
               .summary = "Change settings of a service in a drop-in.",
               .text = "Opens NAME.d/override.toml beside the file that defines the service in $VISUAL, $EDITOR or vi. "
                       "What comes back is checked with the whole configuration before it is saved: with a mistake it "
                       "is offered again, or kept in a file that is named, and nothing is changed. Services go on as "
                       "they are; `ctl apply` puts it in force.",
               .examples = kEditExamples,
               .exits = kNamedFileExits},
    CommandRow{.verb = Verb::new_definition,
               .name = "new",
               .role = Role::none,
               .group = HelpGroup::files,
               .params = kNewParams,
               .summary = "Write the definition of a new service.",
               .text = "It is checked with the other files first. A file that is there is never written over.",
               .examples = kNewExamples,
               .exits = kCheckExits}};

}  // namespace sup::wire
