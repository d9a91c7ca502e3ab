#include "engine/changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace sup {
namespace {

constexpr std::string_view kSuperseded = "superseded by a later command";

struct Verdict {
  Outcome outcome;
  std::string_view cause = {};  // Instead of the instance's own.
};
using Decision = std::optional<Verdict>;  // Nothing: still open.

constexpr Verdict kDone{Outcome::done};
constexpr Verdict kFailed{Outcome::failed};
constexpr Verdict kEndedInReload{Outcome::failed, "was to end before it had reloaded"};
constexpr Verdict kNeverCompletes{Outcome::failed, "is started again after every end (restart.when is always)"};

constexpr Verdict kUnwanted{Outcome::cancelled};  // For want of another, or by a later command.
constexpr Verdict kNeverAsked{Outcome::failed, "is never asked how it is: its settings have no `health`"};

bool was_live(const ChangeTarget& t) { return is_live(t.state_before); }

// An up command ends with the first attempt: a service in back-off will be tried again, but the command has failed.
// The command itself has ended any earlier back-off, and what is to be restarted is not ready from that moment on.
Decision judge_up(const World& w, const Instance& i) {
  if (i.presence == Presence::vanishing) return Verdict{Outcome::cancelled, "is being removed"};
  if (i.goal == Goal::down) return kUnwanted;
  if (i.state == State::failed || i.state == State::backoff) return kFailed;
  const bool has_worked = i.state == State::completed || (i.state == State::joining && !i.facts.is_leaving);
  if (is_ready(w, i) || has_worked) return kDone;
  // It is started when that is gone, but nobody knows when.
  if (is_live(i.state) && is_stuck(i)) return kFailed;
  return std::nullopt;
}

Decision judge_down(const Instance& i) {
  if (is_resting(i.state)) return kDone;
  if (i.goal == Goal::up) return Verdict{Outcome::cancelled, kSuperseded};
  // It goes on being killed, but that may take as long as a broken disk.
  if (is_stuck(i)) return kFailed;
  return std::nullopt;
}

constexpr Verdict kNoProcess{Outcome::failed, "has no process"};

Decision judge_paused(const World& w, const Instance& i) {
  if (i.state == State::paused) return kDone;
  if (!has_process(w.spec(i))) return kNoProcess;
  return Verdict{Outcome::failed, is_live(i.state) ? "only what is running can be paused" : "is not running"};
}

Decision judge_resumed(const Instance& i) {
  return i.state == State::running ? kDone : Verdict{Outcome::failed, "is not paused"};
}

// Where there is nothing to wait for, it is done with the signal.
Decision judge_reload(const World& w, const ChangeTarget& t, const Instance& i) {
  if (!has_reload(w.spec(i))) return Verdict{Outcome::failed, "its settings do not say how: there is no `reload`"};
  if (t.state_before == State::reloading) return Verdict{Outcome::failed, "is reloading already"};
  if (t.state_before != State::running)
    return Verdict{Outcome::failed, was_live(t) ? "only what is running can be reloaded" : "is not running"};
  if (i.run != t.run_before || !is_serving(i.state)) return kEndedInReload;
  if (i.state == State::reloading) return std::nullopt;
  return i.reload_failure->empty() ? kDone : Verdict{Outcome::failed, *i.reload_failure};
}

// The end of the run that was there when the command was given; if there was none, but one was awaited, of the next.
Decision judge_exited(const ChangeTarget& t, const Instance& i) {
  const bool is_new = i.run > t.run_before;
  if (was_live(t) && is_new) return kDone;
  if (is_live(i.state)) return std::nullopt;
  if (was_live(t) || is_new) return kDone;
  if (i.state == State::waiting) return std::nullopt;
  return i.run == RunId{} ? Verdict{Outcome::failed, "has never run"} : kDone;
}

// It rests, and nothing that is under way will change that: what failed for want of a requirement follows when that
// comes, directly or down a chain.
bool rests_for_good(const World& w, InstanceId id) {
  while (w.at(id).state == State::failed && w.at(id).cause == Cause::requirement) {
    const auto lost = lost_requirement(w, w.at(id));
    if (!lost) return false;
    id = *lost;
  }
  return is_resting(w.at(id).state);
}

Decision judge_wait(const World& w, WaitFor wait_for, const ChangeTarget& t, const Instance& i) {
  switch (wait_for) {
    case WaitFor::ready:
      if (is_ready(w, i)) return kDone;
      return rests_for_good(w, t.instance) ? Decision{kFailed} : std::nullopt;
    case WaitFor::healthy:
      if (!w.spec(i).health.is_written()) return kNeverAsked;
      if (i.facts.is_healthy) return kDone;
      return rests_for_good(w, t.instance) ? Decision{kFailed} : std::nullopt;
    case WaitFor::exited: return w.spec(i).type == ServiceType::external ? Decision{kNoProcess} : judge_exited(t, i);
    case WaitFor::stopped: return is_resting(i.state) ? Decision{kDone} : std::nullopt;
    case WaitFor::completed:
      if (i.state == State::completed) return kDone;
      if (effective_when(w.spec(i)) == RestartWhen::always) return kNeverCompletes;
      return rests_for_good(w, t.instance) ? Decision{kFailed} : std::nullopt;
  }
  return std::nullopt;
}

// What leaves is done when it rests. The others are to be as the service is: up, unless that is down.
Decision judge_scaled(const World& w, const ChangeTarget& t, const Instance& i) {
  const bool is_leaving = i.presence == Presence::vanishing;
  if (is_leaving != t.was_leaving) return Verdict{Outcome::cancelled, kSuperseded};
  if (is_leaving) return judge_down(i);
  return i.goal == Goal::down && is_resting(i.state) ? kDone : judge_up(w, i);
}

// Before its turn only what others have wanted of it since counts.
Decision judge_roll(const World& w, const ChangeTarget& t, const Instance& i) {
  if (!t.awaits_turn) return judge_up(w, i);
  if (i.presence == Presence::vanishing) return Verdict{Outcome::cancelled, "is being removed"};
  if (t.goal_before == Goal::up && i.goal == Goal::down) return kUnwanted;
  return std::nullopt;
}

Decision judge(const World& w, const Change& change, const ChangeTarget& t) {
  const Instance& i = w.at(t.instance);
  if (t.stays_down) return judge_down(i);
  switch (change.kind) {
    case CommandKind::start:
    case CommandKind::restart: return judge_up(w, i);
    case CommandKind::roll: return judge_roll(w, t, i);
    case CommandKind::stop:
    case CommandKind::kill: return judge_down(i);
    case CommandKind::reload: return judge_reload(w, t, i);
    case CommandKind::pause: return judge_paused(w, i);
    case CommandKind::resume: return judge_resumed(i);
    case CommandKind::signal:
      if (!has_process(w.spec(i))) return kNoProcess;
      return was_live(t) ? kDone : Verdict{Outcome::failed, "is not running"};
    case CommandKind::wait: return judge_wait(w, change.wait_for, t, i);
    case CommandKind::scale: return judge_scaled(w, t, i);
  }
  return std::nullopt;
}

std::string cause_of(const World& w, const Instance& i, const Verdict& verdict) {
  if (!verdict.cause.empty()) return std::string(verdict.cause);
  if (verdict.outcome != Outcome::cancelled) return cause_text(w, i);
  const std::string led = led_down_text(w, i);
  return led.empty() ? std::string(kSuperseded) : led;
}

void decide(const World& w, Change& change, ChangeTarget& t, const Verdict& verdict) {
  const Instance& i = w.at(t.instance);
  t.is_decided = true;
  --change.undecided;
  t.result = {.instance = t.instance,
              .outcome = verdict.outcome,
              .state = i.state,
              .cause = cause_of(w, i, verdict),
              .along_with = t.along_with,
              .along = t.along,
              .name = w.name(i),
              .along_with_name = t.along_with_name,
              .took = t.moved_at ? w.now - *t.moved_at : Duration{}};
}

// Nothing that was named has become what was asked for: what would have been taken along is of no interest any more.
bool is_pointless(const Change& change) {
  return std::ranges::all_of(change.targets, [](const ChangeTarget& t) {
    return t.along_with != kNoInstance || (t.is_decided && t.result.outcome != Outcome::done);
  });
}

// A wait for all is over with the first that will never come, a wait for any with the first that has.
bool has_ended(const Change& change) {
  if (change.undecided == 0) return true;
  if (change.kind != CommandKind::wait) return is_pointless(change);
  const Outcome decisive = change.wait_mode == WaitMode::any ? Outcome::done : Outcome::failed;
  return std::ranges::any_of(change.targets,
                             [&](const ChangeTarget& t) { return t.is_decided && t.result.outcome == decisive; });
}

// One that does not become ready is the last that is replaced: what serves is left as it is.
void stop_rolling(const World& w, Change& change, const ChangeTarget& failed) {
  const std::string cause = fmt::format("left as it is, since {} did not become ready", w.name(w.at(failed.instance)));
  for (ChangeTarget& t : change.targets)
    if (!t.is_decided && t.awaits_turn) decide(w, change, t, Verdict{Outcome::cancelled, cause});
}

void look(const World& w, Change& change, ChangeTarget& t) {
  if (t.is_decided) return;
  const Instance& i = w.at(t.instance);
  if (!t.moved_at && i.state != t.state_before) t.moved_at = i.since;
  if (const Decision verdict = judge(w, change, t)) {
    decide(w, change, t, *verdict);
    if (change.kind == CommandKind::roll && verdict->outcome == Outcome::failed) stop_rolling(w, change, t);
    return;
  }
  if (i.state == State::failed) change.hopes_for_others = true;
}

ChangeDone final_reply(Change& change) {
  ChangeDone done{change.id, {}};
  const auto add = [&](auto is_wanted) {
    for (ChangeTarget& t : change.targets)
      if (t.is_decided && is_wanted(t)) done.results.push_back(std::move(t.result));
  };
  add([](const ChangeTarget& t) { return t.along_with == kNoInstance; });
  add([](const ChangeTarget& t) { return t.along_with != kNoInstance; });
  return done;
}

ChangeTarget as_now(const World& w, const Companion& companion) {
  const Instance& i = w.at(companion.instance);
  ChangeTarget out;
  out.instance = companion.instance;
  out.along_with = companion.along_with;
  out.along = companion.along;
  out.stays_down = companion.stays_down;
  if (companion.along_with != kNoInstance) out.along_with_name = w.name(w.at(companion.along_with));
  out.run_before = i.run;
  out.state_before = i.state;
  out.goal_before = i.goal;
  out.was_leaving = i.presence == Presence::vanishing;
  return out;
}

// Ends the change: what is undecided has failed.
void fail_rest(World& w, Change& change, std::string_view cause) {
  for (ChangeTarget& t : change.targets)
    if (!t.is_decided) decide(w, change, t, Verdict{Outcome::failed, cause});
  w.effects.emplace_back(final_reply(change));
}

}  // namespace

void Changes::open(const World& w, const CommandGiven& command) {
  Change change;
  change.id = command.change;
  change.kind = command.kind;
  change.wait_for = command.wait_for;
  change.wait_mode = command.wait_mode;
  change.at_a_time = std::max(command.at_a_time, 1U);
  for (const InstanceId id : command.targets) {
    change.targets.push_back(as_now(w, {id, kNoInstance}));
    change.targets.back().awaits_turn = command.kind == CommandKind::roll;
  }
  change.undecided = change.targets.size();
  under_way_ = change.id;
  open_.push_back(std::move(change));
}

void Changes::join(const World& w, ChangeId id, const std::vector<Companion>& companions) {
  const auto it = std::ranges::find(open_, id, &Change::id);
  if (it == open_.end()) return;
  for (const Companion& c : companions) it->targets.push_back(as_now(w, c));
  it->undecided += companions.size();
  std::ranges::sort(it->targets, {}, &ChangeTarget::instance);
}

void Changes::evaluate(World& w, const std::vector<InstanceId>& touched) {
  for (Change& change : open_) {
    if (change.id == under_way_) continue;
    for (const InstanceId id : touched) {
      const auto it = std::ranges::lower_bound(change.targets, id, {}, &ChangeTarget::instance);
      if (it != change.targets.end() && it->instance == id) look(w, change, *it);
    }
    if (change.hopes_for_others)
      for (ChangeTarget& t : change.targets) look(w, change, t);
    if (has_ended(change)) w.effects.emplace_back(final_reply(change));
  }
  std::erase_if(open_, [this](const Change& change) { return change.id != under_way_ && has_ended(change); });
}

void Changes::drop(World& w, InstanceId id) {
  for (Change& change : open_) {
    for (ChangeTarget& t : change.targets)
      if (t.instance == id && !t.is_decided) decide(w, change, t, Verdict{Outcome::failed, "was removed"});
    if (has_ended(change)) w.effects.emplace_back(final_reply(change));
  }
  std::erase_if(open_, has_ended);
}

void Changes::refuse(World& w, ChangeId id, std::string_view cause) {
  const auto it = std::ranges::find(open_, id, &Change::id);
  if (it == open_.end()) return;
  fail_rest(w, *it, cause);
  open_.erase(it);
}

void Changes::close(World& w, std::string_view cause) {
  for (Change& change : open_) fail_rest(w, change, cause);
  open_.clear();
}

void Changes::forget(ChangeId id) {
  std::erase_if(open_, [&](const Change& c) { return c.id == id && c.kind != CommandKind::roll; });
}

std::vector<Turn> Changes::next_turns(const World& w) const {
  std::vector<Turn> out;
  // Ids are places and say nothing of the order of numbers.
  const auto rank = [&](InstanceId id) { return std::pair{w.at(id).service, w.at(id).number}; };
  for (const Change& change : open_) {
    std::vector<InstanceId> waiting;
    std::size_t under_way = 0;
    for (const ChangeTarget& t : change.targets) {
      if (t.is_decided) continue;
      if (t.awaits_turn)
        waiting.push_back(t.instance);
      else
        ++under_way;
    }
    std::ranges::sort(waiting, {}, rank);
    for (const InstanceId id : waiting)
      if (under_way++ < change.at_a_time) out.push_back({change.id, id});
  }
  return out;
}

void Changes::begin(const std::vector<Turn>& turns) {
  for (const Turn& turn : turns) {
    const auto change = std::ranges::find(open_, turn.change, &Change::id);
    if (change == open_.end()) continue;
    const auto target = std::ranges::find(change->targets, turn.instance, &ChangeTarget::instance);
    if (target != change->targets.end()) target->awaits_turn = false;
  }
}

}  // namespace sup
