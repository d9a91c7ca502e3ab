// Scene: what is known about the engine from outside, noted as events go in and effects come out. The checkers judge by
// it, so it is told again here, without the engine's own questions: graph, policy and order are computed anew.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "engine/transitions.hpp"
#include "sim/universe/kernel.hpp"

namespace sup::sim {

// Who depends on whom.
struct Links {
  std::vector<InstanceId> needs;        // requires
  std::vector<InstanceId> needed_by;    // its inverse
  std::vector<InstanceId> comes_after;  // wants, after, before of the other
  std::vector<InstanceId> comes_before;
};

// One instance as seen from outside.
struct Seen {
  State state = State::stopped;
  const Row* row = nullptr;  // Of the last change of state.
  Instant state_since;

  RunId run;                 // Of the last order to spawn.
  bool run_is_open = false;  // Its end has not been told to the engine.
  bool is_executed = false;  // Of the last run, as the next ones.
  bool is_main_gone = false;
  bool was_told_to_end = false;
  bool is_asked_again = false;    // Somebody wanted something up since it began.
  bool has_ended = false;         // Any run has.
  std::optional<ExitStatus> end;  // Of the last main process that ended; nothing: it could not be started.
  Instant executed_at;
  Duration length{};
  std::size_t stop_step = 0;

  std::uint32_t restarts_in_row = 0;    // At least so many since a good run or a command.
  std::vector<Instant> restarts;        // Since somebody asked for this very one to be up.
  std::vector<Instant> restarts_fresh;  // Since anybody wanted anything up.
  Instant backoff_since;
  Duration backoff_least{};

  bool is_wanted = false;  // The goal after the last step.
  Instant unwanted_since;
};

struct OpenChange {
  CommandGiven command;
  std::vector<RunId> runs_before;  // By instance.
  bool is_forgotten = false;
};

enum class ShutdownReason : std::uint8_t { none, asked, done, service };

struct Scene {
  const SpecSet& set;
  const Engine& engine;
  const Kernel& kernel;
  std::vector<Links> links;
  std::vector<Seen> seen;
  std::map<ChangeId, OpenChange> changes;
  Instant now;

  // The step that is going on.
  const Event* event = nullptr;         // Null in a tick.
  std::optional<InstanceId> main_exit;  // Its main process ended, and the rest has not been signalled for it.
  std::vector<RunId> killed;            // KILL has been ordered for these in this step.
  InstanceId last_changed;
  RunId last_run;  // The highest so far.

  bool is_booted = false;
  bool is_calm = false;  // The faults are over.
  Instant calm_since = kNever;
  bool is_shutdown_asked = false;
  ShutdownReason shutdown = ShutdownReason::none;
  std::optional<InstanceId> shutdown_by;
  Instant shutdown_since;
  Instant killed_since = kNever;  // The patience of the shutdown was over.
  std::optional<Finished> finished;

  Scene(const SpecSet& the_set, const Engine& the_engine, const Kernel& the_kernel);

  // Before the engine hears of it (nothing: a tick).
  void begin_step(const Event* what, Instant at);
  // After the checkers have judged it.
  void note(const Effect& effect);
  void end_step();

  [[nodiscard]] const ServiceSpec& spec(InstanceId id) const { return set.services[id.value].spec; }
  [[nodiscard]] const std::string& name(InstanceId id) const { return set.services[id.value].name; }
  [[nodiscard]] const Instance& inside(InstanceId id) const { return engine.world().at(id); }
  [[nodiscard]] std::vector<InstanceId> all() const;

 private:
  void hear(const Spawned& e);
  void hear(const SpawnFailed& e);
  void hear(const MainExited& e);
  void hear(const Ended& e);
  void hear(const CommandGiven& e);
  void hear(const ChangeForgotten& e);
  void hear(const Boot& e);
  void hear(const ShutdownRequested& e);
  void see(const SpawnRun& e);
  void see(const SignalRun& e);
  void see(const KillRun& e);
  void see(const StateChanged& e);
  void see(const ChangeDone& e);
  void see(const ShutdownBegun& e);
  void see(const Finished& e);
  void note_backoff(InstanceId id, Seen& s);
  void wake_hopes();
};

// What the configuration says of an end, told again for the checkers.
[[nodiscard]] bool is_success(const Scene& scene, InstanceId id, const std::optional<ExitStatus>& end);
[[nodiscard]] bool is_restarted(const Scene& scene, InstanceId id, const std::optional<ExitStatus>& end);

// It can be used by what requires it.
[[nodiscard]] bool is_up(const Scene& scene, InstanceId id);
// It will not be up by itself.
[[nodiscard]] bool is_lost(const Scene& scene, InstanceId id);

}  // namespace sup::sim
