#include "engine/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "engine/actions.hpp"
#include "engine/population.hpp"
#include "engine/transitions.hpp"

namespace sup {

Engine::Engine(SpecSet set, std::uint64_t seed) : w_(std::move(set), seed) {}

// ---- the way in ----

void Engine::step(Instant now, Event event) {
  CHECK(now >= w_.now);
  if (is_finished_) return;
  w_.now = now;
  std::visit([this](const auto& e) { handle(e); }, event);
  finish_turn();
}

void Engine::tick(Instant now) {
  CHECK(now >= w_.now);
  if (is_finished_) return;
  w_.now = now;
  finish_turn();
}

std::optional<Instant> Engine::next_deadline() const {
  if (is_finished_) return std::nullopt;
  Instant next = shutdown_deadline_;
  if (!deadlines_.empty()) next = std::min(next, deadlines_.begin()->first);
  if (next == kNever) return std::nullopt;
  return next;
}

std::vector<Effect> Engine::take_effects() {
  wipe(w_, told_leavers_.instances, told_leavers_.services);
  told_leavers_ = std::exchange(leavers_, {});
  return std::exchange(w_.effects, {});
}

// Carries out what follows, settles, and fires what is due (a delay of 0 at once). A shutdown that an end brings about
// comes before anything that waited for this end may start.
void Engine::finish_turn() {
  tell_changes();
  renew_relations();
  run_follow_ups();
  do {
    settle();
    tell_last();
    settle();
    while (!deadlines_.empty() && deadlines_.begin()->first <= w_.now) {
      const InstanceId id = deadlines_.begin()->second;
      dispatch(id, w_.at(id).stop_by <= w_.now ? Input::out_of_time : Input::deadline);
      settle();
      tell_last();
      settle();
    }
  } while (roll_on());
  remove_ended();
  let_go();
  if (w_.now >= shutdown_deadline_) fire_shutdown_deadline();
  finish_when_at_rest();
}

void Engine::finish_when_at_rest() {
  if (!is_shutting_down_ || is_finished_ || busy_count_ > 0) return;
  settle();  // What is external goes, too.
  finish();
}

// The changes look at each state that settled, however short it lasts: a back-off without delay is an answer, too.
void Engine::tell_changes() {
  changes_.carried_out();
  changes_.evaluate(w_, touched_);
  touched_.clear();
}

// ---- events of the world ----

bool Engine::is_current(InstanceId id, RunId run) const {
  return w_.is_present(id) && w_.at(id).run == run && is_live(w_.at(id).state);
}

namespace {

void note_end_of_main(World& w, Instance& i, ExitStatus status) {
  if (!has_failed(i)) i.last_kind = EndKind::exited;
  i.last_status = status;
  i.main_is_gone = true;
  i.run_length = w.now - i.run_since;
  i.pid = 0;
}

void note_failed_start(Instance& i, std::string failure) {
  i.has_start_failed = true;
  i.last_kind = EndKind::start_failed;
  i.failure.edit() = std::move(failure);
}

// Its command may have been taken out of its definition since it began.
std::string reload_failure(const World& w, const Instance& i, const std::string& failure) {
  const ReloadSpec& reload = *w.spec(i).reload;
  const auto& argv = reload.command.argv;
  return fmt::format("{}: {}", argv.empty() ? "its reload command" : argv[0],
                     i.is_hook_late ? fmt::format("was not done within {}", format_duration(reload.timeout)) : failure);
}

// "pre-start 2 (mkdir): exit 1"
std::string hook_failure(const World& w, const Instance& i, const std::string& failure) {
  const Hook& hook = (*hooks_of(w.spec(i), i.phase))[i.hook];
  return fmt::format("{} {} ({}): {}", enum_name(*task_kind_of(i.phase)), i.hook + 1, hook.command.argv[0],
                     i.is_hook_late ? fmt::format("was not done within {}", format_duration(hook.timeout)) : failure);
}

}  // namespace

void Engine::handle(const Spawned& event) {
  if (!is_current(event.instance, event.run)) return;
  w_.edit(event.instance).pid = event.pid;
  w_.edit(event.instance).run_since = w_.now;
  w_.edit(event.instance).start.spawned = w_.now;
  dispatch(event.instance, Input::spawned);
}

void Engine::handle(const SpawnFailed& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  note_failed_start(i, event.failure);
  i.main_is_gone = true;
  dispatch(event.instance, Input::spawn_failed);
}

void Engine::handle(const MainFound& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  i.pid = event.pid;
  i.main_is_gone = false;
  if (i.state == State::starting && i.phase == Phase::find_main) dispatch(event.instance, Input::main_found);
}

void Engine::handle(const MainLost& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  if (i.state != State::starting || i.phase != Phase::find_main) return;
  note_failed_start(i, event.failure);
  dispatch(event.instance, Input::start_failed);
}

// One that is not the hook which the phase waits for was a stop step, or was killed because the phase was left.
void Engine::handle(const TaskEnded& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  if (task_kind_of(i.phase) != event.kind || i.hook != event.index) return;
  if (i.state != State::killing) i.survivors = {};
  // One that was killed may end well: a shell whose command was killed first goes on to its end.
  const bool has_failed = !event.failure.empty() || i.is_hook_late;
  const bool is_last = hooks_left(w_, i) == 1 || i.state == State::killing;
  if (i.phase == Phase::post_stop && is_last) return dispatch(event.instance, Input::ended);
  const bool goes_on = i.state == State::starting && !i.facts.is_leaving;
  if (i.phase == Phase::pre_start && (has_failed || !goes_on)) {
    // Nothing of the run is alive, and nothing more is begun of what has to go down. Who was told to end has not
    // failed.
    if (has_failed) note_failed_start(i, hook_failure(w_, i, event.failure));
    if (!has_failed) i.run_was_asked_to_end = true;
    i.main_is_gone = true;
    return dispatch(event.instance, Input::spawn_failed);
  }
  if (i.phase == Phase::reload && has_failed) i.reload_failure.edit() = reload_failure(w_, i, event.failure);
  if (i.phase == Phase::post_start && i.state == State::starting && has_failed) {
    note_failed_start(i, hook_failure(w_, i, event.failure));
    return dispatch(event.instance, Input::start_failed);
  }
  dispatch(event.instance, Input::task_ended);
}

// One that has just got KILL may still be on its way out: only after the time to the next one it is news.
void Engine::handle(const Survived& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  const bool is_killed =
      i.state == State::killing ? w_.now - i.since >= kKillRetry : i.is_hook_late && hooks_left(w_, i) > 0;
  if (!is_killed) return;
  i.survivors.edit() = event.what;
  touched_.push_back(event.instance);
}

void Engine::handle(const MainExited& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  note_end_of_main(w_, i, event.status);
  i.last_limits = event.limits;
  dispatch(event.instance, Input::main_exited);
}

void Engine::handle(const Ended& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  const bool is_launcher = w_.spec(i).type == ServiceType::forking && i.phase == Phase::launch;
  if (!i.main_is_gone) note_end_of_main(w_, i, event.status);
  i.last_limits = event.limits;
  const bool is_without_daemon = is_launcher || i.phase == Phase::find_main;
  if (is_without_daemon && i.state == State::starting && is_success(w_.spec(i), last_end(i)))
    note_failed_start(i, "its command ended and left no process behind");
  dispatch(event.instance, Input::ended);
}

// ---- transitions ----

namespace {

// In a stop, the hooks before it, its steps, and the hooks after it have their time each. So the watchdog's signal and
// the steps after that are one.
bool begins_part_of_stop(State from, Phase phase_before, const Instance& i) {
  return from != State::stopping ||
         (i.phase != phase_before && (phase_before == Phase::pre_stop || i.phase == Phase::post_stop));
}

}  // namespace

void Engine::dispatch(InstanceId id, Input input) {
  const Row* row = find_row(w_, w_.at(id), input);
  if (row == nullptr) return;
  Instance& i = w_.edit(id);
  ++w_.rows_taken[static_cast<std::size_t>(row - transitions().data())];
  const Instant deadline_before = i.deadline;
  const State from = i.state;
  const bool was_awaiting = is_awaiting_ready(w_, i);
  const bool was_asked = is_asked_for_health(w_, i);
  const Phase phase_before = i.phase;
  if (row->to != from) i.deadline = i.stop_by = kNever;  // A deadline dies with its state.
  if (row->action->act != nullptr) row->action->act(w_, i);
  if (is_shutting_down_ && row->to == State::stopping && begins_part_of_stop(from, phase_before, i)) share_time(id);
  sync_deadline(id, deadline_before);
  if (row->to != from) enter(id, from, *row);
  // No row has to remember what is under way.
  if (was_awaiting && !is_awaiting_ready(w_, i)) w_.effects.emplace_back(StopAwaiting{id, i.run});
  if (!was_awaiting && is_awaiting_ready(w_, i)) w_.effects.emplace_back(AwaitReady{id, i.run});
  if (was_asked && !is_asked_for_health(w_, i)) w_.effects.emplace_back(StopAsking{id, i.run});
  if (!was_asked && is_asked_for_health(w_, i)) begin_asking(i, from);
  if (is_there(from) && !is_there(row->to)) {
    renew_definition(id);
    may_relate_anew_ = true;
  }
  spread(id);
}

// The instance has changed: those that have to know, and those that may have to move, are looked at.
void Engine::spread(InstanceId id) {
  touched_.push_back(id);
  enqueue(id);
  for (const InstanceId changed : publish(w_, id)) {
    touched_.push_back(changed);
    enqueue_neighbours(changed);
  }
}

void Engine::enter(InstanceId id, State from, const Row& row) {
  Instance& i = w_.edit(id);
  i.state = row.to;
  i.has_delayed = false;
  if (!is_live(row.to)) i.phase = Phase::none;
  i.since = w_.now;
  i.row = &row;
  note_start(w_, i, from);
  if (from == State::starting) --w_.starting_count;
  if (row.to == State::starting) ++w_.starting_count;
  const bool is_ours = w_.spec(i).type != ServiceType::external;  // The other has no end that could be waited for.
  if (is_ours && is_resting(from)) ++busy_count_;
  if (is_ours && is_resting(row.to)) --busy_count_;
  if (is_ours && is_resting(row.to) && is_last(id)) --last_busy_;
  const std::size_t work = is_work(w_.spec(i)) ? 1 : 0;
  if (is_resting(from)) work_count_ += work;
  if (is_resting(row.to)) work_count_ -= work;
  if (has_had_its_time(id)) ended_.push_back(id);
  const bool has_exited = is_live(from) && !is_live(row.to) && i.last_kind == EndKind::exited;
  w_.effects.emplace_back(StateChanged{id, i.run, from, row.to, &row, i.pid, cause_text(w_, i),
                                       has_exited ? std::optional(i.last_status) : std::nullopt});
}

void Engine::sync_deadline(InstanceId id, Instant before) {
  Instance& i = w_.edit(id);
  const Instant after = i.deadline = std::min(i.deadline, i.stop_by);
  if (after == before) return;
  if (before != kNever) deadlines_.erase({before, id});
  if (after != kNever) deadlines_.insert({after, id});
}

// ---- settling ----

void Engine::enqueue(InstanceId id) {
  if (!std::exchange(w_.derived(id).is_queued, true)) queue_.push_back(id);
}

// Everything whose questions may have another answer now.
void Engine::enqueue_neighbours(InstanceId id) {
  enqueue(id);
  const Relations& relations = w_.relations(w_.at(id));
  for (const auto* list :
       {&relations.requires_, &relations.required_by, &relations.follows, &relations.followed_by, &relations.conflicts})
    for (const InstanceId other : *list) enqueue(other);
}

void Engine::settle() {
  // Each look may move an instance by one state; it cannot move for ever without an event from outside.
  std::size_t budget = 1'000 + 1'000 * w_.instances.size();
  do {
    renew_relations();
    while (!queue_.empty()) {
      CHECK(budget-- > 0);
      if (is_turn_of_last()) tell_last();
      const InstanceId id = queue_.front();
      queue_.pop_front();
      w_.derived(id).is_queued = false;
      settle_one(id);
      renew_relations();
      run_follow_ups();
    }
    leave_when_done();
  } while (!queue_.empty() || serve_line());
  tell_changes();
}

// Gives a free start slot to the first in the line, so that a service which fails again and again cannot keep others
// out. Those that may not start by now are passed over; they come back when they may. Returns whether one was started.
bool Engine::serve_line() {
  while (!line_.empty() && has_free_slot(w_)) {
    const InstanceId id = line_.front();
    line_.pop_front();
    Instance& i = w_.derived(id);
    i.is_in_line = false;
    if (i.state != State::waiting || !is_free_to_start(i) || has_to_delay(w_, i) || is_delaying(i)) continue;
    dispatch(id, Input::may_start);
    return true;
  }
  return false;
}

void Engine::settle_one(InstanceId id) {
  const Instance& i = w_.at(id);
  ++w_.looks;
  switch (i.state) {
    case State::waiting: return settle_waiting(id);
    case State::starting:
    case State::running:
    case State::reloading:
    case State::paused:
      // Others may be so, too; who comes after this one is to be told before this one is looked at again.
      if (outdated_by(w_, i)) return dispatch(id, Input::outdated);
      if (i.facts.is_leaving && is_free_to_stop(i)) dispatch(id, Input::may_stop);
      return;
    case State::joining:
      if (i.facts.is_leaving) return is_free_to_stop(i) ? dispatch(id, Input::may_stop) : void();
      if (is_joined(i)) dispatch(id, Input::joined);
      return;
    case State::failed:
      if (i.cause == Cause::requirement && !is_shutting_down_ && has_requirements(i))
        dispatch(id, Input::requirement_back);
      return;
    case State::stopped:
    case State::stopping:
    case State::killing:
    case State::backoff:
    case State::completed: return;
  }
}

}  // namespace sup
