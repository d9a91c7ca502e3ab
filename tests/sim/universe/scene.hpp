// Scene: what is known about the engine from outside, noted as events go in and effects come out. The checkers judge by
// it, so it is told again here, without the engine's own questions: graph, policy and order are computed anew.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "engine/transitions.hpp"
#include "sim/universe/cast.hpp"
#include "sim/universe/kernel.hpp"
#include "sim/universe/moved.hpp"

namespace sup::sim {

// Who depends on whom.
struct Links {
  std::vector<InstanceId> needs;        // requires, binds-to
  std::vector<InstanceId> needed_by;    // its inverse
  std::vector<InstanceId> comes_after;  // wants, after, before of the other
  std::vector<InstanceId> comes_before;
  std::vector<InstanceId> renewed_by;  // restart-with; among `comes_after`
  std::vector<InstanceId> conflicts;   // both ways
  std::map<InstanceId, Until> needs_until;
  std::map<InstanceId, Until> after_until;
  std::vector<InstanceId> binds_to;  // among `needs`; a daemon to its parent
  std::optional<InstanceId> parent;  // among `needs`
  std::vector<InstanceId> children;
};

// Something of a run was alive in spite of a KILL that had its time.
struct Survival {
  std::string what;
  Instant until = kNever;  // When nothing of the run was alive any more.
};

// A hook that was ordered, and whose end has not been told.
struct SeenHook {
  TaskKind kind = TaskKind::pre_start;
  std::uint16_t index = 0;
  Instant kill_due;       // When its patience is over, or KILL is to be repeated.
  bool is_cut = false;    // It was killed before.
  bool is_late = false;   // It was killed when it was, in a start: it has failed, however it ends.
  bool is_short = false;  // In a shutdown its share of the time is over.
};

// One instance as seen from outside.
struct Seen {
  State state = State::stopped;
  const Row* row = nullptr;  // Of the last change of state.
  Instant state_since;

  RunId run;                 // The last that was begun.
  bool run_is_open = false;  // Its end has not been told to the engine.
  bool is_spawned = false;   // The order to spawn was given. Of the last run, as the next ones.
  bool is_executed = false;
  bool is_main_gone = false;
  bool is_search_ordered = false;  // For what a launcher has left.
  bool is_found = false;
  bool is_frozen = false;
  bool was_frozen = false;
  std::optional<SignalRun> last_signal = {};         // With a serial.
  std::optional<std::uint16_t> last_stop_task = {};  // The stop step under way is this command.
  bool was_told_to_end = false;
  bool is_replaced = false;  // So it was by a rolling restart.
  bool has_start_failed = false;
  bool is_unfit = false;             // It is ended for its watchdog.
  bool is_confirmed = false;         // It has said that it is ready.
  bool is_ready_awaited = false;     // The order to see when it is ready was given, and not taken back.
  bool is_probed = false;            // A probe of its health was ordered, and has not answered.
  Health verdict = Health::unknown;  // What was told of it, of this run.
  bool was_well = false;             // One has succeeded.
  bool stays_down = false;           // It is ended for its health, for good.
  std::uint32_t probes_good = 0;     // In a row, of something external.
  std::uint32_t probes_failed = 0;   // In a row, besides those in its grace.
  Instant grace_until;               // So long they do not count.
  bool was_asked_down = false;       // By a command for this very one.
  bool is_asked_again = false;       // Somebody wanted something up since it began.
  bool has_ended = false;            // Any run has.
  bool has_left = false;             // Nothing of it was alive after something had been.
  std::optional<ExitStatus> end;     // Of the last main process that ended; nothing: it could not be started.
  Instant executed_at;
  Instant found_at;
  Instant more_time_until;         // It asked for that much.
  Instant reload_due;              // When the reload that is under way has failed.
  Instant life_due = kNever;       // When its next sign of life is due.
  Duration watchdog{};             // How often it has to give one.
  std::optional<Instant> aborted;  // When it got the watchdog's signal.
  Duration length{};
  std::optional<std::size_t> stop_step;  // The last that was ordered.
  Instant stop_step_since;
  Duration stop_step_wait{};  // As it was said when the step began.
  std::optional<SeenHook> hook;
  std::array<std::size_t, kEnumNames<TaskKind>.size()> hooks_done{};  // That have ended; at a start: with success.
  Instant killing_since = kNever;                                     // Since the first KILL for what it does now.
  std::optional<Survival> survival;                                   // The last.

  std::uint32_t restarts_in_row = 0;    // At least so many since a good run or a command.
  std::vector<Instant> restarts;        // Since somebody asked for this very one to be up.
  std::vector<Instant> restarts_fresh;  // Since anybody wanted anything up.
  Instant backoff_since;
  Duration backoff_least{};

  Instant share_due = kNever;  // In a shutdown: when its share of the time for the part of its stop under way is over.
  Duration stop_chain{};       // How long all that is stopped after it takes.

  bool is_redefined = false;  // Since it is in its state its definition has changed.
  bool is_wanted = false;     // The goal after the last step.
  Instant unwanted_since;
};

struct OpenChange {
  CommandGiven command;
  std::vector<RunId> runs_before;  // By instance.
  Instant since;
  bool is_forgotten = false;
  std::set<InstanceId> replaced = {};  // Of a rolling restart: those whose turn has come,
  std::set<InstanceId> settled = {};   // of them those that came up, or were told otherwise,
  bool has_failed = false;             // and whether one did not come up.
  bool is_disturbed = false;           // Somebody has come or gone since: who takes along whom is not known.
  std::set<InstanceId> gone = {};      // Those in whose place there may be somebody else by now.
};

// Who is in a slot.
struct Member {
  std::string service;
  std::uint32_t number = 0;
  Presence presence = Presence::vacant;  // Or here, or vanishing.
};

// What somebody wanted of a service.
struct Asked {
  std::uint32_t instances = 1;
  bool is_removed = false;
};

enum class ShutdownReason : std::uint8_t { none, asked, done, service };

struct Scene {
  const SpecSet& set;
  DaemonSpec daemon;  // As it is by now.
  Cast& cast;
  const Engine& engine;
  const Kernel& kernel;
  std::vector<Links> links;     // By slot.
  std::vector<Seen> seen;       // By slot.
  std::vector<Member> members;  // By slot.
  std::map<std::string, Asked> asked;
  std::map<std::string, ServiceRef> related;  // By which definition each service is linked, while its relations wait.
  bool has_related_anew = false;              // Some have taken other relations.
  std::map<ChangeId, OpenChange> changes;
  Instant now;

  // The step that is going on.
  const Event* event = nullptr;         // Null in a tick.
  std::optional<InstanceId> main_exit;  // Its main process ended, and the rest has not been signalled for it.
  std::vector<RunId> killed;            // KILL has been ordered for these in this step.
  std::vector<InstanceId> coming;       // Who is there, or is to stay, from this step on.
  std::vector<InstanceId> leaving;      // Who is to leave from this step on.
  std::set<InstanceId> farewells;       // Who has been told to have left, while nobody else is in the slot.
  std::set<std::string> moved;          // Services of which something has changed its state.
  std::set<InstanceId> rolled;          // Targets of rolling restarts that have ended in this step.
  ChangeId named_by_service;            // The change that it opens, if that names services.
  std::set<InstanceId> moves_again;     // Who changes its state once more after the effect that is judged.
  InstanceId last_changed;
  RunId last_run;  // The highest so far.

  bool is_booted = false;
  bool is_end_held = false;  // More work is about to come.
  bool is_calm = false;      // The faults are over.
  Instant calm_since = kNever;
  bool is_shutdown_asked = false;
  ShutdownReason shutdown = ShutdownReason::none;
  std::optional<InstanceId> shutdown_by;
  Instant shutdown_since;
  std::vector<InstanceId> last;   // What was to be stopped after all others.
  bool is_punctual = true;        // No step of the shutdown came late.
  Instant killed_since = kNever;  // The patience of the shutdown was over.
  std::optional<Finished> finished;
  std::vector<Effect> owed;  // What was told again after the last death.

  Scene(const SpecSet& the_set, Cast& the_cast, const Engine& the_engine, const Kernel& the_kernel);

  // Before the engine hears of it (nothing: a tick).
  void begin_step(const Event* what, Instant at);
  // The engine has heard of it.
  void meet();
  // What the engine has told after what is judged now: by then an instance may have moved on.
  void look_ahead(std::span<const Effect> rest);
  // After the checkers have judged it.
  void note(const Effect& effect);
  void end_step();
  // scene_deaths.cpp: the manager has died, and another one goes on; what that tells again.
  void outlive(const Moved& moved);
  void note_owed(const Effect& effect);

  [[nodiscard]] const ServiceSpec& spec(InstanceId id) const { return cast.spec(id); }
  [[nodiscard]] std::string name(InstanceId id) const { return cast.name(id); }
  [[nodiscard]] const Instance& inside(InstanceId id) const { return engine.world().at(id); }
  [[nodiscard]] std::vector<InstanceId> all() const { return cast.all(); }
  // Those of one service, by number.
  [[nodiscard]] std::vector<InstanceId> members_of(const std::string& service) const;
  // It is transient, and all of it has come to the end that it was to have.
  [[nodiscard]] bool has_had_its_time(const std::string& service) const;
  [[nodiscard]] bool is_to_go(InstanceId id) const;
  // A rolling restart goes on: what a step has begun may be asked down in the same step, when the next turn comes.
  [[nodiscard]] bool is_rolling() const;
  // The change is a rolling restart in which it may be the turn of this one.
  [[nodiscard]] bool allows_turn(const OpenChange& change, InstanceId id) const;
  // All that can come to an end has.
  [[nodiscard]] bool all_rests() const;

 private:
  void hear(const Spawned& e);
  void hear(const SpawnFailed& e);
  void hear(const MainExited& e);
  void hear(const MainFound& e);
  void hear(const MainLost& e);
  void hear(const TaskEnded& e);
  void hear(const BecameReady& e);
  void hear(const ReadyProbeFailed& e);
  void hear(const ReadyFailed& e);
  void hear(const HealthProbed& e);
  void hear(const NoticeGiven& e);
  void hear(const MoreTimeAsked& e);
  void hear(const WatchdogSet& e);
  void hear(const Survived& e);
  void hear(const Ended& e);
  void hear(const CommandGiven& e);
  void hear(const ChangeForgotten& e);
  void hear(const Boot& e);
  void hear(const ShutdownRequested& e);
  void hear(const ServiceAdded& e);
  void hear(const ServiceRemoved& e);
  void hear(const Scaled& e);
  void hear(const DefinitionChanged& e);
  void hear(const ServicesRedefined& e);
  void hear(const SettingsChanged& e);
  void hear(const EndHeld& e) { is_end_held = e.is_held; }
  void see(const SpawnRun& e);
  void see(const FindMain& e);
  void see(const RunTask& e);
  void see(const KillTasks& e);
  void see(const AwaitReady& e);
  void see(const StopAwaiting& e);
  void see(const AskHealth& e);
  void see(const StopAsking& e);
  void see(const HealthChanged& e);
  void see(const FreezeRun& e);
  void see(const ThawRun& e);
  void see(const SignalRun& e);
  void see(const KillRun& e);
  void see(const StateChanged& e);
  void see(const ChangeDone& e);
  void see(const InstanceVacated& e);
  void see(const ShutdownBegun& e);
  void see(const Finished& e);
  void begin_run(InstanceId id, RunId run);
  void note_stop_step(InstanceId id, Seen& s);
  void note_backoff(InstanceId id, Seen& s);
  void note_rolls(const StateChanged& e);
  void wake_hopes();
  // links.cpp
  void link_all();
  void link(InstanceId self);
  void free_users_of(InstanceId id);
  void unlink(InstanceId id);
  // definitions.cpp
  void take_if_free(InstanceId id);
  void take(InstanceId id, const ServiceRef& definition);
  void take_relations();
  [[nodiscard]] bool may_take_relations(const std::vector<std::string>& services) const;
  void relink(const std::vector<InstanceId>& ids);
  void recall_relations();
  // population.cpp
  void open_change(ChangeId id, CommandKind kind, std::vector<InstanceId> targets);
  void note_targets();
  void note_departures();
  void note_rolls_left();
  void leave_rolls(InstanceId one);
  void note_shutdown();
  void note_share(InstanceId id);
};

// What the configuration says of an end, told again for the checkers.
[[nodiscard]] bool is_success(const Scene& scene, InstanceId id, const std::optional<ExitStatus>& end);
[[nodiscard]] bool is_restarted(const Scene& scene, InstanceId id, const std::optional<ExitStatus>& end);

// Of its run there is nothing that could end: the hooks before its program are over, and that was not spawned.
[[nodiscard]] bool is_between_hooks_and_program(const Seen& s);
// The hooks of this kind. There are none of the kind of stop steps.
[[nodiscard]] const std::vector<Hook>& hooks_of(const Scene& scene, InstanceId id, TaskKind kind);
[[nodiscard]] std::size_t hooks_done(const Seen& s, TaskKind kind);
// Its hook is still waited for: the phase that it belongs to has not been left.
[[nodiscard]] bool is_hook_awaited(const Seen& s);

// It does its work.
[[nodiscard]] inline bool is_serving(const Seen& s) { return s.state == State::running || s.state == State::reloading; }
// All that its readiness takes besides hooks has come: its program runs, is found, has said so or had its delay.
[[nodiscard]] bool is_confirmed(const Scene& scene, InstanceId id);
// It runs, is known, has no hook yet, and is not confirmed.
[[nodiscard]] bool is_to_become_ready(const Scene& scene, InstanceId id);

// It can be used by what requires it.
[[nodiscard]] bool is_up(const Scene& scene, InstanceId id);
// All that exit = "when-done" waits for rests, and nothing is about to come.
[[nodiscard]] bool is_all_done(const Scene& scene);
// Something of it is alive, or its children go on for it.
[[nodiscard]] inline bool is_there(const Scene& scene, InstanceId id) { return is_there(scene.seen[id.value].state); }
// It is as far as `id` needs it to be.
[[nodiscard]] bool is_met(const Scene& scene, InstanceId id, InstanceId other);
// It will not be as far as `id` needs it by itself.
[[nodiscard]] bool is_lost(const Scene& scene, InstanceId id, InstanceId other);
// `id` comes after it, and has to wait for it: after a step; and while its effects are told, when only the end of the
// step can be asked whether it has to leave.
[[nodiscard]] bool is_awaited(const Scene& scene, InstanceId id, InstanceId other);
[[nodiscard]] bool is_surely_awaited(const Scene& scene, InstanceId id, InstanceId other);
// `id` is restarted with it, and its run is the newer one.
[[nodiscard]] bool has_newer_run(const Scene& scene, InstanceId id, InstanceId other);
// `id` is bound to it, and its run has ended.
[[nodiscard]] bool is_unbound(const Scene& scene, InstanceId id, InstanceId other);

}  // namespace sup::sim
