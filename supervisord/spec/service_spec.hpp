// What a user may say about one service: pure data, one struct per table. The rows are in service_fields.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/enum_names.hpp"
#include "base/signals.hpp"
#include "base/time.hpp"
#include "spec/attributes.hpp"
#include "spec/command.hpp"
#include "spec/log_spec.hpp"
#include "spec/probe_spec.hpp"
#include "spec/rare.hpp"
#include "spec/resources.hpp"
#include "spec/watch_spec.hpp"

namespace sup {

// How a service counts as started.
enum class ServiceType : std::uint8_t { simple, notify, oneshot, forking, target, external };
template <>
inline constexpr auto kEnumNames<ServiceType> = std::array{
    EnumName{ServiceType::simple, "simple",
             "Runs until it is stopped; ready as soon as its program has been executed, unless `ready` asks for more."},
    EnumName{ServiceType::notify, "notify",
             "Runs until it is stopped; ready when it says so by sd_notify(3), as with ready = { notify = true }."},
    EnumName{ServiceType::oneshot, "oneshot", "Runs to completion; ready when it has exited with success."},
    EnumName{ServiceType::forking, "forking",
             "The command leaves a daemon behind and exits; ready when it has exited with success and the daemon, its "
             "main process from then on, is found (see pid-file)."},
    EnumName{ServiceType::target, "target",
             "A name for what it requires, without a command and a process of its own; ready when that is."},
    EnumName{ServiceType::external, "external",
             "Of what an [external.NAME] table defines: it is not started, but asked whether it is there. Not to be "
             "written."},
};

// A command of the service beside its main process: what happens before and after.
struct Hook {
  Command command;
  Duration timeout = std::chrono::seconds{60};  // Then it is killed, with all its processes, and counts as failed.
  friend bool operator==(const Hook&, const Hook&) = default;
};

// What ends a run of itself.
enum class RunEndsWith : std::uint8_t { main, empty };
template <>
inline constexpr auto kEnumNames<RunEndsWith> = std::array{
    EnumName{RunEndsWith::main, "main", "The end of its main process; what is left is stopped."},
    EnumName{RunEndsWith::empty, "empty", "The end of its last process; the main process may go before."},
};

// How a service becomes ready: by at most one of these, and within the time.
struct ReadySpec : ProbeSpec {
  bool notify = false;
  std::optional<std::uint16_t> fd;
  std::string log;  // A regular expression, see regex/pattern.hpp.
  std::optional<Duration> delay;
  Duration timeout = std::chrono::seconds{30};
  friend bool operator==(const ReadySpec&, const ReadySpec&) = default;
};

// Whose messages by sd_notify(3) count.
enum class NotifyAccess : std::uint8_t { automatic, none, main, exec, all };
template <>
inline constexpr auto kEnumNames<NotifyAccess> = std::array{
    EnumName{NotifyAccess::automatic, "auto",
             "all with ready.notify or a watchdog; else main with fd-store-max, and none without."},
    EnumName{NotifyAccess::none, "none", "Nobody's: there is no NOTIFY_SOCKET."},
    EnumName{NotifyAccess::main, "main", "Those of its main process."},
    EnumName{NotifyAccess::exec, "exec", "Those of its main process and of its hooks, stop and reload commands."},
    EnumName{NotifyAccess::all, "all", "Those of all its processes."},
};

// A service may have so many descriptors kept.
inline constexpr std::uint16_t kMostStoredFds = 4'096;
inline constexpr int kFirstStoredFd = 3;  // Where it finds the first of them.

// For how long they are kept, by the words of systemd (FileDescriptorStorePreserve=).
enum class FdStorePreserve : std::uint8_t { no, restart, yes };
template <>
inline constexpr auto kEnumNames<FdStorePreserve> = std::array{
    EnumName{FdStorePreserve::no, "no", "Until the end of the run, whatever follows it."},
    EnumName{
        FdStorePreserve::restart, "restart",
        "Until it is down for good: over crashes that its restart policy repairs, over `ctl restart`, and while it "
        "waits to be started again; not when it is stopped, has failed or has completed."},
    EnumName{FdStorePreserve::yes, "yes",
             "Also while it is down: until the service itself or supervisord is gone, or `ctl clean` is asked for."},
};

// How a service is told to read its configuration again: a signal to its main process, or a command; not both.
struct ReloadSpec {
  std::optional<Signal> signal;
  Command command;
  Duration timeout = std::chrono::seconds{30};
  bool notify = true;
  friend bool operator==(const ReloadSpec&, const ReloadSpec&) = default;
};

// Environment variables in the order written; names are unique.
struct Environment {
  std::vector<std::pair<std::string, std::string>> variables;
  friend bool operator==(const Environment&, const Environment&) = default;
};

// Absolute paths of files by the names that they are to have for the service, in the order written.
struct NamedFiles {
  std::vector<std::pair<std::string, std::string>> files;
  friend bool operator==(const NamedFiles&, const NamedFiles&) = default;
};

// A file of KEY=VALUE lines, read again at each start.
struct EnvFile {
  std::string path;
  bool optional = false;
  friend bool operator==(const EnvFile&, const EnvFile&) = default;
};

// Which of supervisord's own variables a service gets: all, none, or the named ones.
struct EnvInherit {
  bool all = true;
  std::vector<std::string> names;
  friend bool operator==(const EnvInherit&, const EnvInherit&) = default;
};

// File mode bits taken away at creation, 0 to 0777; written as an octal string.
struct Umask {
  std::uint32_t bits = 022;
  friend bool operator==(Umask, Umask) = default;
};

enum class RestartWhen : std::uint8_t { automatic, always, on_failure, never };
template <>
inline constexpr auto kEnumNames<RestartWhen> = std::array{
    EnumName{RestartWhen::automatic, "auto",
             "always for a simple service, never for a oneshot or with on-exit = \"shutdown\"."},
    EnumName{RestartWhen::always, "always", "After every end that nobody asked for."},
    EnumName{RestartWhen::on_failure, "on-failure", "After an end that is not a success (see success-codes)."},
    EnumName{RestartWhen::never, "never", "Not at all."},
};

enum class GiveUpAction : std::uint8_t { fail, shutdown, start };
template <>
inline constexpr auto kEnumNames<GiveUpAction> = std::array{
    EnumName{GiveUpAction::fail, "fail", "The service is failed; everything else goes on."},
    EnumName{GiveUpAction::shutdown, "shutdown",
             "supervisord stops everything and exits with the code of the service."},
    EnumName{GiveUpAction::start, "start", "Another service is started: { start = \"NAME\" }."},
};

// What happens when the restart policy gives up: a word, or a table { start = "NAME" }.
struct OnGiveUp {
  GiveUpAction action = GiveUpAction::fail;
  std::string start;  // The service to start, for GiveUpAction::start.
  friend bool operator==(const OnGiveUp&, const OnGiveUp&) = default;
};

using MaxRestarts = CountOrUnlimited;

struct RestartSpec {
  RestartWhen when = RestartWhen::automatic;
  Duration delay = std::chrono::seconds{1};
  double factor = 2.0;
  Duration max_delay = std::chrono::seconds{30};
  double jitter = 0.1;
  MaxRestarts max;
  Duration within = std::chrono::seconds{60};
  Duration reset_after = std::chrono::seconds{60};
  Rare<OnGiveUp> on_give_up;
  friend bool operator==(const RestartSpec&, const RestartSpec&) = default;
};

// Whom a stop signal reaches.
enum class SignalTarget : std::uint8_t { main, group, all };
template <>
inline constexpr auto kEnumNames<SignalTarget> = std::array{
    EnumName{SignalTarget::main, "main", "The main process alone."},
    EnumName{SignalTarget::group, "group", "The process group of the main process."},
    EnumName{SignalTarget::all, "all", "Every process of the run, wherever it went."},
};

// One step of a stop: a signal and whom it reaches, or a command; and how long its effect is waited for.
struct StopStep {
  Signal signal{15};
  SignalTarget to = SignalTarget::group;
  Command command;  // Not empty: instead of the signal.
  Duration wait = std::chrono::seconds{10};
  friend bool operator==(const StopStep&, const StopStep&) = default;
};

// The steps in order; KILL to everything of the run comes after the last by itself. Written as a list of steps, or as
// one table { signal, timeout } for the usual single step.
struct StopSpec {
  std::vector<StopStep> steps = {StopStep{}};
  friend bool operator==(const StopSpec&, const StopSpec&) = default;
};

// Where stderr goes: into stdout's pipe (exact order), or with its own pipe to its own or the same log.
enum class StderrMode : std::uint8_t { same_log, merged, own_log };
struct StderrSpec {
  StderrMode mode = StderrMode::same_log;  // "log", "stdout", or a log table.
  LogSpec log;                             // For StderrMode::own_log.
  friend bool operator==(const StderrSpec&, const StderrSpec&) = default;
};

// How far another service has to be before one goes on that names it.
enum class Until : std::uint8_t { started, ready, healthy, completed };
template <>
inline constexpr auto kEnumNames<Until> = std::array{
    EnumName{Until::started, "started", "Its program has been executed."},
    EnumName{Until::ready, "ready", "It is ready."},
    EnumName{Until::healthy, "healthy", "It is ready, and its probes have succeeded (see `health`)."},
    EnumName{Until::completed, "completed", "It has ended with success, and is not started again by itself."},
};

// Another service, as requires, wants, binds-to and after name it.
struct Dependency {
  std::string service;
  Until until = Until::ready;
  friend bool operator==(const Dependency&, const Dependency&) = default;
};

// A service may have so many instances.
inline constexpr std::uint32_t kMaxInstances = 1'000;

// How many instances a service has: a number, one for each CPU that supervisord may use, or what a variable of
// supervisord's environment says when it starts. Written as a number, "cpus", "${NAME}" or "${NAME:-NUMBER}".
struct InstanceCount {
  enum class By : std::uint8_t { number, cpus, variable };
  By by = By::number;
  std::uint32_t number = 1;   // For By::variable: what holds if it is not set; 0: it must be.
  std::string variable = {};  // For By::variable.
  friend bool operator==(const InstanceCount&, const InstanceCount&) = default;
};

enum class OnExit : std::uint8_t { none, shutdown };
template <>
inline constexpr auto kEnumNames<OnExit> = std::array{
    EnumName{OnExit::none, "none", "Nothing further."},
    EnumName{OnExit::shutdown, "shutdown",
             "supervisord stops everything and exits with the service's code (128+n for signal n)."},
};

struct ServiceSpec {
  std::string description;
  Command command;
  ServiceType type = ServiceType::simple;
  Rare<std::string> pid_file;
  RunEndsWith exit_when = RunEndsWith::main;
  Rare<ReadySpec> ready;
  Rare<ReloadSpec> reload;
  NotifyAccess notify_access = NotifyAccess::automatic;
  std::uint16_t fd_store_max = 0;
  FdStorePreserve fd_store_preserve = FdStorePreserve::restart;
  Rare<HealthSpec> health;
  std::optional<Duration> watchdog;
  Signal watchdog_signal{6};  // ABRT
  Rare<WatchSpec> watch;
  bool enabled = true;
  Rare<std::vector<std::string>> tags;
  Duration start_delay{};
  Rare<InstanceCount> instances;
  std::string parent;
  bool daemon = false;
  std::vector<Dependency> requires_;  // "requires" is a keyword of C++.
  std::vector<Dependency> binds_to;
  std::vector<Dependency> wants;
  Rare<std::vector<std::string>> restart_with;
  std::vector<Dependency> after;
  std::vector<std::string> before;
  std::vector<std::string> conflicts;
  std::string working_dir;
  Umask umask;
  Rare<std::string> user;
  Rare<std::string> group;
  Rare<GroupsSpec> groups;
  Rare<std::string> root_dir;
  Environment env;
  Rare<std::vector<EnvFile>> env_file;
  Rare<NamedFiles> env_from_file;
  Rare<EnvInherit> env_inherit;
  Rare<NamedFiles> credentials;
  RestartSpec restart;
  Rare<StopSpec> stop;
  std::vector<Hook> pre_start;
  std::vector<Hook> post_start;
  std::vector<Hook> pre_stop;
  std::vector<Hook> post_stop;
  std::vector<int> success_codes = {0};
  OnExit on_exit = OnExit::none;
  bool last = false;
  Rare<LimitsSpec> limits;
  Rare<ResourcesSpec> resources;
  std::optional<std::int8_t> nice;
  std::optional<SchedSpec> sched_policy;
  std::optional<IoPriority> io_class;
  Rare<CpuAffinity> cpu_affinity;
  std::optional<std::int16_t> oom_score;
  std::optional<CapabilitySet> capabilities;
  bool no_new_privileges = false;
  Keyring keyring = Keyring::inherit;
  Rare<std::vector<PersonalityWord>> personality;
  bool tty = false;
  Rare<StdinSpec> stdin_;  // "stdin" is a macro of C.
  LogSpec log;
  StderrSpec stderr_;
  friend bool operator==(const ServiceSpec&, const ServiceSpec&) = default;
};

// Whether it ever has a run: a target and what is external have not.
[[nodiscard]] inline bool has_process(const ServiceSpec& spec) {
  return spec.type != ServiceType::target && spec.type != ServiceType::external;
}
// Whether exit = "when-done" waits for its end.
[[nodiscard]] inline bool is_work(const ServiceSpec& spec) { return !spec.daemon && has_process(spec); }

// What a service that runs to stay has to wait for before it is ready.
enum class ReadyKind : std::uint8_t { executed, notify, delay, probe, fd, log };
[[nodiscard]] inline ReadyKind ready_kind(const ServiceSpec& spec) {
  if (spec.type == ServiceType::notify || spec.ready->notify) return ReadyKind::notify;
  if (spec.ready->delay) return ReadyKind::delay;
  if (spec.ready->fd) return ReadyKind::fd;
  if (!spec.ready->log.empty()) return ReadyKind::log;
  return probe_kind(*spec.ready) == ProbeKind::none ? ReadyKind::executed : ReadyKind::probe;
}

// With "auto" decided.
[[nodiscard]] inline NotifyAccess notify_access_of(const ServiceSpec& spec) {
  if (spec.notify_access != NotifyAccess::automatic) return spec.notify_access;
  if (ready_kind(spec) == ReadyKind::notify || spec.watchdog) return NotifyAccess::all;
  return spec.fd_store_max > 0 ? NotifyAccess::main : NotifyAccess::none;
}

[[nodiscard]] inline bool has_reload(const ServiceSpec& spec) {
  return spec.reload->signal || !spec.reload->command.argv.empty();
}

// Such a service says READY=1, perhaps RELOADING=1 before, about every reload that it was asked for.
[[nodiscard]] inline bool tells_of_reloads(const ServiceSpec& spec) {
  return ready_kind(spec) == ReadyKind::notify && spec.reload->notify;
}

}  // namespace sup
