// Commands that change services. Included by command_rows.hpp only.
#pragma once

#include <array>

#include "wire/shared_command_rows.hpp"

namespace sup::wire {

inline constexpr ParamRow kNamesOrTagged{
    .name = "names",
    .type = ParamType::texts,
    .given = Given::words,
    .metavar = "NAME",
    .need = Need::unless_tagged,
    .completes = Completes::services,
    .doc = "Services: names, groups, shell patterns (\"web*\"), or all. With --tag they may be left out."};
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

inline constexpr auto kServiceCommands = std::array{
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
};

}  // namespace sup::wire
