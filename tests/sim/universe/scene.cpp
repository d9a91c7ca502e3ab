#include "sim/universe/scene.hpp"

#include <algorithm>

namespace sup::sim {

bool Scene::all_rests() const {
  return std::ranges::all_of(
      all(), [&](InstanceId id) { return is_resting(seen[id.value].state) || spec(id).type == ServiceType::external; });
}

Scene::Scene(const SpecSet& the_set, Cast& the_cast, const Engine& the_engine, const Kernel& the_kernel)
    : set(the_set), daemon(set.daemon), cast(the_cast), engine(the_engine), kernel(the_kernel) {
  cast.watch(engine);
  for (const NamedService& service : set.services) {
    asked[service.name] = {service.instances, false};
    related[service.name] = cast.definition(service.name);
  }
  meet();
}

namespace {

// The run cannot become ready any more, however its main process ends.
void fail_start(Seen& s) {
  s.has_start_failed = true;
  s.has_ended = true;
  s.end.reset();
}

// Its end is a failure, however it ends.
void fail_fitness(Seen& s) {
  s.is_unfit = true;
  s.has_ended = true;
  s.end.reset();
}

void give_life(Seen& s, Instant now) { s.life_due = s.watchdog > Duration{} ? now + s.watchdog : kNever; }

void fail_to_begin(Seen& s) {
  fail_start(s);
  s.run_is_open = false;
  s.is_main_gone = true;
  s.hook.reset();
}

void end_main(Seen& s, ExitStatus status, Instant now) {
  s.is_main_gone = true;
  s.has_ended = true;
  if (!s.has_start_failed && !s.is_unfit) s.end = status;
  s.length = now - s.executed_at;
}

}  // namespace

void Scene::begin_step(const Event* what, Instant at) {
  event = what;
  now = at;
  const auto due = engine.next_deadline();
  if (shutdown != ShutdownReason::none && due && at > *due) is_punctual = false;
  main_exit.reset();
  killed.clear();
  named_by_service = {};
  rolled.clear();
  // A turn of a rolling restart may come at any time, and not all that it does can be seen.
  if (is_rolling()) wake_hopes();
  if (event == nullptr || finished) return;
  std::visit([this](const auto& e) { hear(e); }, *event);
}

void Scene::end_step() {
  note_departures();
  note_rolls_left();
  for (const InstanceId id : all()) {
    Seen& s = seen[id.value];
    const bool is_wanted = inside(id).goal == Goal::up;
    if (s.is_wanted && !is_wanted) s.unwanted_since = now;
    s.is_wanted = is_wanted;
  }
  if (shutdown != ShutdownReason::none && now >= shutdown_since + daemon.shutdown_timeout)
    killed_since = std::min(killed_since, now);
}

void Scene::look_ahead(std::span<const Effect> rest) {
  moves_again.clear();
  for (const Effect& effect : rest)
    if (const auto* e = std::get_if<StateChanged>(&effect)) moves_again.insert(e->instance);
}

void Scene::note(const Effect& effect) {
  std::visit([this](const auto& e) { see(e); }, effect);
}

// ---- what goes in ----

void Scene::hear(const Spawned& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  s.is_executed = true;
  s.executed_at = now;
}

void Scene::hear(const SpawnFailed& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  fail_to_begin(s);
}

void Scene::hear(const MainFound& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  s.is_found = true;
  s.found_at = now;
  s.is_main_gone = false;
}

void Scene::hear(const BecameReady& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open || !has_to_show(spec(e.instance))) return;
  if (s.state == State::starting && e.by == shows_by(spec(e.instance))) s.is_confirmed = true;
}

void Scene::hear(const ReadyProbeFailed&) {}

void Scene::hear(const ReadyFailed& e) {
  Seen& s = seen[e.instance.value];
  const bool is_waited_for = s.state == State::starting && !s.hook && hooks_done(s, TaskKind::post_start) == 0;
  if (s.run != e.run || !s.run_is_open || !is_waited_for || s.is_confirmed) return;
  if (has_to_show(spec(e.instance))) fail_start(s);
}

void Scene::hear(const HealthProbed& e) {
  Seen& s = seen[e.instance.value];
  const bool is_external = cast.is_there(e.instance) && spec(e.instance).type == ServiceType::external;
  if (s.run != e.run || (is_external ? !s.is_probed : !is_serving(s))) return;
  s.is_probed = false;
  s.probes_good = e.failure.empty() ? s.probes_good + 1 : 0;
  if (e.failure.empty()) s.was_well = true, s.grace_until = now;
  s.probes_failed = e.failure.empty() ? 0 : s.probes_failed + (now >= s.grace_until ? 1 : 0);
}

void Scene::hear(const NoticeGiven& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  if (e.notice == Notice::alive && is_serving(s)) give_life(s, now);
  if (e.notice != Notice::restart_reset) return;
  s.restarts_in_row = 0;
  s.restarts.clear();
  s.restarts_fresh.clear();
}

void Scene::hear(const MoreTimeAsked& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  s.more_time_until = std::max(s.more_time_until, now + e.by);
}

void Scene::hear(const WatchdogSet& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  s.watchdog = e.interval;
  if (is_serving(s)) give_life(s, now);
}

void Scene::hear(const MainLost& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open || s.state != State::starting) return;
  fail_start(s);
}

// A hook before the start that fails, or whose run is to end by then, is the end of the run.
void Scene::hear(const TaskEnded& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.hook || s.hook->kind != e.kind || s.hook->index != e.index) return;
  const bool is_of_start = e.kind == TaskKind::pre_start || e.kind == TaskKind::post_start;
  const bool has_failed = !e.failure.empty() || s.hook->is_late;
  s.hook.reset();
  if (!is_of_start || !has_failed) ++s.hooks_done[static_cast<std::size_t>(e.kind)];
  if (e.kind == TaskKind::post_start && has_failed && s.state == State::starting) fail_start(s);
  if (e.kind != TaskKind::pre_start) return;
  if (has_failed) return fail_to_begin(s);
  if (s.state != State::starting) s.run_is_open = false, s.is_main_gone = true;
}

void Scene::hear(const Survived& e) {
  Seen& s = seen[e.instance.value];
  const bool had_time = s.state == State::killing && now - s.killing_since >= kKillRetry;
  if (s.run == e.run && had_time) s.survival = Survival{e.what};
}

void Scene::hear(const MainExited& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  main_exit = e.instance;
  end_main(s, e.status, now);
}

void Scene::hear(const Ended& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run || !s.run_is_open) return;
  s.run_is_open = false;
  s.hook.reset();  // One that came too late was not begun.
  const bool has_left_nothing = spec(e.instance).type == ServiceType::forking && !s.is_found;
  if (!s.is_main_gone) end_main(s, e.status, now);
  if (has_left_nothing && s.state == State::starting && is_success(*this, e.instance, s.end)) fail_start(s);
}

// Somebody wants something up, and it may pull others along: nothing is known about the counters of restarts any more.
void Scene::wake_hopes() {
  for (Seen& s : seen) {
    s.restarts_in_row = 0;
    s.restarts_fresh.clear();
    s.is_asked_again = true;
  }
}

void Scene::hear(const CommandGiven& e) {
  CommandGiven command = e;
  std::erase_if(command.targets, [this](InstanceId id) { return !cast.is_there(id); });
  OpenChange change;
  change.command = command;
  change.since = now;
  for (const Seen& s : seen) change.runs_before.push_back(s.run);
  changes.emplace(e.change, std::move(change));
  if (e.kind == CommandKind::start || e.kind == CommandKind::restart || e.kind == CommandKind::roll) wake_hopes();
  const bool is_refused = shutdown != ShutdownReason::none;
  if (!is_refused && (e.kind == CommandKind::start || e.kind == CommandKind::restart))
    for (const InstanceId id : command.targets) seen[id.value].restarts.clear();
  if (e.kind == CommandKind::stop || e.kind == CommandKind::kill)
    for (const InstanceId id : command.targets) seen[id.value].was_asked_down = true;
}

void Scene::hear(const ChangeForgotten& e) {
  const auto it = changes.find(e.change);
  // A rolling restart goes on, and ends as any.
  if (it != changes.end() && it->second.command.kind != CommandKind::roll) it->second.is_forgotten = true;
}

void Scene::hear(const Boot&) { is_booted = true; }

void Scene::hear(const ShutdownRequested& e) {
  const bool is_now = is_shutdown_asked || shutdown != ShutdownReason::none || e.pace == ShutdownPace::at_once;
  is_shutdown_asked = true;
  if (is_now) killed_since = std::min(killed_since, now);
}

// ---- what comes out ----

namespace {

void end_unspawned(Seen& s) {
  s.run_is_open = false;
  s.is_main_gone = true;
  s.was_told_to_end = true;
}

void end_killing(Seen& s, Instant now) {
  if (s.survival) s.survival->until = std::min(s.survival->until, now);
  s.killing_since = kNever;
}

}  // namespace

// With a hook, or with the main process.
void Scene::begin_run(InstanceId id, RunId run) {
  Seen& s = seen[id.value];
  s.run = run;
  s.run_is_open = true;
  s.is_spawned = s.is_executed = s.is_main_gone = s.is_search_ordered = s.is_found = false;
  s.was_told_to_end = s.is_asked_again = s.has_start_failed = s.is_frozen = false;
  s.is_unfit = s.is_confirmed = s.stays_down = s.is_replaced = false;
  s.verdict = Health::unknown;
  s.more_time_until = s.found_at = {};
  s.was_frozen = false;
  s.last_signal.reset();
  s.last_stop_task.reset();
  s.life_due = kNever;
  s.watchdog = spec(id).watchdog.value_or(Duration{});
  s.aborted.reset();
  s.length = {};
  s.stop_step.reset();
  s.hook.reset();
  s.hooks_done = {};
  s.killing_since = kNever;
  last_run = std::max(last_run, run);
}

void Scene::see(const SpawnRun& e) {
  Seen& s = seen[e.instance.value];
  if (s.run != e.run) begin_run(e.instance, e.run);
  s.is_spawned = true;
}

void Scene::see(const FindMain& e) { seen[e.instance.value].is_search_ordered = true; }

void Scene::see(const RunTask& e) {
  Seen& s = seen[e.instance.value];
  if (e.kind == TaskKind::stop_step) {
    s.last_stop_task = e.index;
    return note_stop_step(e.instance, s);
  }
  if (s.run != e.run) begin_run(e.instance, e.run);
  if (e.kind == TaskKind::post_stop && e.index == 0) {
    if (is_between_hooks_and_program(s)) end_unspawned(s);
    end_killing(s, now);
  }
  const std::vector<Hook>& hooks = hooks_of(*this, e.instance, e.kind);
  if (e.index < hooks.size()) s.hook = SeenHook{e.kind, e.index, now + hooks[e.index].timeout};
  if (e.kind == TaskKind::post_stop && e.index == 0 && s.state == State::stopping) note_share(e.instance);
}

void Scene::see(const AwaitReady& e) { seen[e.instance.value].is_ready_awaited = true; }

void Scene::see(const StopAwaiting& e) { seen[e.instance.value].is_ready_awaited = false; }

void Scene::see(const KillTasks& e) {
  seen[e.instance.value].reload_due = now + kKillRetry;
  auto& hook = seen[e.instance.value].hook;
  if (!hook) return;
  hook->is_short = now >= seen[e.instance.value].share_due;
  if (now < hook->kill_due) hook->is_cut = true;
  if (!hook->is_cut && seen[e.instance.value].state == State::starting) hook->is_late = true;
  hook->kill_due = now + kKillRetry;
}

void Scene::see(const AskHealth& e) {
  Seen& s = seen[e.instance.value];
  s.is_probed = true;
  if (spec(e.instance).type != ServiceType::external || s.run == e.run) return;
  s.run = e.run;
  s.probes_failed = s.probes_good = 0;
  last_run = std::max(last_run, e.run);
}

void Scene::see(const StopAsking& e) { seen[e.instance.value].is_probed = false; }

void Scene::see(const HealthChanged& e) { seen[e.instance.value].verdict = e.to; }

void Scene::see(const FreezeRun& e) { seen[e.instance.value].is_frozen = seen[e.instance.value].was_frozen = true; }

void Scene::see(const ThawRun& e) { seen[e.instance.value].is_frozen = false; }

namespace {

void begin_step_time(Seen& s, std::size_t step, const ServiceSpec& spec, Instant now) {
  s.stop_step = step;
  s.stop_step_since = now;
  s.stop_step_wait = step < spec.stop->steps.size() ? spec.stop->steps[step].wait : Duration{};
}

}  // namespace

void Scene::note_stop_step(InstanceId id, Seen& s) {
  const bool is_repeated = main_exit == id && s.stop_step;
  if (main_exit == id) main_exit.reset();
  if (is_repeated) return;
  const bool is_after_hooks = !s.stop_step && s.state == State::stopping && !s.aborted;
  begin_step_time(s, s.stop_step ? *s.stop_step + 1 : 0, spec(id), now);
  if (is_after_hooks) note_share(id);
  const std::vector<StopStep>& steps = spec(id).stop->steps;
  // All that there is to stop is the hook, which has the time of the step.
  if (s.hook && s.hook->kind == TaskKind::pre_start && *s.stop_step < steps.size())
    s.hook->kill_due = now + steps[*s.stop_step].wait;
}

void Scene::see(const SignalRun& e) {
  if (e.reason == SignalReason::stop) note_stop_step(e.instance, seen[e.instance.value]);
  if (e.reason == SignalReason::watchdog) seen[e.instance.value].aborted = now;
  if (e.serial == 0) return;
  seen[e.instance.value].last_signal = e;
  if (e.reason != SignalReason::command) seen[e.instance.value].last_stop_task.reset();
}

void Scene::see(const KillRun& e) {
  killed.push_back(e.run);
  Seen& s = seen[e.instance.value];
  s.killing_since = std::min(s.killing_since, now);
  // On request, also while it is being killed for another reason.
  if (e.reason == SignalReason::command && !s.is_main_gone && !s.has_start_failed && !s.is_unfit)
    s.was_told_to_end = true;
}

void Scene::note_backoff(InstanceId id, Seen& s) {
  const RestartSpec& policy = spec(id).restart;
  if ((s.end || s.is_unfit) && s.length >= policy.reset_after) s.restarts_in_row = 0;
  double delay = static_cast<double>(policy.delay.count());
  for (std::uint32_t n = 0; n < s.restarts_in_row; ++n) delay *= policy.factor;
  s.backoff_since = now;
  s.backoff_least =
      Duration{static_cast<Duration::rep>(std::min(delay, static_cast<double>(policy.max_delay.count())))};
  ++s.restarts_in_row;
  s.restarts.push_back(now);
  s.restarts_fresh.push_back(now);
}

void Scene::see(const StateChanged& e) {
  Seen& s = seen[e.instance.value];
  const bool was_main_gone = s.is_main_gone;
  const bool is_late = e.from == State::starting && e.to == State::stopping && e.row->input == Input::deadline;
  if (is_late) fail_start(s);
  const bool is_unhealthy = e.row->input == Input::unhealthy;
  if (is_unhealthy) s.stays_down = spec(e.instance).health->action != HealthAction::restart;
  const bool is_missed = is_unhealthy || e.row->input == Input::watchdog_missed || e.row->input == Input::deadline;
  if (e.to == State::stopping && is_serving(s) && is_missed) fail_fitness(s);
  if (e.row->input == Input::began_stop) begin_step_time(s, 0, spec(e.instance), now);
  if (e.to == State::reloading) s.reload_due = now + spec(e.instance).reload->timeout;
  const bool was_serving = is_serving(s);
  if (e.row->input == Input::spawn_failed && is_between_hooks_and_program(s)) end_unspawned(s);
  if (!is_live(e.to)) end_killing(s, now);
  if (is_live(e.from) && !is_live(e.to)) s.has_left = true;
  const bool has_failed = s.has_start_failed || s.is_unfit;
  const bool is_killed = e.row->input == Input::kill_now || e.row->input == Input::out_of_time;
  const bool is_target = !has_process(spec(e.instance));  // There is nothing to be told.
  const bool is_replaced = e.row->input == Input::want_replace && e.to == State::stopping;
  if (is_replaced) s.is_replaced = true;
  const bool is_without_run = is_target || e.from == State::joining;
  const bool is_told = e.row->input == Input::may_stop || is_replaced || (is_killed && !was_main_gone && !has_failed);
  if (is_told && !is_without_run) s.was_told_to_end = true;
  const Input input = e.row->input;
  const bool is_end =
      !is_live(e.to) && (input == Input::ended || input == Input::spawn_failed || input == Input::joined);
  const bool is_last_end = is_end && (e.to == State::failed || e.to == State::completed);
  if (is_last_end && shutdown == ShutdownReason::none && !shutdown_by) {
    const bool gave_up = e.to == State::failed && !s.stays_down && is_restarted(*this, e.instance, s.end);
    const bool is_fatal = s.stays_down && spec(e.instance).health->action == HealthAction::shutdown;
    const GiveUpAction action = spec(e.instance).restart.on_give_up->action;
    if (gave_up && action == GiveUpAction::start) wake_hopes();
    if (is_fatal || spec(e.instance).on_exit == OnExit::shutdown || (gave_up && action == GiveUpAction::shutdown))
      shutdown_by = e.instance;
  }
  if (e.to == State::backoff) note_backoff(e.instance, s);
  s.state = e.to;
  if (is_serving(s) && !was_serving) {
    give_life(s, now);
    if (spec(e.instance).type != ServiceType::external) s.probes_failed = 0;
    if (e.from != State::paused) s.grace_until = now + spec(e.instance).health->start_grace;
  }
  s.row = e.row;
  s.state_since = now;
  s.share_due = kNever;
  s.is_redefined = false;
  if (e.to == State::stopping) note_share(e.instance);
  if (sup::is_there(e.from) && !sup::is_there(e.to)) {
    take_if_free(e.instance);
    take_relations();
  }
  last_changed = e.instance;
  moved.insert(members[e.instance.value].service);
  note_rolls(e);
}

void Scene::see(const ChangeDone& e) {
  const auto it = changes.find(e.change);
  if (it == changes.end()) return;
  const CommandGiven& command = it->second.command;
  // Who was asked down and up again within one step is waited for by no rolling restart any more.
  for (const TargetResult& result : e.results)
    if (result.outcome == Outcome::cancelled) leave_rolls(result.instance);
  if (command.kind == CommandKind::roll) rolled.insert(command.targets.begin(), command.targets.end());
  changes.erase(it);
}

void Scene::see(const ShutdownBegun&) {
  shutdown = shutdown_by ? ShutdownReason::service : is_shutdown_asked ? ShutdownReason::asked : ShutdownReason::done;
  shutdown_since = now;
  note_shutdown();
}

void Scene::see(const Finished& e) { finished = e; }

}  // namespace sup::sim
