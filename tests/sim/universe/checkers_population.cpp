// How services and instances come and go, and how they are replaced by and by.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

// Who leaves was to go, rests, and is the last of its service.
Complaint leaves_at_rest(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<InstanceVacated>(&effect);
  if (e == nullptr) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const Member& member = scene.members[e->instance.value];
  const std::vector<InstanceId> all = scene.members_of(member.service);
  const bool is_last = !all.empty() && all.back() == e->instance;
  const bool is_over = is_resting(s.state) && !s.run_is_open && scene.kernel.live_runs(e->instance) == 0;
  if (is_last && is_over && scene.is_to_go(e->instance)) return std::nullopt;
  return fmt::format("{} has left, but {}", scene.name(e->instance),
                     !is_last   ? "others come before it"
                     : !is_over ? "something of it is alive"
                                : "was to stay");
}

// Who comes, and all that is started for them.
std::vector<InstanceId> pulled_up(const Scene& scene) {
  std::vector<InstanceId> out = scene.coming;
  for (std::size_t next = 0; next < out.size(); ++next)
    for (const auto* list : {&scene.links[out[next].value].needs, &scene.links[out[next].value].comes_after})
      for (const InstanceId other : *list)
        if (std::ranges::count(out, other) == 0) out.push_back(other);
  return out;
}

// Whether something else than the scaling makes it go: what it requires and stays, or a conflict.
bool has_another_reason(const Scene& scene, InstanceId id) {
  const auto pushes = [&](InstanceId r) {
    return is_lost(scene, id, r) || is_unbound(scene, id, r) || scene.inside(r).facts.is_leaving;
  };
  const Instance& i = scene.inside(id);
  const bool has_opponents =
      std::ranges::any_of(pulled_up(scene), [&](InstanceId c) { return !scene.links[c.value].conflicts.empty(); });
  const bool is_in_the_way = i.goal == Goal::down && i.cause == Cause::conflict;
  return has_opponents || is_in_the_way || std::ranges::any_of(scene.links[id.value].needs, pushes);
}

// A scaling ends nobody who stays: neither the lower numbers, nor who requires them.
Complaint untouched(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  const bool is_scaling = scene.event != nullptr && std::holds_alternative<Scaled>(*scene.event);
  if (e == nullptr || !is_scaling || scene.shutdown != ShutdownReason::none) return std::nullopt;
  const Input on = e->row->input;
  const bool is_told = on == Input::may_stop || on == Input::want_down || on == Input::follow_down;
  const bool stays = scene.members[e->instance.value].presence == Presence::here;
  // What was to go before, or goes only once, has its reason from elsewhere.
  const bool was_wanted = scene.seen[e->instance.value].is_wanted;
  const bool is_wanted = scene.inside(e->instance).goal == Goal::up;
  if (!is_told || !stays || !was_wanted || is_wanted || has_another_reason(scene, e->instance)) return std::nullopt;
  return fmt::format("{} is told to end by a scaling that leaves it as it is", scene.name(e->instance));
}

// Of those that a scaling ends the highest number is told first.
Complaint highest_first(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  const auto* scaled = scene.event == nullptr ? nullptr : std::get_if<Scaled>(scene.event);
  if (e == nullptr || scaled == nullptr || scaled->scalings.size() != 1 || e->row->input != Input::may_stop)
    return std::nullopt;
  const bool makes_way = scene.inside(e->instance).cause == Cause::conflict;
  if (makes_way || std::ranges::count(scene.leaving, e->instance) == 0) return std::nullopt;
  const Member& self = scene.members[e->instance.value];
  if (self.service != scaled->scalings.front().service) return std::nullopt;
  for (const InstanceId id : scene.leaving) {
    const Member& other = scene.members[id.value];
    const bool is_above = other.service == self.service && other.number > self.number;
    const Links& links = scene.links[id.value];
    const bool is_same = scene.seen[id.value].state == e->from;
    const bool has_neighbours = !links.comes_before.empty() || !links.comes_after.empty() || !links.needed_by.empty() ||
                                !links.needs.empty() || !links.conflicts.empty();
    if (is_above && is_same && !has_neighbours)
      return fmt::format("{} is told to end before {}", scene.name(e->instance), scene.name(id));
  }
  return std::nullopt;
}

// So many at most are not up because of a rolling restart, and none more after one that did not come up.
Complaint rolling(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->row->input != Input::want_replace) return std::nullopt;
  // Another command may have taken others out of it in this very step.
  const auto* command = scene.event == nullptr ? nullptr : std::get_if<CommandGiven>(scene.event);
  const bool is_command = scene.event != nullptr && (std::holds_alternative<Scaled>(*scene.event) ||
                                                     std::holds_alternative<ServiceAdded>(*scene.event) ||
                                                     std::holds_alternative<ServiceRemoved>(*scene.event) ||
                                                     (command != nullptr && command->kind != CommandKind::roll));
  if (is_command && scene.is_rolling()) return std::nullopt;
  const auto allows = [&](const auto& entry) { return scene.allows_turn(entry.second, e->instance); };
  if (scene.rolled.contains(e->instance) || std::ranges::any_of(scene.changes, allows)) return std::nullopt;
  return fmt::format("{} is replaced out of its turn", scene.name(e->instance));
}

constexpr EffectChecker kCheckers[] = {
    {"leaves-at-rest", leaves_at_rest},
    {"untouched", untouched},
    {"highest-first", highest_first},
    {"rolling", rolling},
};

// ---- after each step ----

// There are as many as were asked for, numbered from 1; those beyond are about to leave.
Complaint population(const Scene& scene) {
  // In a shutdown nobody leaves.
  if (scene.shutdown != ShutdownReason::none) return std::nullopt;
  for (const auto& [service, asked] : scene.asked) {
    const std::size_t wanted = asked.is_removed ? 0 : asked.instances;
    const std::vector<InstanceId> all = scene.members_of(service);
    if (all.size() < wanted) return fmt::format("{} has {} instances instead of {}", service, all.size(), wanted);
    for (std::size_t n = 0; n < all.size(); ++n) {
      const Member& member = scene.members[all[n].value];
      if (member.number != n + 1) return fmt::format("{} has no number {}", service, n + 1);
      if ((member.presence == Presence::here) != (n < wanted))
        return fmt::format("{} {}", scene.name(all[n]), n < wanted ? "leaves" : "does not leave");
    }
  }
  return std::nullopt;
}

// Each lives by the definition that its run began with, or by the newest when nothing of it has been alive since. They
// are told apart by their lines.
Complaint lives_by(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    const std::uint32_t wanted = scene.cast.definition(id)->line;
    const std::uint32_t line = scene.inside(id).definition->line;
    if (line != wanted)
      return fmt::format("{} ({}) lives by definition {} instead of {}", scene.name(id),
                         enum_name(scene.seen[id.value].state), line, wanted);
  }
  return std::nullopt;
}

constexpr SceneChecker kAfterStep[] = {{"population", population}, {"lives-by", lives_by}};

// ---- at rest ----

// What has had to go is gone, and nothing of it is left.
Complaint leavers_leave(const Scene& scene) {
  for (const InstanceId id : scene.all())
    if (scene.members[id.value].presence != Presence::here && scene.shutdown == ShutdownReason::none)
      return fmt::format("{} is to leave, but stays for ever", scene.name(id));
  return std::nullopt;
}

constexpr SceneChecker kAtRest[] = {{"leavers-leave", leavers_leave}};

}  // namespace

std::span<const EffectChecker> population_checkers() { return kCheckers; }
std::span<const SceneChecker> population_step_checkers() { return kAfterStep; }
std::span<const SceneChecker> population_rest_checkers() { return kAtRest; }

}  // namespace sup::sim
