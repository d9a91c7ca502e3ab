// Restarts: when, how often, how fast.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

// The end of a run with its hooks, if the effect tells of one.
const StateChanged* end_of_run(const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || is_live(e->to)) return nullptr;
  if (e->row->input != Input::ended && e->row->input != Input::spawn_failed) return nullptr;
  return e;
}

// Where an end leads: down if it was wanted down, up again if it was only told to end, else where the policy says.
Complaint sequel(const Scene& scene, const Effect& effect) {
  const StateChanged* e = end_of_run(effect);
  if (e == nullptr) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const bool is_pushed = std::ranges::any_of(scene.links[e->instance.value].needs, [&](InstanceId r) {
    return is_lost(scene, e->instance, r) || is_unbound(scene, e->instance, r) || scene.inside(r).facts.is_leaving;
  });
  const bool is_renewed = std::ranges::any_of(scene.links[e->instance.value].renewed_by,
                                              [&](InstanceId r) { return has_newer_run(scene, e->instance, r); });
  const bool is_not_begun = is_between_hooks_and_program(s) && (is_pushed || is_renewed);
  // One that ends by itself when it was to be restarted comes back, too.
  const bool may_come_back = s.was_told_to_end || s.is_asked_again || is_not_begun || is_renewed;
  const bool is_right = [&] {
    // What has come of this end may have turned the goal.
    const bool has_goal = scene.moves_again.count(e->instance) == 0;
    if (has_goal && scene.inside(e->instance).goal == Goal::down) return e->to == State::stopped;
    if (!has_goal && e->to == State::stopped) return true;
    if (e->to == State::waiting) return may_come_back;
    if (s.was_told_to_end) return false;
    if (s.stays_down) return e->to == State::failed;
    if (is_restarted(scene, e->instance, s.end)) return e->to == State::backoff || e->to == State::failed;
    if (!is_success(scene, e->instance, s.end)) return e->to == State::failed;
    const bool has_busy_child = std::ranges::any_of(scene.links[e->instance.value].children, [&](InstanceId child) {
      return !is_resting(scene.seen[child.value].state);
    });
    return e->to == (has_busy_child ? State::joining : State::completed);
  }();
  if (is_right) return std::nullopt;
  return fmt::format("{} is {} after an end that should not lead there", scene.name(e->instance), enum_name(e->to));
}

std::int64_t count_in_window(const Scene& scene, const RestartSpec& policy, const std::vector<Instant>& moments) {
  return std::ranges::count_if(moments, [&](Instant m) { return scene.now - m < policy.within; });
}

Complaint restart_limit(const Scene& scene, const Effect& effect) {
  const StateChanged* e = end_of_run(effect);
  if (e == nullptr) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const RestartSpec& policy = scene.spec(e->instance).restart;
  if (e->to == State::backoff && policy.max.count &&
      std::cmp_greater_equal(count_in_window(scene, policy, s.restarts_fresh), *policy.max.count))
    return fmt::format("{} is restarted once more than it may be", scene.name(e->instance));
  const bool gave_up = e->to == State::failed && !s.stays_down && is_restarted(scene, e->instance, s.end);
  if (gave_up && (!policy.max.count || std::cmp_less(count_in_window(scene, policy, s.restarts), *policy.max.count)))
    return fmt::format("{} is given up too early", scene.name(e->instance));
  return std::nullopt;
}

Complaint restart_spacing(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->to != State::starting) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const bool is_after_backoff = s.row != nullptr && s.row->from == State::backoff && s.row->input == Input::deadline;
  if (!is_after_backoff || scene.now - s.backoff_since >= s.backoff_least) return std::nullopt;
  return fmt::format("{} is restarted too early", scene.name(e->instance));
}

constexpr EffectChecker kCheckers[] = {
    {"sequel", sequel},
    {"restart-limit", restart_limit},
    {"restart-spacing", restart_spacing},
};

}  // namespace

std::span<const EffectChecker> policy_checkers() { return kCheckers; }

}  // namespace sup::sim
