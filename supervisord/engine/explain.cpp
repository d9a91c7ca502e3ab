#include "engine/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "engine/transitions.hpp"

namespace sup {
namespace {

std::string named_state(const World& w, InstanceId id) {
  const Instance& i = w.at(id);
  const std::string cause = i.state == State::waiting ? std::string{} : cause_text(w, i);
  return fmt::format("{} ({}{}{})", w.name(i), enum_name(i.state), cause.empty() ? "" : ", ", cause);
}

std::string success_text(const ServiceSpec& spec, ExitStatus status) {
  return fmt::format("{} is {} (success-codes)", status.text(), is_success(spec, status) ? "success" : "no success");
}

// While a stop step is under way: which, and when patience ends. Empty: none is.
std::string stop_step_text(const World& w, const Instance& i) {
  if (i.state != State::stopping || i.phase != Phase::steps || i.deadline == kNever) return {};
  const std::vector<StopStep>& steps = w.spec(i).stop->steps;
  Duration patience = i.deadline - i.since;
  for (std::size_t later = i.stop_step + 1; later < steps.size(); ++later) patience += steps[later].wait;
  const StopStep& step = steps[i.stop_step];
  const std::string by = step.command.argv.empty() ? signal_name(step.signal) : step.command.argv[0];
  return fmt::format("told to end by {}; what is alive {} after the stop began gets KILL", by,
                     format_duration(patience));
}

}  // namespace

std::string_view asked_end_text(const Instance& i) {
  if (!is_live(i.state)) return {};
  if (i.goal == Goal::down) return "its end was asked for: it stays down";
  if (i.is_cycling || i.run_was_asked_to_end) return "its end was asked for: started again without a delay";
  return {};
}

std::string_view give_up_text(GiveUpAction action) {
  switch (action) {
    case GiveUpAction::fail: return "failed for good";
    case GiveUpAction::shutdown: return "failed for good, and supervisord shuts down";
    case GiveUpAction::start: return "failed for good, and another service is started";
  }
  return {};
}

std::vector<InstanceId> dependents_of(const World& w, InstanceId id) {
  struct Visit {
    InstanceId id;
    std::size_t next = 0;  // Of its own dependents.
  };
  std::vector<char> seen(w.instances.size());
  std::vector<InstanceId> out;
  std::vector<Visit> path{{id}};  // By hand: chains of services may be longer than the stack is deep.
  while (!path.empty()) {
    Visit& last = path.back();
    const auto& dependents = w.relations(w.at(last.id)).required_by;
    if (last.next < dependents.size()) {
      const InstanceId d = dependents[last.next++];
      if (!std::exchange(seen[d.value], char{1})) path.push_back({d});
      continue;
    }
    if (last.id != id) out.push_back(last.id);
    path.pop_back();
  }
  return out;
}

std::vector<InstanceId> left_down_by(const World& w, const std::vector<InstanceId>& ids) {
  std::vector<InstanceId> out;
  for (const Instance& i : w.present()) {
    if (i.state != State::stopped || i.cause != Cause::followed) continue;
    const auto is_blamed = [&](InstanceId id) { return id == i.cause_by || id == i.cause_root; };
    if (std::ranges::any_of(ids, is_blamed)) out.push_back(w.id(i));
  }
  return out;
}

std::string exit_verdict(const World& w, InstanceId id, ExitStatus status) {
  const ServiceSpec& spec = w.spec(w.at(id));
  return fmt::format("{}; restart.when is {}", success_text(spec, status), enum_name(effective_when(spec)));
}

std::string explain_exit(const World& w, InstanceId id, ExitStatus status) {
  const Instance& i = w.at(id);
  const ServiceSpec& spec = w.spec(i);
  if (const std::string_view asked = asked_end_text(i); !asked.empty())
    return fmt::format("{}; {}", success_text(spec, status), asked);
  const std::string_view shutdown =
      spec.on_exit == OnExit::shutdown ? ", and supervisord shuts down with its code" : "";
  std::string then;
  switch (after_end(spec, status, i.recent_restarts, w.now)) {
    case AfterEnd::restart: {
      const bool is_good = is_serving(i.state) && is_good_run(spec.restart, w.now - i.run_since);
      const Duration delay = restart_delay(spec.restart, is_good ? 0 : i.restarts_in_row, 0);
      then = fmt::format("started again after {}", format_duration(delay));
      break;
    }
    case AfterEnd::exhausted:
      then = fmt::format("{}{}", give_up_text(spec.restart.on_give_up->action), shutdown);
      break;
    case AfterEnd::complete: then = fmt::format("completed{}", shutdown); break;
    case AfterEnd::fail: then = fmt::format("failed{}", shutdown); break;
  }
  return fmt::format("{}: {}", exit_verdict(w, id, status), then);
}

std::string deadline_text(const World& w, InstanceId id, Instant now) {
  const Instance& i = w.at(id);
  if (i.deadline == kNever || i.is_hook_late) return {};
  const std::string left = human_duration(std::max(i.deadline - now, Duration{0}));
  if (i.state == State::backoff) return "next try in " + left;
  if (i.state == State::starting && i.phase == Phase::await_ready)
    return fmt::format("has failed if it is not ready in {}", left);
  if (i.state == State::stopping && i.phase == Phase::steps)
    return fmt::format("the next step of its stop follows in {}", left);
  return {};
}

Explanation explain(const World& w, InstanceId id) {
  const Instance& i = w.at(id);
  const Relations& relations = w.relations(i);
  Explanation out;
  out.state = i.state;
  out.goal = i.goal;
  if (i.row != nullptr)
    out.why = i.row->why;
  else if (const std::string& left_out = w.definition(i)->left_out->why; w.spec(i).enabled && !left_out.empty())
    out.why = fmt::format("left out when supervisord started ({}), and nobody has asked for it", left_out);
  else
    out.why = w.spec(i).enabled ? "nobody has asked for it" : "not enabled, and nobody has asked for it";
  out.cause = cause_text(w, i);
  if (out.cause.empty()) out.cause = stop_step_text(w, i);
  out.last_end = last_end_text(i);
  if (i.state == State::waiting)
    for (const InstanceId other : waited_for(w, i)) out.waits_for.push_back(named_state(w, other));
  if (i.facts.is_leaving && is_rising_or_up(i.state)) {
    for (const InstanceId d : relations.required_by)
      if (w.at(d).facts.is_live) out.waits_for.push_back(named_state(w, d));
    for (const InstanceId f : relations.followed_by)
      if (w.at(f).facts.is_leaving && !std::ranges::binary_search(relations.required_by, f))
        out.waits_for.push_back(named_state(w, f));
  }
  if (i.state == State::joining && !i.facts.is_leaving)
    for (const InstanceId d : relations.required_by)
      if (w.at(d).facts.is_busy && is_child(terms_of(w.graph[d.value]->terms, id).bond))
        out.waits_for.push_back(named_state(w, d));
  for (const InstanceId r : relations.requires_) out.needs.push_back(named_state(w, r));
  for (const InstanceId d : relations.required_by) out.needed_by.push_back(w.name(w.at(d)));
  for (const InstanceId d : dependents_of(w, id))
    if (!is_resting(w.at(d).state)) out.would_stop_with.push_back(w.name(w.at(d)));
  out.policy = {explain_exit(w, id, ExitStatus{0, 0, false}), explain_exit(w, id, ExitStatus{1, 0, false})};
  return out;
}

std::string health_report(const World& w, InstanceId id) {
  const Instance& i = w.at(id);
  if (!is_asked_for_health(w, i)) return {};
  const std::string target = probe_text(*w.spec(i).health);
  if (!i.health->last_probe) return fmt::format("health: {}; not probed yet ({})", health_text(*i.health), target);
  return fmt::format(
      "health: {}; the last probe ({}) {} {} ago", health_text(*i.health), target,
      i.health->has_last_failed ? fmt::format("failed with \"{}\"", i.health->last_failure) : "succeeded",
      human_duration(w.now - *i.health->last_probe));
}

}  // namespace sup
