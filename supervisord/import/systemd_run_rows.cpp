// [Service] of systemd: what is run, how it is ready, ends, and is started again.
#include <fmt/format.h>

#include <array>

#include "base/signals.hpp"
#include "base/text.hpp"
#include "import/source.hpp"
#include "import/systemd_draft.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

using Draft = SystemdDraft;

Verdict add_command(Draft& draft, const Option& option, std::vector<ExecCommand>& list, std::string_view setting) {
  auto command = exec_command(option.value, draft.unit);
  if (!command) return lost_essential(command.error().what);
  const bool is_privileged = command->is_privileged && draft.has_user;
  const bool has_own_name = command->has_own_name;
  list.push_back(*std::move(command));
  if (is_privileged)
    return lost_essential(fmt::format("it is mapped to {}, but it runs as `user`, not as root", setting));
  if (has_own_name) return lost(fmt::format("it is mapped to {}, but argv[0] is the path of the program", setting));
  return mapped(std::string(setting));
}

// A start of a oneshot may have several commands.
Verdict add_start(Draft& draft, const Option& option) {
  const Verdict verdict = add_command(draft, option, draft.start, "command");
  if (verdict.fate != Fate::mapped || !draft.start.back().may_fail || draft.type == "oneshot") return verdict;
  draft.start.back().may_fail = false;
  return lost("it is mapped to command, but an end with a failure is one");
}

Verdict add_stop(Draft& draft, const Option& option) {
  if (draft.type != "oneshot") return add_command(draft, option, draft.stop, "stop");
  return lost_essential("a oneshot that has completed has nothing to stop: its command for that is never run");
}

Verdict add_reload(Draft& draft, const Option& option) {
  if (draft.type == "oneshot") return lost("a oneshot is never running, so it is not reloaded");
  return add_command(draft, option, draft.reload, "reload");
}

Verdict add_post_start(Draft& draft, const Option& option) {
  if (draft.type != "oneshot") return add_command(draft, option, draft.start_post, "post-start");
  return add_command(draft, option, draft.start, "command");  // One after the other, as ExecStart.
}

Verdict map_type(Draft&, const Option& option) {
  const std::string& type = option.value;
  if (type == "simple" || type == "exec") return same("it is ready when its program has been executed");
  if (type == "idle") return lost("it is started at once, not when the machine is idle");
  if (type == "dbus") return lost("it is ready when its program has been executed, not when it is on the bus");
  if (type == "oneshot" || type == "forking" || type == "notify" || type == "notify-reload") return mapped("type");
  return lost_essential("this type is not known");
}

Verdict map_span(const Option& option, std::optional<Duration>& into, std::string_view setting) {
  const auto span = time_span(option.value);
  if (!span) return lost("this is no time");
  into = *span == Duration::zero() ? kForever : *span;
  return mapped(std::string(setting));
}

Verdict map_timeout(Draft& draft, const Option& option) {
  map_span(option, draft.start_timeout, "");
  return map_span(option, draft.stop_timeout, "ready.timeout, stop.timeout");
}

Verdict map_signal(const Option& option, std::string& into, std::string_view setting) {
  const auto signal = parse_signal(option.value);
  if (!signal) return lost("this is no signal");
  into = signal_name(*signal);
  return mapped(std::string(setting));
}

Verdict map_kill_mode(Draft& draft, const Option& option) {
  draft.kill_mode = option.value;
  if (option.value == "control-group" || option.value == "mixed") return mapped("stop.to");
  if (option.value == "process")
    return lost("it is mapped to stop.to, but what the main process leaves behind is killed");
  return lost("what is left after the stop is killed in any case");
}

Verdict map_restart(Draft& draft, const Option& option) {
  draft.restart = option.value;
  if (option.value == "no" || option.value == "always" || option.value == "on-failure") return mapped("restart.when");
  if (option.value == "on-success") {
    draft.restart = "no";
    return lost("it is not started again: no policy is only for success");
  }
  draft.restart = "on-failure";
  return lost(R"(it is mapped to restart.when = "on-failure", which is also for exit codes that are a failure)");
}

Verdict map_success_codes(Draft& draft, const Option& option) {
  constexpr std::pair<std::string_view, std::int64_t> kNames[] = {
      {"USAGE", 64},       {"DATAERR", 65},  {"NOINPUT", 66},  {"NOUSER", 67}, {"NOHOST", 68},
      {"UNAVAILABLE", 69}, {"SOFTWARE", 70}, {"OSERR", 71},    {"OSFILE", 72}, {"CANTCREAT", 73},
      {"IOERR", 74},       {"TEMPFAIL", 75}, {"PROTOCOL", 76}, {"NOPERM", 77}, {"CONFIG", 78}};
  std::string unknown;
  for (const std::string& word : blank_separated(option.value)) {
    auto code = whole_number(word);
    for (const auto& [name, number] : kNames)
      if (word == name) code = number;
    if (const auto signal = code ? fail(Errc::invalid, "") : parse_signal(word)) code = 128 + signal->number;
    if (code && *code >= 0 && *code <= 255)
      draft.success_codes.push_back(*code);
    else
      unknown += " " + word;
  }
  return unknown.empty() ? mapped("success-codes") : lost("these are not known:" + unknown);
}

Verdict map_watchdog(Draft& draft, const Option& option) {
  const auto span = time_span(option.value);
  if (!span) return lost("this is no time");
  if (*span == Duration::zero() || *span == kForever) return same("no watchdog");
  if (draft.type == "oneshot") return lost("a oneshot has no watchdog");
  set(draft.settings, "watchdog", text_value(format_duration(*span)));
  return mapped("watchdog");
}

Verdict map_word(Draft& draft, const Option& option, std::string_view setting) {
  set(draft.settings, setting, text_value(option.value));
  return mapped(std::string(setting));
}

Verdict map_store(Draft& draft, const Option& option) {
  const auto number = whole_number(option.value);
  if (!number || *number < 0 || *number > 4'096) return lost("this is no number from 0 to 4096");
  if (*number > 0) set(draft.settings, "fd-store-max", number_value(*number));
  return mapped("fd-store-max");
}

Verdict map_pid_file(Draft& draft, const Option& option) {
  if (draft.type != "forking") return same("the process that is started is the main process");
  const auto path = expand_specifiers(option.value, draft.unit);
  if (!path) return lost_essential(path.error().what);
  draft.pid_file = path->starts_with('/') ? *path : "/run/" + *path;
  if (draft.pid_file.starts_with("/var/run/")) draft.pid_file.erase(0, 4);
  return mapped("pid-file");
}

Verdict map_remain(Draft& draft, const Option& option) {
  if (draft.type == "oneshot") return same("a oneshot that has completed counts as up");
  const auto flag = flag_of(option.value);
  return flag && !*flag ? same("so it is without a setting") : lost("it is not up when its processes have ended");
}

constexpr UnitRow kRunRows[] = {
    {"Type", map_type},
    {"ExitType",
     [](Draft& d, const Option& o) {
       if (o.value != "cgroup") return same("the end of its main process is its end");
       set(d.settings, "exit-when", text_value("empty"));
       return mapped("exit-when");
     }},
    {"RemainAfterExit", map_remain},
    {"GuessMainPID", nullptr, "the daemon is found by its pid file, or is what the command leaves behind", Fate::same},
    {"PIDFile", map_pid_file},
    {"BusName", nullptr, "no name on the bus is waited for"},
    {"ExecStart", add_start, {}, {}, {}, Repeats::list},
    {"ExecStartPre",
     [](Draft& d, const Option& o) { return add_command(d, o, d.start_pre, "pre-start"); },
     {},
     {},
     {},
     Repeats::list},
    {"ExecStartPost", add_post_start, {}, {}, {}, Repeats::list},
    {"ExecCondition", nullptr, "no command decides whether it is started: it is, in any case; see pre-start",
     Fate::not_mapped, Weight::essential},
    {"ExecReload", add_reload, {}, {}, {}, Repeats::list},
    {"ExecReloadPost", nullptr, "nothing is run after a reload"},
    {"ExecStop", add_stop, {}, {}, {}, Repeats::list},
    {"ExecStopPost",
     [](Draft& d, const Option& o) { return add_command(d, o, d.stop_post, "post-stop"); },
     {},
     {},
     {},
     Repeats::list},
    {"RestartSec",
     [](Draft& d, const Option& o) {
       d.restart_delay = time_span(o.value);
       return d.restart_delay ? mapped("restart.delay") : lost("this is no time");
     }},
    {"RestartSteps",
     [](Draft& d, const Option& o) {
       d.restart_steps = whole_number(o.value).value_or(0);
       return mapped("restart.factor");
     }},
    {"RestartMaxDelaySec",
     [](Draft& d, const Option& o) {
       d.restart_max_delay = time_span(o.value);
       return d.restart_max_delay ? mapped("restart.max-delay") : lost("this is no time");
     }},
    {"TimeoutStartSec", [](Draft& d, const Option& o) { return map_span(o, d.start_timeout, "ready.timeout"); }},
    {"TimeoutStopSec", [](Draft& d, const Option& o) { return map_span(o, d.stop_timeout, "stop.timeout"); }},
    {"TimeoutSec", map_timeout},
    {"TimeoutAbortSec", nullptr, "after a missed watchdog the stop has its usual time"},
    {"TimeoutStartFailureMode", nullptr, "a start that takes too long is ended as by a stop"},
    {"TimeoutStopFailureMode", nullptr, "what does not stop in time gets KILL"},
    {"RuntimeMaxSec", nullptr, "a run has no longest time"},
    {"RuntimeRandomizedExtraSec", nullptr, "a run has no longest time"},
    {"WatchdogSec", map_watchdog},
    {"WatchdogSignal",
     [](Draft& d, const Option& o) {
       std::string signal;
       const Verdict verdict = map_signal(o, signal, "watchdog-signal");
       if (verdict.fate == Fate::mapped) set(d.settings, "watchdog-signal", text_value(signal));
       return verdict;
     }},
    {"Restart", map_restart},
    {"RestartMode", nullptr, "who requires it is not told of a restart"},
    {"SuccessExitStatus", map_success_codes, {}, {}, {}, Repeats::list},
    {"RestartPreventExitStatus", nullptr, "the policy does not know single exit codes; see success-codes"},
    {"RestartForceExitStatus", nullptr, "the policy does not know single exit codes; see success-codes"},
    {"RootDirectoryStartOnly", nullptr, "all commands have the same root directory"},
    {"NonBlocking", nullptr, "no sockets are handed over but those that it has stored itself"},
    {"NotifyAccess", [](Draft& d, const Option& o) { return map_word(d, o, "notify-access"); }},
    {"Sockets", nullptr, "no sockets are handed over but those that it has stored itself", Fate::not_mapped,
     Weight::essential},
    {"FileDescriptorStoreMax", map_store},
    {"FileDescriptorStorePreserve", [](Draft& d, const Option& o) { return map_word(d, o, "fd-store-preserve"); }},
    {"USBFunctionDescriptors", nullptr, "USB functions are not set up", Fate::not_mapped, Weight::essential},
    {"USBFunctionStrings", nullptr, "USB functions are not set up", Fate::not_mapped, Weight::essential},
    {"OOMPolicy", nullptr, "beyond resources.memory-max the whole run is killed, and has failed"},
    {"OpenFile", nullptr, "no files are handed over", Fate::not_mapped, Weight::essential, Repeats::list},
    {"ReloadSignal", [](Draft& d, const Option& o) { return map_signal(o, d.reload_signal, "reload.signal"); }},
    {"KillMode", map_kill_mode},
    {"KillSignal", [](Draft& d, const Option& o) { return map_signal(o, d.kill_signal, "stop.signal"); }},
    {"RestartKillSignal", nullptr, "a restart stops it as a stop does"},
    {"SendSIGHUP",
     [](Draft& d, const Option& o) {
       d.sends_hup = flag_of(o.value).value_or(false);
       return mapped("stop");
     }},
    {"SendSIGKILL",
     [](Draft&, const Option& o) {
       const bool is_on = flag_of(o.value).value_or(true);
       return is_on ? same("what is left gets KILL") : lost("what is left gets KILL in any case");
     }},
    {"FinalKillSignal", nullptr, "what is left gets KILL"},
    {"PermissionsStartOnly",
     [](Draft& d, const Option& o) {
       const bool matters = flag_of(o.value).value_or(false) && d.has_user;
       return matters ? lost_essential("the commands before and after run as `user`, too")
                      : same("there is one user for all commands");
     }},
    {"StartLimitInterval",
     [](Draft& d, const Option& o) {
       d.limit_interval = time_span(o.value);
       return d.limit_interval ? mapped("restart.within") : lost("this is no time");
     }},
    {"StartLimitBurst",
     [](Draft& d, const Option& o) {
       d.limit_burst = whole_number(o.value);
       return d.limit_burst ? mapped("restart.max") : lost("this is no number");
     }},
    {"StartLimitAction", nullptr, "see restart.on-give-up"},
    {"FailureAction", nullptr, "see on-exit and restart.on-give-up"},
    {"RebootArgument", nullptr, "an end of a service is no reboot"},
};

}  // namespace

std::span<const UnitRow> systemd_run_rows() { return kRunRows; }

}  // namespace sup::imports
