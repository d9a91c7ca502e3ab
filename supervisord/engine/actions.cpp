#include "engine/actions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/text.hpp"
#include "engine/owed.hpp"
#include "engine/world.hpp"

namespace sup::act {
namespace {

void reset_restarts(Instance& i) {
  i.restarts_in_row = 0;
  i.recent_restarts.clear();
}

void run_hook(World& w, Instance& i) {
  i.is_hook_late = false;
  w.effects.emplace_back(RunTask{w.id(i), i.run, *task_kind_of(i.phase), i.hook});
  i.deadline = w.now + (*hooks_of(w.spec(i), i.phase))[i.hook].timeout;
}

void begin_hooks(World& w, Instance& i, Phase phase) {
  i.phase = phase;
  i.hook = 0;
  run_hook(w, i);
}

void new_run(World& w, Instance& i) {
  i.run = RunId{w.next_run++};
  i.run_since = w.now;
  i.run_length = {};
  i.run_was_asked_to_end = false;
  i.is_replaced = false;
  i.has_start_failed = false;
  i.is_unfit = false;
  i.stays_down = false;
  i.health = {};
  i.is_confirmed = false;
  i.trouble = {};
  i.ready_note = {};
  i.reload_failure = {};
  i.watchdog = w.spec(i).watchdog.value_or(Duration{0});
  i.watchdog_due = kNever;
  i.is_cycling = false;
  i.stop_step = 0;
  i.told_at = kNever;
  i.serial = 0;
  i.is_main_told = false;
  i.was_frozen = false;
  i.pid = 0;
  i.main_is_gone = false;
  i.cause = Cause::none;
  i.survivors = {};
}

// A command can tell the main process to end. What is left without it only knows signals.
void send_stop_step(World& w, Instance& i) {
  i.deadline = w.now + w.spec(i).stop->steps[i.stop_step].wait;
  i.told_at = w.now;
  i.is_main_told = !i.main_is_gone && i.phase != Phase::pre_start;
  ++i.serial;
  tell_stop_order(w, i);
}

// What runs beside a start or a reload is of no use to a run that ends.
void end_task(World& w, Instance& i) {
  const bool has_hook = i.phase == Phase::post_start && !i.has_start_failed;  // Else it has ended by now.
  if (has_hook || i.phase == Phase::reload) w.effects.emplace_back(KillTasks{w.id(i), i.run});
}

void begin_first_step(World& w, Instance& i) {
  end_task(w, i);
  // Before the start there is nothing to end but the hook.
  if (i.phase != Phase::pre_start) i.phase = Phase::steps;
  i.stop_step = 0;
  send_stop_step(w, i);
}

// It is up: from now on it has to give signs of life.
void be_up(World& w, Instance& i) {
  i.phase = Phase::none;
  restart_watchdog(w, i);
  i.deadline = i.watchdog_due;
}

void begin_waiting_for_reload(World& w, Instance& i) {
  i.phase = Phase::await_ready;
  wait_for_reload_until(i, w.now + w.spec(i).reload->timeout);
}

void send_reload_signal(World& w, Instance& i) {
  i.reload_failure = {};
  ++i.serial;
  tell_reload_signal(w, i);
}

// It is told to end although nobody asked for it: because of `failure`.
void end_unfit(World& w, Instance& i, std::string failure) {
  end_task(w, i);
  i.is_unfit = true;
  i.last_kind = EndKind::unfit;
  i.failure.edit() = std::move(failure);
}

void send_watchdog_signal(World& w, Instance& i) {
  i.phase = Phase::abort;
  i.stop_step = 0;
  i.deadline = w.now + w.spec(i).stop->steps[0].wait;
  i.told_at = w.now;
  i.is_main_told = !i.main_is_gone;
  ++i.serial;
  tell_stop_order(w, i);
}

void rest(World& w, Instance& i, Cause cause) {
  i.cause = cause;
  i.is_cycling = false;
  const bool is_health_fatal = i.stays_down && w.spec(i).health->action == HealthAction::shutdown;
  if (is_health_fatal || w.spec(i).on_exit == OnExit::shutdown)
    w.follow_ups.push_back({FollowUp::Kind::shutdown, w.id(i), {}});
}

// `by` is what it requires; if that is where it is for the same cause, the first of the chain is known there, unless it
// has left.
void note_cause_by(const World& w, Instance& i, Cause cause, InstanceId by) {
  i.cause = cause;
  i.cause_by = by;
  const InstanceId root = w.at(by).cause == cause ? w.at(by).cause_root : by;
  i.cause_root = root == kNoInstance ? by : root;
}

}  // namespace

void nothing(World&, Instance&) {}

void wish_up(World&, Instance& i) {
  i.goal = Goal::up;
  i.is_cycling = false;
  i.cause = Cause::none;
  reset_restarts(i);
}

void wish_down(World&, Instance& i) {
  i.goal = Goal::down;
  i.is_cycling = false;
  i.cause = Cause::asked;
}

void wish_cycle(World& w, Instance& i) {
  wish_up(w, i);
  i.is_cycling = true;
}

// Nobody has asked for it, so the restart policy counts on.
void renew(World& w, Instance& i) {
  i.is_cycling = true;
  i.cause = Cause::renewed;
  i.cause_by = i.cause_root = *outdated_by(w, i);
}

void wish_follow(World& w, Instance& i) {
  wish_down(w, i);
  note_cause_by(w, i, Cause::followed, w.led_by);
}

void wish_way(World& w, Instance& i) {
  wish_down(w, i);
  note_cause_by(w, i, Cause::conflict, w.led_by);
}

void stay_done(World&, Instance& i) { reset_restarts(i); }

void begin_delay(World& w, Instance& i) { i.deadline = w.now + w.spec(i).start_delay; }

void end_delay(World&, Instance& i) {
  i.deadline = kNever;
  i.has_delayed = true;
}

void begin_run(World& w, Instance& i) {
  new_run(w, i);
  spawn(w, i);
}

void begin_with_hooks(World& w, Instance& i) {
  new_run(w, i);
  begin_hooks(w, i, Phase::pre_start);
}

void spawn(World& w, Instance& i) {
  i.phase = Phase::launch;
  i.deadline = kNever;
  w.effects.emplace_back(SpawnRun{w.id(i), i.run});
}

// The engine noted the pid when it heard of it.
void note_spawned(World& w, Instance& i) {
  if (w.spec(i).type == ServiceType::forking) i.deadline = w.now + w.spec(i).ready->timeout;
}

void find_main(World& w, Instance& i) {
  i.phase = Phase::find_main;
  w.effects.emplace_back(FindMain{w.id(i), i.run});
}

void begin_post_start(World& w, Instance& i) { begin_hooks(w, i, Phase::post_start); }

void await_ready(World& w, Instance& i) {
  const ReadySpec& ready = *w.spec(i).ready;
  i.phase = Phase::await_ready;
  if (ready_kind(w.spec(i)) == ReadyKind::delay)
    i.deadline = w.now + *ready.delay;
  else if (i.deadline == kNever)  // Else it counts from the start of the launcher.
    i.deadline = w.now + ready.timeout;
}

void become_ready(World& w, Instance& i) { be_up(w, i); }

void begin_reload_command(World& w, Instance& i) {
  i.reload_failure = {};
  i.is_confirmed = false;
  i.is_hook_late = false;
  i.phase = Phase::reload;
  i.hook = 0;
  w.effects.emplace_back(RunTask{w.id(i), i.run, TaskKind::reload, 0});
  wait_for_reload_until(i, w.now + w.spec(i).reload->timeout);
}

void signal_and_await(World& w, Instance& i) {
  send_reload_signal(w, i);
  i.is_confirmed = false;
  begin_waiting_for_reload(w, i);
}

void signal_reload(World& w, Instance& i) { send_reload_signal(w, i); }

void await_reload(World& w, Instance& i) {
  i.reload_failure = {};
  i.is_confirmed = false;
  begin_waiting_for_reload(w, i);
}

// The time of the command counts.
void await_reload_end(World&, Instance& i) { i.phase = Phase::await_ready; }

void kill_reload(World& w, Instance& i) {
  i.is_hook_late = true;
  w.effects.emplace_back(KillTasks{w.id(i), i.run});
  wait_for_reload_until(i, w.now + kKillRetry);
}

void fail_reload(World& w, Instance& i) {
  i.reload_failure.edit() =
      fmt::format("did not say READY=1 within {} (reload.notify = false is for those that never do)",
                  format_duration(w.spec(i).reload->timeout));
  end_reload(w, i);
}

void end_reload(World&, Instance& i) {
  i.phase = Phase::none;
  i.deadline = i.watchdog_due;
}

void follow_stop(World& w, Instance& i) {
  end_task(w, i);
  i.phase = Phase::steps;
  i.stop_step = 0;
  i.deadline = w.now + w.spec(i).stop->steps[0].wait;
}

void give_in(World& w, Instance& i) {
  end_unfit(w, i, "asked for the signal of its watchdog");
  send_watchdog_signal(w, i);
}

void end_unhealthy(World& w, Instance& i) {
  end_unfit(w, i, health_text(*i.health));
  i.stays_down = w.spec(i).health->action != HealthAction::restart;
  begin_first_step(w, i);
}

void miss_watchdog(World& w, Instance& i) {
  end_unfit(w, i, fmt::format("gave no sign of life within {}", format_duration(i.watchdog)));
  send_watchdog_signal(w, i);
}

void next_hook(World& w, Instance& i) {
  ++i.hook;
  run_hook(w, i);
}

void kill_hook(World& w, Instance& i) {
  // A stop has its own time, and a hook before the start that it ends was not late.
  i.is_hook_late = i.phase != Phase::pre_start || i.state == State::starting;
  w.effects.emplace_back(KillTasks{w.id(i), i.run});
  i.deadline = w.now + kKillRetry;
}

void freeze(World& w, Instance& i) {
  i.was_frozen = true;
  w.effects.emplace_back(FreezeRun{w.id(i), i.run});
}

void thaw(World& w, Instance& i) { w.effects.emplace_back(ThawRun{w.id(i), i.run}); }

void thaw_and_go_on(World& w, Instance& i) {
  thaw(w, i);
  be_up(w, i);
}

void wish_up_and_thaw(World& w, Instance& i) {
  wish_up(w, i);
  thaw_and_go_on(w, i);
}

// The signal waits for those who are frozen; so nothing runs on before it has it.
void thaw_and_stop(World& w, Instance& i) {
  begin_stop(w, i);
  thaw(w, i);
}

void thaw_and_end_rest(World& w, Instance& i) {
  end_rest(w, i);
  thaw(w, i);
}

// What is begun in a frozen run is frozen, too.
void thaw_and_begin_post_stop(World& w, Instance& i) {
  thaw(w, i);
  begin_post_stop(w, i);
}

// KILL reaches the frozen; but what runs after the end must not be.
void thaw_and_kill(World& w, Instance& i) {
  kill_asked(w, i);
  thaw(w, i);
}

void begin_stop(World& w, Instance& i) {
  i.run_was_asked_to_end = true;
  i.is_cycling = false;
  if (w.spec(i).pre_stop.empty()) return begin_first_step(w, i);
  end_task(w, i);
  begin_hooks(w, i, Phase::pre_stop);
}

void replace(World& w, Instance& i) {
  wish_up(w, i);
  i.is_replaced = true;
  begin_stop(w, i);
}

void replace_start(World& w, Instance& i) {
  wish_up(w, i);
  i.is_replaced = true;
  terminate(w, i);
}

void thaw_and_replace(World& w, Instance& i) {
  replace(w, i);
  thaw(w, i);
}

void begin_steps(World& w, Instance& i) { begin_first_step(w, i); }

// The stop does not wait for their death: they may hang in the kernel.
void cut_hooks(World& w, Instance& i) {
  i.is_hook_late = false;
  i.survivors = {};
  w.effects.emplace_back(KillTasks{w.id(i), i.run});
  begin_first_step(w, i);
}

void begin_post_stop(World& w, Instance& i) {
  i.survivors = {};
  begin_hooks(w, i, Phase::post_stop);
}

void fail_start(World& w, Instance& i) {
  i.has_start_failed = true;
  i.last_kind = EndKind::start_failed;
  i.failure.edit() = fmt::format("was not ready within {}{}{}", format_duration(w.spec(i).ready->timeout),
                                 i.ready_note->empty() ? "" : ": ", *i.ready_note);
  begin_first_step(w, i);
}

void terminate(World& w, Instance& i) {
  i.run_was_asked_to_end = true;
  i.is_cycling = false;
  begin_first_step(w, i);
}

void next_step(World& w, Instance& i) {
  ++i.stop_step;
  send_stop_step(w, i);
}

void end_rest(World& w, Instance& i) { begin_first_step(w, i); }

void signal_rest(World& w, Instance& i) {
  if (i.phase == Phase::abort) return begin_first_step(w, i);
  const Instant deadline = i.deadline;
  send_stop_step(w, i);
  i.deadline = deadline;
}

void kill_everything(World& w, Instance& i) {
  w.effects.emplace_back(KillRun{w.id(i), i.run});
  i.deadline = w.now + kKillRetry;
}

void kill_asked(World& w, Instance& i) {
  // Else it had its end already, or its start had failed, and only the rest is killed.
  if (!i.main_is_gone && !has_failed(i)) i.run_was_asked_to_end = true;
  i.is_cycling = false;
  w.effects.emplace_back(KillRun{w.id(i), i.run, SignalReason::command});
  i.deadline = w.now + kKillRetry;
}

void note_asked(World&, Instance& i) {
  if (i.cause != Cause::followed && i.cause != Cause::conflict) i.cause = Cause::asked;
  i.is_cycling = false;
}

void note_lost(World& w, Instance& i) { note_cause_by(w, i, Cause::requirement, *lost_requirement(w, i)); }

void begin_join(World& w, Instance& i) {
  i.cause = Cause::none;
  i.is_cycling = false;
  w.follow_ups.push_back({FollowUp::Kind::dismiss_daemons, w.id(i), {}});
}

void note_completed(World& w, Instance& i) { rest(w, i, Cause::last_end); }

void note_failed(World& w, Instance& i) { rest(w, i, Cause::last_end); }

// Why it is restarted stays known until it is.
void come_back(World&, Instance& i) {
  if (i.cause != Cause::renewed) i.cause = Cause::none;
  i.is_cycling = false;
}

void back_off(World& w, Instance& i) {
  const RestartSpec& policy = w.spec(i).restart;
  if (i.last_kind != EndKind::start_failed && is_good_run(policy, i.run_length)) i.restarts_in_row = 0;
  i.deadline = w.now + restart_delay(policy, i.restarts_in_row, w.chance.next());
  ++i.restarts_in_row;
  ++i.restarts_total;
  if (policy.max.count) {
    std::erase_if(i.recent_restarts, [&](Instant moment) { return w.now - moment >= policy.within; });
    i.recent_restarts.push_back(w.now);
  }
  i.cause = Cause::last_end;
  i.is_cycling = false;
}

void give_up(World& w, Instance& i) {
  const OnGiveUp& action = *w.spec(i).restart.on_give_up;
  switch (action.action) {
    case GiveUpAction::fail: break;
    case GiveUpAction::shutdown: w.follow_ups.push_back({FollowUp::Kind::shutdown, w.id(i), {}}); break;
    case GiveUpAction::start: w.follow_ups.push_back({FollowUp::Kind::start, w.id(i), action.start}); break;
  }
  rest(w, i, Cause::gave_up);
}

}  // namespace sup::act
