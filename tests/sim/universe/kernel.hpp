// Kernel: processes as a machine with bad luck would run them, and what the daemon would report about them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/instance.hpp"
#include "sim/universe/situation.hpp"

namespace sup::sim {

struct Process {
  bool is_main = false;
  bool is_in_group = true;
  bool is_told = false;       // A signal has been the cause of `dies_at`.
  std::uint32_t deaf_to = 0;  // So many more stop signals are ignored.
  Duration obeys_after{};     // From a stop signal that it obeys to its death.
  Duration kill_takes{};      // It sleeps in the kernel: KILL works only after this time.
  Instant dies_at = kNever;
  ExitStatus end;  // How it dies then.
};

// A run as the kernel and the daemon know it, from the order to spawn it to the report that nothing of it is left.
struct KernelRun {
  InstanceId instance;
  RunId run;
  Instant spawned_at;   // When its program is executed, or fails to be.
  std::string failure;  // Not empty: it will fail.
  bool is_executed = false;
  bool is_kill_pending = false;
  bool is_main_gone = false;
  ExitStatus main_end;
  std::vector<Signal> pending;     // Signals that came before it was executed.
  std::vector<Process> processes;  // Those alive.
};

class Kernel {
 public:
  Kernel(const SpecSet& set, const Temper& temper, Dice& dice) : set_(set), temper_(temper), dice_(dice) {}

  void spawn(const SpawnRun& order, Instant now);
  void signal(const SignalRun& order, Instant now);
  void kill(const KillRun& order, Instant now);

  // When something happens next by itself.
  [[nodiscard]] std::optional<Instant> next() const;
  // Reports all that has happened up to now: each run's events in their order, those of different runs mixed.
  std::vector<Event> happen(Instant now);
  // From now on every start succeeds, nothing dies by itself, and every process obeys at once.
  void calm_down(Instant now);
  // A report about some run that is long over; nothing if there is none.
  std::optional<Event> stale_report();

  [[nodiscard]] std::size_t live_runs(InstanceId instance) const;
  // Whether the program of this run has ever been executed.
  [[nodiscard]] bool was_executed(RunId run) const { return run.value < executed_.size() && executed_[run.value]; }

 private:
  KernelRun* find(RunId run);
  void populate(KernelRun& run, Instant now);
  Process make_process(bool is_main);
  void decide_life(Process& main, const ServiceSpec& spec, Instant now);
  void deliver(KernelRun& run, Signal signal, SignalTarget to, Instant now);
  void receive(Process& process, Signal signal, Instant now);
  void receive_kill(Process& process, Instant now);
  std::vector<Event> advance(KernelRun& run, Instant now);
  void execute(KernelRun& run, std::vector<Event>& reports);
  void bury(KernelRun& run, Instant now, std::vector<Event>& reports);

  const SpecSet& set_;
  const Temper& temper_;
  Dice& dice_;
  bool is_calm_ = false;
  std::vector<KernelRun> runs_;
  std::vector<KernelRun> over_;  // The last runs that have ended, for stale reports.
  std::vector<bool> executed_;   // By run id.
  std::int32_t next_pid_ = 100;
};

}  // namespace sup::sim
