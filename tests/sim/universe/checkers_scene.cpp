// What must hold between the events: after a step, after a turn, at rest and at the end.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

using namespace std::chrono_literals;

// ---- after each step ----

Complaint states_agree(const Scene& scene) {
  for (const InstanceId id : scene.all())
    if (scene.inside(id).state != scene.seen[id.value].state)
      return fmt::format("{} was told to be {}, but is {}", scene.name(id), enum_name(scene.seen[id.value].state),
                         enum_name(scene.inside(id).state));
  return std::nullopt;
}

Complaint rest_is_empty(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    if (!is_live(s.state) && (s.run_is_open || scene.kernel.live_runs(id) > 0))
      return fmt::format("{} is {}, but something of it is alive", scene.name(id), enum_name(s.state));
  }
  return std::nullopt;
}

Complaint deadlines(const Scene& scene) {
  if (scene.finished) return std::nullopt;
  Instant first = kNever;
  for (const InstanceId id : scene.all()) {
    const State state = scene.seen[id.value].state;
    const bool has_one = scene.inside(id).deadline != kNever;
    const Seen& s = scene.seen[id.value];
    const bool has_time = s.hook || (s.is_executed && scene.spec(id).type != ServiceType::oneshot);
    const bool needs_one = state == State::backoff || state == State::stopping || state == State::killing ||
                           state == State::reloading || (state == State::starting && has_time) ||
                           (state == State::running && s.watchdog > Duration{});
    const Instant delayed = scene.now + scene.spec(id).start_delay;
    const bool may_have_one = state == State::waiting && scene.inside(id).deadline <= delayed;
    if (has_one != needs_one && !may_have_one)
      return fmt::format("{} is {} and has {} deadline", scene.name(id), enum_name(state), has_one ? "a" : "no");
    first = std::min(first, scene.inside(id).deadline);
  }
  if (scene.shutdown != ShutdownReason::none)
    first = std::min(first, scene.killed_since == kNever ? scene.shutdown_since + scene.daemon.shutdown_timeout
                                                         : scene.killed_since + kSurvivorGrace);
  if (scene.engine.next_deadline().value_or(kNever) <= first) return std::nullopt;
  return "it will wake too late";
}

Complaint backoff_times(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    if (s.state != State::backoff || s.is_redefined) continue;
    const RestartSpec& policy = scene.spec(id).restart;
    const double most = static_cast<double>(policy.max_delay.count()) * (1.0 + policy.jitter);
    const Duration delay = scene.inside(id).deadline - s.backoff_since;
    if (delay < s.backoff_least || static_cast<double>(delay.count()) > most + 1.0)
      return fmt::format("{} waits {} ms in back-off", scene.name(id), delay / 1ms);
  }
  return std::nullopt;
}

// The flags that spare the engine a search, computed by a search.
Complaint bookkeeping(const Scene& scene) {
  const auto all = scene.all();
  std::vector<char> going(scene.seen.size());
  // Of each pair: whether the one has to go since the other, which it needs, is where it is.
  const auto pushes = [&](InstanceId id, InstanceId r) {
    return is_lost(scene, id, r) || is_unbound(scene, id, r) || going[r.value] != 0;
  };
  for (bool is_moving = true; is_moving;) {
    is_moving = false;
    for (const InstanceId id : all) {
      const Instance& i = scene.inside(id);
      const bool is_up = is_rising_or_up(i.state);
      const bool is_told = i.run_was_asked_to_end && !scene.seen[id.value].is_replaced;
      const bool is_asked = i.goal == Goal::down || is_told || (i.is_cycling && is_up);
      const bool is_pushed =
          std::ranges::any_of(scene.links[id.value].needs, [&](InstanceId r) { return pushes(id, r); });
      const bool is_leaving = is_there(i.state) && (is_asked || is_pushed);
      if (is_leaving && std::exchange(going[id.value], char{1}) == 0) is_moving = true;
    }
  }
  for (const InstanceId id : all) {
    const Instance& i = scene.inside(id);
    const bool goal_fits = (i.state == State::stopped) == (i.goal == Goal::down) || is_there(i.state);
    if (i.facts.is_leaving != (going[id.value] != 0) || !goal_fits)
      return fmt::format("{}: the flags of a {} instance are wrong", scene.name(id), enum_name(i.state));
  }
  const auto starting = std::ranges::count(scene.seen, State::starting, &Seen::state);
  if (std::cmp_not_equal(starting, scene.engine.world().starting_count)) return "starting_count is wrong";
  return std::nullopt;
}

bool is_held(const Scene& scene, InstanceId id) {
  const Links& links = scene.links[id.value];
  return std::ranges::any_of(links.needed_by, [&](InstanceId d) { return is_there(scene, d); }) ||
         std::ranges::any_of(links.comes_before, [&](InstanceId f) { return scene.inside(f).facts.is_leaving; });
}

// A conflicting service is alive, or what is bound to its last run is.
bool is_kept_out(const Scene& scene, InstanceId id) {
  const Links& links = scene.links[id.value];
  const auto is_alive = [&](InstanceId other) { return is_there(scene, other); };
  return std::ranges::any_of(links.conflicts, is_alive) || std::ranges::any_of(links.needed_by, [&](InstanceId d) {
           return is_alive(d) && std::ranges::count(scene.links[d.value].binds_to, id) > 0;
         });
}

bool is_slot_free(const Scene& scene) {
  const std::uint32_t most = scene.daemon.start_parallelism;
  return most == 0 || std::cmp_less(std::ranges::count(scene.seen, State::starting, &Seen::state), most);
}

bool is_joined(const Scene& scene, InstanceId id) {
  return std::ranges::all_of(scene.links[id.value].children,
                             [&](InstanceId child) { return is_resting(scene.seen[child.value].state); });
}

// Nothing stays where it is although its surroundings allow it to go, or force it.
Complaint progress(const Scene& scene) {
  if (scene.finished) return std::nullopt;
  for (const InstanceId id : scene.all()) {
    const Instance& i = scene.inside(id);
    const Links& links = scene.links[id.value];
    const bool has_lost = std::ranges::any_of(links.needs, [&](InstanceId r) { return is_lost(scene, id, r); });
    const bool has_all = std::ranges::all_of(links.needs, [&](InstanceId r) {
      const bool is_leaving = scene.inside(r).facts.is_leaving;
      return is_met(scene, id, r) && !is_leaving;
    });
    const bool is_after =
        std::ranges::none_of(links.comes_after, [&](InstanceId f) { return is_awaited(scene, id, f); }) &&
        !is_kept_out(scene, id);
    const bool is_delayed = i.deadline > scene.now && i.deadline <= scene.now + scene.spec(id).start_delay;
    const bool is_in_the_way = is_rising_or_up(i.state);
    const bool is_missing = i.state == State::failed && i.cause == Cause::requirement;
    const char* wrong = nullptr;
    if (i.state == State::waiting && has_lost) wrong = "waits for what is lost";
    const bool is_ours = scene.spec(id).type != ServiceType::external;
    if (i.state == State::joining && is_joined(scene, id) && !i.facts.is_leaving) wrong = "waits for no child";
    const bool may_begin = is_ours && !is_delayed && scene.shutdown == ShutdownReason::none && is_slot_free(scene);
    if (i.state == State::waiting && has_all && is_after && may_begin) wrong = "waits for nothing";
    if (is_in_the_way && i.facts.is_leaving && !is_held(scene, id)) wrong = "does not go";
    if (is_in_the_way && has_lost && !i.facts.is_leaving) wrong = "stays although what it requires is lost";
    if (is_missing && has_all && scene.shutdown == ShutdownReason::none) wrong = "does not come back";
    if (wrong != nullptr) return fmt::format("{} ({}) {}", scene.name(id), enum_name(i.state), wrong);
  }
  return std::nullopt;
}

// What is up and need not go has what it requires, or that will be back.
Complaint running_has_needs(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    if (scene.finished || !is_there(scene, id) || scene.inside(id).facts.is_leaving) continue;
    for (const InstanceId r : scene.links[id.value].needs)
      if (is_lost(scene, id, r))
        return fmt::format("{} is {}, but {}, which it requires, is {}", scene.name(id),
                           enum_name(scene.seen[id.value].state), scene.name(r), enum_name(scene.seen[r.value].state));
  }
  return std::nullopt;
}

// What is bound to something stays only as long as that does.
Complaint bound(const Scene& scene) {
  for (const InstanceId id : scene.all())
    for (const InstanceId r : scene.links[id.value].binds_to)
      if (is_unbound(scene, id, r) && is_live(scene.seen[id.value].state) && !scene.inside(id).facts.is_leaving)
        return fmt::format("{} stays although {}, which it is bound to, is {}", scene.name(id), scene.name(r),
                           enum_name(scene.seen[r.value].state));
  return std::nullopt;
}

// What is ready by a newer run leaves nobody on an older one who is restarted with it.
Complaint outdated(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    const State state = scene.seen[id.value].state;
    const bool goes_on = is_rising_or_up(state) && state != State::joining;
    if (!goes_on || scene.finished || scene.inside(id).facts.is_leaving) continue;
    for (const InstanceId other : scene.links[id.value].renewed_by)
      if (has_newer_run(scene, id, other) && is_up(scene, other) && !scene.inside(other).facts.is_leaving)
        return fmt::format("{} goes on although {}, which it is restarted with, is ready by a newer run",
                           scene.name(id), scene.name(other));
  }
  return std::nullopt;
}

// ---- after each turn ----

Complaint no_overdue(const Scene& scene) {
  const auto next = scene.engine.next_deadline();
  if (!next || *next > scene.now) return std::nullopt;
  return "a deadline is over and nothing has come of it";
}

Complaint leaves_in_time(const Scene& scene) {
  if (scene.finished || scene.shutdown == ShutdownReason::none) return std::nullopt;
  if (scene.all_rests()) return "all rests, but it does not leave";
  if (scene.killed_since == kNever || scene.now < scene.killed_since + kSurvivorGrace) return std::nullopt;
  return "its patience is over, but it does not leave";
}

Complaint when_done(const Scene& scene) {
  if (!is_all_done(scene) || scene.finished || scene.shutdown != ShutdownReason::none) return std::nullopt;
  return "all is done, but it does not leave";
}

Complaint obeys_shutdown(const Scene& scene) {
  const bool is_due = scene.shutdown_by || scene.is_shutdown_asked;
  if (!is_due || scene.shutdown != ShutdownReason::none) return std::nullopt;
  return "there was reason for a shutdown, but none has begun";
}

// How long it may take until it rests, in a calm world: its own stop steps, after those that go before it.
Duration budget(const Scene& scene, InstanceId id) {
  constexpr Duration kSlack = 500ms;      // For a start that is under way.
  constexpr Duration kHookTakes = 200ms;  // At most, in a calm world.
  Duration before{};
  for (const InstanceId d : scene.links[id.value].needed_by) before = std::max(before, budget(scene, d));
  for (const InstanceId f : scene.links[id.value].comes_before) before = std::max(before, budget(scene, f));
  const ServiceSpec& spec = scene.spec(id);
  Duration own = kSlack + kKillRetry + kMaxMoreTime + spec.stop->steps.front().wait;  // For the watchdog's signal, too.
  for (const StopStep& step : spec.stop->steps) own += step.wait;
  own += kHookTakes * (spec.pre_start.size() + spec.pre_stop.size() + spec.post_stop.size());
  return before + own;
}

Complaint stop_budget(const Scene& scene) {
  if (!scene.is_calm || scene.finished) return std::nullopt;
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    if (s.is_wanted || is_resting(s.state)) continue;
    const Instant since = std::max(s.unwanted_since, scene.calm_since);
    if (scene.now - since > budget(scene, id))
      return fmt::format("{} is {} long after it was wanted down", scene.name(id), enum_name(s.state));
  }
  return std::nullopt;
}

// The targets of a change, and all that a stop of them may take along: what requires them, directly or not.
std::vector<InstanceId> taken_down_by(const Scene& scene, const CommandGiven& command) {
  std::vector<InstanceId> out = command.targets;
  for (std::size_t next = 0; next < out.size(); ++next)
    for (const InstanceId d : scene.links[out[next].value].needed_by)
      if (std::ranges::find(out, d) == out.end()) out.push_back(d);
  return out;
}

// What survives KILL is told to those who wait for the stop; they may wait for ever.
Complaint stop_answers(const Scene& scene) {
  if (scene.finished) return std::nullopt;
  const auto is_decided = [&](InstanceId id) {
    const Seen& s = scene.seen[id.value];
    const bool survives = s.state == State::killing && s.survival && s.survival->until == kNever;
    return is_resting(s.state) || s.is_wanted || survives;
  };
  for (const auto& [id, change] : scene.changes) {
    const CommandKind kind = change.command.kind;
    const bool is_stop = kind == CommandKind::stop || kind == CommandKind::kill;
    if (change.is_disturbed) continue;
    // Of one that has left nobody knows any more what it took along.
    if (!std::ranges::all_of(change.command.targets, [&](InstanceId t) { return scene.cast.is_there(t); })) continue;
    if (is_stop && !change.is_forgotten && std::ranges::all_of(taken_down_by(scene, change.command), is_decided))
      return fmt::format("change {} has no answer", id.value);
  }
  return std::nullopt;
}

// ---- at rest, in a calm world ----

bool hangs(const Scene& scene, InstanceId id);

// What is paused becomes ready only if somebody says so, and what runs may never complete.
bool is_never_there(const Scene& scene, InstanceId other, Until until) {
  const State state = scene.seen[other.value].state;
  const bool goes_on = state == State::running || state == State::joining;
  return state == State::paused || (until == Until::completed && goes_on) || hangs(scene, other);
}

bool needs_endless(const Scene& scene, InstanceId id) {
  const Links& links = scene.links[id.value];
  return std::ranges::any_of(links.needs, [&](InstanceId r) {
    const bool is_over = scene.seen[r.value].state == State::joining && !is_met(scene, id, r);
    return is_over || is_never_there(scene, r, links.needs_until.at(r));
  });
}

// It waits for what is never there, directly or not.
bool hangs(const Scene& scene, InstanceId id) {
  if (scene.seen[id.value].state != State::waiting) return false;
  const Links& links = scene.links[id.value];
  // Who has got a conflict makes nobody go: that does who is asked up.
  const bool is_opposed =
      scene.has_related_anew && std::ranges::any_of(links.conflicts, [&](InstanceId c) { return is_there(scene, c); });
  return is_opposed || needs_endless(scene, id) || std::ranges::any_of(links.comes_after, [&](InstanceId f) {
           const State state = scene.seen[f.value].state;
           const bool goes_on = state == State::running || state == State::paused || state == State::joining;
           const Until until = links.after_until.at(f);
           const bool is_unproven = until == Until::healthy && state == State::paused;
           return (until == Until::completed && goes_on) || is_unproven || hangs(scene, f);
         });
}

Complaint liveness(const Scene& scene) {
  if (scene.finished) return std::nullopt;
  for (const InstanceId id : scene.all()) {
    const Instance& i = scene.inside(id);
    const bool is_explained = i.cause != Cause::none && !cause_text(scene.engine.world(), i).empty();
    const bool misses_something =
        std::ranges::any_of(scene.links[id.value].needs, [&](InstanceId r) { return is_lost(scene, id, r); });
    const bool may_miss_something = misses_something || needs_endless(scene, id);
    const bool is_right = [&] {
      if (i.goal == Goal::down) return i.state == State::stopped;
      if (i.state == State::failed) return is_explained && (i.cause != Cause::requirement || may_miss_something);
      const bool is_up = i.state == State::running || i.state == State::paused;
      if (i.state == State::joining) return !is_joined(scene, id);
      return i.state == State::completed || (is_up && !misses_something) || hangs(scene, id);
    }();
    if (!is_right)
      return fmt::format("{} is {} for ever ({})", scene.name(id), enum_name(i.state),
                         cause_text(scene.engine.world(), i));
  }
  return std::nullopt;
}

// Running it goes on for ever, and what is paused is waited for as long.
bool may_wait(const Scene& scene, const CommandGiven& command) {
  const bool is_wait = command.kind == CommandKind::wait;
  const bool is_upward = command.kind == CommandKind::start || command.kind == CommandKind::restart ||
                         command.kind == CommandKind::roll || command.kind == CommandKind::scale;
  // So is what the restart of a target takes along, which may have something else to wait for.
  const bool is_along = command.kind == CommandKind::restart;
  if (is_along && std::ranges::any_of(taken_down_by(scene, command), [&](InstanceId id) { return hangs(scene, id); }))
    return true;
  return std::ranges::any_of(command.targets, [&](InstanceId id) {
    const State state = scene.seen[id.value].state;
    const bool goes_on = is_wait && state == State::running && command.wait_for != WaitFor::ready;
    // It failed for want of one thing that it needs, and would come back, but for another that is never there.
    const bool is_held =
        state == State::failed && scene.inside(id).cause == Cause::requirement && needs_endless(scene, id);
    const bool is_endless = state == State::paused || state == State::joining || is_held;
    return goes_on || (is_wait && is_endless) || ((is_wait || is_upward) && hangs(scene, id));
  });
}

Complaint changes_end(const Scene& scene) {
  for (const auto& [id, change] : scene.changes)
    if (!change.is_forgotten && (scene.finished || !may_wait(scene, change.command)))
      return fmt::format("change {} never ends", id.value);
  return std::nullopt;
}

Complaint no_change_is_kept(const Scene& scene) {
  const auto open = std::ranges::count_if(scene.changes, [](const auto& c) { return !c.second.is_forgotten; });
  if (std::cmp_equal(open, scene.engine.open_changes())) return std::nullopt;
  return fmt::format("{} changes are open, the engine keeps {}", open, scene.engine.open_changes());
}

// A shutdown in a calm world leaves nothing alive.
Complaint no_survivors(const Scene& scene) {
  if (!scene.finished || scene.shutdown_since < scene.calm_since || scene.finished->survivors.empty())
    return std::nullopt;
  return fmt::format("{} survived", scene.name(scene.finished->survivors.front()));
}

constexpr SceneChecker kAfterStep[] = {
    {"states-agree", states_agree},
    {"running-has-needs", running_has_needs},
    {"bound", bound},
    {"outdated", outdated},
    {"rest-is-empty", rest_is_empty},
    {"deadlines", deadlines},
    {"backoff-times", backoff_times},
    {"bookkeeping", bookkeeping},
    {"no-change-is-kept", no_change_is_kept},
    {"progress", progress},
};
constexpr SceneChecker kAfterTurn[] = {
    {"no-overdue", no_overdue},         {"leaves-in-time", leaves_in_time}, {"when-done", when_done},
    {"obeys-shutdown", obeys_shutdown}, {"stop-budget", stop_budget},       {"stop-answers", stop_answers},
};
constexpr SceneChecker kAtRest[] = {{"liveness", liveness}, {"changes-end", changes_end}};
constexpr SceneChecker kAtEnd[] = {{"changes-end", changes_end}, {"no-survivors", no_survivors}};

}  // namespace

std::span<const SceneChecker> step_checkers() { return kAfterStep; }
std::span<const SceneChecker> turn_checkers() { return kAfterTurn; }
std::span<const SceneChecker> rest_checkers() { return kAtRest; }
std::span<const SceneChecker> end_checkers() { return kAtEnd; }

}  // namespace sup::sim
