// What commands and the boot want of instances: goals are written down and up the graph here. What comes of it is
// decided by settle().
#include <algorithm>
#include <utility>

#include "engine/engine.hpp"
#include "engine/population.hpp"
#include "engine/transitions.hpp"

namespace sup {

void Engine::handle(const Boot& event) {
  std::vector<InstanceId> enabled = event.only;
  for (const Instance& i : w_.present()) {
    const bool is_external = w_.spec(i).type == ServiceType::external;
    if ((is_external || event.only.empty()) && starts_with_supervisord(*w_.definition(i))) enabled.push_back(w_.id(i));
  }
  std::erase_if(enabled, [this](InstanceId id) { return w_.definition(w_.at(id))->left_out->is_skipped; });
  is_booted_ = true;
  w_.booted_at = w_.now;
  start(enabled, Input::want_up, event.only.empty() ? Brood::along : Brood::left, Skipped::stay);
}

void Engine::handle(const CommandGiven& given) {
  CommandGiven command = given;
  std::ranges::sort(command.targets);  // Who names a service twice means it once.
  command.targets.erase(std::ranges::unique(command.targets).begin(), command.targets.end());
  std::erase_if(command.targets, [this](InstanceId id) { return !w_.is_present(id); });
  changes_.open(w_, command);
  const bool is_upward =
      command.kind == CommandKind::start || command.kind == CommandKind::restart || command.kind == CommandKind::roll;
  if (is_shutting_down_ && is_upward) return changes_.refuse(w_, command.change, "supervisord is shutting down");
  switch (command.kind) {
    case CommandKind::start: take_along(command.change, start(command.targets, Input::want_up)); break;
    case CommandKind::restart:
      take_along(command.change, start(command.targets, Input::want_restart));
      take_along(command.change, leaving_with(command.targets));
      break;
    case CommandKind::stop: take_along(command.change, stop(command.targets, Input::want_down)); break;
    case CommandKind::kill:
      take_along(command.change, stop(command.targets, Input::want_down));
      for (const InstanceId id : command.targets) dispatch(id, Input::kill_now);
      break;
    case CommandKind::signal: signal(command); break;
    case CommandKind::reload:
      for (const InstanceId id : command.targets)
        if (has_reload(w_.spec(w_.at(id)))) dispatch(id, Input::want_reload);
      break;
    case CommandKind::pause:
      for (const InstanceId id : command.targets) dispatch(id, Input::want_pause);
      break;
    case CommandKind::resume:
      for (const InstanceId id : command.targets) dispatch(id, Input::want_resume);
      break;
    case CommandKind::roll:  // As their turns come.
    case CommandKind::wait:
    case CommandKind::scale: break;
  }
  touched_.insert(touched_.end(), command.targets.begin(), command.targets.end());
}

void Engine::handle(const ChangeForgotten& event) { changes_.forget(event.change); }

namespace {

// The children of those in `work` that are not up, or are to begin another run; and theirs.
void add_children(const World& w, Input input, std::vector<InstanceId>& work, std::vector<InstanceId>& pulled,
                  std::vector<char>& is_seen) {
  for (std::size_t next = 0; next < work.size(); ++next) {
    if (input != Input::want_restart && is_ready(w, w.at(work[next]))) continue;
    for (const InstanceId child : children_to_start(w, work[next]))
      if (std::exchange(is_seen[child.value], char{1}) == 0) {
        work.push_back(child);
        pulled.push_back(child);
      }
  }
}

}  // namespace

// Wants the targets up, and before them all that they require or want, as far as it is not up or on its way. What is
// ending is not on its way: its policy may leave it down. What leaves for good is left alone. Returned is what goes
// down for it.
std::vector<Companion> Engine::start(const std::vector<InstanceId>& targets, Input input, Brood brood,
                                     Skipped skipped) {
  std::vector<char> is_seen(w_.instances.size());
  for (const InstanceId id : targets) is_seen[id.value] = 1;
  std::vector<InstanceId> work = targets;
  std::vector<InstanceId> pulled;
  std::vector<Companion> gone;
  if (brood == Brood::along) add_children(w_, input, work, pulled, is_seen);
  while (!work.empty()) {
    const Relations& relations = w_.relations(w_.at(work.back()));
    work.pop_back();
    const auto pull = [&](InstanceId other, const std::vector<Terms>& special) {
      // What has gone far enough for this is not begun again.
      const Terms terms = terms_of(special, other);
      const bool is_usual = terms.until == Until::ready && terms.bond != Bond::child;
      if (!is_usual && is_met(w_.at(other).facts, terms)) return;
      if (skipped == Skipped::stay && w_.definition(w_.at(other))->left_out->is_skipped) return;
      if (std::exchange(is_seen[other.value], char{1}) != 0) return;
      work.push_back(other);
      pulled.push_back(other);
    };
    for (const InstanceId other : relations.requires_) pull(other, relations.terms);
    for (const InstanceId other : relations.wants) pull(other, relations.order_terms);
  }
  for (const InstanceId id : pulled) {
    const Instance& i = w_.at(id);
    const bool is_ending =
        is_resting(i.state) || i.state == State::stopping || i.state == State::killing || i.state == State::joining;
    const bool is_on_its_way = i.goal == Goal::up && !is_ending;
    if (i.presence != Presence::here) continue;
    if (!is_ready(w_, i) && !is_on_its_way) dispatch(id, Input::want_up);
    make_way(id, gone);
  }
  for (const InstanceId id : targets) {
    if (w_.at(id).presence != Presence::here) continue;
    dispatch(id, input);
    make_way(id, gone);
  }
  // What was named has an answer of its own, and what came up again after all has not gone.
  std::erase_if(gone, [&](const Companion& c) {
    return std::ranges::binary_search(targets, c.instance) || w_.at(c.instance).goal == Goal::up;
  });
  std::ranges::sort(gone, {}, &Companion::instance);
  gone.erase(std::ranges::unique(gone, {}, &Companion::instance).begin(), gone.end());
  return gone;
}

// What conflicts with it goes down, and so does what would come back by itself. What has failed or completed for good
// may rest as it is.
void Engine::make_way(InstanceId id, std::vector<Companion>& gone) {
  if (w_.at(id).goal == Goal::down || is_resting(w_.at(id).state)) return;
  for (const InstanceId c : w_.relations(w_.at(id)).conflicts) {
    const Instance& other = w_.at(c);
    const bool may_come_back = other.state == State::failed && other.cause == Cause::requirement;
    if (other.goal == Goal::up && (!is_resting(other.state) || may_come_back)) {
      w_.led_by = id;
      gone.push_back({c, id, Along::gives_way, true});
      std::vector<InstanceId> down{c};
      for (const Companion& d : stop({c}, Input::give_way)) {
        gone.push_back({d.instance, d.along_with, d.along, true});
        down.push_back(d.instance);
      }
      // They may be wanted up again by the same command; what was asked of them before is over.
      changes_.evaluate(w_, down);
    }
  }
}

// Wants the targets down, and with them all that require them, directly or not, and are up or on their way: these are
// returned.
std::vector<Companion> Engine::stop(const std::vector<InstanceId>& targets, Input input) {
  std::vector<Companion> out;
  std::vector<char> is_seen(w_.instances.size());
  for (const InstanceId id : targets) is_seen[id.value] = 1;
  for (const InstanceId id : targets) dispatch(id, input);
  std::vector<InstanceId> work = targets;
  for (std::size_t next = 0; next < work.size(); ++next) {
    const InstanceId id = work[next];
    for (const InstanceId d : w_.relations(w_.at(id)).required_by) {
      const Instance& i = w_.at(d);
      if (i.goal == Goal::down || is_resting(i.state) || std::exchange(is_seen[d.value], char{1})) continue;
      w_.led_by = id;
      dispatch(d, Input::follow_down);
      out.push_back({d, id});
      work.push_back(d);
    }
  }
  return out;
}

// Its run has completed: nobody waits for what serves it.
void Engine::dismiss_daemons(InstanceId parent) {
  std::vector<InstanceId> daemons;
  for (const InstanceId d : w_.relations(w_.at(parent)).required_by) {
    const Instance& i = w_.at(d);
    const bool is_daemon = terms_of(w_.graph[d.value]->terms, parent).bond == Bond::daemon;
    if (is_daemon && i.goal == Goal::up && !is_resting(i.state)) daemons.push_back(d);
  }
  for (const InstanceId d : daemons) {
    const Instance& i = w_.at(d);
    if (i.goal == Goal::down || is_resting(i.state)) continue;  // It has gone along with one before it.
    w_.led_by = parent;
    stop({d}, Input::follow_down);
  }
}

// What the restart of the targets takes down and brings back: what requires them and is alive.
std::vector<Companion> Engine::leaving_with(const std::vector<InstanceId>& targets) const {
  std::vector<Companion> out;
  std::vector<char> is_seen(w_.instances.size());
  for (const InstanceId id : targets) is_seen[id.value] = 1;
  std::vector<InstanceId> work = targets;
  while (!work.empty()) {
    const InstanceId id = work.back();
    work.pop_back();
    if (!w_.at(id).facts.is_leaving) continue;
    for (const InstanceId d : w_.relations(w_.at(id)).required_by) {
      const Instance& i = w_.at(d);
      if (i.goal == Goal::down || !i.facts.is_leaving || std::exchange(is_seen[d.value], char{1})) continue;
      out.push_back({d, id});
      work.push_back(d);
    }
  }
  return out;
}

void Engine::take_along(ChangeId change, const std::vector<Companion>& companions) {
  changes_.join(w_, change, companions);
  for (const Companion& c : companions) touched_.push_back(c.instance);
}

void Engine::signal(const CommandGiven& command) {
  for (const InstanceId id : command.targets)
    if (is_live(w_.at(id).state) && has_process(w_.spec(w_.at(id))))
      w_.effects.emplace_back(SignalRun{id, w_.at(id).run, command.signal, command.to, SignalReason::command});
}

}  // namespace sup
