// Event: what happened in the world, told to the engine. The only way in.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/exit_status.hpp"
#include "base/ids.hpp"
#include "engine/states.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// The program of a run was executed; `pid` is its main process.
struct Spawned {
  InstanceId instance;
  RunId run;
  std::int32_t pid = 0;
};
// The run never became a process. `failure` names step, object and reason.
struct SpawnFailed {
  InstanceId instance;
  RunId run;
  std::string failure;
};
// The main process is gone, but others of the run are alive.
struct MainExited {
  InstanceId instance;
  RunId run;
  ExitStatus status;
  LimitsHit limits = {};
};
// Nothing of the run is alive. `status` is that of the main process.
struct Ended {
  InstanceId instance;
  RunId run;
  ExitStatus status;
  LimitsHit limits = {};
};

// The launcher of a forking service has ended, and this is the daemon that it left.
struct MainFound {
  InstanceId instance;
  RunId run;
  std::int32_t pid = 0;
};
// It left none that may be taken. `failure` says why.
struct MainLost {
  InstanceId instance;
  RunId run;
  std::string failure;
};
// The run is ready, or has reloaded: it said so, or what was asked of it was seen. Also heard before Spawned.
enum class ReadyBy : std::uint8_t { seen, said };
struct BecameReady {
  InstanceId instance;
  RunId run;
  ReadyBy by = ReadyBy::seen;
};
// What was last seen when it was not ready: "tcp 127.0.0.1:80: connection refused".
struct ReadyProbeFailed {
  InstanceId instance;
  RunId run;
  std::string what;
};
// It can never become ready. `failure` says why.
struct ReadyFailed {
  InstanceId instance;
  RunId run;
  std::string failure;
};
// A probe of its health has ended. `failure` is empty if it succeeded.
struct HealthProbed {
  InstanceId instance;
  RunId run;
  std::string failure;
};
// What a run says of itself besides that it is ready.
enum class Notice : std::uint8_t {
  reloading,      // It reads its configuration again; BecameReady follows.
  stopping,       // It is about to end.
  alive,          // A sign of life for its watchdog.
  unfit,          // As if it had missed its watchdog.
  restart_reset,  // Its restarts up to now are to be forgotten.
  trouble,        // What is wrong with it; empty: nothing any more.
};
struct NoticeGiven {
  InstanceId instance;
  RunId run;
  Notice notice = Notice::alive;
  std::string trouble = {};
};
// It needs more time for what it is doing: at least `by` from now.
struct MoreTimeAsked {
  InstanceId instance;
  RunId run;
  Duration by{};
};
// From now on it gives a sign of life this often; 0: no more.
struct WatchdogSet {
  InstanceId instance;
  RunId run;
  Duration interval{};
};
// A task has ended, and nothing that it had made is alive. `failure` is empty if it succeeded.
struct TaskEnded {
  InstanceId instance;
  RunId run;
  TaskKind kind = TaskKind::pre_start;
  std::uint16_t index = 0;
  std::string failure;
};
// Something of the run is alive in spite of KILL. `what` says which processes, and what the kernel has them wait for.
struct Survived {
  InstanceId instance;
  RunId run;
  std::string what;
};

enum class CommandKind : std::uint8_t { start, stop, restart, roll, reload, kill, signal, pause, resume, wait, scale };
enum class WaitFor : std::uint8_t { ready, healthy, exited, stopped, completed };
template <>
inline constexpr auto kEnumNames<WaitFor> = std::array{
    EnumName{WaitFor::ready, "ready", "It is ready: running, or (oneshot) completed."},
    EnumName{WaitFor::healthy, "healthy", "It is ready, and its probes have succeeded (see `health`)."},
    EnumName{WaitFor::exited, "exited", "Its run has ended."},
    EnumName{WaitFor::stopped, "stopped", "Nothing of it is alive, and it will not be started again by itself."},
    EnumName{WaitFor::completed, "completed", "It has ended with success for good."},
};
// Whether a wait ends with the first or with the last of its targets.
enum class WaitMode : std::uint8_t { all, any };

// A command of a person (or of the boot). It becomes the change `change`, which ends with exactly one ChangeDone.
struct CommandGiven {
  ChangeId change;
  CommandKind kind = CommandKind::start;
  std::vector<InstanceId> targets;       // Those that have left meanwhile are none.
  Signal signal;                         // For CommandKind::signal.
  SignalTarget to = SignalTarget::main;  // For CommandKind::signal.
  WaitFor wait_for = WaitFor::ready;     // For CommandKind::wait.
  WaitMode wait_mode = WaitMode::all;    // For CommandKind::wait.
  std::uint32_t at_a_time = 1;           // For CommandKind::roll: so many at most are not ready because of it.
};
// A client does not want to hear of its change any more; what it began goes on.
struct ChangeForgotten {
  ChangeId change;
};

// Start everything that is enabled; or, if `only` names some, these and what they need, and nothing else.
struct Boot {
  std::vector<InstanceId> only = {};
};

enum class ShutdownPace : std::uint8_t { orderly, at_once };
// Stop everything, then be finished. A second one, or pace at_once, means KILL now.
struct ShutdownRequested {
  ShutdownPace pace = ShutdownPace::orderly;
};

// There is another service, which nobody has the name of. With `start` its instances are started as that change.
struct ServiceAdded {
  ServiceRef service;
  std::uint32_t instances = 1;
  ChangeId start = {};
};
// The service is to go: it is stopped, as the change `stop` if there is one, and leaves when all of it rests. What
// requires it is stopped with it. Content if there is none of the name.
struct ServiceRemoved {
  std::string name;
  ChangeId stop = {};
};
// So many instances are wanted of each of these: the change `change`, if there is one. The highest numbers leave; new
// ones are started unless the service is down. Who is not there, or is being removed, is passed over.
struct Scaling {
  std::string service;
  std::uint32_t instances = 1;
};
struct Scaled {
  std::vector<Scaling> scalings;
  ChangeId change = {};
};
// The service of this name is defined so from now on. What is alive goes on by that; names in it, and so who waits for
// whom, its hooks, and the kinds and the number of its stop steps are as they were. Who lives by another definition
// than that of its service stays with it; or, with `former`, this is what only those take who live by that one. Content
// if there is none of the name.
struct DefinitionChanged {
  ServiceRef service;
  ServiceRef former = {};
};
// These services are defined so from their next starts on. Who is alive goes on by the definition that it has, and
// takes its new one when nothing of it is alive. Those whose relations are other ones do so together, when none of them
// is alive, so that no order of the one definition meets one of the other (see redefinition.cpp). External things take
// it at once, and stay external. Who is not there, or is being removed, is passed over.
struct ServicesRedefined {
  std::vector<ServiceRef> services;
};
// What is said of supervisord itself, of groups, event hooks and who is absent, and where services were defined, is so
// from now on.
struct SettingsChanged {
  DaemonSpec daemon;
  std::vector<NamedGroup> groups;
  std::vector<std::string> files;
  std::vector<NamedEventHook> event_hooks = {};
  std::vector<AbsentService> absent = {};
};
// While it is held, supervisord does not end because all is done (exit = "when-done"): more is about to come.
struct EndHeld {
  bool is_held = true;
};

using Event = std::variant<Spawned, SpawnFailed, MainFound, MainLost, TaskEnded, BecameReady, ReadyProbeFailed,
                           ReadyFailed, HealthProbed, NoticeGiven, MoreTimeAsked, WatchdogSet, MainExited, Survived,
                           Ended, CommandGiven, ChangeForgotten, Boot, ShutdownRequested, ServiceAdded, ServiceRemoved,
                           Scaled, DefinitionChanged, ServicesRedefined, SettingsChanged, EndHeld>;

}  // namespace sup
