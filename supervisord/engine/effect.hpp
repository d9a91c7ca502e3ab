// Effect: what the world must do, told by the engine. The only way out.
//
// A recovered engine tells again what its state owes (owed.hpp), so carrying one out twice is the same as once: a run
// is begun once under its RunId; a task once under its run, kind and number, until the engine has heard of its end; a
// signal with a serial once under its run and that; the others are such by themselves.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/exit_status.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "engine/graph.hpp"
#include "engine/health.hpp"
#include "engine/states.hpp"
#include "spec/service_spec.hpp"

namespace sup {

struct Row;

// Start a process for this run. Answered by Spawned or SpawnFailed, then (after Spawned) by Ended.
struct SpawnRun {
  InstanceId instance;
  RunId run;
};
// Find the daemon that a forking service's launcher has left. Answered by MainFound or MainLost while the run lives.
struct FindMain {
  InstanceId instance;
  RunId run;
};
// Run a command of the run's settings beside its main process: number `index` of the hooks or stop steps of this kind.
// Answered by TaskEnded. At most one task of a run is under way, but for stop steps, which overlap if they take long.
struct RunTask {
  InstanceId instance;
  RunId run;
  TaskKind kind = TaskKind::pre_start;
  std::uint16_t index = 0;
  std::uint32_t serial = 0;  // Of a stop step, among the signals of the run (SignalRun); others: 0.
};
// Find out by probing whether the run is ready, until StopAwaiting. Answered by BecameReady.
struct AwaitReady {
  InstanceId instance;
  RunId run;
};
// Comes once after each AwaitReady, however the waiting ended.
struct StopAwaiting {
  InstanceId instance;
  RunId run;
};
// Kill the tasks of the run, each with all that it has made. They answer all the same.
struct KillTasks {
  InstanceId instance;
  RunId run;
  std::optional<TaskKind> spared = {};  // Those of this kind go on.
};
// Find out by one probe, after `delay`, whether the run is healthy. Answered by HealthProbed, unless StopAsking comes
// first.
struct AskHealth {
  InstanceId instance;
  RunId run;
  Duration delay{};
};
// Give up the probe that is under way or to come.
struct StopAsking {
  InstanceId instance;
  RunId run;
};
// Its probes have another verdict. `cause` is the text for people.
struct HealthChanged {
  InstanceId instance;
  RunId run;
  Health from = Health::unknown;
  Health to = Health::unknown;
  std::string cause;
};
// Freeze every process of the run, or let them go on.
struct FreezeRun {
  InstanceId instance;
  RunId run;
};
struct ThawRun {
  InstanceId instance;
  RunId run;
};
// What a signal is for: a stop also takes back a spawn that has not begun, and asks why somebody needs KILL.
enum class SignalReason : std::uint8_t { stop, command, watchdog };
// Send a signal to processes of the run; also valid while its spawn is under way.
struct SignalRun {
  InstanceId instance;
  RunId run;
  Signal signal;
  SignalTarget to = SignalTarget::group;
  SignalReason reason = SignalReason::stop;
  std::uint32_t serial = 0;  // Of those of the run that may be told again, from 1; 0: it never is.
};
// Send KILL to everything of the run, wherever it went.
struct KillRun {
  InstanceId instance;
  RunId run;
  SignalReason reason = SignalReason::stop;
};
// A state change happened. `row` tells why; `cause` is the text for people at this moment ("exit 3").
struct StateChanged {
  InstanceId instance;
  RunId run;
  State from = State::stopped;
  State to = State::stopped;
  const Row* row = nullptr;
  std::int32_t pid = 0;  // Of the main process at this moment, 0 if there is none.
  std::string cause;
  std::optional<ExitStatus> ended;  // How the process of the run has exited, if this was its end.
};

// How a change ended for one target.
enum class Outcome : std::uint8_t { done, failed, cancelled };
template <>
inline constexpr auto kEnumNames<Outcome> = std::array{
    EnumName{Outcome::done, "done"}, EnumName{Outcome::failed, "failed"}, EnumName{Outcome::cancelled, "cancelled"}};

// Why a change took along what nobody named.
enum class Along : std::uint8_t {
  requires_it,  // It requires what goes down.
  gives_way,    // It conflicts with what comes up.
};

// What a change meant, or what it took along: what requires a target goes down with it, and comes back after a restart;
// what conflicts with a target, or with what that needs, goes down before it comes up.
struct TargetResult {
  InstanceId instance;
  Outcome outcome = Outcome::done;
  State state = State::stopped;
  std::string cause;                    // Why, for people; empty when there is nothing to say.
  InstanceId along_with = kNoInstance;  // Taken along: because of which other one. None: a target.
  Along along = Along::requires_it;     // If it was taken along.
  std::string name = {};                // As the instance was called when this was decided: it may have left since.
  std::string along_with_name = {};     // Likewise.
  Duration took{};                      // From its first change of state to the answer; 0 if its state did not change.
};
// The change has ended; one result for each target that was decided, and then for each that was taken along.
struct ChangeDone {
  ChangeId change;
  std::vector<TargetResult> results;
};
// An instance has left for good: its id means nothing any more from the next take_effects() on.
struct InstanceVacated {
  InstanceId instance;
};
// supervisord stops everything because of an instance (on-exit, on-give-up), because all is done, or because it was
// asked to.
struct ShutdownBegun {
  std::string why;
};
// Nothing is alive any more (or the budget is over and `survivors` still are): leave with this exit code.
struct Finished {
  int exit_code = 0;
  std::vector<InstanceId> survivors;
};

using Effect = std::variant<SpawnRun, FindMain, RunTask, KillTasks, AwaitReady, StopAwaiting, AskHealth, StopAsking,
                            HealthChanged, FreezeRun, ThawRun, SignalRun, KillRun, StateChanged, ChangeDone,
                            InstanceVacated, ShutdownBegun, Finished>;

}  // namespace sup
