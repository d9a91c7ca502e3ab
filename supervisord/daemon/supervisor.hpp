// Supervisor: drives the engine. Collects what happened in a loop turn, steps the engine with it in order, and carries
// out the effects. It holds no rule about states.
#pragma once

#include <map>
#include <span>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/refusable.hpp"
#include "base/time.hpp"
#include "config/enabled.hpp"
#include "config/load.hpp"
#include "daemon/history.hpp"
#include "daemon/overrides.hpp"
#include "daemon/probes.hpp"
#include "daemon/resumption.hpp"
#include "daemon/runs.hpp"
#include "daemon/state_records.hpp"
#include "engine/engine.hpp"
#include "loop/loop.hpp"

namespace sup {

// Who wants to know what the engine said. Called at the end of a turn; may post events, which the same turn works off.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_state_changed(const StateChanged& change) = 0;
  virtual void on_health_changed(const HealthChanged& change) = 0;
  virtual void on_change_done(const ChangeDone& done) = 0;
  // The id means nothing any more when this returns.
  virtual void on_vacated(const InstanceVacated& vacated) = 0;
  virtual void on_shutdown(const ShutdownBegun& begun) = 0;
  // The turn is over: what was told in it can be passed on in one piece.
  virtual void on_last_words() {}
  virtual void on_turn_over() = 0;
};

class Supervisor {
 public:
  struct Parts {
    loop::Loop& loop;
    Workers& workers;
    log::LogThread& log;
    StateRecords& records;
    LaunchContext context;
  };
  // Errors: sys.
  static Result<std::unique_ptr<Supervisor>> create(Parts parts, SpecSet set);

  // Something happened; the engine hears of it at the end of this turn.
  void post(Event event) {
    const Indispensable whole;
    inbox_.push_back(std::move(event));
  }
  void add_observer(Observer& observer) { observers_.push_back(&observer); }

  [[nodiscard]] const Engine& engine() const { return engine_; }
  [[nodiscard]] const World& world() const { return engine_.world(); }
  [[nodiscard]] const Runs& runs() const { return *runs_; }
  [[nodiscard]] Runs& runs() { return *runs_; }
  [[nodiscard]] const FdStores& fd_stores() const { return *stores_; }
  [[nodiscard]] FdStores& fd_stores() { return *stores_; }
  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] const Overrides& overrides() const { return overrides_; }
  [[nodiscard]] Overrides& overrides() { return overrides_; }
  // What `ctl enable` and `ctl disable` have chosen.
  [[nodiscard]] const EnabledChoices& enabled_choices() const { return enabled_choices_; }
  void set_enabled_choices(EnabledChoices choices) { enabled_choices_ = std::move(choices); }
  [[nodiscard]] ChangeId next_change() { return ChangeId{++last_change_}; }
  [[nodiscard]] Instant started_at() const { return started_at_; }
  // Why it shuts down; empty while it does not.
  [[nodiscard]] const std::string& shutdown_reason() const { return shutdown_reason_; }
  // Set when everything has ended: the loop has been stopped.
  [[nodiscard]] const std::optional<Finished>& finished() const { return finished_; }

  // Goes on where an earlier manager has ended, instead of Boot; `records` are those that it has left.
  void resume(StateRecords& records, Resumption& left);
  // The configuration that another manager would go on with, or go back to.
  void record_configuration(const std::vector<ConfigFile>& files, RecordKind kind = RecordKind::config_text);
  [[nodiscard]] std::vector<ConfigFile> recorded_configuration(RecordKind kind);
  // What this manager records of itself.
  [[nodiscard]] ManagerRecord& manager_record() { return manager_; }
  [[nodiscard]] const ManagerRecord& manager_record() const { return manager_; }

  void on_child_signal() { runs_->on_child_signal(); }
  // The guard has told of ends. They are confirmed when what follows from them is recorded.
  void on_guard_exits(std::span<const guard::Exit> exits);
  // What became of the output of an instance.
  [[nodiscard]] log::Counters output_of(InstanceId id) const { return log_.counters(id); }
  // The last lines of a run that has failed have come.
  void note_last_words(log::LastWords words);
  // Why these change their states by what is posted next, unless the engine knows better: for the events of one turn.
  void attribute(std::span<const InstanceId> instances, const std::string& cause);
  // Something is to be told of a command that is told of events.
  void note_hook(std::string what);
  // An event for one command alone; its number.
  std::uint64_t note_test(const std::string& hook, std::string what);
  // Those of the last run of the instance that has failed; null if there are none.
  [[nodiscard]] const log::LastWords* last_words_of(InstanceId id) const;

 private:
  Supervisor(loop::Loop& loop, log::LogThread& log, StateRecords& records, SpecSet set, std::uint64_t seed);

  void turn();
  void note(const Effect& effect);
  [[nodiscard]] std::string cause_of(const StateChanged& effect) const;
  void note(const StateChanged& effect);
  void note_fds(InstanceId instance, FdNews news, std::string what);

  // supervisor_records.cpp
  void record_engine();
  void record_rest();
  void record_transience(InstanceId id, bool is_here);
  void record_former(InstanceId id);
  void record_overrides();
  void resume_history(StateRecords& records);
  void resume_runs(StateRecords& records, Resumption& left);
  void leave_outputs(RunId run, const RunRecord& record, Resumption& left);
  void end_stale(const RunRecord& record, Resumption& left) const;
  // As it is to be begun now.
  [[nodiscard]] Named named(InstanceId id) const;
  void carry_out(const SpawnRun& effect);
  void carry_out(const FindMain& effect);
  void carry_out(const RunTask& effect);
  void carry_out(const KillTasks& effect);
  void carry_out(const AwaitReady& effect);
  void carry_out(const StopAwaiting& effect);
  void carry_out(const AskHealth& effect);
  void carry_out(const StopAsking& effect);
  void carry_out(const HealthChanged& effect);
  void carry_out(const FreezeRun& effect);
  void carry_out(const ThawRun& effect);
  void carry_out(const SignalRun& effect);
  void carry_out(const KillRun& effect);
  void carry_out(const StateChanged& effect);
  void carry_out(const ChangeDone& effect);
  void carry_out(const InstanceVacated& effect);
  void carry_out(const ShutdownBegun& effect);
  void carry_out(const Finished& effect);
  void warn_of_memory();
  void give_back();
  void arm_timer();

  loop::Loop& loop_;
  log::LogThread& log_;
  StateRecords& records_;
  Engine engine_;
  EngineRecord engine_record_;                    // As it was recorded last,
  ManagerRecord manager_record_;                  // likewise;
  ManagerRecord manager_;                         // and as it is.
  std::map<InstanceId, std::string> transients_;  // Whose definition is recorded.
  std::set<InstanceId> formers_;                  // Likewise, an earlier one of its service.
  std::uint64_t confirmed_ = 0;                   // Of the guard's ends.
  bool is_up_ = false;                            // That was said to the guard.
  History history_;
  std::map<std::uint32_t, std::string> causes_;  // By instance, until the turn is over.
  std::map<InstanceId, log::LastWords> last_words_;
  Overrides overrides_;
  EnabledChoices enabled_choices_;
  std::vector<Event> inbox_;
  std::vector<Observer*> observers_;
  std::unique_ptr<FdStores> stores_;
  std::unique_ptr<Runs> runs_;
  std::unique_ptr<Probes> probes_;  // Ends before the runs.
  std::optional<Finished> finished_;
  std::string shutdown_reason_;
  std::optional<Instant> armed_for_;
  Instant started_at_;
  Instant next_memory_warning_;
  bool is_starting_ = false;  // At the end of the last turn.
  std::uint64_t last_change_ = 0;
  loop::Timer timer_;
  bool is_start_over_ = false;  // For a moment: what only the start needed can be given back.
  loop::Timer after_start_;
  loop::TurnEnd turn_end_;
};

}  // namespace sup
