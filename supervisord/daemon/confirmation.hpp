// Confirmation: a configuration that is in force on trial (`ctl apply --confirm`). Unless somebody confirms it in time,
// and as soon as a service that it touches fails, the one before is put in force again. What that takes is recorded:
// another manager goes back, too. The files stay as they are.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/applier.hpp"
#include "daemon/config_source.hpp"

namespace sup {

class Confirmation final : public Observer {
 public:
  Confirmation(loop::Loop& loop, Supervisor& supervisor, Applier& applier, const ConfigSource& source);

  [[nodiscard]] bool is_awaited() const { return before_.has_value(); }
  // Until it goes back by itself.
  [[nodiscard]] Duration left() const;
  // What is in force is about to be replaced, as the plan says. Nothing is awaited.
  void prepare(const Plan& plan, const ApplyOrder& order, Duration within);
  // That is done: the time begins.
  void await();
  // It stays.
  void confirm();
  // Goes back now, and calls `done` when that is done. It is awaited, and the applier is free.
  void revert(std::string_view why, Applier::Done done);
  // A manager that was waiting for it has died.
  void resume();

  void on_state_changed(const StateChanged& change) override;
  void on_health_changed(const HealthChanged&) override {}
  void on_change_done(const ChangeDone&) override {}
  void on_vacated(const InstanceVacated&) override {}
  void on_shutdown(const ShutdownBegun&) override { timer_.disarm(); }
  void on_turn_over() override {}

 private:
  struct Before {
    Loaded loaded;
    ApplyOrder order;
    Duration within{};
    std::set<std::string> failed = {};  // Who had failed before.
  };

  void give_up();
  void note_failure(InstanceId id);
  void forget();
  [[nodiscard]] ManagerRecord& record() const { return supervisor_.manager_record(); }
  [[nodiscard]] const World& w() const { return supervisor_.world(); }

  Supervisor& supervisor_;
  Applier& applier_;
  const ConfigSource& source_;
  std::optional<Before> before_;
  bool has_begun_ = false;  // The configuration on trial is in force.
  std::string failed_;      // Of the services that it touches.
  loop::Timer timer_;
};

}  // namespace sup
