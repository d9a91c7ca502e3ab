// What happens around a run: hooks, the search for the main process of forking services, pauses.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

// One at a time, in order, each after the end of the one before; and none after one that spoilt the start.
Complaint hook_order(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<RunTask>(&effect);
  if (e == nullptr || e->kind == TaskKind::stop_step) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const bool is_new = e->run != s.run;
  const std::size_t expected = is_new ? 0 : hooks_done(s, e->kind);
  const bool is_alone = is_new || !s.hook;
  const bool is_of_start = e->kind == TaskKind::pre_start || e->kind == TaskKind::post_start;
  const bool is_in_vain = !is_new && is_of_start && s.has_start_failed;
  if (is_alone && !is_in_vain && e->index == expected) return std::nullopt;
  return fmt::format("{}: {} {} is not the next hook", scene.name(e->instance), enum_name(e->kind), e->index + 1);
}

// A run ends between its hooks and its program only if it has to.
bool has_to_go(const Scene& scene, InstanceId id) {
  const auto is_going = [&](InstanceId r) {
    return is_lost(scene, id, r) || is_unbound(scene, id, r) || scene.inside(r).facts.is_leaving;
  };
  return scene.inside(id).goal == Goal::down || scene.seen[id.value].is_asked_again ||
         std::ranges::any_of(scene.links[id.value].needs, is_going) ||
         std::ranges::any_of(scene.links[id.value].renewed_by,
                             [&](InstanceId r) { return has_newer_run(scene, id, r); });
}

// Whether somebody has just asked this of it.
bool is_commanded(const Scene& scene, InstanceId id, CommandKind kind) {
  const auto* command = scene.event == nullptr ? nullptr : std::get_if<CommandGiven>(scene.event);
  return command != nullptr && command->kind == kind && std::ranges::count(command->targets, id) > 0;
}

// Hooks of a kind belong to one part of a life.
Complaint hook_place(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<RunTask>(&effect);
  if (e == nullptr) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const bool is_right = [&] {
    switch (e->kind) {
      case TaskKind::pre_start: return e->index == 0 ? s.state == State::waiting : s.state == State::starting;
      case TaskKind::post_start: return s.state == State::starting && s.is_executed;
      case TaskKind::pre_stop:
        if (e->index > 0) return s.state == State::stopping && !s.stop_step;
        return is_serving(s) || s.state == State::paused;
      case TaskKind::reload: return s.state == State::running && is_commanded(scene, e->instance, CommandKind::reload);
      case TaskKind::stop_step: return s.is_spawned && !s.is_main_gone;
      case TaskKind::post_stop:
        if (scene.killed_since != kNever) return false;
        return !s.run_is_open || (is_between_hooks_and_program(s) && has_to_go(scene, e->instance));
    }
    return false;
  }();
  if (is_right) return std::nullopt;
  return fmt::format("{}: {} {} is run while it is {}", scene.name(e->instance), enum_name(e->kind), e->index + 1,
                     enum_name(s.state));
}

bool are_done(const Scene& scene, InstanceId id, TaskKind kind) {
  return hooks_done(scene.seen[id.value], kind) == hooks_of(scene, id, kind).size();
}

// The program comes after all hooks before it, and all hooks of the start before it counts as up.
Complaint start_hooks(const Scene& scene, const Effect& effect) {
  if (const auto* e = std::get_if<SpawnRun>(&effect)) {
    const bool are_right =
        hooks_of(scene, e->instance, TaskKind::pre_start).empty() ||
        (scene.seen[e->instance.value].run == e->run && are_done(scene, e->instance, TaskKind::pre_start));
    if (!are_right) return fmt::format("{} is spawned before its pre-start hooks are done", scene.name(e->instance));
  }
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->from != State::starting || e->to != State::running) return std::nullopt;
  if (are_done(scene, e->instance, TaskKind::post_start)) return std::nullopt;
  return fmt::format("{} is called running before its post-start hooks are done", scene.name(e->instance));
}

// What runs and is told to end has its hooks before the first step.
Complaint pre_stop(const Scene& scene, const Effect& effect) {
  if (const auto* e = std::get_if<StateChanged>(&effect)) {
    const Seen& s = scene.seen[e->instance.value];
    const bool was_up = is_serving(s) || e->from == State::paused;
    if (!was_up || e->row->input != Input::may_stop) return std::nullopt;
    if (hooks_of(scene, e->instance, TaskKind::pre_stop).empty() || (s.hook && !s.stop_step)) return std::nullopt;
    return fmt::format("{} is told to end without its pre-stop hooks", scene.name(e->instance));
  }
  const auto* signal = std::get_if<SignalRun>(&effect);
  const auto* task = std::get_if<RunTask>(&effect);
  const bool is_step =
      signal != nullptr ? signal->reason == SignalReason::stop : task != nullptr && task->kind == TaskKind::stop_step;
  if (!is_step) return std::nullopt;
  const InstanceId id = signal != nullptr ? signal->instance : task->instance;
  const Seen& s = scene.seen[id.value];
  const bool is_after_hooks = s.state == State::stopping && !s.stop_step && !s.is_unfit;
  // In a shutdown they have their share of the time, and no more.
  const bool are_cut = s.hook && s.hook->kind == TaskKind::pre_stop && s.hook->is_short;
  if (!is_after_hooks || are_cut || are_done(scene, id, TaskKind::pre_stop)) return std::nullopt;
  return fmt::format("{} is told to end before its pre-stop hooks are done", scene.name(id));
}

// A run that began is not over before its last hooks are; unless KILL was ordered for these, or for everything.
Complaint post_stop(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || !is_live(e->from) || is_live(e->to)) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const bool was_cut = hooks_done(s, TaskKind::post_stop) > 0 && e->from == State::killing;
  if (was_cut || scene.killed_since != kNever || are_done(scene, e->instance, TaskKind::post_stop)) return std::nullopt;
  return fmt::format("{} is {} before its post-stop hooks are done", scene.name(e->instance), enum_name(e->to));
}

// Readiness of a forking service is that its daemon is known, which is looked for once, after its launcher.
Complaint found_first(const Scene& scene, const Effect& effect) {
  if (const auto* e = std::get_if<FindMain>(&effect)) {
    const Seen& s = scene.seen[e->instance.value];
    const bool is_right = scene.spec(e->instance).type == ServiceType::forking && s.is_main_gone && s.run_is_open &&
                          is_success(scene, e->instance, s.end) && !s.is_search_ordered;
    if (!is_right) return fmt::format("{}: there is nothing to look for", scene.name(e->instance));
  }
  const auto* e = std::get_if<StateChanged>(&effect);
  const bool becomes_ready = e != nullptr && e->from == State::starting && e->to == State::running;
  if (!becomes_ready || scene.spec(e->instance).type != ServiceType::forking) return std::nullopt;
  if (scene.seen[e->instance.value].is_found) return std::nullopt;
  return fmt::format("{} is called running, but its main process is not known", scene.name(e->instance));
}

Complaint pause_asked(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->to != State::paused) return std::nullopt;
  if (is_commanded(scene, e->instance, CommandKind::pause)) return std::nullopt;
  return fmt::format("{} is paused, but nobody asked for it", scene.name(e->instance));
}

constexpr EffectChecker kCheckers[] = {
    {"hook-order", hook_order}, {"hook-place", hook_place},   {"start-hooks", start_hooks}, {"pre-stop", pre_stop},
    {"post-stop", post_stop},   {"found-first", found_first}, {"pause-asked", pause_asked},
};

// ---- after each step ----

// Frozen is what is paused, and nothing else that is alive: its signals would wait, and its hooks with it.
Complaint frozen(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    if (is_live(s.state) && s.is_frozen != (s.state == State::paused))
      return fmt::format("{} is {} and {}frozen", scene.name(id), enum_name(s.state), s.is_frozen ? "" : "not ");
  }
  return std::nullopt;
}

// A hook is killed when its time is over, and again as long as that does not help; not before, unless it is not waited
// for any more.
Complaint hook_limits(const Scene& scene) {
  if (scene.finished) return std::nullopt;
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    if (!is_hook_awaited(s)) continue;
    if (s.hook->is_cut) return fmt::format("{}: a hook is killed before its time", scene.name(id));
    if (scene.now >= s.hook->kill_due) return fmt::format("{}: a hook has had its time", scene.name(id));
  }
  return std::nullopt;
}

// The end of its main process is the end of a run, or is not, as it says.
Complaint run_end(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    const bool goes_on = scene.spec(id).exit_when == RunEndsWith::empty;
    const bool is_up = is_serving(s) || s.state == State::paused;
    const bool is_ended_for_it = s.state == State::stopping && s.row->input == Input::main_exited && !s.is_redefined;
    if (goes_on ? is_ended_for_it : is_up && s.is_main_gone)
      return fmt::format("{} is {} after the end of its main process", scene.name(id), enum_name(s.state));
  }
  return std::nullopt;
}

constexpr SceneChecker kAfterStep[] = {
    {"frozen", frozen},
    {"run-end", run_end},
    {"hook-limits", hook_limits},
};

}  // namespace

std::span<const EffectChecker> hook_checkers() { return kCheckers; }
std::span<const SceneChecker> hook_step_checkers() { return kAfterStep; }

}  // namespace sup::sim
