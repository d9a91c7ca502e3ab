#include "engine/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "spec/left_out.hpp"

namespace sup {

bool has_failed(const Instance& i) { return i.has_start_failed || i.is_unfit; }

namespace {

std::string bare_end_text(const Instance& i) {
  switch (i.last_kind) {
    case EndKind::none: return {};
    case EndKind::exited: return end_text(i.last_status, i.last_limits);
    case EndKind::start_failed:
    case EndKind::unfit: return *i.failure;
  }
  return {};
}

// An end that is no failure needs no explanation, whatever was wrong before.
bool is_end_explained(const Instance& i) {
  if (i.trouble->empty() || i.last_kind == EndKind::none) return false;
  const bool is_well = i.last_kind == EndKind::exited && (i.run_was_asked_to_end || i.last_status == ExitStatus{});
  return !is_well;
}

}  // namespace

std::string last_end_text(const Instance& i) {
  return bare_end_text(i) + (is_end_explained(i) ? "; said: " + *i.trouble : std::string{});
}

RunEnd last_end(const Instance& i) { return i.last_kind == EndKind::exited ? RunEnd{i.last_status} : std::nullopt; }

bool is_asked_for_health(const World& w, const Instance& i) {
  const bool is_awaited = i.state == State::waiting && w.spec(i).type == ServiceType::external;
  return (is_serving(i.state) || is_awaited) && w.spec(i).health.is_written();
}

// What is external is asked at least each second while it is not there.
Duration probe_pause(const World& w, const Instance& i) {
  const HealthSpec& spec = *w.spec(i).health;
  if (w.spec(i).type != ServiceType::external) return next_probe_delay(*i.health, spec);
  const bool is_there = i.health->verdict == Health::healthy;
  return is_there ? spec.interval : std::min<Duration>(spec.interval, std::chrono::seconds{1});
}

void restart_watchdog(const World& w, Instance& i) {
  i.watchdog_due = i.watchdog > Duration{0} ? w.now + i.watchdog : kNever;
}

void wait_for_reload_until(Instance& i, Instant due) {
  i.reload_due = due;
  i.deadline = std::min(due, i.watchdog_due);
}

const std::vector<Hook>* hooks_of(const ServiceSpec& spec, Phase phase) {
  switch (phase) {
    case Phase::pre_start: return &spec.pre_start;
    case Phase::post_start: return &spec.post_start;
    case Phase::pre_stop: return &spec.pre_stop;
    case Phase::post_stop: return &spec.post_stop;
    case Phase::none:
    case Phase::launch:
    case Phase::find_main:
    case Phase::await_ready:
    case Phase::reload:
    case Phase::abort:
    case Phase::steps: return nullptr;
  }
  return nullptr;
}

std::optional<TaskKind> task_kind_of(Phase phase) {
  switch (phase) {
    case Phase::pre_start: return TaskKind::pre_start;
    case Phase::post_start: return TaskKind::post_start;
    case Phase::pre_stop: return TaskKind::pre_stop;
    case Phase::post_stop: return TaskKind::post_stop;
    case Phase::reload: return TaskKind::reload;
    case Phase::none:
    case Phase::launch:
    case Phase::find_main:
    case Phase::await_ready:
    case Phase::abort:
    case Phase::steps: return std::nullopt;
  }
  return std::nullopt;
}

bool is_stuck(const Instance& i) {
  return !i.survivors->empty() && is_live(i.state) && (i.state == State::killing || i.is_hook_late);
}

std::size_t hooks_left(const World& w, const Instance& i) {
  const std::vector<Hook>* hooks = hooks_of(w.spec(i), i.phase);
  return hooks == nullptr ? 0 : hooks->size() - i.hook;
}

bool is_ready(const World& w, const Instance& i) {
  switch (w.spec(i).type) {
    case ServiceType::forking:
    case ServiceType::target:
    case ServiceType::external:
    case ServiceType::notify:
    case ServiceType::simple: return is_serving(i.state) && !i.facts.is_leaving;
    case ServiceType::oneshot: return i.state == State::completed || (i.state == State::joining && !i.facts.is_leaving);
  }
  return false;
}

bool is_awaiting_ready(const World& w, const Instance& i) {
  return i.state == State::starting && i.phase == Phase::await_ready && ready_kind(w.spec(i)) != ReadyKind::delay;
}

bool is_free_to_stop(const Instance& i) { return i.counts.live_dependents == 0 && i.counts.leaving_followers == 0; }

bool is_joined(const Instance& i) { return i.counts.busy_children == 0; }

std::vector<InstanceId> children_to_start(const World& w, InstanceId parent) {
  std::vector<InstanceId> out;
  for (const InstanceId d : w.graph[parent.value]->required_by)
    if (is_child(terms_of(w.graph[d.value]->terms, parent).bond) && starts_with_parent(*w.definition(w.at(d))))
      out.push_back(d);
  return out;
}

bool has_requirements(const Instance& i) { return i.counts.unready_requirements == 0; }

bool is_free_to_start(const Instance& i) {
  return has_requirements(i) && i.counts.coming_predecessors == 0 && i.counts.live_conflicts == 0 &&
         i.counts.live_bindings == 0;
}

bool has_to_delay(const World& w, const Instance& i) {
  return w.spec(i).start_delay > Duration{0} && !i.has_delayed && !is_delaying(i);
}

bool is_delaying(const Instance& i) { return i.state == State::waiting && i.deadline != kNever; }

bool has_free_slot(const World& w) {
  const std::uint32_t slots = w.daemon.start_parallelism;
  return slots == 0 || w.starting_count < slots;
}

std::optional<InstanceId> lost_requirement(const World& w, const Instance& i) {
  if (i.counts.gone_requirements == 0) return std::nullopt;
  const Relations& relations = w.relations(i);
  return *std::ranges::find_if(relations.requires_,
                               [&](InstanceId r) { return is_gone_for(w.at(r).facts, terms_of(relations.terms, r)); });
}

std::optional<InstanceId> outdated_by(const World& w, const Instance& i) {
  const std::vector<InstanceId>& all = w.relations(i).renewed_by;
  const bool is_going_on = is_rising_or_up(i.state) && i.state != State::joining && !i.facts.is_leaving;
  if (all.empty() || !is_going_on) return std::nullopt;
  const auto found =
      std::ranges::find_if(all, [&](InstanceId x) { return w.at(x).facts.is_ready && w.at(x).run > i.run; });
  return found == all.end() ? std::nullopt : std::optional{*found};
}

namespace {

// Where nobody waits for more than a start, an end with success is no loss, whether its children have ended or not; but
// what is bound needs the run.
bool is_far_enough(const Facts& facts, Terms terms) {
  const bool is_start_enough = terms.until == Until::started && terms.bond == Bond::requirement;
  if (facts.is_joining) return is_start_enough;
  return facts.is_completed && (is_start_enough || terms.until == Until::completed);
}

}  // namespace

bool is_met(const Facts& facts, Terms terms) {
  if (terms.bond == Bond::child && facts.is_joining) return true;
  switch (terms.until) {
    case Until::started: return (facts.is_started && !facts.is_leaving) || is_far_enough(facts, terms);
    case Until::ready: return facts.is_ready;
    case Until::healthy: return facts.is_healthy;
    case Until::completed: return facts.is_completed;
  }
  return false;
}

bool holds(const Facts& facts, Terms terms) {
  switch (terms.until) {
    case Until::started: return facts.is_started;
    case Until::ready:
    case Until::healthy: return facts.is_up;
    case Until::completed: return facts.is_completed;
  }
  return false;
}

bool is_gone_for(const Facts& facts, Terms terms) { return facts.is_gone && !is_far_enough(facts, terms); }

bool is_awaited(const Facts& facts, Terms terms) {
  switch (terms.until) {
    case Until::started: return facts.is_coming && !is_met(facts, terms);
    case Until::ready: return facts.is_coming;
    case Until::healthy: return facts.is_coming || facts.is_unproven;
    case Until::completed: return facts.is_at_work;
  }
  return false;
}

std::vector<InstanceId> waited_for(const World& w, const Instance& i) {
  const Relations& relations = w.relations(i);
  std::vector<InstanceId> out;
  for (const InstanceId r : relations.requires_)
    if (!is_met(w.at(r).facts, terms_of(relations.terms, r))) out.push_back(r);
  const std::size_t needed = out.size();
  for (const InstanceId f : relations.follows)
    if (is_awaited(w.at(f).facts, terms_of(relations.order_terms, f)) &&
        !std::binary_search(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(needed), f))
      out.push_back(f);
  for (const InstanceId c : relations.conflicts)
    if (w.at(c).facts.is_live) out.push_back(c);
  for (const InstanceId d : relations.required_by)
    if (w.at(d).facts.is_live && is_bound(terms_of(w.graph[d.value]->terms, w.id(i)).bond)) out.push_back(d);
  return out;
}

namespace {

// It is alive but has to go down, or was told to. What ends by itself is not leaving: its dependents stay.
bool has_to_leave(const Instance& i) {
  if (!is_there(i.state)) return false;
  if (i.goal == Goal::down || (i.run_was_asked_to_end && !i.is_replaced)) return true;
  if (i.is_cycling && is_rising_or_up(i.state)) return true;
  return i.counts.gone_requirements > 0 || i.counts.leaving_requirements > 0 || i.counts.broken_bindings > 0;
}

// It will not become ready by itself: failed, stopped, or (not a oneshot) completed.
bool is_gone(const World& w, const Instance& i) {
  if (i.state == State::completed) return w.spec(i).type != ServiceType::oneshot;
  return i.state == State::failed || i.state == State::stopped;
}

// It is on its way up, or will be after a restart.
bool is_coming(const Instance& i) {
  if (i.goal == Goal::down) return false;
  const bool is_up = is_serving(i.state) || i.state == State::paused || i.state == State::joining;
  return i.state == State::waiting || i.state == State::starting || i.state == State::stopping ||
         i.state == State::killing || (is_up && i.facts.is_leaving);
}

bool is_started(const World& w, const Instance& i) {
  switch (i.state) {
    case State::starting: return i.pid != 0 || i.main_is_gone;
    case State::running:
    case State::reloading:
    case State::paused: return true;
    case State::joining:
    case State::completed: return w.spec(i).type == ServiceType::oneshot;
    case State::stopped:
    case State::waiting:
    case State::stopping:
    case State::killing:
    case State::backoff:
    case State::failed: return false;
  }
  return false;
}

void adjust(std::uint32_t& count, bool was, bool is) {
  if (is && !was) ++count;
  if (was && !is) --count;
}

// Returns whether it may have to leave for this, or may stay.
bool tell_dependent(Counts& counts, Terms terms, const Facts& was, const Facts& is) {
  const Counts before = counts;
  adjust(counts.unready_requirements, !is_met(was, terms), !is_met(is, terms));
  adjust(counts.gone_requirements, is_gone_for(was, terms), is_gone_for(is, terms));
  adjust(counts.leaving_requirements, was.is_leaving, is.is_leaving);
  if (is_bound(terms.bond)) adjust(counts.broken_bindings, !holds(was, terms), !holds(is, terms));
  return counts.gone_requirements != before.gone_requirements ||
         counts.leaving_requirements != before.leaving_requirements || counts.broken_bindings != before.broken_bindings;
}

// Adds to `work` those that may have to leave for this, or may stay.
void tell_neighbours(World& w, InstanceId id, const Facts& was, const Facts& is, std::vector<InstanceId>& work) {
  const Relations& relations = *w.graph[id.value];
  for (const InstanceId d : relations.required_by)
    if (tell_dependent(w.derived(d).counts, terms_of(w.graph[d.value]->terms, id), was, is)) work.push_back(d);
  for (const InstanceId r : relations.requires_) adjust(w.derived(r).counts.live_dependents, was.is_live, is.is_live);
  for (const Terms& terms : relations.terms) {
    Counts& counts = w.derived(terms.other).counts;
    if (is_bound(terms.bond)) adjust(counts.live_bindings, was.is_live, is.is_live);
    if (is_child(terms.bond)) adjust(counts.busy_children, was.is_busy, is.is_busy);
  }
  for (const InstanceId c : relations.conflicts) adjust(w.derived(c).counts.live_conflicts, was.is_live, is.is_live);
  for (const InstanceId f : relations.followed_by) {
    const Terms terms = terms_of(w.graph[f.value]->order_terms, id);
    adjust(w.derived(f).counts.coming_predecessors, is_awaited(was, terms), is_awaited(is, terms));
  }
  for (const InstanceId f : relations.follows)
    adjust(w.derived(f).counts.leaving_followers, was.is_leaving, is.is_leaving);
}

// Whether it has to leave comes first: the others ask for it.
void update_facts(const World& w, Instance& i) {
  Facts& out = i.facts;
  out.is_live = is_there(i.state);
  out.is_busy = !is_resting(i.state);
  out.is_leaving = has_to_leave(i);
  out.is_joining = i.state == State::joining && !out.is_leaving;
  out.is_gone = is_gone(w, i);
  out.is_ready = is_ready(w, i);
  out.is_healthy = out.is_ready && i.health->verdict == Health::healthy;
  out.is_coming = is_coming(i);
  out.is_started = is_started(w, i);
  out.is_completed = i.state == State::completed;
  const bool has_worked = (out.is_completed || out.is_joining) && w.spec(i).type == ServiceType::oneshot;
  out.is_up = is_serving(i.state) || i.state == State::paused || has_worked;
  out.is_unproven =
      i.goal == Goal::up && out.is_up && w.spec(i).health.is_written() && i.health->verdict == Health::unknown;
  out.is_at_work = i.goal == Goal::up && (out.is_coming || out.is_live);
}

}  // namespace

std::vector<InstanceId> publish(World& w, InstanceId changed) {
  std::vector<InstanceId> news;
  std::vector<InstanceId> work{changed};
  while (!work.empty()) {
    const InstanceId id = work.back();
    work.pop_back();
    Instance& i = w.derived(id);
    const Facts was = i.facts;
    update_facts(w, i);
    if (i.facts == was) continue;
    news.push_back(id);
    tell_neighbours(w, id, was, i.facts, work);
  }
  return news;
}

namespace {

// So many neighbours are named in a text for people.
constexpr std::size_t kMaxNamed = 5;

// How the last run ended; nothing while that of the next is still to come.
std::string end_text(const Instance& i) {
  return is_live(i.state) && !i.main_is_gone && !has_failed(i) ? std::string{} : last_end_text(i);
}

std::string with_reason(std::string text, const std::string& reason) {
  return reason.empty() ? text : fmt::format("{} ({})", text, reason);
}

// Why something external is not there.
std::string absence_text(const Instance& i) {
  return i.health->has_last_failed ? "not there: " + i.health->last_failure : "is being asked for";
}

// How the other is whom `i` waits for: its state, and what it lacks beyond that.
std::string lack_text(const World& w, const Instance& i, InstanceId other) {
  const Instance& o = w.at(other);
  if (w.spec(o).type == ServiceType::external) return absence_text(o);
  const Relations& relations = w.relations(i);
  const bool is_needed = std::ranges::binary_search(relations.requires_, other);
  const Terms terms = terms_of(is_needed ? relations.terms : relations.order_terms, other);
  const bool lacks_health = terms.until == Until::healthy && is_serving(o.state) && !o.facts.is_leaving;
  if (!lacks_health) return std::string(enum_name(o.state));
  return fmt::format("{}, {}", enum_name(o.state),
                     o.health->verdict == Health::unhealthy ? health_text(*o.health) : "not healthy yet");
}

std::string renewed_text(const World& w, const Instance& i) {
  return i.cause_by == kNoInstance ? "restarts with a service that was removed"
                                   : fmt::format("restarts with {}", w.name(w.at(i.cause_by)));
}

std::string waiting_text(const World& w, const Instance& i) {
  if (w.spec(i).type == ServiceType::external) return absence_text(i);
  std::string out;
  std::size_t count = 0;
  const auto add = [&](InstanceId other) {
    if (++count > kMaxNamed) return;
    out += fmt::format("{}{} ({})", out.empty() ? "waiting for " : ", ", w.name(w.at(other)), lack_text(w, i, other));
  };
  if (is_delaying(i)) return fmt::format("waiting for its start-delay of {}", format_duration(w.spec(i).start_delay));
  for (const InstanceId other : waited_for(w, i)) add(other);
  if (count > kMaxNamed) out += fmt::format(" and {} more", count - kMaxNamed);
  if (out.empty() && i.cause == Cause::renewed) return renewed_text(w, i);
  const bool is_out_of_slots = w.daemon.start_parallelism != 0 && w.starting_count >= w.daemon.start_parallelism;
  return out.empty() && is_out_of_slots ? "waiting for a start slot" : out;
}

// Of those that it waits for after its own end.
std::string joining_text(const World& w, const Instance& i) {
  std::string out;
  std::size_t count = 0;
  for (const InstanceId d : w.relations(i).required_by) {
    const bool is_awaited = w.at(d).facts.is_busy && is_child(terms_of(w.graph[d.value]->terms, w.id(i)).bond);
    if (!is_awaited || ++count > kMaxNamed) continue;
    out += fmt::format("{}{} ({})", out.empty() ? "waiting for its children " : ", ", w.name(w.at(d)),
                       enum_name(w.at(d).state));
  }
  return count > kMaxNamed ? fmt::format("{} and {} more", out, count - kMaxNamed) : out;
}

// "dependency web failed (dependency db failed (exit 3))": the one that is missed, and the first of the chain.
std::string requirement_text(const World& w, const Instance& i) {
  const auto text = [&](InstanceId id, const std::string& reason) {
    const Instance& other = w.at(id);
    return with_reason(fmt::format("dependency {} {}", w.name(other), enum_name(other.state)), reason);
  };
  if (i.cause_by == kNoInstance) return "a dependency was removed";
  const Instance& root = w.at(i.cause_root);
  const std::string first = text(i.cause_root, root.cause == Cause::requirement ? "" : cause_text(w, root));
  return i.cause_root == i.cause_by ? first : text(i.cause_by, first);
}

// "pre-start 1/2", or what is alive in spite of KILL, or how its main process ended.
std::string live_text(const World& w, const Instance& i) {
  if (is_stuck(i)) return *i.survivors;
  if (i.phase == Phase::find_main) return "looking for its main process";
  if (i.state == State::reloading)
    return i.phase == Phase::reload ? "its reload command runs" : "waiting until it has reloaded";
  if (i.phase == Phase::await_ready) return i.ready_note->empty() ? "not ready yet" : "not ready yet: " + *i.ready_note;
  if (is_asked_for_health(w, i) && i.health->verdict == Health::unhealthy) return health_text(*i.health);
  if (i.state == State::running && !i.reload_failure->empty()) return "reload failed: " + *i.reload_failure;
  if (const std::vector<Hook>* hooks = hooks_of(w.spec(i), i.phase))
    return with_reason(fmt::format("{} {}/{}", enum_name(*task_kind_of(i.phase)), i.hook + 1, hooks->size()),
                       end_text(i));
  if (i.cause == Cause::renewed) return renewed_text(w, i);
  return end_text(i);
}

// "went down with app, which went down with db": the one that it requires, and the first of the chain.
std::string followed_text(const World& w, const Instance& i) {
  if (i.cause_by == kNoInstance) return "went down with a dependency that was removed";
  std::string first = fmt::format("went down with {}", w.name(w.at(i.cause_root)));
  if (i.cause_root == i.cause_by) return first;
  return fmt::format("went down with {}, which {}", w.name(w.at(i.cause_by)), first);
}

}  // namespace

std::string cause_text(const World& w, const Instance& i) {
  if (i.state == State::waiting) return waiting_text(w, i);
  if (i.state == State::joining) return joining_text(w, i);
  if (is_live(i.state)) return live_text(w, i);
  switch (i.cause) {
    case Cause::none: return {};
    case Cause::asked:
    case Cause::renewed:
    case Cause::last_end: return end_text(i);
    case Cause::gave_up:
      return fmt::format("{}; gave up: {} in {}", end_text(i), counted(i.recent_restarts.size(), "restart"),
                         format_duration(w.spec(i).restart.within));
    case Cause::requirement: return requirement_text(w, i);
    case Cause::followed:
    case Cause::conflict: return led_down_text(w, i);
  }
  return {};
}

std::string led_down_text(const World& w, const Instance& i) {
  if (i.cause == Cause::followed) return followed_text(w, i);
  if (i.cause != Cause::conflict) return {};
  if (i.cause_by == kNoInstance) return "conflict with a service that was removed";
  return fmt::format("conflict with {}", w.name(w.at(i.cause_by)));
}

}  // namespace sup
