// Instance: one copy of a service as the engine knows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/exit_status.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "engine/health.hpp"
#include "engine/start_times.hpp"
#include "engine/states.hpp"
#include "spec/rare.hpp"
#include "spec/spec_set.hpp"

namespace sup {

struct Row;

// No deadline: later than everything.
inline constexpr Instant kNever = Instant::max();

// How the last run that has ended did so.
enum class EndKind : std::uint8_t {
  none,          // No run has ended yet.
  exited,        // Its main process ended; last_status says how.
  start_failed,  // It never became a process, or did not become ready; failure says why.
  unfit,         // It was ready, and was ended because it did not work as it should; failure says why.
};

// Why an instance rests where it is.
enum class Cause : std::uint8_t {
  none,
  asked,        // Somebody asked for it.
  last_end,     // The way its last run ended.
  gave_up,      // As last_end, and the restart policy allows no more.
  requirement,  // The instance `cause_by`, which it requires, is not there. None: that was removed.
  followed,     // The instance `cause_by`, which it requires, was asked down, and it had to go, too.
  conflict,     // It makes way for the instance `cause_by`.
  renewed,      // While it is restarted: the instance `cause_by` has a newer run.
};
// Whether `cause_by` says something.
[[nodiscard]] constexpr bool names_another(Cause cause) {
  return cause == Cause::requirement || cause == Cause::followed || cause == Cause::conflict || cause == Cause::renewed;
}

// What the neighbours of an instance have to know of it. publish() in world.hpp keeps this up to date.
struct Facts {
  bool is_live = false;      // Something of it is alive, or its children go on for it.
  bool is_busy = false;      // It does not rest.
  bool is_joining = false;   // Its run has completed, and its children go on.
  bool is_leaving = false;   // Is alive, but has to go down or was told to.
  bool is_gone = true;       // Will not become ready by itself.
  bool is_ready = false;     // What requires it may start.
  bool is_healthy = false;   // Is up, and its probes say so. Never without health in its settings.
  bool is_unproven = false;  // Is up, and its probes have not said yet whether it is healthy.
  bool is_coming = false;    // On its way up: what only follows it waits.
  bool is_started = false;   // Its program was executed and goes on, or (oneshot) it has done its work.
  bool is_up = false;        // It was ready, and its run has not ended since.
  bool is_completed = false;
  bool is_at_work = false;  // It is to be up, and on its way there or there: it may complete.
  friend bool operator==(const Facts&, const Facts&) = default;
};

// How many neighbours are such, so that no question needs a search among them.
struct Counts {
  std::uint32_t unready_requirements = 0;
  std::uint32_t gone_requirements = 0;
  std::uint32_t leaving_requirements = 0;
  std::uint32_t coming_predecessors = 0;
  std::uint32_t live_dependents = 0;
  std::uint32_t leaving_followers = 0;
  std::uint32_t broken_bindings = 0;  // What it is bound to, and has ended.
  std::uint32_t live_bindings = 0;    // What is bound to it, and alive.
  std::uint32_t busy_children = 0;
  std::uint32_t live_conflicts = 0;
};

// Whether there is somebody in the slot.
enum class Presence : std::uint8_t {
  vacant,  // Nobody; the slot may be used.
  here,
  vanishing,  // Leaves for good as soon as it rests.
  left,       // Has left, and nobody refers to it; who has just heard of it may still ask for its name.
};

// All that the engine remembers of one instance. Plain data: written by the actions of the table and by the engine's
// own bookkeeping of facts (a run's end), read by everybody. Each member is recorded or derived: record.cpp decides.
struct Instance {
  ServiceId service;
  ServiceRef definition;     // By which it lives: that of its service, or an earlier one of it.
  std::uint32_t number = 1;  // Among the instances of its service, from 1.
  Presence presence = Presence::vacant;
  std::uint32_t came = 0;  // The place of its coming among all comings and goings,
  std::uint32_t goes = 0;  // and that of the order to go, while it is vanishing: nobody who came later needs it.
  State state = State::stopped;
  Goal goal = Goal::down;
  bool is_cycling = false;  // Goal is up, but first it must go down once (a restart was asked for).
  Cause cause = Cause::none;
  EndKind last_kind = EndKind::none;
  bool run_was_asked_to_end = false;  // We told this run to end; its end is no failure.
  bool is_replaced = false;           // So it was by a rolling restart: its dependents stay.
  bool main_is_gone = false;          // The main process of this run has ended.
  bool is_queued = false;             // Waits in the settle queue.
  bool is_in_line = false;            // Waits in the line for a start slot.
  bool is_noted = false;              // Has changed, and that is in World::noted.
  bool has_start_failed = false;      // This run cannot become ready any more; failure says why.
  bool stays_down = false;            // The restart policy is not asked.
  bool is_unfit = false;              // This run is ended for what failure says; its end is a failure however it ends.
  bool has_delayed = false;           // Its start-delay is over, and it still waits.
  bool is_confirmed = false;          // What says that it is ready, or has reloaded, has come.
  Phase phase = Phase::none;
  bool is_hook_late = false;  // The hook was killed because it took too long.
  bool is_main_told = false;  // What ends it was told when it had a main process.
  bool was_frozen = false;    // This run has been.
  std::uint8_t stop_step = 0;
  std::uint16_t hook = 0;    // Which of the phase's hooks runs.
  std::uint32_t serial = 0;  // Of the last of its signals that may be told again.
  std::int32_t pid = 0;      // Of the main process while it is alive, else 0.
  Facts facts;
  Counts counts;
  InstanceId cause_by;    // For Cause::requirement and followed: what it requires and misses. Else: whom.
  InstanceId cause_root;  // The same for the first of the chain: whom `cause_by` itself is missing, and so on.
  std::uint32_t restarts_in_row = 0;  // Since the last good run or human command; determines the delay.
  std::uint32_t restarts_total = 0;
  ExitStatus last_status;
  LimitsHit last_limits;  // What they did to the same run.
  RunId run;              // The current run, or the last one.
  Instant since;          // When the state was entered.
  StartTimes start;       // The last one.
  Instant run_since;      // When its program was executed; before that, when the run was begun.
  Duration run_length{};  // From there to the end of the main process, once it has ended.
  Instant deadline = kNever;
  Instant told_at = kNever;              // When the stop step under way began; without one it says itself that it ends.
  Instant stop_by = kNever;              // In a shutdown: when its share of the time for its stop is over.
  Instant watchdog_due = kNever;         // When its next sign of life is due, while it is up.
  Instant reload_due = kNever;           // When the reload that is under way has failed.
  Duration watchdog{};                   // How often it has to give one; 0: never.
  const Row* row = nullptr;              // The row that led into the state.
  std::vector<Instant> recent_restarts;  // Within the policy's window; empty without a bound.
  Rare<std::string> failure;             // Of a failed start: the step, the object and the reason. Or what is unfit.
  Rare<std::string> trouble;             // What the run says is wrong with it.
  Rare<std::string> ready_note;          // What its readiness was last seen to lack.
  Rare<std::string> reload_failure;      // Of the last reload; empty if it succeeded.
  Rare<HealthRecord> health;             // Of this run; written where its settings have health, once it is up.
  Rare<std::string> survivors;           // What of this run is alive in spite of KILL.
};

[[nodiscard]] inline bool is_present(const Instance& i) {
  return i.presence == Presence::here || i.presence == Presence::vanishing;
}

}  // namespace sup
