// Applier: puts a configuration in force while services run, one at a time and step by step:
//
//   stop      what goes, and what has to be begun anew together with others, since its relations are other ones
//   tell      the engine is told all that is new, and the records have it from then on
//   begin     what is new is started, what was stopped before comes back, and what has to be begun anew is restarted
//
// Whoever need not be touched is not. A step is done when the changes that it has asked the engine for have ended.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "daemon/live_groups.hpp"
#include "daemon/plan.hpp"
#include "daemon/supervisor.hpp"
#include "daemon/workers.hpp"

namespace sup {

struct ApplyOrder {
  bool restarts = true;         // What has to be begun anew is; else it stays as it is until somebody restarts it.
  bool is_rolling = false;      // Instance by instance.
  std::uint32_t at_a_time = 1;  // With is_rolling.
};

class Applier final : public Observer {
 public:
  // What became of the services that were begun or ended, and what was wrong with settings.
  struct Outcome {
    std::vector<TargetResult> results;
    std::vector<std::string> warnings;
  };
  using Done = std::move_only_function<void(Outcome)>;

  Applier(loop::Loop& loop, Supervisor& supervisor, Workers& workers);

  // Another configuration is being put in force.
  [[nodiscard]] bool is_busy() const { return job_.has_value(); }
  // `loaded` is without errors, as plan_changes() wants it; `plan` is what that has said of it in this turn. `done` is
  // called when the last change has ended, not if supervisord ends before. Nobody else is at it.
  void begin(Plan plan, Loaded loaded, ApplyOrder order, Done done);
  // Something of the service may change its state for that: it is in the plan, or goes along with one that is.
  [[nodiscard]] bool concerns(const ServiceSlot& service) const {
    return job_ && job_->concerned.contains(service.definition->name);
  }
  // A manager that was doing so has died: who was to come back does.
  void resume();

  void on_state_changed(const StateChanged&) override {}
  void on_health_changed(const HealthChanged&) override {}
  void on_change_done(const ChangeDone& done) override;
  void on_vacated(const InstanceVacated&) override {}
  void on_shutdown(const ShutdownBegun&) override { job_.reset(); }
  void on_turn_over() override;

 private:
  struct Job {
    Plan plan;
    Loaded loaded;
    ApplyOrder order;
    Done done;
    enum class Step : std::uint8_t { stop, tell, begin } step = Step::stop;
    std::set<ChangeId> awaited;
    std::set<std::string, std::less<>> concerned;
    std::size_t limiting = 0;  // Services whose limits a worker tells the kernel.
    Outcome outcome;
  };

  void place_files();
  void note_concerned();
  void stop_first();
  void tell();
  void move(const NamedService& service);
  void remove(const ServicePlan& service);
  void redefine(const ServicePlan& service, std::vector<ServiceRef>& out);
  bool tell_stale(ServiceId service, const NamedService& wanted);
  void tell_runs(const ServicePlan& service, const ServiceRef& live);
  void note_limits(const ServiceRef& live, const std::vector<LiveGroup>& groups,
                   const std::vector<SettingChange>& changes, Limited& limited);
  void scale(const ServicePlan& service, std::vector<Scaling>& out) const;
  void tell_settings();
  void start();
  [[nodiscard]] bool is_removed(const std::string& instance) const;
  [[nodiscard]] bool is_renewable(InstanceId id) const;
  void command(CommandKind kind, std::vector<InstanceId> targets);
  void finish_if_done();
  [[nodiscard]] const World& w() const { return supervisor_.world(); }
  [[nodiscard]] const NamedService& defined(const std::string& name) const;
  [[nodiscard]] std::vector<std::string>& coming() { return supervisor_.manager_record().coming; }

  Supervisor& supervisor_;
  Workers& workers_;
  std::optional<Job> job_;
  loop::Timer begin_;  // The engine has heard of all, and everybody is there.
};

}  // namespace sup
