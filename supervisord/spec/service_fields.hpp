// The settings of a service: one row each. Order here is the order in every document.
#pragma once

#include "spec/attribute_fields.hpp"
#include "spec/fields.hpp"
#include "spec/log_fields.hpp"
#include "spec/probe_fields.hpp"
#include "spec/resource_fields.hpp"
#include "spec/service_spec.hpp"
#include "spec/watch_fields.hpp"

namespace sup {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kYear = 366 * 24 * 3600 * kSecond;
inline constexpr std::uint32_t kMaxRestartCount = 1'000;

template <>
struct Fields<RestartSpec> {
  static constexpr auto kRows =
      std::make_tuple(Field{"when", &RestartSpec::when, OnChange::live, "\"on-failure\"",
                            "After which ends the service is started again. A stop by command never restarts."},
                      Field{"delay", &RestartSpec::delay, OnChange::live, "\"1s\"",
                            "Wait before the first restart in a row.", Range{0, kYear}},
                      Field{"factor", &RestartSpec::factor, OnChange::live, "2.0",
                            "Each further restart in a row waits this many times longer.", Range{1, 100}},
                      Field{"max-delay", &RestartSpec::max_delay, OnChange::live, "\"30s\"",
                            "The wait never grows beyond this.", Range{0, kYear}},
                      Field{"jitter", &RestartSpec::jitter, OnChange::live, "0.1",
                            "Each wait is made longer by a random part of up to this fraction, so that many services "
                            "do not return at once.",
                            Range{0, 1}},
                      Field{"max", &RestartSpec::max, OnChange::live, "5",
                            "How many restarts are made within the time of `within` before supervisord gives up.",
                            Range{0, kMaxRestartCount}},
                      Field{"within", &RestartSpec::within, OnChange::live, "\"60s\"",
                            "The window in which `max` counts restarts.", Range{1, kYear}},
                      Field{"reset-after", &RestartSpec::reset_after, OnChange::live, "\"60s\"",
                            "After running this long the next restart waits only `delay` again.", Range{0, kYear}},
                      Field{"on-give-up", &RestartSpec::on_give_up, OnChange::live, "\"shutdown\"",
                            "What happens when `max` is reached: \"fail\", \"shutdown\", or { start = \"NAME\" }."});
};
static_assert(kEveryMemberHasARow<RestartSpec>, "every member of RestartSpec needs a row");

template <>
inline constexpr std::string_view kShorthandKey<RestartSpec> = "when";

template <>
struct Fields<EnvFile> {
  static constexpr auto kRows = std::make_tuple(
      Field{"path", &EnvFile::path, OnChange::restart, "\"/etc/default/web\"", "The file, absolute.", AbsolutePath{}},
      Field{"optional", &EnvFile::optional, OnChange::restart, "true", "Whether the file may be missing."});
};
static_assert(kEveryMemberHasARow<EnvFile>, "every member of EnvFile needs a row");
template <>
inline constexpr std::string_view kShorthandKey<EnvFile> = "path";

template <>
struct Fields<Hook> {
  static constexpr auto kRows = std::make_tuple(
      Field{"command", &Hook::command, OnChange::next_start, "\"mkdir -p /run/web\"",
            "The program and its arguments, as in `command` of the service."},
      Field{"timeout", &Hook::timeout, OnChange::next_start, "\"60s\"",
            "After this time it is killed with all processes that it has made, and has failed.", Range{1, kYear}});
};
static_assert(kEveryMemberHasARow<Hook>, "every member of Hook needs a row");
template <>
inline constexpr std::string_view kShorthandKey<Hook> = "command";

template <>
struct Fields<ReadySpec> {
  using Base = ProbeSpec;
  static constexpr auto kRows = std::tuple_cat(
      probe_rows<ReadySpec>(OnChange::next_start),
      std::make_tuple(
          Field{"notify", &ReadySpec::notify, OnChange::next_start, "true",
                "Ready when it says READY=1 by sd_notify(3); see notify-access."},
          Field{"fd", &ReadySpec::fd, OnChange::next_start, "3",
                "Ready when it has written a newline to this descriptor, which it finds open: the protocol of s6 "
                "(notification-fd). What comes before the newline is not looked at; to close it without one is a "
                "start that has failed.",
                Range{3, 1023}},
          Field{"log", &ReadySpec::log, OnChange::next_start, "'listening on port \\d+'",
                "Ready when this regular expression (in the syntax of RE2) is found in a line of its output. A line "
                "counts when its newline has come.",
                RegexText{}},
          Field{"delay", &ReadySpec::delay, OnChange::next_start, "\"2s\"",
                "Ready when it has been running for so long: for programs that offer no better sign.", Range{1, kYear}},
          Field{"timeout", &ReadySpec::timeout, OnChange::next_start, "\"30s\"",
                "How long becoming ready may take from the start of its program, or of the launcher of a forking "
                "service. "
                "After that the start has failed. It does not count against `delay`.",
                Range{1, kYear}}));
};
static_assert(kEveryMemberHasARow<ReadySpec>, "every member of ReadySpec needs a row");

template <>
struct Fields<ReloadSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"signal", &ReloadSpec::signal, OnChange::live, "\"HUP\"", "The signal that its main process gets."},
      Field{"command", &ReloadSpec::command, OnChange::live, "[\"nginx\", \"-s\", \"reload\"]",
            "A command instead of a signal. It runs with the service's attributes, and MAINPID in its environment."},
      Field{"timeout", &ReloadSpec::timeout, OnChange::live, "\"30s\"",
            "How long a reload may take: the command, and for a service with ready.notify until it says READY=1 again. "
            "A reload that fails leaves the service running.",
            Range{1, kYear}},
      Field{"notify", &ReloadSpec::notify, OnChange::live, "false",
            "Whether a service with ready.notify says READY=1 again when it has reloaded. false for those that do not, "
            "such as PostgreSQL: done when the signal was sent or the command has ended."});
};
static_assert(kEveryMemberHasARow<ReloadSpec>, "every member of ReloadSpec needs a row");
template <>
inline constexpr std::string_view kShorthandKey<ReloadSpec> = "signal";

template <>
struct Fields<StopStep> {
  static constexpr auto kRows = std::make_tuple(
      Field{"signal", &StopStep::signal, OnChange::live, "\"QUIT\"", "The signal of this step."},
      Field{"to", &StopStep::to, OnChange::live, "\"main\"", "Whom the signal reaches."},
      Field{"command", &StopStep::command, OnChange::live, "[\"redis-cli\", \"shutdown\"]",
            "A command that tells the service to end, instead of a signal. It runs with the service's "
            "attributes, and MAINPID in its environment."},
      Field{"wait", &StopStep::wait, OnChange::live, "\"10s\"",
            "How long to wait for the end before the next step, or before KILL behind the last one.", Range{0, kYear}});
};
static_assert(kEveryMemberHasARow<StopStep>, "every member of StopStep needs a row");

template <>
struct Fields<Dependency> {
  static constexpr auto kRows = std::make_tuple(
      Field{"service", &Dependency::service, OnChange::live, "\"db\"", "The other service.", NotEmpty{}},
      Field{"until", &Dependency::until, OnChange::live, "\"completed\"", "How far it has to be."});
};
static_assert(kEveryMemberHasARow<Dependency>, "every member of Dependency needs a row");
template <>
inline constexpr std::string_view kShorthandKey<Dependency> = "service";

template <>
struct Fields<ServiceSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"description", &ServiceSpec::description, OnChange::live, "\"public web server\"",
            "One line for people, shown by `ctl status -v` and `ctl show`."},
      Field{"command", &ServiceSpec::command, OnChange::restart, "[\"nginx\", \"-g\", \"daemon off;\"]",
            "The program and its arguments. An array is taken exactly as it is; a string is split by the shell's word "
            "rules, "
            "but no shell is run and nothing is expanded. A name without a slash is looked up in the service's PATH."},
      Field{"type", &ServiceSpec::type, OnChange::restart, "\"forking\"", "When the service counts as ready."},
      Field{
          "pid-file", &ServiceSpec::pid_file, OnChange::next_start, "\"/run/nginx.pid\"",
          "Where a forking service writes the pid of its main process, absolute. The pid is taken only if the process "
          "descends from the service. Without it the daemon is what the command leaves behind, if that is one "
          "process.",
          AbsolutePath{}},
      Field{"exit-when", &ServiceSpec::exit_when, OnChange::live, "\"empty\"",
            "What ends the service of itself: the end of its main process, or of its last process."},
      Field{"ready", &ServiceSpec::ready, OnChange::next_start, "{ notify = true, timeout = \"1m\" }",
            "How it becomes ready: one of the following, else when its program has been executed. A oneshot is ready "
            "when it has done its work."},
      Field{"reload", &ServiceSpec::reload, OnChange::live, "{ signal = \"HUP\" }",
            "How `ctl reload` tells it to read its configuration again; a word stands for `reload.signal`."},
      Field{"notify-access", &ServiceSpec::notify_access, OnChange::next_start, "\"main\"",
            "Whose messages by sd_notify(3) count. The socket is named by NOTIFY_SOCKET; each run has its own."},
      Field{"fd-store-max", &ServiceSpec::fd_store_max, OnChange::next_start, "16",
            "How many descriptors it may have kept by supervisord (FDSTORE=1 of sd_notify(3)), and finds again in each "
            "next run, from descriptor 3 on, by the protocol of sd_listen_fds(3): sockets with connections that wait, "
            "memory files with its state. It finds the number in FDSTORE. Default: 0, none.",
            Range{0, kMostStoredFds}},
      Field{"fd-store-preserve", &ServiceSpec::fd_store_preserve, OnChange::live, "\"yes\"",
            "For how long these are kept."},
      Field{"health", &ServiceSpec::health, OnChange::restart,
            "{ http = \"http://127.0.0.1:8080/health\", failures = 3 }",
            "How it is asked, while it runs, whether it works, and what happens when it does not."},
      Field{"watchdog", &ServiceSpec::watchdog, OnChange::next_start, "\"10s\"",
            "Once ready, it has to say WATCHDOG=1 by sd_notify(3) at least this often, else it gets watchdog-signal, "
            "then the stop steps, and has failed. It finds the time in WATCHDOG_USEC.",
            Range{kSecond / 1'000, kYear}},
      Field{"watchdog-signal", &ServiceSpec::watchdog_signal, OnChange::live, "\"ABRT\"",
            "The signal that the main process gets when it has missed its watchdog."},
      Field{"watch", &ServiceSpec::watch, OnChange::next_start, "{ paths = [\"/srv/web/src\"], include = [\"*.py\"] }",
            "What is done when files change, from its first start until it is stopped by command; a list stands for "
            "`watch.paths`. The kernel allows each user so many watches (fs.inotify.max_user_watches), one for each "
            "directory."},
      Field{"enabled", &ServiceSpec::enabled, OnChange::live, "true", "Whether it is started when supervisord starts."},
      Field{"tags", &ServiceSpec::tags, OnChange::live, "[\"dev\"]",
            "With tags it is started with supervisord only if `supervisord --tag` names one of them, or something that "
            "is started needs it; without, always. `ctl start --tag dev` and other commands mean all that have the "
            "tag.",
            Unique{}},
      Field{"start-delay", &ServiceSpec::start_delay, OnChange::live, "\"2s\"",
            "How long each start waits once all that it waits for is there. It takes no start slot meanwhile.",
            Range{0, kYear}},
      Field{"instances", &ServiceSpec::instances, OnChange::live, "\"${WORKERS:-1}\"",
            "How many of it there are: a number, \"cpus\" for one on each CPU that supervisord may use, or "
            "\"${NAME}\" or \"${NAME:-2}\" for what a variable of supervisord's environment says at its start. They "
            "are called web@1, web@2 ..., and have INSTANCE and INSTANCES in their environment; in commands, env, "
            "paths and addresses {instance} and {instances} stand for these numbers. `ctl scale` changes how many run. "
            "Default: 1."},
      Field{"parent", &ServiceSpec::parent, OnChange::next_start, "\"web\"",
            "The service that this one is a child of: starting the parent starts it, it starts after the parent is "
            "ready, and is stopped before it. When the run of the parent completes by itself, the parent waits for its "
            "children, and counts as completed when the last of them has ended."},
      Field{"daemon", &ServiceSpec::daemon, OnChange::next_start, "true",
            "Whether nobody waits for its end: it is stopped when the run of its parent ends, or, without a parent "
            "and with `exit = \"when-done\"`, when all other services are done. It has no children."},
      Field{"requires", &ServiceSpec::requires_, OnChange::next_start, "[\"db\"]",
            "Starting this starts these and waits until they are ready. When one of them is stopped, or fails for "
            "good, this is stopped. A crash that their own restart policy repairs leaves this alone. An element may "
            "be a table { service = \"migrate\", until = \"completed\" } to wait for less or more.",
            Unique{}},
      Field{"binds-to", &ServiceSpec::binds_to, OnChange::next_start, "[\"vpn\"]",
            "As requires, and every end of a run of these stops this, too; it comes back when they are ready again.",
            Unique{}},
      Field{"wants", &ServiceSpec::wants, OnChange::next_start, "[\"cache\"]",
            "Starting this starts these and waits until they are ready or have failed; their failure does not matter.",
            Unique{}},
      Field{"restart-with", &ServiceSpec::restart_with, OnChange::next_start, "[\"db\"]",
            "Order as with after; and whenever one of these is ready with a run that began after the run of this, be "
            "it after a crash or a restart, this is restarted, once. That they end or are stopped leaves it alone.",
            Unique{}},
      Field{"after", &ServiceSpec::after, OnChange::next_start, "[\"network\"]",
            "Order only: if both are to run, this starts after these, and is stopped before them.", Unique{}},
      Field{"before", &ServiceSpec::before, OnChange::next_start, "[\"web\"]",
            "Order only: if both are to run, this starts before these, and is stopped after them.", Unique{}},
      Field{"conflicts", &ServiceSpec::conflicts, OnChange::next_start, "[\"web-old\"]",
            "Services that are never alive together with this one: starting one stops the other first.", Unique{}},
      Field{"working-dir", &ServiceSpec::working_dir, OnChange::restart, "\"/srv/web\"",
            "The working directory, absolute. Default: /.", AbsolutePath{}},
      Field{"umask", &ServiceSpec::umask, OnChange::restart, "\"027\"",
            "Permission bits that new files do not get, as an octal string. Default: \"022\"."},
      Field{"user", &ServiceSpec::user, OnChange::restart, "\"www-data\"",
            "Run as this user (name or number), with the user's groups and with HOME, USER, LOGNAME and SHELL set. "
            "Default: the "
            "user that supervisord runs as."},
      Field{"group", &ServiceSpec::group, OnChange::restart, "\"www-data\"",
            "Run with this primary group (name or number). Default: the user's primary group.", NotEmpty{}},
      Field{"groups", &ServiceSpec::groups, OnChange::restart, "[\"ssl-cert\"]",
            "Further groups (names or numbers), besides those that the user has. A table { replace = [...] } gives it "
            "exactly these, besides its primary group; { replace = [] } none."},
      Field{"root-dir", &ServiceSpec::root_dir, OnChange::restart, "\"/srv/jail\"",
            "The service's root directory, absolute, see chroot(2); needs root. The program, working-dir and the file "
            "of stdin are looked up in it; logs and env-file are not. A chroot alone does not hold a process of root.",
            AbsolutePath{}},
      Field{"env", &ServiceSpec::env, OnChange::restart, "{ PORT = \"8080\" }",
            "Environment variables, byte for byte, but for ${file:/path}, the content of a file. They win over "
            "env-file and over inherited ones."},
      Field{"env-file", &ServiceSpec::env_file, OnChange::restart, "[\"/etc/default/web\"]",
            "Files of KEY=VALUE lines, read again at each start; later files win. An element may be a table "
            "{ path = \"...\", optional = true }.",
            Unique{}},
      Field{"env-from-file", &ServiceSpec::env_from_file, OnChange::restart, "{ DB_PASSWORD = \"/run/secrets/db\" }",
            "Variables whose values are the contents of files, read again at each start: byte for byte, without the "
            "newline at the end. They win over env, and are never shown. `credentials` are better: variables can be "
            "read in /proc, and are given on to every process that the service starts."},
      Field{"env-inherit", &ServiceSpec::env_inherit, OnChange::restart, "[\"PATH\", \"LANG\"]",
            "Whether the service gets supervisord's own environment: true, false, or a list of names."},
      Field{"credentials", &ServiceSpec::credentials, OnChange::restart, "{ db-password = \"/run/secrets/db\" }",
            "Secrets: each file is copied, at each start, into a directory that CREDENTIALS_DIRECTORY names, under the "
            "name on the left; together they have at most 1 MiB. The directory is in memory, is readable by the "
            "service's user and root alone, and goes with the run."},
      Field{
          "restart", &ServiceSpec::restart, OnChange::live, "\"on-failure\"",
          "When and how the service is started again after it has ended by itself; a word stands for `restart.when`."},
      Field{"stop", &ServiceSpec::stop, OnChange::live, "{ signal = \"QUIT\", timeout = \"30s\" }",
            "How the service is stopped: one table { signal, to, timeout } or { command, timeout }, or a list of steps "
            "{ signal, to, wait } or { command, wait }. "
            "After the "
            "last step everything that is left of the run gets KILL."},
      Field{"pre-start", &ServiceSpec::pre_start, OnChange::next_start, "[\"mkdir -p /run/web\"]",
            "Commands that run one after another before each start, with the service's attributes. If one fails, the "
            "start has failed. An element may be a table { command = [...], timeout = \"10s\" }."},
      Field{"post-start", &ServiceSpec::post_start, OnChange::next_start, "[\"web-warm-up --all\"]",
            "Commands that run after the service's program has been started and `ready` is met, and before it counts "
            "as ready. If one fails, the start has failed."},
      Field{"pre-stop", &ServiceSpec::pre_stop, OnChange::next_start, "[\"web-drain\"]",
            "Commands that run before the service is stopped, not when it ends by itself. A failure is logged."},
      Field{
          "post-stop", &ServiceSpec::post_stop, OnChange::live, "[\"rm -rf /run/web\"]",
          "Commands that run after each end of the service, and after a failed start. They have SERVICE, RUN, REASON, "
          "EXIT_CODE and EXIT_SIGNAL in their environment. A failure is logged."},
      Field{"success-codes", &ServiceSpec::success_codes, OnChange::live, "[0, 143]",
            "Exit codes that count as success; 128+n stands for death by signal n. An end that a stop asked for is "
            "never a "
            "failure.",
            Unique{}},
      Field{"on-exit", &ServiceSpec::on_exit, OnChange::live, "\"shutdown\"",
            "What happens when the service has ended by itself and its restart policy does not start it again."},
      Field{"last", &ServiceSpec::last, OnChange::live, "true",
            "Whether it is stopped after all others when supervisord shuts down, with what it requires or comes after: "
            "for log shippers and other helpers."},
      Field{"limits", &ServiceSpec::limits, OnChange::restart, "{ nofile = 65536, core = \"unlimited\" }",
            "Resource limits, see setrlimit(2). Each is one value for both, or \"soft:hard\"; only root "
            "(CAP_SYS_RESOURCE) may go above the hard limits that supervisord itself has."},
      Field{"resources", &ServiceSpec::resources, OnChange::live, "{ memory-max = \"512MiB\", pids-max = 100 }",
            "What all processes of a run may use together, by the controllers of cgroup version 2. It holds from the "
            "first instruction of each run, and `ctl set` changes it while it runs."},
      Field{"nice", &ServiceSpec::nice, OnChange::restart, "5",
            "The nice value: 19 is the least, -20 the most CPU time. Default: as supervisord has it.", Range{-20, 19}},
      Field{"sched-policy", &ServiceSpec::sched_policy, OnChange::restart, "{ policy = \"fifo\", priority = 10 }",
            "The scheduling policy, see sched(7): \"other\", \"batch\", \"idle\", or with a priority from 1 to 99 the "
            "real-time ones \"fifo\" and \"rr\". Default: as supervisord has it."},
      Field{"io-class", &ServiceSpec::io_class, OnChange::restart, "\"best-effort:6\"",
            "How its disk accesses are ranked, see ioprio_set(2): \"idle\", \"best-effort:N\" or \"realtime:N\" with N "
            "from 0 (first) to 7. Default: as supervisord has it, which follows from the nice value."},
      Field{"cpu-affinity", &ServiceSpec::cpu_affinity, OnChange::restart, "\"0-1\"",
            "The CPUs on which it may run, as \"0-3,5\" or a list. Default: as supervisord has it."},
      Field{"oom-score", &ServiceSpec::oom_score, OnChange::restart, "500",
            "What the kernel adds when it looks for a process to kill for want of memory: 1000 is always chosen first, "
            "-1000 never. Below the value that supervisord was started with it needs CAP_SYS_RESOURCE. Default: 0; "
            "under a supervisord that is PID 1 what that has.",
            Range{-1000, 1000}},
      Field{"capabilities", &ServiceSpec::capabilities, OnChange::restart, "[\"net-bind-service\"]",
            "The only capabilities (capabilities(7)) that the service and all that it starts can ever have; a user "
            "other than root has them from the start. \"none\", \"all\" that supervisord has, or a list. Default: root "
            "has all, others have none."},
      Field{"no-new-privileges", &ServiceSpec::no_new_privileges, OnChange::restart, "true",
            "Whether set-user-ID programs and file capabilities give the service nothing, see PR_SET_NO_NEW_PRIVS."},
      Field{"keyring", &ServiceSpec::keyring, OnChange::restart, "\"private\"",
            "The session keyring of the kernel, see session-keyring(7)."},
      Field{"personality", &ServiceSpec::personality, OnChange::restart, "[\"addr-no-randomize\"]",
            "Flags of personality(2) by their names there, \"linux32\" for a machine that says it has 32 bits, or "
            "\"linux\" for none of these. Default: as supervisord has it.",
            Unique{}},
      Field{"tty", &ServiceSpec::tty, OnChange::restart, "true",
            "Whether its main process has a terminal of its own for input and output, of 80 columns and 24 rows: for "
            "`ctl attach`, and for programs that need one or write at once only to one. What it prints is logged as "
            "ever, as one stream. TERM is \"xterm\" if nothing else sets it. On a stop, who ignores TERM (a shell "
            "does) gets HUP, too."},
      Field{"stdin", &ServiceSpec::stdin_, OnChange::restart, "{ file = \"/srv/web/input\" }",
            "What it reads from: \"null\", or a file that is opened with the rights of its user. A FIFO is opened for "
            "writing, too, so that it does not end when a writer goes."},
      Field{"log", &ServiceSpec::log, OnChange::next_start, "{ to = \"file\", path = \"/var/log/web.log\" }",
            "Where its output goes, and how; a word stands for `log.to`."},
      Field{"stderr", &ServiceSpec::stderr_, OnChange::next_start, "\"stdout\"",
            "\"log\": to the same log through a pipe of its own; \"stdout\": through the pipe of stdout, so that the "
            "order of "
            "writes is exact; or a log table of its own."});
};
static_assert(kEveryMemberHasARow<ServiceSpec>, "every member of ServiceSpec needs a row");

}  // namespace sup
