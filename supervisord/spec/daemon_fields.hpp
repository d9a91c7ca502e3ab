// The settings of supervisord itself: one row each.
#pragma once

#include "spec/daemon_spec.hpp"
#include "spec/fields.hpp"
#include "spec/service_fields.hpp"

namespace sup {

inline constexpr std::int64_t kLeastTotal = 1 << 20;

template <>
struct Fields<DaemonLogSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"level", &DaemonLogSpec::level, OnChange::live, "\"debug\"",
            "How much supervisord says in its own log; `ctl log-level` changes it while it runs."},
      Field{"to", &DaemonLogSpec::to, OnChange::restart, "[\"stderr\", \"file\"]",
            "Where supervisord's own log goes; none in the list: nowhere.", Unique{}},
      Field{"format", &DaemonLogSpec::format, OnChange::restart, "\"json\"",
            "How the lines of supervisord's own log are written to standard error and to its file."},
      Field{"path", &DaemonLogSpec::path, OnChange::restart, "\"/var/log/supervisord.log\"",
            "The file of supervisord's own log. Default: supervisord.log in log.dir.", AbsolutePath{}},
      Field{"rotate", &DaemonLogSpec::rotate, OnChange::restart, "\"50MiB\"",
            "When a new file of supervisord's own log begins, and how many old ones stay."},
      Field{"syslog", &DaemonLogSpec::syslog, OnChange::restart, "\"udp://127.0.0.1:514\"",
            "The syslog server for supervisord's own log."},
      Field{"services", &DaemonLogSpec::services, OnChange::next_start, "\"stdout\"",
            "Where services log that do not say it themselves."},
      Field{"dir", &DaemonLogSpec::dir, OnChange::next_start, "\"/var/log/supervisord\"",
            "The directory for log files that have no path of their own; it is created if it is missing.",
            AbsolutePath{}},
      Field{"services-format", &DaemonLogSpec::services_format, OnChange::next_start, "\"json\"",
            "How the lines of services are written that do not say it themselves (`log.format`)."},
      Field{"services-template", &DaemonLogSpec::services_template, OnChange::next_start,
            "\"{time} {service} | {line}\"", "The template of services that have none of their own (`log.template`)."},
      Field{"services-time", &DaemonLogSpec::services_time, OnChange::next_start, "{ zone = \"local\" }",
            "How times are written in the logs of services that do not say it themselves (`log.time`)."},
      Field{"max-total", &DaemonLogSpec::max_total, OnChange::restart, "\"2GiB\"",
            "How much the log files of all services together may take of the disk. Rotated files go before that, the "
            "oldest first, whosever they are; the files that are written stay.",
            Range{kLeastTotal, kMostLogFile}});
};
static_assert(kEveryMemberHasARow<DaemonLogSpec>, "every member of DaemonLogSpec needs a row");

template <>
struct Fields<DaemonSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"socket", &DaemonSpec::socket, OnChange::restart, "\"/run/supervisord/control.sock\"",
            "The control socket, absolute. Default: control.sock in the run-time directory.", AbsolutePath{}},
      Field{"runtime-dir", &DaemonSpec::runtime_dir, OnChange::restart, "\"/run/supervisord\"",
            "Where the lock file and the control socket are. Default: /run/supervisord, or "
            "$XDG_RUNTIME_DIR/supervisord for a "
            "user other than root.",
            AbsolutePath{}},
      Field{"state-dir", &DaemonSpec::state_dir, OnChange::restart, "\"/var/lib/supervisord\"",
            "What outlives supervisord: which services are enabled (`ctl enable`). Each supervisord needs its own. "
            "Default: /var/lib/supervisord, or $XDG_STATE_HOME/supervisord for a user other than root.",
            AbsolutePath{}},
      Field{"log", &DaemonSpec::log, OnChange::live, "{ level = \"info\", services = \"file\" }",
            "supervisord's own log, and the defaults for the logs of services."},
      Field{"shutdown-timeout", &DaemonSpec::shutdown_timeout, OnChange::live, "\"90s\"",
            "How long the stop of everything may take; what is alive then gets KILL. Where services that are stopped "
            "one after the other could take longer, each gets its share: KILL comes before its own time is over, so "
            "that the next ones still have theirs. Default for PID 1: 9s, since `docker stop` waits for 10 s.",
            Range{0, kYear}},
      Field{"start-parallelism", &DaemonSpec::start_parallelism, OnChange::live, "4",
            "How many services may be starting at the same time; 0 means no bound.", Range{0, 100'000}},
      Field{
          "containment", &DaemonSpec::containment, OnChange::restart, "\"descent\"",
          "By what the processes of a service are known, and so whether a stop can be complete. A level that does not "
          "work here is an error at start; `ctl features` shows what is used and why."},
      Field{"exit", &DaemonSpec::exit, OnChange::live, "\"when-done\"", "When supervisord exits by itself."},
      Field{"exit-code-from", &DaemonSpec::exit_code_from, OnChange::live, "\"web\"",
            "The service whose exit code supervisord exits with (128+n for signal n). Default: 0, or the code of the "
            "service "
            "that caused the exit."},
      Field{"forward-signals", &DaemonSpec::forward_signals, OnChange::restart, "\"web\"",
            "The service whose main processes (of all its instances) get the signals that supervisord itself does not "
            "act on: USR1, ALRM, VTALRM, PROF, WINCH, CONT, TSTP, TTIN, TTOU, URG, IO, STKFLT, and the real-time "
            "ones but RTMIN+3. Without it these have no effect."},
      Field{
          "termination-message", &DaemonSpec::termination_message, OnChange::live, "\"/dev/termination-log\"",
          "A file that is written at the end: why, and the last lines of the services that have failed, in at most "
          "4096 bytes. Kubernetes shows it. A link is not followed. Default for PID 1: /dev/termination-log, if there "
          "is one; \"/dev/null\" for none.",
          AbsolutePath{}},
      Field{"env", &DaemonSpec::env, OnChange::next_start, "{ TZ = \"UTC\" }",
            "Environment variables for all services, as if supervisord had been started with them."});
};
static_assert(kEveryMemberHasARow<DaemonSpec>, "every member of DaemonSpec needs a row");

}  // namespace sup
