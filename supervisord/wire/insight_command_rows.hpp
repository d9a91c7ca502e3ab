// Commands that tell of services. Included by command_rows.hpp only.
#pragma once

#include <array>

#include "wire/shared_command_rows.hpp"

namespace sup::wire {

inline constexpr ParamRow kNamesOptional{.name = "names",
                                         .type = ParamType::texts,
                                         .given = Given::words,
                                         .metavar = "NAME",
                                         .completes = Completes::services,
                                         .doc = "Services: names, groups or shell patterns (\"web*\"). Default: all."};
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
               Example{"ctl test-hook --timeout 5s mail", "do not wait longer for an answer"}};

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

inline constexpr auto kInsightCommands = std::array{
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
    CommandRow{
        .verb = Verb::test_hook,
        .name = "test-hook",
        .method = "TestHook",
        .role = Role::operate,
        .group = HelpGroup::insight,
        .params = kTestHookParams,
        .reply = "TestHookReply",
        .summary = "Try a command that is told of events.",
        .text = "Tells the command of [on-event.HOOK] of an event of kind `test`, whatever it is to be told of "
                "otherwise, as its user, with its environment and within its time; and waits for its end. The "
                "exit code is 1 if it fails. Events that wait for it come first. `ctl events test HOOK` is the same.",
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
};

}  // namespace sup::wire
