// What the options of a unit of systemd become together.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"
#include "import/systemd_draft.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

constexpr Duration kDefaultTimeout = std::chrono::seconds{90};

// RuntimeDirectory=web is /run/web, and RUNTIME_DIRECTORY says so.
struct FolderKind {
  std::string_view option, base, variable;
};
constexpr std::array<FolderKind, 5> kFolderKinds = {{{"RuntimeDirectory", "/run", "RUNTIME_DIRECTORY"},
                                                     {"StateDirectory", "/var/lib", "STATE_DIRECTORY"},
                                                     {"CacheDirectory", "/var/cache", "CACHE_DIRECTORY"},
                                                     {"LogsDirectory", "/var/log", "LOGS_DIRECTORY"},
                                                     {"ConfigurationDirectory", "/etc", "CONFIGURATION_DIRECTORY"}}};

Value time_value(Duration duration) { return text_value(format_duration(duration)); }

Value hooks(const std::vector<ExecCommand>& commands, std::optional<Duration> timeout) {
  ValueArray list;
  for (const ExecCommand& command : commands) {
    ValueTable hook;
    hook.add("command", words_value(command_of(command)));
    hook.add("timeout", time_value(timeout.value_or(kDefaultTimeout)));
    list.push_back({std::move(hook), {}});
  }
  return {std::move(list), {}};
}

// Commands that make the directories, as root; and the variables that name them.
std::vector<std::string> make_folders(const SystemdDraft& draft, ValueTable& env) {
  std::string line;
  for (const FolderKind& kind : kFolderKinds) {
    const auto found = draft.folders.find(std::string(kind.option));
    if (found == draft.folders.end() || found->second.paths.empty()) continue;
    std::string paths, variable;
    for (const std::string& path : found->second.paths) {
      const std::string whole = fmt::format("{}/{}", kind.base, path);
      paths += " " + shell_word(whole);
      variable += (variable.empty() ? "" : ":") + whole;
    }
    std::string owner;
    const bool is_theirs = kind.option != "ConfigurationDirectory";
    if (!draft.owner.empty() && is_theirs) owner += fmt::format(" -o {}", shell_word(draft.owner));
    if (!draft.owner_group.empty() && is_theirs) owner += fmt::format(" -g {}", shell_word(draft.owner_group));
    line +=
        fmt::format("{}install -d{} -m {}{}", line.empty() ? "" : " && ", owner, shell_word(found->second.mode), paths);
    if (env.find(kind.variable) == nullptr) env.add(kind.variable, text_value(variable));
  }
  if (line.empty()) return {};
  return {"/bin/sh", "-c", line};
}

void set_start(const SystemdDraft& draft, ValueTable& settings) {
  const auto is_type = [&](std::string_view type) { return draft.type == type; };
  if (is_type("oneshot") || is_type("forking")) set(settings, "type", text_value(draft.type));
  if (is_type("notify") || is_type("notify-reload")) set(settings, "type", text_value("notify"));
  std::vector<ExecCommand> before = draft.start_pre;
  if (draft.start.empty()) {
    set(settings, "command", words_value({"/bin/true"}));
  } else {
    before.insert(before.end(), draft.start.begin(), draft.start.end() - 1);
    set(settings, "command", words_value(command_of(draft.start.back())));
  }
  const std::optional<Duration> start_timeout =
      is_type("oneshot") && !draft.start_timeout ? std::optional(kForever) : draft.start_timeout;
  if (!before.empty()) set(settings, "pre-start", hooks(before, start_timeout));
  if (!draft.start_post.empty()) set(settings, "post-start", hooks(draft.start_post, draft.start_timeout));
  if (is_type("oneshot")) set(settings, "ready.timeout", time_value(*start_timeout));
  if (is_type("forking") || is_type("notify") || is_type("notify-reload"))
    set(settings, "ready.timeout", time_value(draft.start_timeout.value_or(kDefaultTimeout)));
  if (!draft.pid_file.empty()) set(settings, "pid-file", text_value(draft.pid_file));
}

// kill -HUP $MAINPID, as so many units have it, is a signal.
std::string signal_of(const ExecCommand& command) {
  const std::vector<std::string>& words = command.words;
  const bool is_kill =
      words.size() >= 3 && (words[0] == "/bin/kill" || words[0] == "/usr/bin/kill" || words[0] == "kill");
  if (!is_kill || words.back() != "$MAINPID") return {};
  std::string_view signal = words[1];
  if (words.size() == 4 && (signal == "-s" || signal == "--signal"))
    signal = words[2];
  else if (words.size() != 3 || !signal.starts_with('-'))
    return {};
  if (signal.starts_with('-')) signal.remove_prefix(1);
  if (signal.starts_with("SIG")) signal.remove_prefix(3);
  return signal.empty() || signal.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ12") != signal.npos
             ? ""
             : std::string(signal);
}

void set_reload(const SystemdDraft& draft, ValueTable& settings) {
  if (draft.type == "notify-reload") return set(settings, "reload.signal", text_value(draft.reload_signal));
  if (draft.reload.empty()) return;
  const std::string signal = draft.reload.size() == 1 ? signal_of(draft.reload.front()) : "";
  if (signal.empty())
    set(settings, "reload.command", words_value(command_of(draft.reload)));
  else
    set(settings, "reload.signal", text_value(signal));
  if (draft.type == "notify") set(settings, "reload.notify", flag_value(false));
}

void set_stop(const SystemdDraft& draft, ValueTable& settings) {
  if (draft.type == "oneshot") return;
  const Value wait = time_value(draft.stop_timeout.value_or(kDefaultTimeout));
  const bool is_whole_group = draft.kill_mode == "control-group";
  ValueTable signal;
  signal.add("signal", text_value(draft.kill_signal));
  signal.add("to", text_value(is_whole_group ? "all" : "main"));
  if (draft.stop.empty() && !draft.sends_hup) {
    signal.add("timeout", wait);
    return set(settings, "stop", {std::move(signal), {}});
  }
  ValueArray steps;
  if (!draft.stop.empty()) {
    ValueTable command;
    command.add("command", words_value(command_of(draft.stop)));
    command.add("wait", wait);
    steps.push_back({std::move(command), {}});
  }
  signal.add("wait", draft.sends_hup ? text_value("0s") : wait);
  steps.push_back({signal, {}});
  if (draft.sends_hup) {
    ValueTable hup;
    hup.add("signal", text_value("HUP"));
    hup.add("to", text_value(is_whole_group ? "all" : "main"));
    hup.add("wait", wait);
    steps.push_back({std::move(hup), {}});
  }
  set(settings, "stop", {std::move(steps), {}});
}

// What is not started again still starts another when it fails.
void give_up_at_once(const SystemdDraft& draft, ValueTable& settings) {
  set(settings, "restart.when", text_value("on-failure"));
  set(settings, "restart.max", number_value(0));
  set(settings, "restart.on-give-up.start", text_value(draft.on_failure));
}

void set_restart(const SystemdDraft& draft, ValueTable& settings) {
  set(settings, "restart.when", text_value(draft.restart == "no" ? "never" : draft.restart));
  if (draft.restart == "no") {
    if (!draft.on_failure.empty()) give_up_at_once(draft, settings);
    return;
  }
  const bool grows = draft.restart_max_delay && draft.restart_steps > 0 && draft.restart_delay &&
                     *draft.restart_delay > Duration::zero();
  if (draft.restart_delay) set(settings, "restart.delay", time_value(*draft.restart_delay));
  if (grows) {
    const double whole =
        static_cast<double>(draft.restart_max_delay->count()) / static_cast<double>(draft.restart_delay->count());
    const double factor = std::clamp(std::pow(whole, 1.0 / static_cast<double>(draft.restart_steps)), 1.0, 100.0);
    set(settings, "restart.factor", {std::round(factor * 100) / 100, {}});
    set(settings, "restart.max-delay", time_value(*draft.restart_max_delay));
  } else if (draft.restart_delay) {
    set(settings, "restart.factor", number_value(1));
    set(settings, "restart.max-delay", time_value(*draft.restart_delay));
  }
  const bool is_limited =
      draft.limit_burst.value_or(1) > 0 && draft.limit_interval.value_or(kForever) > Duration::zero();
  // Without a limit of its own systemd's holds, and nothing else ends in a failure.
  if (is_limited && (draft.limit_burst || draft.limit_interval || !draft.on_failure.empty())) {
    constexpr std::int64_t kDefaultBurst = 5;
    set(settings, "restart.max",
        number_value(std::clamp<std::int64_t>(draft.limit_burst.value_or(kDefaultBurst) - 1, 0, 1'000)));
    set(settings, "restart.within", time_value(draft.limit_interval.value_or(std::chrono::seconds{10})));
  }
  if (!draft.on_failure.empty()) set(settings, "restart.on-give-up.start", text_value(draft.on_failure));
}

void set_process(const SystemdDraft& draft, ValueTable& settings) {
  if (!draft.groups.empty()) set(settings, "groups", words_value(draft.groups));
  if (!draft.env.entries.empty()) set(settings, "env", {draft.env, {}});
  if (!draft.env_files.empty()) set(settings, "env-file", {draft.env_files, {}});
  if (draft.has_user && draft.ambient && !draft.ambient->empty())
    set(settings, "capabilities", words_value(*draft.ambient));
  else if (draft.bounding)
    set(settings, "capabilities", draft.bounding->empty() ? text_value("none") : words_value(*draft.bounding));
  if (draft.sched_policy == "fifo" || draft.sched_policy == "rr") {
    set(settings, "sched-policy.policy", text_value(draft.sched_policy));
    set(settings, "sched-policy.priority", number_value(whole_number(draft.sched_priority).value_or(1)));
  } else if (!draft.sched_policy.empty()) {
    set(settings, "sched-policy", text_value(draft.sched_policy));
  }
  if (draft.io_class == "idle" || draft.io_class == "3") {
    set(settings, "io-class", text_value("idle"));
  } else if (!draft.io_class.empty() || !draft.io_priority.empty()) {
    const bool is_realtime = draft.io_class == "realtime" || draft.io_class == "1";
    const std::string_view priority = draft.io_priority.empty() ? "4" : std::string_view(draft.io_priority);
    set(settings, "io-class", text_value(fmt::format("{}:{}", is_realtime ? "realtime" : "best-effort", priority)));
  }
}

void set_disks(const SystemdDraft& draft, ValueTable& settings) {
  ValueArray disks;
  for (const auto& [device, disk] : draft.disks) disks.push_back({disk, {}});
  if (!disks.empty()) set(settings, "resources.io-max", {std::move(disks), {}});
}

void set_relations(const SystemdDraft& draft, ValueTable& settings) {
  for (const auto& [setting, services] : draft.relations) {
    std::vector<std::string> once;
    for (const std::string& service : services)
      if (std::ranges::count(once, service) == 0) once.push_back(service);
    set(settings, setting, words_value(once));
  }
}

}  // namespace

void set_conditions(const SystemdDraft& draft, ValueTable& settings) {
  for (const auto& [key, words] : draft.conditions) set(settings, "if." + key, words_value(words));
}

std::vector<UnitRow> systemd_service_rows() {
  std::vector<UnitRow> rows;
  for (const auto& part : {systemd_run_rows(), systemd_process_rows(), systemd_resource_rows(), systemd_sandbox_rows()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

ValueTable settings_of(const SystemdDraft& whole, std::vector<std::string>& before) {
  SystemdDraft draft = whole;
  ValueTable settings;
  if (const Value* text = get(draft.settings, "description")) settings.add("description", *text);
  before = make_folders(draft, draft.env);
  if (!before.empty() && !draft.has_user) {
    ExecCommand command;
    command.expands = false;
    command.words = std::move(before);
    draft.start_pre.insert(draft.start_pre.begin(), std::move(command));
    before.clear();
  }
  set_start(draft, settings);
  if (!draft.is_wanted) set(settings, "enabled", flag_value(false));
  set_relations(draft, settings);
  set_conditions(draft, settings);
  for (const Entry& entry : draft.settings.entries)
    if (settings.find(entry.key) == nullptr) settings.add(entry.key, entry.value);
  set_process(draft, settings);
  set_disks(draft, settings);
  set_restart(draft, settings);
  if (draft.success_codes.size() > 1) {
    std::ranges::sort(draft.success_codes);
    const auto twice = std::ranges::unique(draft.success_codes);
    draft.success_codes.erase(twice.begin(), twice.end());
    ValueArray codes;
    for (const std::int64_t code : draft.success_codes) codes.push_back(number_value(code));
    set(settings, "success-codes", {std::move(codes), {}});
  }
  set_stop(draft, settings);
  if (!draft.stop_post.empty()) set(settings, "post-stop", hooks(draft.stop_post, draft.stop_timeout));
  set_reload(draft, settings);
  return settings;
}

}  // namespace sup::imports
