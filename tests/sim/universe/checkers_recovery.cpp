// The manager has died, and another one goes on: it changes nothing, begins nothing again that is there, and tells
// again all that nobody else would.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

// What it was called when it lived is what it is, and nobody has come or gone.
Complaint nothing_moves(const Scene& scene, const Effect& effect) {
  const bool is_again = std::holds_alternative<ShutdownBegun>(effect) && scene.shutdown != ShutdownReason::none;
  const bool is_news = std::holds_alternative<StateChanged>(effect) || std::holds_alternative<ChangeDone>(effect) ||
                       std::holds_alternative<InstanceVacated>(effect) || std::holds_alternative<Finished>(effect) ||
                       std::holds_alternative<HealthChanged>(effect) || std::holds_alternative<ShutdownBegun>(effect);
  if (!is_news || is_again) return std::nullopt;
  return "the recovery changes something";
}

// A program that is known to have been executed is not begun again, nor a hook that is done.
Complaint begun_once(const Scene& scene, const Effect& effect) {
  if (const auto* e = std::get_if<SpawnRun>(&effect)) {
    const Seen& s = scene.seen[e->instance.value];
    if (s.run == e->run && s.run_is_open && s.is_spawned && !s.is_executed) return std::nullopt;
    return fmt::format("{} is begun again", scene.name(e->instance));
  }
  const auto* e = std::get_if<RunTask>(&effect);
  if (e == nullptr || e->kind == TaskKind::stop_step || e->kind == TaskKind::reload) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  if (s.run == e->run && s.hook && s.hook->kind == e->kind && s.hook->index == e->index) return std::nullopt;
  return fmt::format("{}: {} {} is run again", scene.name(e->instance), enum_name(e->kind), e->index + 1);
}

// By its serial the daemon knows whether it was sent.
Complaint same_signal(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<SignalRun>(&effect);
  if (e == nullptr) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const auto& last = s.last_signal;
  const bool is_one = last && last->run == e->run && last->serial == e->serial && last->reason == e->reason;
  if (is_one && ((last->signal == e->signal && last->to == e->to) || s.is_redefined)) return std::nullopt;
  return fmt::format("{} is told something else than before", scene.name(e->instance));
}

constexpr EffectChecker kCheckers[] = {
    {"nothing-moves", nothing_moves},
    {"begun-once", begun_once},
    {"same-signal", same_signal},
};

// ---- after all was told ----

template <class Order>
const Order* find_owed(const Scene& scene, InstanceId id) {
  for (const Effect& effect : scene.owed)
    if (const auto* e = std::get_if<Order>(&effect); e != nullptr && e->instance == id) return e;
  return nullptr;
}

bool is_task_owed(const Scene& scene, InstanceId id, TaskKind kind, std::size_t index) {
  return std::ranges::any_of(scene.owed, [&](const Effect& effect) {
    const auto* e = std::get_if<RunTask>(&effect);
    return e != nullptr && e->instance == id && e->kind == kind && e->index == index;
  });
}

// It is in the middle of a stop step that it was told, or has the watchdog's signal.
bool is_told_to_stop(const Seen& s) {
  const bool is_in_hook =
      s.hook && (s.hook->kind == TaskKind::pre_stop ? !s.stop_step : s.hook->kind == TaskKind::post_stop);
  const bool is_over = !s.run_is_open || is_in_hook;
  const bool is_signalled = s.last_signal && s.last_signal->reason != SignalReason::command;
  return s.state == State::stopping && !is_over && (is_signalled || s.last_stop_task);
}

// What nobody else would tell, since only the dead manager knew that it was to be done.
Complaint told_again(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    const char* missing = nullptr;
    const bool is_alive = is_live(s.state) && s.run_is_open;
    if (is_alive && s.is_spawned && !s.is_executed && find_owed<SpawnRun>(scene, id) == nullptr)
      missing = "its program";
    if (is_hook_awaited(s) && !is_task_owed(scene, id, s.hook->kind, s.hook->index)) missing = "its hook";
    const bool is_searched = s.state == State::starting && s.is_search_ordered && !s.is_found && s.is_main_gone;
    if (is_searched && find_owed<FindMain>(scene, id) == nullptr) missing = "the search for its main process";
    if (s.state == State::killing && find_owed<KillRun>(scene, id) == nullptr) missing = "KILL";
    if (s.state == State::paused && find_owed<FreezeRun>(scene, id) == nullptr) missing = "the freeze";
    const bool is_thawed = is_alive && s.was_frozen && s.state != State::paused;
    if (is_thawed && find_owed<ThawRun>(scene, id) == nullptr) missing = "the thaw";
    const bool is_hook_stale = is_alive && s.hook && s.state == State::stopping && !is_hook_awaited(s);
    if (is_hook_stale && find_owed<KillTasks>(scene, id) == nullptr) missing = "the end of a hook";
    if (is_told_to_stop(s)) {
      const bool is_told = s.last_stop_task ? is_task_owed(scene, id, TaskKind::stop_step, *s.last_stop_task)
                                            : find_owed<SignalRun>(scene, id) != nullptr;
      if (!is_told) missing = "its stop";
    }
    if (missing != nullptr) return fmt::format("{}: {} is not told again", scene.name(id), missing);
  }
  return std::nullopt;
}

constexpr SceneChecker kAfterRecovery[] = {{"told-again", told_again}};

}  // namespace

std::span<const EffectChecker> recovery_checkers() { return kCheckers; }
std::span<const SceneChecker> recovered_checkers() { return kAfterRecovery; }

}  // namespace sup::sim
