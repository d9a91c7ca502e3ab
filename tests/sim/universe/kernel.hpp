// Kernel: processes as a machine with bad luck would run them, and what the daemon would report about them.
//
// The daemon's contract, which the engine builds on: each RunTask is answered by one TaskEnded, but those for a run
// that is over by then (only post-stop hooks run after Ended), and those whose launch of the main process, for which
// they waited, has failed. TaskEnded comes when nothing of the task is alive, Ended when neither a process nor a task
// is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/instance.hpp"
#include "sim/universe/cast.hpp"
#include "sim/universe/moved.hpp"
#include "sim/universe/process.hpp"
#include "sim/universe/situation.hpp"

namespace sup::sim {

// A hook or stop command. It and all that it makes are one process here.
struct Task {
  RunTask order;
  Instant begins_at = kNever;  // Never: it waits for the launch of the main process.
  bool is_begun = false;
  bool is_kill_pending = false;
  std::string failure;  // Not empty: it cannot be begun.
  Process process;
};

// What a program will say of itself.
struct Saying {
  Instant due;
  Event event;
};

// The daemon looks for what a launcher has left.
struct Search {
  Instant due = kNever;  // Never: it finds nothing, and does not give up.
  std::string failure;
};

// A run as the kernel and the daemon know it, from its first order until the engine has done with it.
struct KernelRun {
  InstanceId instance;
  RunId run;
  ServiceRef service;           // As it was when the run began.
  Instant spawned_at = kNever;  // When its program is executed, or fails to be. Never: there was no order yet.
  std::string failure;          // Not empty: it will fail.
  bool is_executed = false;     // Or has failed to be.
  bool is_kill_pending = false;
  bool is_frozen = false;
  bool is_main_gone = false;
  bool is_found = false;  // Its main process is what a launcher has left.
  bool is_over = false;   // Its end was reported.
  ExitStatus main_end;
  std::vector<SignalRun> pending;  // Signals that came before it was executed, or while it is frozen.
  std::vector<Process> processes;  // Those alive.
  std::vector<Task> tasks;         // Likewise.
  std::vector<RunTask> ordered;    // Those whose end the engine has not heard.
  std::uint32_t serial = 0;        // Of the last signal that was sent.
  bool was_searched = false;       // The order to find its main process was given.
  std::optional<Search> search;
  std::vector<Saying> sayings;    // By time.
  Instant probed_at = kNever;     // When the probe of its health that was ordered answers.
  std::uint32_t calm_probes = 0;  // Answered since the faults are over.
  std::vector<Event> reports;     // To be told next.

  [[nodiscard]] bool is_launching() const { return spawned_at != kNever && !is_executed; }
  [[nodiscard]] bool is_alive() const { return is_launching() || !processes.empty() || !tasks.empty(); }
};

// Something that is not ours, and is there or not.
struct KernelExternal {
  RunId run;  // Of those who ask.
  bool is_there = false;
  Instant probed_at = kNever;  // When the probe that was ordered answers.
  std::uint32_t calm_probes = 0;
};

// So many probes are answered in calm, where every moment would bring the next.
inline constexpr std::uint32_t kMostInCalm = 5;
// By so much at most a program asks for more time.
inline constexpr Duration kMaxMoreTime = std::chrono::seconds{5};

// Whether it is told to the next manager if this one dies before it has recorded that.
[[nodiscard]] bool is_told_again(const Event& event);

class Kernel {
 public:
  Kernel(const Cast& cast, const Temper& temper, Dice& dice) : cast_(cast), temper_(temper), dice_(dice) {}

  // Carries out an effect; those that are no orders mean nothing to it.
  void obey(const Effect& effect, Instant now);

  // When something happens next by itself.
  [[nodiscard]] std::optional<Instant> next() const;
  // Reports all that has happened up to now: each run's events in their order, those of different runs mixed.
  std::vector<Event> happen(Instant now);
  // From now on every start succeeds, nothing dies by itself, and every process obeys at once.
  void calm_down(Instant now);
  // kernel_deaths.cpp: the engine has heard of it, and that is recorded.
  void note_heard(const Event& event);
  // The manager has died, and `next` is what the next one goes on with. What it tells again is carried out once.
  void outlive(const Moved& moved, const World& next);
  // A report about some run that is long over; nothing if there is none.
  std::optional<Event> stale_report();

  // How many runs of the instance have something alive or about to be; and whether this one has.
  [[nodiscard]] std::size_t live_runs(InstanceId instance) const;
  [[nodiscard]] bool is_alive(RunId run) const;
  // Whether the program of this run has ever been executed.
  [[nodiscard]] bool was_executed(RunId run) const { return run.value < executed_.size() && executed_[run.value]; }

 private:
  // kernel_orders.cpp
  void carry_out(const SpawnRun& order, Instant now);
  void carry_out(const FindMain& order, Instant now);
  void carry_out(const RunTask& order, Instant now);
  void carry_out(const KillTasks& order, Instant now);
  void carry_out(const AskHealth& order, Instant now);
  void carry_out(const StopAsking& order, Instant now);
  void carry_out(const FreezeRun& order, Instant now);
  void carry_out(const ThawRun& order, Instant now);
  void carry_out(const SignalRun& order, Instant now);
  void carry_out(const KillRun& order, Instant now);
  void carry_out(const StateChanged& change, Instant now);
  void lose_launches(KernelRun& run);
  KernelRun* find(RunId run);
  KernelRun& find_or_make(InstanceId instance, RunId run);
  void begin(Task& task, Instant now);
  void deliver(KernelRun& run, const SignalRun& order, Instant now);

  // kernel.cpp
  void populate(KernelRun& run, Instant now);
  Process make_process(bool is_main);
  void decide_life(Process& main, const ServiceSpec& spec, Instant now);
  Process make_task_process(Instant now);
  std::vector<Event> advance(KernelRun& run, Instant now);
  void execute(KernelRun& run);
  void bury(KernelRun& run, Instant now);
  void advance_tasks(KernelRun& run, Instant now);
  void end_search(KernelRun& run);
  // kernel_sayings.cpp
  void plan_sayings(KernelRun& run, Instant now);
  void plan_readiness(KernelRun& run, Instant now);
  void plan_chatter(KernelRun& run, Instant now);
  void plan_life(KernelRun& run, Instant now);
  void answer_reload(KernelRun& run, Instant now);
  void say(KernelRun& run, Instant now);
  void answer_probe(KernelRun& run, Instant now);
  void calm_sayings(KernelRun& run, Instant now);
  void ask_external(const AskHealth& order, Instant now);
  void answer_externals(std::vector<Event>& out, Instant now);
  [[nodiscard]] bool is_external(InstanceId id) const {
    return cast_.is_there(id) && cast_.spec(id).type == ServiceType::external;
  }
  void calm_down(KernelRun& run, Instant now);
  void calm_down(Process& process, bool ends_by_itself, Instant now);

  const Cast& cast_;
  const Temper& temper_;
  Dice& dice_;
  bool is_calm_ = false;
  std::vector<KernelRun> runs_;
  std::map<InstanceId, KernelExternal> externals_;  // Those that were asked for.
  std::vector<KernelRun> over_;                     // The last runs that have ended, for stale reports.
  std::vector<bool> executed_;                      // By run id.
  std::int32_t next_pid_ = 100;
};

}  // namespace sup::sim
