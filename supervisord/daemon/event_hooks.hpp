// EventHooks: hands events over to the commands of [on-event.NAME], to each one after the other and in order. The loop
// waits for none of them.
//
// What waits for a command is a list of the numbers of events, bounded by `queue`; the events are those of the history.
// An event is done when the command has ended, whatever it said; that is recorded then, so a manager that dies hands
// over again what it was at: each event comes at least once, unless the queue has no room for it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/manager_records.hpp"
#include "daemon/resumption.hpp"
#include "daemon/supervisor.hpp"
#include "daemon/workers.hpp"
#include "wire/messages.hpp"

namespace sup {

class EventHooks final : public Observer {
 public:
  EventHooks(loop::Loop& loop, Supervisor& supervisor, Workers& workers, StateRecords& records);
  ~EventHooks() override;

  // What an earlier manager was at: before Supervisor::resume(), which takes all that nobody else knows,
  void settle(Resumption& left);
  // and after it.
  void resume();
  // When all services have ended: what happened last is handed over, too, as long as there is time for it. Runs the
  // loop.
  void finish();
  // Nobody is patient any more: it ends what finish() is at.
  void hurry();

  [[nodiscard]] std::vector<wire::HookStatus> view() const;
  // An event for this hook alone, of kind `test`; `tested` is called when the hook was told, or will not be.
  // Errors: not_found, with the nearest name.
  using Tested = std::move_only_function<void(wire::TestHookReply)>;
  [[nodiscard]] Result<> test(const std::string& name, const std::string& who, Tested tested);

  void on_state_changed(const StateChanged&) override {}
  void on_health_changed(const HealthChanged&) override {}
  void on_change_done(const ChangeDone&) override {}
  void on_vacated(const InstanceVacated&) override {}
  void on_shutdown(const ShutdownBegun&) override;
  void on_last_words() override;
  void on_turn_over() override;

 private:
  struct Hook;
  enum class Stage : std::uint8_t { running, finishing, over };

  void work();
  void take_settings();
  [[nodiscard]] bool has_settings() const;
  [[nodiscard]] std::unique_ptr<Hook> begin(const std::string& name);
  void examine_all();
  void examine(Hook& hook);
  void conclude_tests_before(const Hook& hook, std::uint64_t event);
  [[nodiscard]] bool is_for(const Hook& hook, const HistoryEntry& entry) const;
  void drop_oldest(Hook& hook);
  void conclude_test(const Hook& hook, std::uint64_t event, std::string_view outcome, const std::string& failure);
  void hand_over(Hook& hook);
  void launch(Hook& hook, const HistoryEntry& entry);
  void on_done(Hook& hook, const std::string& failure);
  void remove(Hook& hook);
  void give_up();
  void tell(LogLevel level, const Hook& hook, const std::string& what);
  void record(const Hook& hook);
  void clean_up();
  void stop_if_idle();
  [[nodiscard]] const World& w() const { return supervisor_.world(); }

  loop::Loop& loop_;
  Supervisor& supervisor_;
  Workers& workers_;
  StateRecords& records_;
  std::map<std::string, std::unique_ptr<Hook>, std::less<>> hooks_;  // By name; also those that are removed and at it.
  std::map<std::string, EventHookRecord, std::less<>> recorded_;     // What earlier managers have left.
  std::map<std::uint64_t, Tested> tests_;                            // By the number of their event.
  std::vector<sys::Cgroup> empty_groups_;
  std::uint64_t seen_ = 0;    // The last event that was looked at.
  std::uint64_t exits_ = 0;   // Ends that the guard has told, up to this sequence.
  Instant end_by_;            // Of the shutdown.
  bool has_begun_ = false;    // Settings were taken before.
  bool is_over_ = false;      // Nothing is left to be done.
  bool is_removing_ = false;  // A worker removes groups.
  Stage stage_ = Stage::running;
  loop::Timer work_;
  loop::Timer patience_;  // For the last lines of a run.
  loop::Timer groups_;
  loop::Timer end_;
};

}  // namespace sup
