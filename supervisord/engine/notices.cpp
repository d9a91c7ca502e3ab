// What runs say of themselves, and what is seen of their readiness. Where it moves something it becomes an input of the
// table; the rest is noted here.
#include <algorithm>

#include "engine/engine.hpp"

namespace sup {
namespace {

// A program or a network may say what it likes at any time: only now does it count.
bool is_waiting_for_ready(const Instance& i) {
  return (i.state == State::starting || i.state == State::reloading) && i.phase == Phase::await_ready;
}

// Somebody has to say, or something has to show, that it is ready.
bool needs_confirmation(const World& w, const Instance& i) {
  const ReadyKind kind = ready_kind(w.spec(i));
  return kind != ReadyKind::executed && kind != ReadyKind::delay;
}

// The time for becoming ready, for a reload, or for a stop step runs. Hooks have their own.
bool is_limited(const World& w, const Instance& i) {
  if (i.deadline == kNever || hooks_left(w, i) > 0) return false;
  const bool is_killing_command = i.phase == Phase::reload && i.is_hook_late;
  if (i.state == State::starting) return i.phase != Phase::pre_start && ready_kind(w.spec(i)) != ReadyKind::delay;
  return i.state == State::stopping || (i.state == State::reloading && !is_killing_command);
}

}  // namespace

// One that comes before its program is known to run, or before its main process is found, is kept.
void Engine::handle(const BecameReady& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  const bool is_said = event.by == ReadyBy::said;
  const bool is_expected = ready_kind(w_.spec(i)) == ReadyKind::notify ? is_said : !is_said;
  if (i.state == State::reloading ? !is_said : !needs_confirmation(w_, i) || !is_expected) return;
  i.is_confirmed = true;
  if (is_waiting_for_ready(i)) dispatch(event.instance, Input::became_ready);
}

void Engine::handle(const ReadyProbeFailed& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  if (!is_awaiting_ready(w_, i)) return;
  i.ready_note.edit() = event.what;
  touched_.push_back(event.instance);
}

void Engine::handle(const ReadyFailed& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  if (!needs_confirmation(w_, i)) return;
  const bool is_before = i.phase == Phase::launch || i.phase == Phase::find_main || i.phase == Phase::await_ready;
  if (i.state != State::starting || !is_before || i.is_confirmed) return;
  i.has_start_failed = true;
  i.last_kind = EndKind::start_failed;
  i.failure.edit() = event.failure;
  dispatch(event.instance, Input::start_failed);
}

// A program may reload before it is ready for the first time, or twice at once: that is no news. One that is about to
// end cannot be kept from it, and one that is frozen said it before.
void Engine::handle(const NoticeGiven& event) {
  if (!is_current(event.instance, event.run)) return;
  const State state = w_.at(event.instance).state;
  switch (event.notice) {
    case Notice::reloading:
      if (state == State::running) dispatch(event.instance, Input::began_reload);
      return;
    case Notice::stopping:
      if (is_serving(state)) dispatch(event.instance, Input::began_stop);
      return;
    case Notice::unfit:
      if (is_serving(state)) dispatch(event.instance, Input::watchdog_missed);
      return;
    case Notice::alive: return note_life(event.instance);
    case Notice::restart_reset:
      w_.edit(event.instance).restarts_in_row = 0;
      w_.edit(event.instance).recent_restarts.clear();
      return;
    case Notice::trouble: w_.edit(event.instance).trouble.edit() = event.trouble; return;
  }
}

void Engine::handle(const WatchdogSet& event) {
  if (!is_current(event.instance, event.run)) return;
  w_.edit(event.instance).watchdog = event.interval;
  note_life(event.instance);
}

void Engine::handle(const MoreTimeAsked& event) {
  if (!is_current(event.instance, event.run)) return;
  Instance& i = w_.edit(event.instance);
  if (!is_limited(w_, i)) return;
  const Instant before = i.deadline;
  const Instant asked = w_.now + event.by;
  if (i.state == State::reloading)
    wait_for_reload_until(i, std::max(i.reload_due, asked));
  else
    i.deadline = std::max(i.deadline, asked);
  sync_deadline(event.instance, before);
}

void Engine::note_life(InstanceId id) {
  Instance& i = w_.edit(id);
  if (!is_serving(i.state)) return;
  const Instant before = i.deadline;
  restart_watchdog(w_, i);
  i.deadline = i.state == State::running ? i.watchdog_due : std::min(i.reload_due, i.watchdog_due);
  sync_deadline(id, before);
}

}  // namespace sup
