// What the checkers ask of the scene.
#include "sim/universe/scene.hpp"

#include <algorithm>

namespace sup::sim {

bool is_between_hooks_and_program(const Seen& s) { return s.run_is_open && !s.is_spawned && !s.hook; }

const std::vector<Hook>& hooks_of(const Scene& scene, InstanceId id, TaskKind kind) {
  static const std::vector<Hook> kNone;
  const ServiceSpec& spec = scene.spec(id);
  switch (kind) {
    case TaskKind::pre_start: return spec.pre_start;
    case TaskKind::post_start: return spec.post_start;
    case TaskKind::pre_stop: return spec.pre_stop;
    case TaskKind::post_stop: return spec.post_stop;
    case TaskKind::reload:
    case TaskKind::stop_step: return kNone;
  }
  return kNone;
}

std::size_t hooks_done(const Seen& s, TaskKind kind) { return s.hooks_done[static_cast<std::size_t>(kind)]; }

bool is_hook_awaited(const Seen& s) {
  if (!s.hook) return false;
  switch (s.hook->kind) {
    case TaskKind::pre_start: return s.state == State::starting || s.state == State::stopping;
    case TaskKind::post_start: return s.state == State::starting;
    case TaskKind::pre_stop: return s.state == State::stopping && !s.stop_step;
    case TaskKind::post_stop: return s.state == State::stopping;
    case TaskKind::reload:
    case TaskKind::stop_step: return false;
  }
  return false;
}

bool is_confirmed(const Scene& scene, InstanceId id) {
  const Seen& s = scene.seen[id.value];
  const ServiceSpec& spec = scene.spec(id);
  const bool is_forking = spec.type == ServiceType::forking;
  if (!s.is_executed || (is_forking && !s.is_found)) return false;
  if (has_to_show(spec)) return s.is_confirmed;
  return !spec.ready->delay || scene.now >= (is_forking ? s.found_at : s.executed_at) + *spec.ready->delay;
}

bool is_to_become_ready(const Scene& scene, InstanceId id) {
  const Seen& s = scene.seen[id.value];
  const bool is_known = s.is_executed && (scene.spec(id).type != ServiceType::forking || s.is_found);
  return s.state == State::starting && is_known && !s.hook && scene.spec(id).type != ServiceType::oneshot;
}

bool is_success(const Scene& scene, InstanceId id, const std::optional<ExitStatus>& end) {
  if (!end) return false;
  const int code = end->signal != 0 ? 128 + end->signal : end->code;
  const std::vector<int>& good = scene.spec(id).success_codes;
  return std::ranges::find(good, code) != good.end();
}

bool is_restarted(const Scene& scene, InstanceId id, const std::optional<ExitStatus>& end) {
  const ServiceSpec& spec = scene.spec(id);
  const bool ends_by_design = spec.type == ServiceType::oneshot || spec.on_exit == OnExit::shutdown;
  const RestartWhen when = spec.restart.when;
  if (when == RestartWhen::always || (when == RestartWhen::automatic && !ends_by_design)) return true;
  return when == RestartWhen::on_failure && !is_success(scene, id, end);
}

bool is_up(const Scene& scene, InstanceId id) {
  const Seen& s = scene.seen[id.value];
  const Instance& inside = scene.inside(id);
  if (scene.spec(id).type == ServiceType::oneshot)
    return s.state == State::completed || (s.state == State::joining && inside.goal == Goal::up && !inside.is_cycling);
  if (!is_serving(s) || inside.goal == Goal::down || inside.is_cycling) return false;
  if (!has_process(scene.spec(id))) return true;
  const bool goes_on = !s.is_main_gone || scene.spec(id).exit_when == RunEndsWith::empty;
  return is_confirmed(scene, id) && s.run_is_open && goes_on && scene.kernel.was_executed(s.run);
}

namespace {

// Its program was executed, or a oneshot has done its work, and it has not ended.
bool has_started(const Scene& scene, InstanceId id) {
  const Seen& s = scene.seen[id.value];
  if (s.state == State::completed || s.state == State::joining) return scene.spec(id).type == ServiceType::oneshot;
  const bool is_executed = s.is_executed && s.run_is_open;
  return is_serving(s) || s.state == State::paused || (s.state == State::starting && is_executed);
}

// It was told to go down, whatever else may push it.
bool is_sentenced(const Scene& scene, InstanceId id) {
  const Instance& i = scene.inside(id);
  return i.goal == Goal::down || i.is_cycling;
}

// `is_going`: it is up, but has to go down once.
bool is_awaited_if(const Scene& scene, InstanceId id, InstanceId other, bool is_going) {
  if (scene.inside(other).goal == Goal::down) return false;
  const State state = scene.seen[other.value].state;
  const bool is_running = is_serving(state) || state == State::paused;
  const bool is_there = is_running || state == State::joining;
  const bool is_coming = state == State::waiting || state == State::starting || state == State::stopping ||
                         state == State::killing || (is_there && is_going);
  switch (scene.links[id.value].after_until.at(other)) {
    case Until::started: return is_coming && (is_going || !has_started(scene, other));
    case Until::ready: return is_coming;
    case Until::healthy: return is_coming || (is_running && scene.seen[other.value].verdict == Health::unknown);
    case Until::completed: return is_coming || is_there;
  }
  return false;
}

}  // namespace

namespace {

// Its run ended with success, and `id` needs no more than that.
bool has_done_enough(const Scene& scene, InstanceId id, InstanceId other) {
  const Links& links = scene.links[id.value];
  const Until until = links.needs_until.at(other);
  const bool is_bound = std::ranges::count(links.binds_to, other) > 0;
  const bool is_start_enough = until == Until::started && !is_bound;
  const State state = scene.seen[other.value].state;
  if (state == State::joining) return is_start_enough && !is_sentenced(scene, other);
  return state == State::completed && (is_start_enough || until == Until::completed);
}

}  // namespace

bool is_all_done(const Scene& scene) {
  if (!scene.is_booted || scene.is_end_held || scene.daemon.exit != ExitWhen::when_done) return false;
  return std::ranges::all_of(
      scene.all(), [&](InstanceId id) { return !is_work(scene.spec(id)) || is_resting(scene.seen[id.value].state); });
}

bool is_met(const Scene& scene, InstanceId id, InstanceId other) {
  // A child may need another run to do what its parent waits for.
  const bool is_joined_child = scene.links[id.value].parent == other && !scene.spec(id).daemon;
  if (is_joined_child && scene.seen[other.value].state == State::joining && !is_sentenced(scene, other)) return true;
  switch (scene.links[id.value].needs_until.at(other)) {
    case Until::started:
      return (has_started(scene, other) && !is_sentenced(scene, other)) || has_done_enough(scene, id, other);
    case Until::ready: return is_up(scene, other);
    case Until::healthy: return is_up(scene, other) && scene.seen[other.value].verdict == Health::healthy;
    case Until::completed: return scene.seen[other.value].state == State::completed;
  }
  return false;
}

bool is_lost(const Scene& scene, InstanceId id, InstanceId other) {
  const State state = scene.seen[other.value].state;
  if (state == State::completed)
    return scene.spec(other).type != ServiceType::oneshot && !has_done_enough(scene, id, other);
  return state == State::failed || state == State::stopped;
}

bool is_awaited(const Scene& scene, InstanceId id, InstanceId other) {
  return is_awaited_if(scene, id, other, scene.inside(other).facts.is_leaving);
}

bool is_surely_awaited(const Scene& scene, InstanceId id, InstanceId other) {
  return is_awaited_if(scene, id, other, is_sentenced(scene, other));
}

bool has_newer_run(const Scene& scene, InstanceId id, InstanceId other) {
  return std::ranges::count(scene.links[id.value].renewed_by, other) > 0 &&
         scene.seen[other.value].run > scene.seen[id.value].run;
}

bool is_unbound(const Scene& scene, InstanceId id, InstanceId other) {
  const Links& links = scene.links[id.value];
  if (std::ranges::count(links.binds_to, other) == 0) return false;
  const State state = scene.seen[other.value].state;
  const bool has_worked =
      (state == State::completed || state == State::joining) && scene.spec(other).type == ServiceType::oneshot;
  switch (links.needs_until.at(other)) {
    case Until::started: return !has_started(scene, other);
    case Until::ready:
    case Until::healthy: return !is_serving(state) && state != State::paused && !has_worked;
    case Until::completed: return state != State::completed;
  }
  return false;
}

}  // namespace sup::sim
