#include "engine/owed.hpp"

#include <algorithm>

#include "engine/actions.hpp"

namespace sup {

void tell_stop_order(World& w, const Instance& i) {
  const ServiceSpec& spec = w.spec(i);
  if (i.phase == Phase::abort) {
    const SignalTarget to = i.is_main_told ? SignalTarget::main : SignalTarget::all;
    w.effects.emplace_back(SignalRun{w.id(i), i.run, spec.watchdog_signal, to, SignalReason::watchdog, i.serial});
    return;
  }
  const StopStep& step = spec.stop->steps[i.stop_step];
  if (i.is_main_told && !step.command.argv.empty()) {
    w.effects.emplace_back(RunTask{w.id(i), i.run, TaskKind::stop_step, i.stop_step, i.serial});
    return;
  }
  // Once the main process is gone, its group may be empty or reused: the rest is reached as a whole.
  const SignalTarget to = i.is_main_told ? step.to : SignalTarget::all;
  w.effects.emplace_back(SignalRun{w.id(i), i.run, step.signal, to, SignalReason::stop, i.serial});
}

void tell_reload_signal(World& w, const Instance& i) {
  w.effects.emplace_back(
      SignalRun{w.id(i), i.run, *w.spec(i).reload->signal, SignalTarget::main, SignalReason::command, i.serial});
}

namespace {

// Its program was ordered, and has neither been executed nor failed to be.
bool is_launching(const World& w, const Instance& i) {
  return has_process(w.spec(i)) && i.pid == 0 && !i.main_is_gone && i.phase != Phase::pre_start;
}

// The end of the hook that it is at moves it on. What is killed waits for no other but those around the run.
bool awaits_hook(const World& w, const Instance& i) {
  const bool is_around = i.phase == Phase::pre_start || i.phase == Phase::post_stop;
  return hooks_left(w, i) > 0 && (i.state != State::killing || is_around);
}

bool is_in_reload_command(const Instance& i) { return i.state == State::reloading && i.phase == Phase::reload; }

bool is_task_killed(const World& w, const Instance& i) {
  if (i.is_hook_late) return awaits_hook(w, i) || is_in_reload_command(i);
  // One before the start has the time of the first stop step; its KILL is repeated, and each time moves the deadline.
  return i.state == State::stopping && i.phase == Phase::pre_start &&
         i.deadline > i.told_at + w.spec(i).stop->steps[0].wait;
}

// A stop has killed what ran beside the start or a reload, or its own hooks.
void tell_stale_tasks(World& w, const Instance& i) {
  const ServiceSpec& spec = w.spec(i);
  if (i.phase == Phase::pre_start || i.phase == Phase::post_stop) return;
  const bool is_in_hooks = i.phase == Phase::pre_stop;
  const bool may_be_there =
      !spec.post_start.empty() || !spec.reload->command.argv.empty() || (!is_in_hooks && !spec.pre_stop.empty());
  if (may_be_there)
    w.effects.emplace_back(KillTasks{w.id(i), i.run, is_in_hooks ? TaskKind::pre_stop : TaskKind::stop_step});
}

void tell_tasks(World& w, const Instance& i) {
  if (i.state == State::stopping) tell_stale_tasks(w, i);
  if (awaits_hook(w, i)) w.effects.emplace_back(RunTask{w.id(i), i.run, *task_kind_of(i.phase), i.hook});
  if (is_in_reload_command(i)) w.effects.emplace_back(RunTask{w.id(i), i.run, TaskKind::reload, 0});
  if (is_task_killed(w, i)) w.effects.emplace_back(KillTasks{w.id(i), i.run});
}

void tell_signals(World& w, const Instance& i) {
  const bool is_in_stop = i.state == State::stopping && i.phase != Phase::pre_stop && i.phase != Phase::post_stop;
  if (is_in_stop && i.told_at != kNever) tell_stop_order(w, i);
  const bool is_told_to_reload = i.row != nullptr && i.row->action == &signal_and_await;
  if (i.state == State::reloading && is_told_to_reload) tell_reload_signal(w, i);
  if (i.state == State::killing) w.effects.emplace_back(KillRun{w.id(i), i.run});
  if (i.state == State::paused)
    w.effects.emplace_back(FreezeRun{w.id(i), i.run});
  else if (i.was_frozen)
    w.effects.emplace_back(ThawRun{w.id(i), i.run});
}

// It comes when it would have come.
void tell_probe(World& w, const Instance& i) {
  const auto& last = i.health->last_probe;
  const Duration delay = last ? std::max(*last + probe_pause(w, i) - w.now, Duration{})
                              : first_probe_delay(*w.spec(i).health, w.id(i).value, w.instances.size());
  w.effects.emplace_back(AskHealth{w.id(i), i.run, delay});
}

}  // namespace

void tell_owed(World& w, const Instance& i) {
  if (is_live(i.state) && has_process(w.spec(i))) {
    if (is_launching(w, i)) w.effects.emplace_back(SpawnRun{w.id(i), i.run});
    if (i.state == State::starting && i.phase == Phase::find_main) w.effects.emplace_back(FindMain{w.id(i), i.run});
    tell_tasks(w, i);
    tell_signals(w, i);
    if (is_awaiting_ready(w, i)) w.effects.emplace_back(AwaitReady{w.id(i), i.run});
  }
  if (is_asked_for_health(w, i)) tell_probe(w, i);
}

}  // namespace sup
