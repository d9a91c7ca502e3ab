#include "sim/universe/mutation.hpp"

#include <string>

namespace sup::sim {
namespace {

using namespace std::chrono_literals;

template <class T>
bool holds(const Effect& effect) {
  return std::holds_alternative<T>(effect);
}

// ---- another configuration ----

template <auto Change>
void each_service(SpecSet& set) {
  for (NamedService& service : set.services) Change(service.spec);
}

constexpr auto forget_requires = [](ServiceSpec& s) {
  s.after.insert(s.after.end(), s.requires_.begin(), s.requires_.end()), s.requires_.clear();
};
constexpr auto forget_order = [](ServiceSpec& s) { s.after.clear(), s.before.clear(); };
constexpr auto forget_until = [](ServiceSpec& s) {
  for (auto* list : {&s.requires_, &s.binds_to, &s.wants, &s.after})
    for (Dependency& dependency : *list) dependency.until = Until::ready;
};
constexpr auto forget_binding = [](ServiceSpec& s) {
  s.requires_.insert(s.requires_.end(), s.binds_to.begin(), s.binds_to.end()), s.binds_to.clear();
};
constexpr auto forget_restart_with = [](ServiceSpec& s) {
  for (const std::string& other : *s.restart_with) s.after.push_back({other, Until::ready});
  s.restart_with = {};
};
constexpr auto always_renew = [](ServiceSpec& s) {
  if (!has_process(s)) return;  // It has no run that could be older.
  for (const Dependency& other : s.after)
    if (std::ranges::count(*s.restart_with, other.service) == 0) s.restart_with.edit().push_back(other.service);
};
constexpr auto forget_parent = [](ServiceSpec& s) {
  if (!s.parent.empty()) s.requires_.push_back({s.parent, Until::ready}), s.parent.clear();
};
constexpr auto forget_daemon = [](ServiceSpec& s) {
  if (!s.parent.empty()) s.daemon = false;
};
constexpr auto forget_last = [](ServiceSpec& s) { s.last = false; };
constexpr auto forget_conflicts = [](ServiceSpec& s) { s.conflicts.clear(); };
constexpr auto forget_max = [](ServiceSpec& s) { s.restart.max.count.reset(); };
constexpr auto lower_max = [](ServiceSpec& s) { s.restart.max.count = s.restart.max.count.value_or(1) / 2; };
constexpr auto forget_max_delay = [](ServiceSpec& s) { s.restart.max_delay += 1h; };
constexpr auto forget_delay = [](ServiceSpec& s) { s.restart.delay = 0ms; };
constexpr auto forget_success = [](ServiceSpec& s) { s.success_codes.clear(); };
constexpr auto forget_when = [](ServiceSpec& s) { s.restart.when = RestartWhen::on_failure; };
constexpr auto forget_on_exit = [](ServiceSpec& s) { s.restart.on_give_up = {}, s.on_exit = OnExit::none; };
constexpr auto double_steps = [](ServiceSpec& s) { s.stop.edit().steps.push_back(s.stop->steps.front()); };
constexpr auto one_step = [](ServiceSpec& s) { s.stop.edit().steps.resize(1); };
constexpr auto no_waits = [](ServiceSpec& s) {
  for (StopStep& step : s.stop.edit().steps) step.wait = 0ms;
};

constexpr auto forget_pre_start = [](ServiceSpec& s) { s.pre_start.clear(); };
constexpr auto forget_post_start = [](ServiceSpec& s) { s.post_start.clear(); };
constexpr auto forget_pre_stop = [](ServiceSpec& s) { s.pre_stop.clear(); };
constexpr auto forget_post_stop = [](ServiceSpec& s) { s.post_stop.clear(); };
constexpr auto change_limits = [](ServiceSpec& s, auto change) {
  for (auto* hooks : {&s.pre_start, &s.post_start, &s.pre_stop, &s.post_stop})
    for (Hook& hook : *hooks) change(hook.timeout);
};
constexpr auto patient_hooks = [](ServiceSpec& s) { change_limits(s, [](Duration& limit) { limit += 10s; }); };
constexpr auto hasty_hooks = [](ServiceSpec& s) { change_limits(s, [](Duration& limit) { limit /= 2; }); };
constexpr auto late_loss = [](ServiceSpec& s) {
  if (s.type == ServiceType::external) s.health.edit().failures += 2;
};
constexpr auto late_return = [](ServiceSpec& s) {
  if (s.type == ServiceType::external) s.health.edit().successes += 2;
};
void forget_on_lost(SpecSet& set) {
  for (NamedService& service : set.services)
    if (service.external.is_written()) service.external.edit().on_lost = OnLost::none;
}
constexpr auto start_at_once = [](ServiceSpec& s) { s.start_delay = {}; };
constexpr auto patient_start = [](ServiceSpec& s) { s.ready.edit().timeout += 10s; };
constexpr auto ready_at_once = [](ServiceSpec& s) {
  if (s.type == ServiceType::notify) s.type = ServiceType::simple;
  s.ready.edit().notify = false;
  s.ready.edit().delay.reset();
};
constexpr auto forget_watchdog = [](ServiceSpec& s) { s.watchdog.reset(); };
constexpr auto hasty_watchdog = [](ServiceSpec& s) {
  if (s.watchdog) *s.watchdog /= 2;
};
constexpr auto hasty_health = [](ServiceSpec& s) {
  if (s.health.is_written()) s.health.edit().failures = 1;
};
constexpr auto patient_reload = [](ServiceSpec& s) { s.reload.edit().timeout += 10s; };
constexpr auto forget_forking = [](ServiceSpec& s) {
  if (s.type == ServiceType::forking) s.type = ServiceType::simple;
};
constexpr auto forget_commands = [](ServiceSpec& s) {
  for (StopStep& step : s.stop.edit().steps) step.command = {};
};
constexpr auto ends_with_main = [](ServiceSpec& s) { s.exit_when = RunEndsWith::main; };
constexpr auto ends_when_empty = [](ServiceSpec& s) { s.exit_when = RunEndsWith::empty; };

void forget_slots(SpecSet& set) { set.daemon.start_parallelism = 0; }
void forget_code_source(SpecSet& set) { set.daemon.exit_code_from.clear(); }
void forget_exit(SpecSet& set) { set.daemon.exit = ExitWhen::never; }
void always_exit(SpecSet& set) { set.daemon.exit = ExitWhen::when_done; }
void hasty_shutdown(SpecSet& set) { set.daemon.shutdown_timeout /= 2; }
void endless_shutdown(SpecSet& set) { set.daemon.shutdown_timeout += 10s; }

// ---- other events ----

// The stale end of an older run is told as the end of the present one.
bool renumber_stale_ends(Tamper& tamper, Event& event) {
  if (auto* ended = std::get_if<Ended>(&event)) {
    const Instance& i = tamper.engine->world().at(ended->instance);
    if (i.run != ended->run) ended->run = i.run;
  }
  return true;
}
// Every fifth end, and whatever is told of that run later.
bool lose_ends(Tamper& tamper, Event& event) {
  const auto run_of = [](const auto& e) {
    if constexpr (requires { e.run; })
      return e.run;
    else
      return RunId{};
  };
  const RunId run = std::visit(run_of, event);
  if (std::holds_alternative<Ended>(event) && ++tamper.count % 5 == 0) tamper.lost.insert(run);
  return !tamper.lost.contains(run);
}
bool lose_commands(Tamper&, Event& event) { return !std::holds_alternative<CommandGiven>(event); }
bool lose_shutdowns(Tamper&, Event& event) { return !std::holds_alternative<ShutdownRequested>(event); }
bool succeed_always(Tamper&, Event& event) {
  if (auto* ended = std::get_if<Ended>(&event)) ended->status = {};
  return true;
}

bool praise_hooks(Tamper&, Event& event) {
  if (auto* ended = std::get_if<TaskEnded>(&event)) ended->failure.clear();
  return true;
}
bool praise_health(Tamper&, Event& event) {
  if (auto* probed = std::get_if<HealthProbed>(&event)) probed->failure.clear();
  return true;
}
bool lose_survivors(Tamper&, Event& event) { return !std::holds_alternative<Survived>(event); }
bool rename_survivors(Tamper& tamper, Event& event) {
  if (auto* survived = std::get_if<Survived>(&event)) survived->what += std::to_string(++tamper.count);
  return true;
}
bool pause_for_signals(Tamper&, Event& event) {
  if (auto* command = std::get_if<CommandGiven>(&event); command != nullptr && command->kind == CommandKind::signal)
    command->kind = CommandKind::pause;
  return true;
}

bool one_too_many(Tamper&, Event& event) {
  if (auto* scaled = std::get_if<Scaled>(&event))
    for (Scaling& scaling : scaled->scalings) ++scaling.instances;
  return true;
}
bool lose_removals(Tamper&, Event& event) { return !std::holds_alternative<ServiceRemoved>(event); }
bool all_at_a_time(Tamper&, Event& event) {
  if (auto* command = std::get_if<CommandGiven>(&event); command != nullptr && command->kind == CommandKind::roll)
    command->at_a_time = 100;
  return true;
}
bool roll_for_restart(Tamper&, Event& event) {
  if (auto* command = std::get_if<CommandGiven>(&event); command != nullptr && command->kind == CommandKind::restart)
    command->kind = CommandKind::roll;
  return true;
}

bool lose_redefinitions(Tamper&, Event& event) { return !std::holds_alternative<ServicesRedefined>(event); }
// What is alive takes it, too.
bool redefine_at_once(Tamper&, Event& event) {
  if (const auto* redefined = std::get_if<ServicesRedefined>(&event))
    event = DefinitionChanged{ServiceRef(redefined->services.front())};
  return true;
}
bool lose_readiness(Tamper&, Event& event) { return !std::holds_alternative<BecameReady>(event); }
bool lengthen_watchdog(Tamper&, Event& event) {
  if (auto* set = std::get_if<WatchdogSet>(&event)) set->interval *= 2;
  return true;
}
bool reload_for_life(Tamper&, Event& event) {
  if (auto* given = std::get_if<NoticeGiven>(&event); given != nullptr && given->notice == Notice::alive)
    given->notice = Notice::reloading;
  return true;
}

// ---- other effects ----

template <class T, int Times>
void repeat(Tamper&, Effect effect, std::vector<Effect>& out) {
  for (int n = holds<T>(effect) ? Times : 1; n > 0; --n) out.push_back(effect);
}
void another_code(Tamper&, Effect effect, std::vector<Effect>& out) {
  if (auto* finished = std::get_if<Finished>(&effect)) ++finished->exit_code;
  out.push_back(std::move(effect));
}
void nameless_survivors(Tamper&, Effect effect, std::vector<Effect>& out) {
  if (auto* finished = std::get_if<Finished>(&effect)) finished->survivors.clear();
  out.push_back(std::move(effect));
}
void leave_at_once(Tamper&, Effect effect, std::vector<Effect>& out) {
  const bool begins = holds<ShutdownBegun>(effect);
  out.push_back(std::move(effect));
  if (begins) out.emplace_back(Finished{});
}
void next_hooks(Tamper&, Effect effect, std::vector<Effect>& out) {
  if (auto* task = std::get_if<RunTask>(&effect)) ++task->index;
  out.push_back(std::move(effect));
}
void misplaced_hooks(Tamper&, Effect effect, std::vector<Effect>& out) {
  if (auto* task = std::get_if<RunTask>(&effect); task != nullptr && task->kind == TaskKind::post_start)
    task->kind = TaskKind::pre_stop;
  out.push_back(std::move(effect));
}
void wrong_runs(Tamper&, Effect effect, std::vector<Effect>& out) {
  if (auto* signal = std::get_if<SignalRun>(&effect)) --signal->run.value;
  out.push_back(std::move(effect));
}
// Outside, run ids are counted down.
RunId mirrored(RunId run) { return run == RunId{} ? run : RunId{10'000 - run.value}; }
constexpr auto mirror = [](auto& e) {
  if constexpr (requires { e.run; }) e.run = mirrored(e.run);
};
void falling_runs(Tamper&, Effect effect, std::vector<Effect>& out) {
  std::visit(mirror, effect);
  out.push_back(std::move(effect));
}
bool hear_falling_runs(Tamper&, Event& event) {
  std::visit(mirror, event);
  return true;
}
// Who is told to end has left.
void leave_early(Tamper& tamper, Effect effect, std::vector<Effect>& out) {
  const auto* change = std::get_if<StateChanged>(&effect);
  const bool is_leaver = change != nullptr && change->to == State::stopping &&
                         tamper.engine->world().at(change->instance).presence == Presence::vanishing;
  if (is_leaver) out.emplace_back(InstanceVacated{change->instance});
  out.push_back(std::move(effect));
}
void always_done(Tamper&, Effect effect, std::vector<Effect>& out) {
  if (auto* done = std::get_if<ChangeDone>(&effect))
    for (TargetResult& result : done->results) result.outcome = Outcome::done;
  out.push_back(std::move(effect));
}
void reasonless_companions(Tamper&, Effect effect, std::vector<Effect>& out) {
  if (auto* done = std::get_if<ChangeDone>(&effect))
    for (TargetResult& result : done->results)
      if (result.along_with != kNoInstance) result.along_with = result.instance;
  out.push_back(std::move(effect));
}
void fewer_results(Tamper&, Effect effect, std::vector<Effect>& out) {
  if (auto* done = std::get_if<ChangeDone>(&effect); done != nullptr && !done->results.empty())
    done->results.pop_back();
  out.push_back(std::move(effect));
}

// ---- a disobedient world ----

template <class T>
bool disobey(Tamper&, const Effect& effect) {
  return !holds<T>(effect);
}

constexpr Mutation kMutations[] = {
    {.name = "requires is taken for after",
     .caught_by = "requirements-at-start",
     .distort = each_service<forget_requires>},
    {.name = "after is ignored", .caught_by = "order-of-start", .distort = each_service<forget_order>},
    {.name = "after is ignored in a stop", .caught_by = "order-of-stop", .distort = each_service<forget_order>},
    {.name = "until is ignored at the start",
     .caught_by = "requirements-at-start",
     .distort = each_service<forget_until>},
    {.name = "binds-to is taken for requires", .caught_by = "bound", .distort = each_service<forget_binding>},
    {.name = "restart-with is taken for after", .caught_by = "outdated", .distort = each_service<forget_restart_with>},
    {.name = "after is taken for restart-with", .caught_by = "renewed-once", .distort = each_service<always_renew>},
    {.name = "conflicts are ignored", .caught_by = "conflicts", .distort = each_service<forget_conflicts>},
    {.name = "parents are only required", .caught_by = "joined-last", .distort = each_service<forget_parent>},
    {.name = "daemons are waited for", .caught_by = "daemon-ends", .distort = each_service<forget_daemon>},
    {.name = "what is last is not kept", .caught_by = "last-of-all", .distort = each_service<forget_last>},
    {.name = "what is required is not needed later",
     .caught_by = "running-has-needs",
     .distort = each_service<forget_requires>},
    {.name = "the shutdown has half its time", .caught_by = "stop-share", .distort = hasty_shutdown},
    {.name = "max is ignored", .caught_by = "restart-limit", .distort = each_service<forget_max>},
    {.name = "it gives up too early", .caught_by = "restart-limit", .distort = each_service<lower_max>},
    {.name = "delay is ignored", .caught_by = "restart-spacing", .distort = each_service<forget_delay>},
    {.name = "max-delay is ignored", .caught_by = "backoff-times", .distort = each_service<forget_max_delay>},
    {.name = "success-codes are ignored", .caught_by = "sequel", .distort = each_service<forget_success>},
    {.name = "restart.when is ignored", .caught_by = "sequel", .distort = each_service<forget_when>},
    {.name = "on-exit and on-give-up are ignored",
     .caught_by = "obeys-shutdown",
     .distort = each_service<forget_on_exit>},
    {.name = "a stop step is done twice", .caught_by = "stop-steps", .distort = each_service<double_steps>},
    {.name = "only the first stop step is done", .caught_by = "patience", .distort = each_service<one_step>},
    {.name = "stop steps do not wait", .caught_by = "patience", .distort = each_service<no_waits>},
    {.name = "start-parallelism is ignored", .caught_by = "parallelism", .distort = forget_slots},
    {.name = "exit-code-from is ignored", .caught_by = "exit-code", .distort = forget_code_source},
    {.name = "exit when-done is ignored", .caught_by = "when-done", .distort = forget_exit},
    {.name = "it exits when done though it should not", .caught_by = "shutdown-reason", .distort = always_exit},
    {.name = "shutdown-timeout is longer than said", .caught_by = "deadlines", .distort = endless_shutdown},

    {.name = "pre-start hooks are left out", .caught_by = "start-hooks", .distort = each_service<forget_pre_start>},
    {.name = "post-start hooks are left out", .caught_by = "start-hooks", .distort = each_service<forget_post_start>},
    {.name = "pre-stop hooks are left out", .caught_by = "pre-stop", .distort = each_service<forget_pre_stop>},
    {.name = "post-stop hooks are left out", .caught_by = "post-stop", .distort = each_service<forget_post_stop>},
    {.name = "hooks have more time than said", .caught_by = "hook-limits", .distort = each_service<patient_hooks>},
    {.name = "hooks have less time than said", .caught_by = "hook-limits", .distort = each_service<hasty_hooks>},
    {.name = "ready.timeout is longer than said", .caught_by = "ready-in-time", .distort = each_service<patient_start>},
    {.name = "readiness is not waited for", .caught_by = "ready-first", .distort = each_service<ready_at_once>},
    {.name = "start-delay is ignored", .caught_by = "start-delay", .distort = each_service<start_at_once>},
    {.name = "the watchdog is ignored", .caught_by = "deadlines", .distort = each_service<forget_watchdog>},
    {.name = "the watchdog is hasty", .caught_by = "watchdog", .distort = each_service<hasty_watchdog>},
    {.name = "one failed probe is enough", .caught_by = "health-count", .distort = each_service<hasty_health>},
    {.name = "what is external is lost late", .caught_by = "external", .distort = each_service<late_loss>},
    {.name = "what is external is back late", .caught_by = "external", .distort = each_service<late_return>},
    {.name = "on-lost is ignored", .caught_by = "bound", .distort = forget_on_lost},
    {.name = "reload.timeout is longer than said",
     .caught_by = "reload-in-time",
     .distort = each_service<patient_reload>},
    {.name = "forking is taken for simple", .caught_by = "found-first", .distort = each_service<forget_forking>},
    {.name = "stop commands are taken for signals",
     .caught_by = "stop-steps",
     .distort = each_service<forget_commands>},
    {.name = "exit-when = empty is ignored", .caught_by = "run-end", .distort = each_service<ends_with_main>},
    {.name = "every run goes on without its main process",
     .caught_by = "run-end",
     .distort = each_service<ends_when_empty>},

    {.name = "the end of an older run counts", .caught_by = "rest-is-empty", .hear = renumber_stale_ends},
    {.name = "an end is not heard", .caught_by = "known-runs", .hear = lose_ends},
    {.name = "commands are not heard", .caught_by = "no-change-is-kept", .hear = lose_commands},
    {.name = "the shutdown is not heard", .caught_by = "obeys-shutdown", .hear = lose_shutdowns},
    {.name = "every hook has succeeded", .caught_by = "start-hooks", .hear = praise_hooks},
    {.name = "survivors are not heard of", .caught_by = "stop-answers", .hear = lose_survivors},
    {.name = "other survivors are heard of", .caught_by = "change-result", .hear = rename_survivors},
    {.name = "signals are taken for pauses", .caught_by = "pause-asked", .hear = pause_for_signals},
    {.name = "a scaling makes one too many", .caught_by = "population", .hear = one_too_many},
    {.name = "a removal is not heard", .caught_by = "population", .hear = lose_removals},
    {.name = "a rolling restart takes all at a time", .caught_by = "rolling", .hear = all_at_a_time},
    {.name = "a restart is taken for a rolling one", .caught_by = "rolling", .hear = roll_for_restart},
    {.name = "services are not defined anew", .caught_by = "lives-by", .hear = lose_redefinitions},
    {.name = "what is alive is defined anew", .caught_by = "lives-by", .hear = redefine_at_once},
    {.name = "that it is ready is not heard", .caught_by = "ready-in-time", .hear = lose_readiness},
    {.name = "every sign of life counts twice", .caught_by = "life-in-time", .hear = lengthen_watchdog},
    {.name = "signs of life are taken for reloads", .caught_by = "reload-asked", .hear = reload_for_life},
    {.name = "every probe has succeeded", .caught_by = "health-acts", .hear = praise_health},
    {.name = "every end is a success", .caught_by = "sequel", .hear = succeed_always},

    {.name = "a run is spawned twice", .caught_by = "one-live-run", .tell = repeat<SpawnRun, 2>},
    {.name = "run ids fall", .caught_by = "runs-grow", .hear = hear_falling_runs, .tell = falling_runs},
    {.name = "hooks are run twice", .caught_by = "hook-order", .tell = repeat<RunTask, 2>},
    {.name = "the next hook is run instead", .caught_by = "hook-order", .tell = next_hooks},
    {.name = "post-start hooks are taken for others", .caught_by = "hook-place", .tell = misplaced_hooks},
    {.name = "hooks are not killed", .caught_by = "hook-limits", .tell = repeat<KillTasks, 0>},
    {.name = "what is paused is not frozen", .caught_by = "frozen", .tell = repeat<FreezeRun, 0>},
    {.name = "what was paused is not thawed", .caught_by = "frozen", .tell = repeat<ThawRun, 0>},
    {.name = "the main process is looked for twice", .caught_by = "found-first", .tell = repeat<FindMain, 2>},
    {.name = "readiness is not looked for", .caught_by = "awaiting", .tell = repeat<AwaitReady, 0>},
    {.name = "readiness is looked for twice", .caught_by = "awaited-once", .tell = repeat<AwaitReady, 2>},
    {.name = "readiness is looked for although it is there", .caught_by = "awaiting", .tell = repeat<StopAwaiting, 0>},
    {.name = "health is not asked for", .caught_by = "probing", .tell = repeat<AskHealth, 0>},
    {.name = "health is asked for twice", .caught_by = "probed-once", .tell = repeat<AskHealth, 2>},
    {.name = "health is asked for to the end", .caught_by = "probing", .tell = repeat<StopAsking, 0>},
    {.name = "a signal names an older run", .caught_by = "known-runs", .tell = wrong_runs},
    {.name = "KILL is not ordered", .caught_by = "kill", .tell = repeat<KillRun, 0>},
    {.name = "a change of state is not told", .caught_by = "states-agree", .tell = repeat<StateChanged, 0>},
    {.name = "a change of state is told twice", .caught_by = "state-chain", .tell = repeat<StateChanged, 2>},
    {.name = "the end of a change is not told", .caught_by = "no-change-is-kept", .tell = repeat<ChangeDone, 0>},
    {.name = "the end of a change is told twice", .caught_by = "change-once", .tell = repeat<ChangeDone, 2>},
    {.name = "who is to leave has left", .caught_by = "leaves-at-rest", .tell = leave_early},
    {.name = "every change is called done", .caught_by = "change-result", .tell = always_done},
    {.name = "a result is missing", .caught_by = "change-targets", .tell = fewer_results},
    {.name = "what is taken along names itself", .caught_by = "change-companions", .tell = reasonless_companions},
    {.name = "the shutdown begins twice", .caught_by = "shutdown-reason", .tell = repeat<ShutdownBegun, 2>},
    {.name = "the shutdown is not told", .caught_by = "shutdown-first", .tell = repeat<ShutdownBegun, 0>},
    {.name = "the exit code is another", .caught_by = "exit-code", .tell = another_code},
    {.name = "survivors are not named", .caught_by = "survivors", .tell = nameless_survivors},
    {.name = "it does not say that it leaves", .caught_by = "deadlines", .tell = repeat<Finished, 0>},
    {.name = "it leaves twice", .caught_by = "silence", .tell = repeat<Finished, 2>},
    {.name = "it leaves before all rests", .caught_by = "survivors", .tell = leave_at_once},

    {.name = "KILL does not arrive", .caught_by = "stop-budget", .obey = disobey<KillRun>},
    {.name = "hooks get lost", .caught_by = "liveness", .obey = disobey<RunTask>},
    {.name = "searches get lost", .caught_by = "liveness", .obey = disobey<FindMain>},
    {.name = "spawns get lost", .caught_by = "liveness", .obey = disobey<SpawnRun>},
    {.name = "the clock is fast", .caught_by = "restart-spacing", .clock = 1.25},
};

}  // namespace

std::span<const Mutation> mutations() { return kMutations; }

}  // namespace sup::sim
