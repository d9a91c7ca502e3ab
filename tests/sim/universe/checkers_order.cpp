// Who starts and stops before whom, and how many at a time.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

// Who begins a run with this order: with a hook, or with its program.
std::optional<InstanceId> starter(const Scene& scene, const Effect& effect) {
  if (const auto* e = std::get_if<SpawnRun>(&effect))
    return scene.seen[e->instance.value].run == e->run ? std::nullopt : std::optional{e->instance};
  const auto* e = std::get_if<RunTask>(&effect);
  const bool is_first = e != nullptr && e->kind == TaskKind::pre_start && e->index == 0;
  return is_first ? std::optional{e->instance} : std::nullopt;
}

Complaint requirements_at_start(const Scene& scene, const Effect& effect) {
  const auto id = starter(scene, effect);
  if (!id || scene.is_rolling()) return std::nullopt;
  for (const InstanceId r : scene.links[id->value].needs)
    if (!is_met(scene, *id, r))
      return fmt::format("{} is started, but {}, which it requires, is {}", scene.name(*id), scene.name(r),
                         enum_name(scene.seen[r.value].state));
  return std::nullopt;
}

// A deadline has moved something in this step. Deadlines are the last of a step, so what was told before it could not
// know of it.
bool has_deadline_fired(const Scene& scene) {
  return std::ranges::any_of(scene.all(), [&](InstanceId id) {
    const Instance& i = scene.inside(id);
    return i.since == scene.now && i.row != nullptr && i.row->input == Input::deadline;
  });
}

// They may have crashed while its hooks ran, but will be back.
Complaint requirements_at_spawn(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<SpawnRun>(&effect);
  if (e == nullptr || scene.is_rolling()) return std::nullopt;
  for (const InstanceId r : scene.links[e->instance.value].needs)
    if (is_lost(scene, e->instance, r) || (scene.inside(r).facts.is_leaving && !has_deadline_fired(scene)))
      return fmt::format("{} is spawned, but {}, which it requires, is {} and lost", scene.name(e->instance),
                         scene.name(r), enum_name(scene.seen[r.value].state));
  return std::nullopt;
}

// Nor when it has to go down by now.
Complaint no_spawn_in_vain(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<SpawnRun>(&effect);
  if (e == nullptr || scene.is_rolling() ||
      (scene.inside(e->instance).goal == Goal::up && !scene.inside(e->instance).is_cycling))
    return std::nullopt;
  return fmt::format("{} is spawned, but has to go down", scene.name(e->instance));
}

// It waited so long at least: nothing is known here of how long it could not start for other reasons. One whose delay
// has begun has that.
Complaint start_delay(const Scene& scene, const Effect& effect) {
  const auto id = starter(scene, effect);
  if (!id) return std::nullopt;
  const Seen& s = scene.seen[id->value];
  if (s.is_redefined || scene.now >= s.state_since + scene.spec(*id).start_delay) return std::nullopt;
  return fmt::format("{} is started before its start-delay is over", scene.name(*id));
}

Complaint order_of_start(const Scene& scene, const Effect& effect) {
  const auto id = starter(scene, effect);
  if (!id || scene.is_rolling()) return std::nullopt;
  for (const InstanceId f : scene.links[id->value].comes_after) {
    if (is_surely_awaited(scene, *id, f))
      return fmt::format("{} is started, but {}, which comes before it, is {}", scene.name(*id), scene.name(f),
                         enum_name(scene.seen[f.value].state));
  }
  return std::nullopt;
}

// What requires it, or comes after it and has to go as well, is gone before it is told to end.
Complaint order_of_stop(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->row->input != Input::may_stop) return std::nullopt;
  const Links& links = scene.links[e->instance.value];
  for (const InstanceId d : links.needed_by)
    if (scene.seen[d.value].run_is_open || is_there(scene, d))
      return fmt::format("{} is told to end while {}, which requires it, is alive", scene.name(e->instance),
                         scene.name(d));
  for (const InstanceId f : links.comes_before) {
    const Seen& s = scene.seen[f.value];
    const bool is_cycling = scene.inside(f).is_cycling && is_rising_or_up(s.state);
    // The next turn of a rolling restart may ask it down later in this step.
    const bool is_unwanted = scene.inside(f).goal == Goal::down && !scene.is_rolling();
    const bool has_to_go = is_unwanted || is_cycling || (s.was_told_to_end && !s.is_replaced);
    if ((s.run_is_open || is_live(s.state)) && has_to_go)
      return fmt::format("{} is told to end before {}, which comes after it", scene.name(e->instance), scene.name(f));
  }
  return std::nullopt;
}

Complaint parallelism(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  const std::uint32_t most = scene.daemon.start_parallelism;
  if (e == nullptr || e->to != State::starting || most == 0) return std::nullopt;
  const auto starting = std::ranges::count(scene.seen, State::starting, &Seen::state);
  if (std::cmp_less(starting, most)) return std::nullopt;
  return fmt::format("{} is started while {} others are starting", scene.name(e->instance), starting);
}

Complaint no_start_in_shutdown(const Scene& scene, const Effect& effect) {
  const auto* spawn = std::get_if<SpawnRun>(&effect);
  const auto id = spawn == nullptr ? starter(scene, effect) : std::optional{spawn->instance};
  if (!id || scene.shutdown == ShutdownReason::none) return std::nullopt;
  // What is last may go on with a start that had begun.
  const bool had_begun = spawn != nullptr && scene.seen[id->value].run == spawn->run;
  if (had_begun && std::ranges::count(scene.last, *id) > 0) return std::nullopt;
  return fmt::format("{} is started in a shutdown", scene.name(*id));
}

bool is_alive(const Scene& scene, InstanceId id) { return scene.seen[id.value].run_is_open || is_there(scene, id); }

// Also what was started by a target, which has no run.
std::optional<InstanceId> comes_to_life(const Scene& scene, const Effect& effect) {
  if (const auto id = starter(scene, effect)) return id;
  const auto* e = std::get_if<StateChanged>(&effect);
  const bool is_begin = e != nullptr && is_live(e->to) && !is_live(e->from);
  return is_begin ? std::optional{e->instance} : std::nullopt;
}

Complaint conflicts(const Scene& scene, const Effect& effect) {
  const auto id = comes_to_life(scene, effect);
  if (!id) return std::nullopt;
  for (const InstanceId c : scene.links[id->value].conflicts)
    if (is_alive(scene, c))
      return fmt::format("{} is started while {}, which it conflicts with, is alive", scene.name(*id), scene.name(c));
  return std::nullopt;
}

// What is bound to an earlier run is gone before the next one begins.
Complaint bound_to_one_run(const Scene& scene, const Effect& effect) {
  const auto id = starter(scene, effect);
  if (!id) return std::nullopt;
  for (const InstanceId d : scene.links[id->value].needed_by)
    if (is_alive(scene, d) && std::ranges::count(scene.links[d.value].binds_to, *id) > 0)
      return fmt::format("{} is started again while {}, which is bound to its last run, is alive", scene.name(*id),
                         scene.name(d));
  return std::nullopt;
}

// Whose run is the newer one is not restarted: so a newer run of the other restarts it once.
Complaint renewed_once(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->row->guard->name != "is restarted with another") return std::nullopt;
  const std::vector<InstanceId>& others = scene.links[e->instance.value].renewed_by;
  const auto is_newer = [&](InstanceId other) { return has_newer_run(scene, e->instance, other); };
  if (std::ranges::any_of(others, is_newer)) return std::nullopt;
  return fmt::format("{} is restarted with another, but none has a newer run", scene.name(e->instance));
}

constexpr EffectChecker kCheckers[] = {
    {"renewed-once", renewed_once},
    {"conflicts", conflicts},
    {"bound-to-one-run", bound_to_one_run},
    {"requirements-at-start", requirements_at_start},
    {"requirements-at-spawn", requirements_at_spawn},
    {"no-spawn-in-vain", no_spawn_in_vain},
    {"start-delay", start_delay},
    {"order-of-start", order_of_start},
    {"order-of-stop", order_of_stop},
    {"parallelism", parallelism},
    {"no-start-in-shutdown", no_start_in_shutdown},
};

}  // namespace

std::span<const EffectChecker> order_checkers() { return kCheckers; }

}  // namespace sup::sim
