// The member rows of all messages and errors; see message_rows.hpp. Order here is the order in JSON and in documents.
#pragma once

#include <array>
#include <tuple>

#include "wire/messages.hpp"

namespace sup::wire {

template <>
struct MessageRows<ServiceStatus> {
  static constexpr std::string_view kName = "ServiceStatus";
  static constexpr std::string_view kDoc = "One service as it is now.";
  static constexpr auto kRows = std::make_tuple(
      Member{"name", &ServiceStatus::name, "Its name."},
      Member{
          "state", &ServiceStatus::state,
          "stopped, waiting, starting, running, reloading, stopping, killing, backoff, completed, failed or paused."},
      Member{"status", &ServiceStatus::status, "The coarse view of the state: down, changing, up or failed."},
      Member{"goal", &ServiceStatus::goal, "What is wanted: up or down."},
      Member{"pid", &ServiceStatus::pid, "The main process, while there is one."},
      Member{"since", &ServiceStatus::since, "When the state was entered, in Unix milliseconds."},
      Member{"since_ms_ago", &ServiceStatus::since_ms_ago, "How long ago that was, by a clock that does not jump."},
      Member{"run", &ServiceStatus::run, "The number of the current or last run; 0: it never ran."},
      Member{"invocation_id", &ServiceStatus::invocation_id, "The random name of that run, 32 hex digits."},
      Member{"restarts", &ServiceStatus::restarts, "Restarts that count against the restart policy now."},
      Member{"restarts_total", &ServiceStatus::restarts_total, "Restarts since supervisord started."},
      Member{"restarts_max", &ServiceStatus::restarts_max, "How many the policy allows; absent: any number."},
      Member{"next_try_ms", &ServiceStatus::next_try_ms, "In back-off: how long until the next start."},
      Member{"stop_signal", &ServiceStatus::stop_signal, "While it is stopped by a signal: which was sent last."},
      Member{"stop_command", &ServiceStatus::stop_command, "While it is stopped by a command: its program."},
      Member{"stop_told_ms_ago", &ServiceStatus::stop_told_ms_ago, "How long ago that signal or command was."},
      Member{"kill_in_ms", &ServiceStatus::kill_in_ms,
             "While it stops: when it gets KILL, if it has not ended by then and has not got it."},
      Member{"ready", &ServiceStatus::ready, "Whether dependents may start."},
      Member{"cause", &ServiceStatus::cause,
             "Why it is in this state, or how its last run ended (exit 3); may be empty."},
      Member{"says", &ServiceStatus::says, "What it says of itself (STATUS= of sd_notify(3)); absent: nothing."},
      Member{"exit_code", &ServiceStatus::exit_code, "Of the last run, if that ended by exit."},
      Member{"exit_signal", &ServiceStatus::exit_signal, "Of the last run, if a signal ended it."},
      Member{"health", &ServiceStatus::health,
             "What its probes say: unknown, healthy or unhealthy; absent: it is not asked."},
      Member{"probe_failures", &ServiceStatus::probe_failures, "How many of them have failed in a row."},
      Member{"probed", &ServiceStatus::probed, "When the last one ended, in Unix milliseconds."},
      Member{"probe_failure", &ServiceStatus::probe_failure, "Why that has failed, if it has."},
      Member{"type", &ServiceStatus::type, "The service's type: simple, oneshot ..."},
      Member{"enabled", &ServiceStatus::enabled, "Whether it is started with supervisord."},
      Member{"enabled_by", &ServiceStatus::enabled_by,
             "ctl: that was chosen by Enable or Disable; absent: its definition says it."},
      Member{"chosen", &ServiceStatus::chosen, "When that was chosen, in Unix milliseconds, if it is known."},
      Member{"chosen_by", &ServiceStatus::chosen_by, "The user who chose it, if that is known."},
      Member{"left_out", &ServiceStatus::left_out,
             "Why supervisord left it out when it started (--skip, --tag); absent: it did not."},
      Member{"transient", &ServiceStatus::transient, "Whether it is gone when it has ended (Run)."},
      Member{"description", &ServiceStatus::description, "Its description, if it has one."},
      Member{"requires", &ServiceStatus::requires_, "What it requires."},
      Member{"overrides", &ServiceStatus::overrides, "What was set since supervisord started, as \"KEY = VALUE\"."},
      Member{"dropped_lines", &ServiceStatus::dropped_lines,
             "How many lines of its output were not written: by `log.rate` or `log.overflow`, or because that failed."},
      Member{"dropped_bytes", &ServiceStatus::dropped_bytes, "How many bytes these had."},
      Member{"stored_fds", &ServiceStatus::stored_fds,
             "How many descriptors are kept for it; absent: it has none kept (fd-store-max)."},
      Member{"stale", &ServiceStatus::stale,
             "Whether it runs by an earlier definition than the one in force; its next start takes that."});
};
static_assert(kEveryMemberIsARow<ServiceStatus>);

template <>
struct MessageRows<DaemonStatus> {
  static constexpr std::string_view kName = "DaemonStatus";
  static constexpr std::string_view kDoc = "supervisord itself.";
  static constexpr auto kRows = std::make_tuple(
      Member{"pid", &DaemonStatus::pid, "Its process."}, Member{"version", &DaemonStatus::version, "Its version."},
      Member{"uptime_ms", &DaemonStatus::uptime_ms, "How long it has been running."},
      Member{"state", &DaemonStatus::state, "running or shutting-down."},
      Member{"services", &DaemonStatus::services, "How many services there are."},
      Member{"up", &DaemonStatus::up, "How many of them are up."},
      Member{"changing", &DaemonStatus::changing, "How many are on their way up or down."},
      Member{"down", &DaemonStatus::down, "How many are down."},
      Member{"failed", &DaemonStatus::failed, "How many have failed."},
      Member{"event_seq", &DaemonStatus::event_seq,
             "The number of the last event; Events with since = event_seq goes on from here without a gap."},
      Member{"confirm_ms", &DaemonStatus::confirm_ms,
             "When it goes back to the configuration before, unless Confirm is called; absent: it does not."});
};
static_assert(kEveryMemberIsARow<DaemonStatus>);

template <>
struct MessageRows<ServiceScale> {
  static constexpr std::string_view kName = "ServiceScale";
  static constexpr std::string_view kDoc = "How many instances of a service there are.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &ServiceScale::service, "Which service."},
                      Member{"configured", &ServiceScale::configured, "How many its settings say."},
                      Member{"instances", &ServiceScale::instances, "How many there are to be now."},
                      Member{"up", &ServiceScale::up, "How many of them are up."},
                      Member{"override", &ServiceScale::is_override, "Whether Scale has changed the number."});
};
static_assert(kEveryMemberIsARow<ServiceScale>);

template <>
struct MessageRows<HookStatus> {
  static constexpr std::string_view kName = "HookStatus";
  static constexpr std::string_view kDoc = "A command that is told of events, [on-event.NAME].";
  static constexpr auto kRows = std::make_tuple(
      Member{"name", &HookStatus::name, "Its name."},
      Member{"state", &HookStatus::state, "idle, or running: it is told of an event now."},
      Member{"event", &HookStatus::event, "The number of that event."},
      Member{"queued", &HookStatus::queued, "How many events wait for it."},
      Member{"done", &HookStatus::done, "How many it was told of with success."},
      Member{"failed", &HookStatus::failed, "How many it was told of, and has failed."},
      Member{"dropped", &HookStatus::dropped, "How many it was not told of, since too many waited for it."},
      Member{"last_failure", &HookStatus::last_failure, "Why it has failed last; empty: it did not since."});
};
static_assert(kEveryMemberIsARow<HookStatus>);

template <>
struct MessageRows<StatusReply> {
  static constexpr std::string_view kName = "StatusReply";
  static constexpr std::string_view kDoc = "Reply of Status.";
  static constexpr auto kRows =
      std::make_tuple(Member{"version", &StatusReply::version, "The version of these messages, 1."},
                      Member{"daemon", &StatusReply::daemon, "supervisord itself."},
                      Member{"services", &StatusReply::services, "The services asked for, by name."},
                      Member{"scales", &StatusReply::scales,
                             "Those that have not exactly one instance, or another number than their settings say."},
                      Member{"groups", &StatusReply::groups, "The names of all groups."},
                      Member{"hooks", &StatusReply::hooks, "The commands that are told of events, by name."});
};
static_assert(kEveryMemberIsARow<StatusReply>);

template <>
struct MessageRows<ChangeProgress> {
  static constexpr std::string_view kName = "ChangeProgress";
  static constexpr std::string_view kDoc = "One step of a change.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &ChangeProgress::service, "Which service."},
                      Member{"from", &ChangeProgress::from, "The state it left."},
                      Member{"to", &ChangeProgress::to, "The state it is in now."},
                      Member{"why", &ChangeProgress::why, "What led there."},
                      Member{"elapsed_ms", &ChangeProgress::elapsed_ms, "Since the change was accepted."});
};
static_assert(kEveryMemberIsARow<ChangeProgress>);

template <>
struct MessageRows<ChangeResult> {
  static constexpr std::string_view kName = "ChangeResult";
  static constexpr std::string_view kDoc = "How a change ended for one service.";
  static constexpr auto kRows = std::make_tuple(
      Member{"service", &ChangeResult::service, "Which service."},
      Member{"outcome", &ChangeResult::outcome, "done, failed, cancelled, or with wait = false: accepted."},
      Member{"state", &ChangeResult::state, "The state it is in."},
      Member{"cause", &ChangeResult::cause, "Why it failed or was cancelled; else empty."},
      Member{"elapsed_ms", &ChangeResult::elapsed_ms,
             "How long it took, from its first change of state; 0 if there was none."},
      Member{"last_lines", &ChangeResult::last_lines, "After a failure: the last lines it wrote to standard error."},
      Member{"along_with", &ChangeResult::along_with,
             "If nobody named it: the service that it requires and with which it went down (and came back)."},
      Member{"gives_way_to", &ChangeResult::gives_way_to,
             "It was not named, but goes down because it conflicts with this one, which comes up."});
};
static_assert(kEveryMemberIsARow<ChangeResult>);

template <>
struct MessageRows<ChangeReply> {
  static constexpr std::string_view kName = "ChangeReply";
  static constexpr std::string_view kDoc = "Reply of Start, Stop, Restart and Kill.";
  static constexpr auto kRows =
      std::make_tuple(Member{"change", &ChangeReply::change, "The id of the change."},
                      Member{"progress", &ChangeReply::progress, "One step; only in replies that continue."},
                      Member{"results", &ChangeReply::results, "One per service; only in the final reply."},
                      Member{"left_down", &ChangeReply::left_down,
                             "After a start: services that went down along with one of these before, and are still "
                             "down."},
                      Member{"scales", &ChangeReply::scales, "After Scale: how many there are of each service."});
};
static_assert(kEveryMemberIsARow<ChangeReply>);

template <>
struct MessageRows<SignalResult> {
  static constexpr std::string_view kName = "SignalResult";
  static constexpr std::string_view kDoc = "What became of a signal for one service.";
  static constexpr auto kRows = std::make_tuple(Member{"service", &SignalResult::service, "Which service."},
                                                Member{"pid", &SignalResult::pid, "The process that it was sent to."},
                                                Member{"failure", &SignalResult::failure, "Why it was not sent."});
};
static_assert(kEveryMemberIsARow<SignalResult>);

template <>
struct MessageRows<SignalReply> {
  static constexpr std::string_view kName = "SignalReply";
  static constexpr std::string_view kDoc = "Reply of Signal.";
  static constexpr auto kRows = std::make_tuple(Member{"results", &SignalReply::results, "One per service."});
};
static_assert(kEveryMemberIsARow<SignalReply>);

template <>
struct MessageRows<WaitState> {
  static constexpr std::string_view kName = "WaitState";
  static constexpr std::string_view kDoc = "Where one service stands that is waited for.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &WaitState::service, "Which service."},
                      Member{"met", &WaitState::met, "Whether what was waited for has happened."},
                      Member{"impossible", &WaitState::impossible, "Whether it can no longer happen by itself."},
                      Member{"state", &WaitState::state, "The state it is in."},
                      Member{"cause", &WaitState::cause, "Why; may be empty."},
                      Member{"exit_code", &WaitState::exit_code, "Of the last run, if that ended by exit."},
                      Member{"exit_signal", &WaitState::exit_signal, "Of the last run, if a signal ended it."});
};
static_assert(kEveryMemberIsARow<WaitState>);

template <>
struct MessageRows<WaitReply> {
  static constexpr std::string_view kName = "WaitReply";
  static constexpr std::string_view kDoc =
      "Reply of Wait. With \"more\", the first reply comes at once and the next ones with each change.";
  static constexpr auto kRows =
      std::make_tuple(Member{"decided", &WaitReply::decided, "Whether this is the final reply."},
                      Member{"met", &WaitReply::met, "Whether the wait was successful; has a meaning once decided."},
                      Member{"services", &WaitReply::services, "All services that are waited for."});
};
static_assert(kEveryMemberIsARow<WaitReply>);

template <>
struct MessageRows<LogRecord> {
  static constexpr std::string_view kName = "LogRecord";
  static constexpr std::string_view kDoc = "One line that a service wrote.";
  static constexpr auto kRows = std::make_tuple(
      Member{"time", &LogRecord::time,
             "When it was read, in Unix milliseconds; not there if a log file does not say it."},
      Member{"service", &LogRecord::service, "Which service."},
      Member{"stream", &LogRecord::stream, "stdout or stderr; not there if a log file does not say it."},
      Member{"run", &LogRecord::run, "Of which run; not there if a log file does not say it."},
      Member{"line", &LogRecord::line, "The line without its line end, if it is valid UTF-8."},
      Member{"line_base64", &LogRecord::line_base64, "The line, if it is not."},
      Member{"truncated", &LogRecord::truncated,
             "Whether the line was longer than the bound and goes on in the next record."},
      Member{"missed", &LogRecord::missed, "How many lines before this one were lost to this reader."});
};
static_assert(kEveryMemberIsARow<LogRecord>);

template <>
struct MessageRows<LogsReply> {
  static constexpr std::string_view kName = "LogsReply";
  static constexpr std::string_view kDoc =
      "Reply of Logs: a batch of lines; the final one may be empty. With `follow` it comes when supervisord has shut "
      "down.";
  static constexpr auto kRows = std::make_tuple(
      Member{"records", &LogsReply::records, "The lines, oldest first."},
      Member{"notes", &LogsReply::notes, "What people should know about them: what could not be read, for example."},
      Member{"caught_up", &LogsReply::caught_up,
             "With `follow`, once: this is the last of what had been written before. What follows is new."});
};
static_assert(kEveryMemberIsARow<LogsReply>);

template <>
struct MessageRows<EventRecord> {
  static constexpr std::string_view kName = "EventRecord";
  static constexpr std::string_view kDoc = "Something that happened.";
  static constexpr auto kRows = std::make_tuple(
      Member{"seq", &EventRecord::seq, "Numbers the events without a gap."},
      Member{"time", &EventRecord::time, "When, in Unix milliseconds."},
      Member{"kind", &EventRecord::kind,
             "state (a service changed its state), health (its probes have another verdict), fd-store (a descriptor "
             "that it has stored was dropped or refused), hook (a command of [on-event.NAME] has failed or has missed "
             "events), test (one is tried), daemon (supervisord itself), or a kind of a later version."},
      Member{"service", &EventRecord::service, "Which service it is about."},
      Member{"from", &EventRecord::from, "The state or verdict before."},
      Member{"to", &EventRecord::to, "The state or verdict from now on."},
      Member{"why", &EventRecord::why, "What led there."},
      Member{"cause", &EventRecord::cause, "The cause as Status shows it."},
      Member{"exit_code", &EventRecord::exit_code, "If a run ended by exit."},
      Member{"exit_signal", &EventRecord::exit_signal, "If a signal ended it."},
      Member{"pid", &EventRecord::pid, "The main process."}, Member{"run", &EventRecord::run, "Of which run."},
      Member{"last_lines", &EventRecord::last_lines, "If a run has failed: the last lines of its standard error."});
};
static_assert(kEveryMemberIsARow<EventRecord>);

template <>
struct MessageRows<EventGap> {
  static constexpr std::string_view kName = "EventGap";
  static constexpr std::string_view kDoc = "Events that are not kept any more.";
  static constexpr auto kRows = std::make_tuple(
      Member{"kind", &EventGap::kind, "missed: no event has this kind, so that it can stand in a stream of events."},
      Member{"first", &EventGap::first, "The number of the first of them."},
      Member{"last", &EventGap::last, "The number of the last of them."});
};
static_assert(kEveryMemberIsARow<EventGap>);

template <>
struct MessageRows<EventsReply> {
  static constexpr std::string_view kName = "EventsReply";
  static constexpr std::string_view kDoc =
      "Reply of Events: a batch; the final one may be empty. With `follow` it comes when supervisord has shut down.";
  static constexpr auto kRows =
      std::make_tuple(Member{"events", &EventsReply::events, "The events, oldest first."},
                      Member{"missed", &EventsReply::missed, "How many events since `since` are not kept any more."},
                      Member{"gap", &EventsReply::gap, "Which these are; they come before the events of the batch."});
};
static_assert(kEveryMemberIsARow<EventsReply>);

template <>
struct MessageRows<SetChange> {
  static constexpr std::string_view kName = "SetChange";
  static constexpr std::string_view kDoc = "A setting that is different now.";
  static constexpr auto kRows =
      std::make_tuple(Member{"key", &SetChange::key, "Its path."},
                      Member{"before", &SetChange::before, "Its value before, as TOML; empty: it was not set."},
                      Member{"after", &SetChange::after, "Its value now, as TOML; empty: it is not set."});
};
static_assert(kEveryMemberIsARow<SetChange>);

template <>
struct MessageRows<SetReply> {
  static constexpr std::string_view kName = "SetReply";
  static constexpr std::string_view kDoc = "Reply of Set, when everything is in force.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &SetReply::service, "Which service."},
                      Member{"changes", &SetReply::changes, "What is different now."},
                      Member{"overrides", &SetReply::overrides, "All that is set now, as \"KEY = VALUE\"."},
                      Member{"warnings", &SetReply::warnings, "Limits that cannot be had here, as \"KEY: REASON\"."});
};
static_assert(kEveryMemberIsARow<SetReply>);

template <>
struct MessageRows<PlannedSetting> {
  static constexpr std::string_view kName = "PlannedSetting";
  static constexpr std::string_view kDoc = "A setting that is another in the files.";
  static constexpr auto kRows = std::make_tuple(
      Member{"key", &PlannedSetting::key, "Its path."},
      Member{"before", &PlannedSetting::before, "Its value in force, as TOML; empty: it is not set."},
      Member{"after", &PlannedSetting::after, "Its value in the files, likewise."},
      Member{"effect", &PlannedSetting::effect,
             "live: at once; next-start: at the next start of its process; restart: by a restart of its "
             "process, or of supervisord."});
};
static_assert(kEveryMemberIsARow<PlannedSetting>);

template <>
struct MessageRows<PlannedService> {
  static constexpr std::string_view kName = "PlannedService";
  static constexpr std::string_view kDoc = "A service that is another in the files.";
  static constexpr auto kRows = std::make_tuple(
      Member{"service", &PlannedService::service, "Its name."},
      Member{"change", &PlannedService::change, "added, changed or removed."},
      Member{"action", &PlannedService::action,
             "What that means for it now: start, stop or restart; update: its process stays; none: it is down."},
      Member{"settings", &PlannedService::settings, "Of one that is changed: what is different."});
};
static_assert(kEveryMemberIsARow<PlannedService>);

template <>
struct MessageRows<PlanReply> {
  static constexpr std::string_view kName = "PlanReply";
  static constexpr std::string_view kDoc = "Reply of Plan.";
  static constexpr auto kRows = std::make_tuple(
      Member{"valid", &PlanReply::valid, "Whether the files have no errors; else nothing is compared."},
      Member{"services", &PlanReply::services, "The services that are not in the files as they are in force."},
      Member{"daemon", &PlanReply::daemon, "Settings of [supervisord] that are others in the files."},
      Member{"groups", &PlanReply::groups, "Groups that are others in the files: the name, and the members."},
      Member{
          "hooks", &PlanReply::hooks,
          "Commands that are told of events ([on-event.NAME]) and are others in the files: the name, and the command "
          "or the setting."},
      Member{"unchanged", &PlanReply::unchanged, "How many services are as they are in force."},
      Member{"sources", &PlanReply::sources, "The files and directories that the configuration comes from."},
      Member{"looked_for", &PlanReply::looked_for,
             "Where a change may be one of the configuration: these, what is included, and the directories of drop-ins "
             "beside single files, also if they are not there. Patterns of a shell: a * of a name has a backslash."},
      Member{"report", &PlanReply::report, "Errors and warnings, as `ctl check --json` has them."},
      Member{"diagnostics", &PlanReply::diagnostics, "The same for people."});
};
static_assert(kEveryMemberIsARow<PlanReply>);

template <>
struct MessageRows<ApplyReply> {
  static constexpr std::string_view kName = "ApplyReply";
  static constexpr std::string_view kDoc = "Reply of Apply.";
  static constexpr auto kRows = std::make_tuple(
      Member{"plan", &ApplyReply::plan, "What was not in force of the files."},
      Member{"applied", &ApplyReply::applied, "Whether it is now; not if the files have errors, or after dry_run."},
      Member{"progress", &ApplyReply::progress, "With \"more\": one state change, while it is being put in force."},
      Member{"results", &ApplyReply::results, "What became of those that were started, stopped or restarted for it."},
      Member{"warnings", &ApplyReply::warnings, "What of the files is not in force all the same, and why."},
      Member{"confirm_ms", &ApplyReply::confirm_ms,
             "When supervisord goes back, unless Confirm is called; absent: it does not."},
      Member{"reverted", &ApplyReply::reverted,
             "Why the configuration before is in force again already (confirm_ms); empty: it is not."});
};
static_assert(kEveryMemberIsARow<ApplyReply>);

template <>
struct MessageRows<ConfirmReply> {
  static constexpr std::string_view kName = "ConfirmReply";
  static constexpr std::string_view kDoc = "Reply of Confirm.";
  static constexpr auto kRows =
      std::make_tuple(Member{"reverted", &ConfirmReply::reverted, "Whether the configuration before is in force."},
                      Member{"results", &ConfirmReply::results, "What became of those that were changed for it."},
                      Member{"warnings", &ConfirmReply::warnings, "What could not be as before, and why."});
};
static_assert(kEveryMemberIsARow<ConfirmReply>);

template <>
struct MessageRows<EnableResult> {
  static constexpr std::string_view kName = "EnableResult";
  static constexpr std::string_view kDoc = "A service that was enabled or disabled.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &EnableResult::service, "Which service."},
                      Member{"enabled", &EnableResult::enabled, "Whether it starts with supervisord, from now on."},
                      Member{"before", &EnableResult::before, "Whether it did before."});
};
static_assert(kEveryMemberIsARow<EnableResult>);

template <>
struct MessageRows<EnableReply> {
  static constexpr std::string_view kName = "EnableReply";
  static constexpr std::string_view kDoc = "Reply of Enable and Disable, when it is on the disk.";
  static constexpr auto kRows = std::make_tuple(Member{"results", &EnableReply::results, "One per service."},
                                                Member{"file", &EnableReply::file, "Where it is kept."});
};
static_assert(kEveryMemberIsARow<EnableReply>);

template <>
struct MessageRows<CleanResult> {
  static constexpr std::string_view kName = "CleanResult";
  static constexpr std::string_view kDoc = "What was dropped of a service.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &CleanResult::service, "Which service."},
                      Member{"dropped_fds", &CleanResult::dropped_fds, "How many descriptors."});
};
static_assert(kEveryMemberIsARow<CleanResult>);

template <>
struct MessageRows<CleanReply> {
  static constexpr std::string_view kName = "CleanReply";
  static constexpr std::string_view kDoc = "Reply of Clean.";
  static constexpr auto kRows = std::make_tuple(Member{"results", &CleanReply::results, "One per service."});
};
static_assert(kEveryMemberIsARow<CleanReply>);

template <>
struct MessageRows<ShownFd> {
  static constexpr std::string_view kName = "ShownFd";
  static constexpr std::string_view kDoc = "A descriptor that is kept for a service.";
  static constexpr auto kRows =
      std::make_tuple(Member{"name", &ShownFd::name, "As the service has called it."},
                      Member{"target", &ShownFd::target,
                             "What it leads to, as /proc shows it: \"socket:[4711]\", a path; may be empty."},
                      Member{"polled", &ShownFd::is_polled, "Whether it is dropped when its other end is gone."});
};
static_assert(kEveryMemberIsARow<ShownFd>);

template <>
struct MessageRows<ShownProbe> {
  static constexpr std::string_view kName = "ShownProbe";
  static constexpr std::string_view kDoc =
      "What was last seen when somebody looked whether a service is ready or healthy.";
  static constexpr auto kRows = std::make_tuple(
      Member{"of", &ShownProbe::of, "ready (while it is waited for) or health."},
      Member{"target", &ShownProbe::target, "Who or what was asked, such as \"tcp 127.0.0.1:5432\"."},
      Member{"verdict", &ShownProbe::verdict, "Of health: healthy, unhealthy, or unknown."},
      Member{"time", &ShownProbe::time, "When the last probe ended, in milliseconds since 1970; null: none has."},
      Member{"failure", &ShownProbe::failure, "Why it failed; null: it succeeded, or there was none."});
};
static_assert(kEveryMemberIsARow<ShownProbe>);

template <>
struct MessageRows<ShownOrigin> {
  static constexpr std::string_view kName = "ShownOrigin";
  static constexpr std::string_view kDoc = "Where a setting was written.";
  static constexpr auto kRows = std::make_tuple(
      Member{"key", &ShownOrigin::key, "The setting, with dots for tables: \"restart.delay\"."},
      Member{"file", &ShownOrigin::file, "The file."}, Member{"line", &ShownOrigin::line, "The line there."},
      Member{"layer", &ShownOrigin::layer, "What that is of the service: definition, drop-in, template or defaults."});
};
static_assert(kEveryMemberIsARow<ShownOrigin>);

template <>
struct MessageRows<ShownService> {
  static constexpr std::string_view kName = "ShownService";
  static constexpr std::string_view kDoc = "The settings of one service.";
  static constexpr auto kRows = std::make_tuple(
      Member{"name", &ShownService::name, "Its name."},
      Member{"file", &ShownService::file, "The file that defines it; empty: no file."},
      Member{"line", &ShownService::line, "The line of its table there."},
      Member{"settings", &ShownService::settings,
             "Key to value, every setting with `all`, else those that are not default."},
      Member{"toml", &ShownService::toml, "The same as TOML, as one would write it in a file."},
      Member{"defaults", &ShownService::defaults, "The keys in `settings` that nobody set."},
      Member{"overrides", &ShownService::overrides,
             "What of it was set since supervisord started, as \"KEY = VALUE\"."},
      Member{"enabled", &ShownService::enabled, "Whether it is started with supervisord."},
      Member{"enabled_by", &ShownService::enabled_by,
             "ctl: that was chosen by Enable or Disable; absent: its definition says it."},
      Member{"chosen", &ShownService::chosen, "When that was chosen, in Unix milliseconds, if it is known."},
      Member{"chosen_by", &ShownService::chosen_by, "The user who chose it, if that is known."},
      Member{"in_force", &ShownService::in_force, "What the kernel has for the limits of its run, as \"KEY: VALUE\"."},
      Member{"not_in_force", &ShownService::not_in_force, "Limits that its run does not have, as \"KEY: REASON\"."},
      Member{"contained_by", &ShownService::contained_by,
             "What keeps its processes together: cgroup with the folder of its run, descent, or group."},
      Member{"probes", &ShownService::probes, "The last probes of its readiness and of its health."},
      Member{"stored_fds", &ShownService::stored_fds,
             "The descriptors that are kept for its next run, in the order in which that finds them."},
      Member{"origins", &ShownService::origins, "With `origin`: where each setting that is in a file was written."});
};
static_assert(kEveryMemberIsARow<ShownService>);

template <>
struct MessageRows<ShowReply> {
  static constexpr std::string_view kName = "ShowReply";
  static constexpr std::string_view kDoc = "Reply of Show.";
  static constexpr auto kRows = std::make_tuple(Member{"services", &ShowReply::services, "One per service asked for."});
};
static_assert(kEveryMemberIsARow<ShowReply>);

template <>
struct MessageRows<EnvVariable> {
  static constexpr std::string_view kName = "EnvVariable";
  static constexpr std::string_view kDoc = "One environment variable of a service.";
  static constexpr auto kRows = std::make_tuple(
      Member{"name", &EnvVariable::name, "Its name."},
      Member{"value", &EnvVariable::value, "Its value; empty if it is masked."},
      Member{"origin", &EnvVariable::origin,
             "Where it comes from: inherited, [supervisord] env, user NAME (because of `user`), env-file PATH, env, "
             "supervisord."},
      Member{"masked", &EnvVariable::masked, "Whether the value is kept back because it looks like a secret."},
      Member{"varies", &EnvVariable::varies, "Whether each start gets another value; then none is shown."});
};
static_assert(kEveryMemberIsARow<EnvVariable>);

template <>
struct MessageRows<EnvReply> {
  static constexpr std::string_view kName = "EnvReply";
  static constexpr std::string_view kDoc = "Reply of Env.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &EnvReply::service, "Which service."},
                      Member{"variables", &EnvReply::variables, "What the next start gets, by name."});
};
static_assert(kEveryMemberIsARow<EnvReply>);

template <>
struct MessageRows<ExitPolicy> {
  static constexpr std::string_view kName = "ExitPolicy";
  static constexpr std::string_view kDoc = "What would follow an end with this code or by this signal.";
  static constexpr auto kRows = std::make_tuple(
      Member{"exit_code", &ExitPolicy::exit_code, "The code that was asked about; 128+n: died by signal n."},
      Member{"exit_signal", &ExitPolicy::exit_signal, "The signal, if it is one."},
      Member{"success", &ExitPolicy::success, "Whether it counts as success."},
      Member{"action", &ExitPolicy::action, "What would be done, in words."},
      Member{"state", &ExitPolicy::state, "The state that would follow; absent: it does not run."},
      Member{"restart_in_ms", &ExitPolicy::restart_in_ms, "How long until it would be started again, if it would."},
      Member{"attempts_left", &ExitPolicy::attempts_left,
             "How many restarts the policy would then still allow; absent: any number."},
      Member{"stops", &ExitPolicy::stops, "What else would go down."});
};
static_assert(kEveryMemberIsARow<ExitPolicy>);

template <>
struct MessageRows<ExplainReply> {
  static constexpr std::string_view kName = "ExplainReply";
  static constexpr std::string_view kDoc = "Reply of Explain.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &ExplainReply::service, "Which service."},
                      Member{"state", &ExplainReply::state, "The state it is in."},
                      Member{"goal", &ExplainReply::goal, "What is wanted: up or down."},
                      Member{"reasons", &ExplainReply::reasons, "Why it is in this state, one sentence each."},
                      Member{"waiting_for", &ExplainReply::waiting_for, "Services that it waits for."},
                      Member{"would_stop_with", &ExplainReply::would_stop_with, "Services whose stop would stop it."},
                      Member{"needed_by", &ExplainReply::needed_by, "Services that its stop would stop."},
                      Member{"last_ends", &ExplainReply::last_ends, "How its last runs ended, newest first."},
                      Member{"last_failed_run", &ExplainReply::last_failed_run, "The last run that has failed."},
                      Member{"last_lines", &ExplainReply::last_lines, "The last lines of its standard error."},
                      Member{"policy", &ExplainReply::policy,
                             "What would happen if it exited, for the codes asked for or the usual ones."});
};
static_assert(kEveryMemberIsARow<ExplainReply>);

template <>
struct MessageRows<GraphService> {
  static constexpr std::string_view kName = "GraphService";
  static constexpr std::string_view kDoc = "A service in the graph.";
  static constexpr auto kRows = std::make_tuple(
      Member{"name", &GraphService::name, "Its name."}, Member{"type", &GraphService::type, "As in its definition."},
      Member{"enabled", &GraphService::enabled, "Whether it starts with supervisord."},
      Member{"instances", &GraphService::instances, "How many instances it has."},
      Member{"up", &GraphService::up, "How many of them are up."},
      Member{
          "state", &GraphService::state,
          "Of several instances that of the one that is worst off; absent: nothing runs, the graph is that of files."},
      Member{"status", &GraphService::status, "The coarse view of the state."});
};
static_assert(kEveryMemberIsARow<GraphService>);

template <>
struct MessageRows<GraphRelation> {
  static constexpr std::string_view kName = "GraphRelation";
  static constexpr std::string_view kDoc = "What one service means to another.";
  static constexpr auto kRows =
      std::make_tuple(Member{"from", &GraphRelation::from, "Who says it."},
                      Member{"kind", &GraphRelation::kind,
                             "The key: requires, binds-to, wants, restart-with, after, conflicts. `before` is told as "
                             "the `after` of the other."},
                      Member{"to", &GraphRelation::to, "About whom."},
                      Member{"until", &GraphRelation::until, "How far the other has to be, if that is not: ready."});
};
static_assert(kEveryMemberIsARow<GraphRelation>);

template <>
struct MessageRows<GraphReply> {
  static constexpr std::string_view kName = "GraphReply";
  static constexpr std::string_view kDoc = "Reply of Graph.";
  static constexpr auto kRows =
      std::make_tuple(Member{"services", &GraphReply::services, "By name."},
                      Member{"relations", &GraphReply::relations, "By who says it, each once."});
};
static_assert(kEveryMemberIsARow<GraphReply>);

template <>
struct MessageRows<StartRecord> {
  static constexpr std::string_view kName = "StartRecord";
  static constexpr std::string_view kDoc =
      "The last start of a service. Moments are microseconds since supervisord started; absent: it has not come to "
      "that.";
  static constexpr auto kRows = std::make_tuple(
      Member{"service", &StartRecord::service, "Which service."},
      Member{"state", &StartRecord::state, "Its state now."},
      Member{"status", &StartRecord::status, "The coarse view of the state."},
      Member{"ready", &StartRecord::ready, "Whether the start ended with it being ready."},
      Member{"boot", &StartRecord::boot, "Whether it was started with supervisord, and not again since."},
      Member{"asked_us", &StartRecord::asked_us, "When it was to come up and began to wait for its turn."},
      Member{"allowed_us", &StartRecord::allowed_us, "When nothing held it any more: its hooks or its program began."},
      Member{"spawned_us", &StartRecord::spawned_us, "When its program was executed."},
      Member{"ended_us", &StartRecord::ended_us,
             "When it was ready (a oneshot: had done its work), or was known not to become so."},
      Member{"held_by", &StartRecord::held_by, "For whose start it waited last; absent: for nobody's."});
};
static_assert(kEveryMemberIsARow<StartRecord>);

template <>
struct MessageRows<StartTimesReply> {
  static constexpr std::string_view kName = "StartTimesReply";
  static constexpr std::string_view kDoc = "Reply of Blame, CriticalChain and Plot.";
  static constexpr auto kRows =
      std::make_tuple(Member{"started", &StartTimesReply::started, "When supervisord started, in Unix milliseconds."},
                      Member{"now_us", &StartTimesReply::now_us, "Microseconds from then to this reply."},
                      Member{"starts", &StartTimesReply::starts,
                             "Of each service that has been started. Of CriticalChain: each waited for the next."});
};
static_assert(kEveryMemberIsARow<StartTimesReply>);

template <>
struct MessageRows<ExecReply> {
  static constexpr std::string_view kName = "ExecReply";
  static constexpr std::string_view kDoc =
      "Reply of Exec, when the command has ended, and of Run: without `wait` and `attach` when it has started. The "
      "call must come "
      "with three descriptors (SCM_RIGHTS), a Run only with `attach`: the standard "
      "input, output and error of the command. When the connection ends before, the command is ended.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &ExecReply::service, "The transient service that Run has made."},
                      Member{"exit_code", &ExecReply::exit_code, "Its exit code, if it exited."},
                      Member{"exit_signal", &ExecReply::exit_signal, "The signal that ended it."});
};
static_assert(kEveryMemberIsARow<ExecReply>);

template <>
struct MessageRows<AttachReply> {
  static constexpr std::string_view kName = "AttachReply";
  static constexpr std::string_view kDoc =
      "Reply of Attach, when the main process of the run has ended. The call must come with one descriptor "
      "(SCM_RIGHTS): "
      "a stream socket. The first byte on it is 0; with that byte comes the master of the terminal of the service, "
      "where "
      "to write input and to set the window size (TIOCSWINSZ), if there is one and input is true. Then comes the last "
      "screen of output, and output as it is written, until the end of the file. What is not read in time is lost, and "
      "the place is marked.";
  static constexpr auto kRows =
      std::make_tuple(Member{"service", &AttachReply::service, "Its name."},
                      Member{"exit_code", &AttachReply::exit_code, "The exit code of the main process, if it exited."},
                      Member{"exit_signal", &AttachReply::exit_signal, "The signal that ended it."});
};
static_assert(kEveryMemberIsARow<AttachReply>);

template <>
struct MessageRows<TreeProcess> {
  static constexpr std::string_view kName = "TreeProcess";
  static constexpr std::string_view kDoc = "One process of a service.";
  static constexpr auto kRows = std::make_tuple(
      Member{"pid", &TreeProcess::pid, "Its number."},
      Member{"parent", &TreeProcess::parent, "The number of its parent."},
      Member{"role", &TreeProcess::role, "\"main\", \"hook\", or empty for what these have started."},
      Member{"user", &TreeProcess::user, "Its effective user, by name if it has one."},
      Member{"state", &TreeProcess::state, "The kernel's letter, see proc(5): R, S, D, T, Z ..."},
      Member{"cpu_ms", &TreeProcess::cpu_ms, "Processor time that it has used, its children aside."},
      Member{"memory", &TreeProcess::memory, "Its resident set in bytes."},
      Member{"command", &TreeProcess::command, "Its arguments, or its name in brackets if it has none."});
};
static_assert(kEveryMemberIsARow<TreeProcess>);

template <>
struct MessageRows<TreeService> {
  static constexpr std::string_view kName = "TreeService";
  static constexpr std::string_view kDoc = "A service and all its processes.";
  static constexpr auto kRows = std::make_tuple(
      Member{"service", &TreeService::service, "Its name."}, Member{"state", &TreeService::state, "Its state."},
      Member{"parent", &TreeService::parent, "The service that it is a child of."},
      Member{"daemon", &TreeService::daemon, "Whether nobody waits for its end."},
      Member{"run", &TreeService::run, "The run that the processes belong to."},
      Member{"cgroup", &TreeService::cgroup, "The directory of the run's cgroup, if it has one."},
      Member{"processes", &TreeService::processes, "In the order of their numbers."});
};
static_assert(kEveryMemberIsARow<TreeService>);

template <>
struct MessageRows<TreeReply> {
  static constexpr std::string_view kName = "TreeReply";
  static constexpr std::string_view kDoc = "Reply of Tree.";
  static constexpr auto kRows =
      std::make_tuple(Member{"pid", &TreeReply::pid, "The process of supervisord."},
                      Member{"services", &TreeReply::services, "By name; those without a process, too."});
};
static_assert(kEveryMemberIsARow<TreeReply>);

template <>
struct MessageRows<Feature> {
  static constexpr std::string_view kName = "Feature";
  static constexpr std::string_view kDoc = "One thing that depends on the machine.";
  static constexpr auto kRows =
      std::make_tuple(Member{"name", &Feature::name, "What: \"containment\", \"spawn\", \"controller memory\" ..."},
                      Member{"value", &Feature::value, "What is used here."},
                      Member{"best", &Feature::best, "Whether there is nothing better."},
                      Member{"reason", &Feature::reason, "Why nothing better is used; empty if there is none."});
};
static_assert(kEveryMemberIsARow<Feature>);

template <>
struct MessageRows<FeaturesReply> {
  static constexpr std::string_view kName = "FeaturesReply";
  static constexpr std::string_view kDoc = "Reply of Features.";
  static constexpr auto kRows =
      std::make_tuple(Member{"features", &FeaturesReply::features, "In the order of weight."});
};
static_assert(kEveryMemberIsARow<FeaturesReply>);

template <>
struct MessageRows<Unwell> {
  static constexpr std::string_view kName = "Unwell";
  static constexpr std::string_view kDoc = "A service that is not as the level demands.";
  static constexpr auto kRows = std::make_tuple(Member{"service", &Unwell::service, "Its instance."},
                                                Member{"reason", &Unwell::reason, "What is not well."});
};
static_assert(kEveryMemberIsARow<Unwell>);

template <>
struct MessageRows<HealthReply> {
  static constexpr std::string_view kName = "HealthReply";
  static constexpr std::string_view kDoc = "Reply of Health.";
  static constexpr auto kRows = std::make_tuple(
      Member{"level", &HealthReply::level, "What was asked for: \"live\" or \"ready\"."},
      Member{"well", &HealthReply::well, "Whether all is well."},
      Member{"shutting_down", &HealthReply::shutting_down, "Why supervisord is shutting down, if it is."},
      Member{"unwell", &HealthReply::unwell, "By name; not more than 100."});
};
static_assert(kEveryMemberIsARow<HealthReply>);

template <>
struct MessageRows<VersionReply> {
  static constexpr std::string_view kName = "VersionReply";
  static constexpr std::string_view kDoc = "Reply of Version.";
  static constexpr auto kRows =
      std::make_tuple(Member{"version", &VersionReply::version, "The version of supervisord."},
                      Member{"protocol", &VersionReply::protocol, "The version of these messages."},
                      Member{"pid", &VersionReply::pid, "The process of supervisord, as others know it: the guard."},
                      Member{"manager", &VersionReply::manager, "Its process that answers; without a guard the same."});
};
static_assert(kEveryMemberIsARow<VersionReply>);

template <>
struct MessageRows<ReexecReply> {
  static constexpr std::string_view kName = "ReexecReply";
  static constexpr std::string_view kDoc = "Reply of Reexec: the other program can go on, and will in a moment.";
  static constexpr auto kRows =
      std::make_tuple(Member{"program", &ReexecReply::program, "Where it is."},
                      Member{"version", &ReexecReply::version, "Its version, as it says itself."},
                      Member{"before", &ReexecReply::before, "The version that has answered."},
                      Member{"manager", &ReexecReply::manager, "The process that has answered, and ends now."});
};
static_assert(kEveryMemberIsARow<ReexecReply>);

template <>
struct MessageRows<LogLevelReply> {
  static constexpr std::string_view kName = "LogLevelReply";
  static constexpr std::string_view kDoc = "Reply of LogLevel.";
  static constexpr auto kRows =
      std::make_tuple(Member{"level", &LogLevelReply::level, "How much supervisord says."},
                      Member{"before", &LogLevelReply::before, "If it was changed: how much it said before."});
};
static_assert(kEveryMemberIsARow<LogLevelReply>);

template <>
struct MessageRows<PingReply> {
  static constexpr std::string_view kName = "PingReply";
  static constexpr std::string_view kDoc = "Reply of Ping.";
  static constexpr auto kRows =
      std::make_tuple(Member{"time", &PingReply::time, "supervisord's wall clock, in Unix milliseconds."});
};
static_assert(kEveryMemberIsARow<PingReply>);

template <>
struct MessageRows<ShutdownReply> {
  static constexpr std::string_view kName = "ShutdownReply";
  static constexpr std::string_view kDoc = "Reply of Shutdown. The connection stays open until supervisord has ended.";
  static constexpr auto kRows =
      std::make_tuple(Member{"stopping", &ShutdownReply::stopping, "How many services are alive and will be stopped."});
};
static_assert(kEveryMemberIsARow<ShutdownReply>);

template <>
struct MessageRows<TestHookReply> {
  static constexpr std::string_view kName = "TestHookReply";
  static constexpr std::string_view kDoc = "Reply of TestHook, when the command has ended.";
  static constexpr auto kRows = std::make_tuple(
      Member{"hook", &TestHookReply::hook, "NAME of its [on-event.NAME]."},
      Member{"event", &TestHookReply::event, "The number of the event that it was told of."},
      Member{"outcome", &TestHookReply::outcome,
             "done: it has exited with 0; failed: it has not; dropped: it was not told, since others waited for it, it "
             "was removed, or supervisord ends."},
      Member{"failure", &TestHookReply::failure, "Why, and the last line that it has written; empty: it is done."},
      Member{"took_ms", &TestHookReply::took_ms, "From the call to the end of the command."});
};
static_assert(kEveryMemberIsARow<TestHookReply>);

template <>
struct MessageRows<NoSuchService> {
  static constexpr std::string_view kName = "io.supervisord.NoSuchService";
  static constexpr std::string_view kDoc = "A name or pattern that no service has.";
  static constexpr auto kRows =
      std::make_tuple(Member{"name", &NoSuchService::name, "As it was given."},
                      Member{"nearest", &NoSuchService::nearest, "A service that was perhaps meant."},
                      Member{"absent", &NoSuchService::absent,
                             "Why a service of this name, which is defined, is left out of the configuration: its "
                             "profile is not chosen, or a condition does not hold."});
};
static_assert(kEveryMemberIsARow<NoSuchService>);

template <>
struct MessageRows<PermissionDenied> {
  static constexpr std::string_view kName = "io.supervisord.PermissionDenied";
  static constexpr std::string_view kDoc = "The peer's role is not enough.";
  static constexpr auto kRows =
      std::make_tuple(Member{"role", &PermissionDenied::role, "The role that the peer has."},
                      Member{"needed", &PermissionDenied::needed, "The role that the call needs."});
};
static_assert(kEveryMemberIsARow<PermissionDenied>);

template <>
struct MessageRows<ShuttingDown> {
  static constexpr std::string_view kName = "io.supervisord.ShuttingDown";
  static constexpr std::string_view kDoc = "supervisord is shutting down and takes no such command any more.";
  static constexpr auto kRows = std::make_tuple(Member{"reason", &ShuttingDown::reason, "Why it shuts down."});
};
static_assert(kEveryMemberIsARow<ShuttingDown>);

template <>
struct MessageRows<LimitReached> {
  static constexpr std::string_view kName = "io.supervisord.LimitReached";
  static constexpr std::string_view kDoc = "A bound of supervisord was reached.";
  static constexpr auto kRows = std::make_tuple(Member{"what", &LimitReached::what, "Which bound, and its value."});
};
static_assert(kEveryMemberIsARow<LimitReached>);

template <>
struct MessageRows<Failed> {
  static constexpr std::string_view kName = "io.supervisord.Failed";
  static constexpr std::string_view kDoc = "The operation failed.";
  static constexpr auto kRows = std::make_tuple(Member{"reason", &Failed::reason, "What could not be done, and why."});
};
static_assert(kEveryMemberIsARow<Failed>);

template <>
struct MessageRows<TooSlow> {
  static constexpr std::string_view kName = "io.supervisord.TooSlow";
  static constexpr std::string_view kDoc = "The client does not read fast enough; the connection is closed.";
  static constexpr auto kRows = std::make_tuple(Member{"missed", &TooSlow::missed, "How many messages it missed."});
};
static_assert(kEveryMemberIsARow<TooSlow>);

template <>
struct MessageRows<InterfaceNotFound> {
  static constexpr std::string_view kName = "org.varlink.service.InterfaceNotFound";
  static constexpr std::string_view kDoc = "";
  static constexpr auto kRows = std::make_tuple(Member{"interface", &InterfaceNotFound::interface, ""});
};
static_assert(kEveryMemberIsARow<InterfaceNotFound>);

template <>
struct MessageRows<MethodNotFound> {
  static constexpr std::string_view kName = "org.varlink.service.MethodNotFound";
  static constexpr std::string_view kDoc = "";
  static constexpr auto kRows = std::make_tuple(Member{"method", &MethodNotFound::method, ""});
};
static_assert(kEveryMemberIsARow<MethodNotFound>);

template <>
struct MessageRows<MethodNotImplemented> {
  static constexpr std::string_view kName = "org.varlink.service.MethodNotImplemented";
  static constexpr std::string_view kDoc = "";
  static constexpr auto kRows = std::make_tuple(Member{"method", &MethodNotImplemented::method, ""});
};
static_assert(kEveryMemberIsARow<MethodNotImplemented>);

template <>
struct MessageRows<InvalidParameter> {
  static constexpr std::string_view kName = "org.varlink.service.InvalidParameter";
  static constexpr std::string_view kDoc = "";
  static constexpr auto kRows = std::make_tuple(Member{"parameter", &InvalidParameter::parameter, ""});
};
static_assert(kEveryMemberIsARow<InvalidParameter>);

template <>
struct MessageRows<ExpectedMore> {
  static constexpr std::string_view kName = "org.varlink.service.ExpectedMore";
  static constexpr std::string_view kDoc = "";
  static constexpr auto kRows = std::tuple<>{};
};
static_assert(kEveryMemberIsARow<ExpectedMore>);

// Every type of the interface, in the order of the documents.
template <class... Ts>
struct TypeList {};
using MessageTypes =
    TypeList<ServiceStatus, DaemonStatus, ServiceScale, HookStatus, StatusReply, ChangeProgress, ChangeResult,
             ChangeReply, SignalResult, SignalReply, WaitState, WaitReply, LogRecord, LogsReply, EventRecord, EventGap,
             EventsReply, SetChange, SetReply, PlannedSetting, PlannedService, PlanReply, ApplyReply, ConfirmReply,
             EnableResult, EnableReply, CleanResult, CleanReply, ShownFd, ShownProbe, ShownOrigin, ShownService,
             ShowReply, EnvVariable, EnvReply, ExitPolicy, ExplainReply, GraphService, GraphRelation, GraphReply,
             StartRecord, StartTimesReply, ExecReply, AttachReply, TreeProcess, TreeService, TreeReply, Feature,
             FeaturesReply, Unwell, HealthReply, VersionReply, LogLevelReply, PingReply, TestHookReply, ShutdownReply,
             ReexecReply>;
using ErrorTypes = TypeList<NoSuchService, PermissionDenied, ShuttingDown, LimitReached, Failed, TooSlow>;
using ServiceErrorTypes =
    TypeList<InterfaceNotFound, MethodNotFound, MethodNotImplemented, InvalidParameter, ExpectedMore>;

// Calls `visit.template operator()<T>()` for each type of the list.
template <class... Ts, class Visit>
constexpr void for_each_type(TypeList<Ts...>, Visit&& visit) {
  (visit.template operator()<Ts>(), ...);
}

}  // namespace sup::wire
