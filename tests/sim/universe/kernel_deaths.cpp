// Kernel: what is left of the daemon's doings when the manager has died, and what the next one finds.
#include <algorithm>

#include "sim/universe/kernel.hpp"

namespace sup::sim {
namespace {

// Probes and what only the dead manager knew. The rest is told again.
bool is_lost(const Event& event) {
  return std::holds_alternative<HealthProbed>(event) || std::holds_alternative<ReadyProbeFailed>(event);
}

}  // namespace

bool is_told_again(const Event& event) {
  const bool is_of_client =
      std::holds_alternative<CommandGiven>(event) || std::holds_alternative<ChangeForgotten>(event) ||
      std::holds_alternative<Scaled>(event) || std::holds_alternative<ServiceAdded>(event) ||
      std::holds_alternative<ServiceRemoved>(event) || std::holds_alternative<DefinitionChanged>(event) ||
      std::holds_alternative<ServicesRedefined>(event) || std::holds_alternative<SettingsChanged>(event) ||
      std::holds_alternative<EndHeld>(event);
  return !is_of_client && !is_lost(event);
}

void Kernel::note_heard(const Event& event) {
  const auto* e = std::get_if<TaskEnded>(&event);
  KernelRun* run = e == nullptr ? nullptr : find(e->run);
  if (run == nullptr) return;
  std::erase_if(run->ordered, [&](const RunTask& t) { return t.kind == e->kind && t.index == e->index; });
}

// A worker was making them: they may not exist, and then nobody knows of them.
void Kernel::lose_launches(KernelRun& run) {
  if (run.is_launching() && dice_.percent(50)) {
    run.spawned_at = kNever;
    run.failure.clear();
    run.pending.clear();
    run.is_kill_pending = false;
    run.serial = 0;
  }
  std::erase_if(run.tasks, [&](const Task& task) {
    const bool is_lost = !task.is_begun && dice_.percent(50);
    if (is_lost)
      std::erase_if(run.ordered,
                    [&](const RunTask& t) { return t.kind == task.order.kind && t.index == task.order.index; });
    return is_lost;
  });
}

void Kernel::outlive(const Moved& moved, const World& next) {
  std::erase_if(runs_, [&](KernelRun& run) {
    run.instance = moved(run.instance);
    if (run.instance == kNoInstance) return true;
    const Instance& i = next.at(run.instance);
    return !run.is_alive() && (i.run != run.run || !sup::is_live(i.state));
  });
  for (KernelRun& run : runs_) {
    run.probed_at = kNever;
    run.calm_probes = 0;
    for (Task& task : run.tasks) task.order.instance = run.instance;
    for (RunTask& task : run.ordered) task.instance = run.instance;
    for (SignalRun& signal : run.pending) signal.instance = run.instance;
    for (Saying& saying : run.sayings) moved.move(saying.event);
    std::erase_if(run.reports, is_lost);
    for (Event& report : run.reports) moved.move(report);
    lose_launches(run);
  }
  over_.clear();
  moved.move_keys(externals_);
  for (auto& [id, external] : externals_) external.probed_at = kNever, external.calm_probes = 0;
}

}  // namespace sup::sim
