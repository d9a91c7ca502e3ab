// Parents and children, who is stopped last, and how the time of a shutdown is divided.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

// A parent counts as completed when the last of its children rests, and a new run of it finds no old daemon.
Complaint joined_last(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->to != State::completed) return std::nullopt;
  for (const InstanceId child : scene.links[e->instance.value].children)
    if (!is_resting(scene.seen[child.value].state))
      return fmt::format("{} is called completed, but its child {} is {}", scene.name(e->instance), scene.name(child),
                         enum_name(scene.seen[child.value].state));
  return std::nullopt;
}

// Its time is over, or somebody wants it to end at once.
bool is_out_of_patience(const Scene& scene) {
  return scene.killed_since != kNever || scene.now >= scene.shutdown_since + scene.daemon.shutdown_timeout;
}

// What is last is not told to end by the shutdown before the others are gone.
Complaint last_of_all(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->row->input != Input::may_stop || scene.shutdown == ShutdownReason::none) return std::nullopt;
  const Instance& i = scene.inside(e->instance);
  // Not what a restart brings down, nor the loss of a requirement.
  const bool is_asked = e->row->why.starts_with("asked down") && scene.moves_again.count(e->instance) == 0;
  const bool is_by_shutdown =
      is_asked && i.goal == Goal::down && i.cause == Cause::asked && !scene.seen[e->instance.value].was_asked_down;
  if (!is_by_shutdown || std::ranges::count(scene.last, e->instance) == 0) return std::nullopt;
  for (const InstanceId id : scene.all())
    if (std::ranges::count(scene.last, id) == 0 && !is_resting(scene.seen[id.value].state) &&
        scene.spec(id).type != ServiceType::external)  // It has no end that could be waited for.
      return fmt::format("{} is told to end before {}, which is not last", scene.name(e->instance), scene.name(id));
  return std::nullopt;
}

// In a shutdown a stop has its share of the time, if not all that its settings say.
Complaint stop_share(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  const bool is_cut = e != nullptr && e->to == State::killing && e->row->input == Input::out_of_time;
  if (!is_cut || is_out_of_patience(scene)) return std::nullopt;
  if (scene.now >= scene.seen[e->instance.value].share_due) return std::nullopt;
  return fmt::format("{} is killed before its share of the time is over", scene.name(e->instance));
}

// Who holds it: something that is stopped before it, and cannot be killed.
bool is_held_up(const Scene& scene, InstanceId id) {
  const Links& links = scene.links[id.value];
  const auto is_stuck = [&](InstanceId other) {
    const Seen& s = scene.seen[other.value];
    // Without a process it ends with the time, and was told so before this one.
    const bool is_cut = s.row != nullptr && s.row->input == Input::out_of_time && s.state_since == scene.now;
    return s.state == State::killing || is_cut || (is_there(scene, other) && is_held_up(scene, other));
  };
  if (std::ranges::any_of(links.needed_by, is_stuck) || std::ranges::any_of(links.comes_before, is_stuck)) return true;
  return std::ranges::count(scene.last, id) > 0 &&
         std::ranges::any_of(scene.seen, [](const Seen& s) { return s.state == State::killing; });
}

// It runs, and nothing has told it to end yet.
bool is_untold(const Seen& s) {
  const bool is_before_steps = s.hook && s.hook->kind == TaskKind::pre_stop && !s.stop_step;
  return is_rising_or_up(s.state) || (s.state == State::stopping && is_before_steps);
}

// The end of the time finds nobody who was not told to end, but those that are held up by what is in the kernel.
Complaint told_before_killed(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->row->input != Input::out_of_time) return std::nullopt;
  if (!is_untold(scene.seen[e->instance.value])) return std::nullopt;
  const bool is_orderly = scene.is_punctual && scene.daemon.shutdown_timeout >= std::chrono::seconds{1};
  if (!is_orderly || is_held_up(scene, e->instance)) return std::nullopt;
  return fmt::format("{} is killed without having been told to end", scene.name(e->instance));
}

constexpr EffectChecker kCheckers[] = {
    {"joined-last", joined_last},
    {"last-of-all", last_of_all},
    {"stop-share", stop_share},
    {"told-before-killed", told_before_killed},
};

// A daemon does not outlive the run of its parent: it is told to end with that, and for good when it has completed.
Complaint daemon_ends(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    if (!scene.spec(id).daemon || !scene.links[id.value].parent || !is_live(scene.seen[id.value].state)) continue;
    const InstanceId parent = *scene.links[id.value].parent;
    const State state = scene.seen[parent.value].state;
    const bool is_parent_up = is_serving(state) || state == State::paused;
    const bool is_for_good =
        state != State::joining || scene.inside(id).goal == Goal::down || scene.inside(parent).facts.is_leaving;
    const bool is_told = scene.inside(id).facts.is_leaving && is_for_good;
    if (!is_parent_up && !is_told)
      return fmt::format("{} is {} although its parent {} is {}", scene.name(id), enum_name(scene.seen[id.value].state),
                         scene.name(parent), enum_name(state));
  }
  return std::nullopt;
}

constexpr SceneChecker kAfterStep[] = {
    {"daemon-ends", daemon_ends},
};

}  // namespace

std::span<const EffectChecker> tree_checkers() { return kCheckers; }
std::span<const SceneChecker> tree_step_checkers() { return kAfterStep; }

}  // namespace sup::sim
