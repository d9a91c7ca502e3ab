// What happens to runs: one at a time, known to the world, and ended as the configuration says.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

// The run that begins with this order, if it does: hooks may come before its program.
struct Begin {
  InstanceId instance;
  RunId run;
};
std::optional<Begin> begin_of_run(const Effect& effect) {
  if (const auto* e = std::get_if<SpawnRun>(&effect)) return Begin{e->instance, e->run};
  const auto* e = std::get_if<RunTask>(&effect);
  if (e == nullptr || e->kind != TaskKind::pre_start) return std::nullopt;
  return Begin{e->instance, e->run};
}

// Nothing of an older run is alive, and the program is started once in a run.
Complaint one_live_run(const Scene& scene, const Effect& effect) {
  const auto begin = begin_of_run(effect);
  if (!begin) return std::nullopt;
  const Seen& s = scene.seen[begin->instance.value];
  const bool is_new = begin->run != s.run;
  const bool is_alone = scene.kernel.live_runs(begin->instance) == 0;
  if (is_alone && (is_new ? !s.run_is_open : s.run_is_open && !s.is_spawned)) return std::nullopt;
  return fmt::format("{} is started while a run of it is alive", scene.name(begin->instance));
}

Complaint runs_grow(const Scene& scene, const Effect& effect) {
  const auto begin = begin_of_run(effect);
  if (!begin || begin->run > scene.last_run) return std::nullopt;
  const bool goes_on = begin->run == scene.last_run || begin->run == scene.seen[begin->instance.value].run;
  if (goes_on && scene.seen[begin->instance.value].state == State::starting) return std::nullopt;
  return fmt::format("run {} comes after run {}", begin->run.value, scene.last_run.value);
}

Complaint known_runs(const Scene& scene, const Effect& effect) {
  const auto judge = [&](InstanceId id, RunId run) -> Complaint {
    const Seen& s = scene.seen[id.value];
    if (s.run == run && s.run_is_open) return std::nullopt;
    return fmt::format("{}: an order for run {}, which is not there", scene.name(id), run.value);
  };
  // After the end of everything else its post-stop hooks are there, for KILL and for those who give signals by hand.
  const auto judge_with_hooks = [&](InstanceId id, RunId run) -> Complaint {
    const Seen& s = scene.seen[id.value];
    if (s.run == run && s.hook && s.hook->kind == TaskKind::post_stop) return std::nullopt;
    return judge(id, run);
  };
  if (const auto* e = std::get_if<SignalRun>(&effect))
    return e->reason == SignalReason::stop ? judge(e->instance, e->run) : judge_with_hooks(e->instance, e->run);
  if (const auto* e = std::get_if<KillRun>(&effect)) return judge_with_hooks(e->instance, e->run);
  if (const auto* e = std::get_if<KillTasks>(&effect)) return judge_with_hooks(e->instance, e->run);
  if (const auto* e = std::get_if<FindMain>(&effect)) return judge(e->instance, e->run);
  if (const auto* e = std::get_if<FreezeRun>(&effect)) return judge(e->instance, e->run);
  if (const auto* e = std::get_if<ThawRun>(&effect); e != nullptr && scene.seen[e->instance.value].run != e->run)
    return judge(e->instance, e->run);
  const auto* e = std::get_if<RunTask>(&effect);
  const bool is_inside = e != nullptr && e->kind != TaskKind::pre_start && e->kind != TaskKind::post_stop;
  return is_inside ? judge(e->instance, e->run) : std::nullopt;
}

// Whether somebody has just asked for this very signal.
bool is_commanded(const Scene& scene, const SignalRun& order) {
  const auto* command = scene.event == nullptr ? nullptr : std::get_if<CommandGiven>(scene.event);
  if (command == nullptr || std::ranges::count(command->targets, order.instance) == 0) return false;
  const bool is_of_reload = scene.spec(order.instance).reload->signal == order.signal && order.to == SignalTarget::main;
  if (command->kind == CommandKind::reload)
    return is_of_reload && scene.seen[order.instance.value].state == State::running;
  return command->kind == CommandKind::signal && command->signal == order.signal && command->to == order.to;
}

// Whether a stop step is ordered: a signal, or a command in its place. And of whom.
std::optional<InstanceId> target_of_step(const Effect& effect) {
  const auto* signal = std::get_if<SignalRun>(&effect);
  if (signal != nullptr && signal->reason == SignalReason::stop) return signal->instance;
  const auto* task = std::get_if<RunTask>(&effect);
  if (task != nullptr && task->kind == TaskKind::stop_step) return task->instance;
  return std::nullopt;
}

Complaint signals_are_asked_for(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<SignalRun>(&effect);
  if (e == nullptr || e->reason != SignalReason::command || is_commanded(scene, *e)) return std::nullopt;
  return fmt::format("{}: nobody asked for this signal", scene.name(e->instance));
}

bool is_repeated(const Scene& scene, InstanceId id) {
  return scene.main_exit == id && scene.seen[id.value].stop_step.has_value();
}

// What a stop does are its steps, in order: commands, or signals to whom they say. Without the main process, which may
// not have come yet, it is signals to all.
Complaint stop_steps(const Scene& scene, const Effect& effect) {
  if (auto complaint = signals_are_asked_for(scene, effect)) return complaint;
  const auto id = target_of_step(effect);
  if (!id) return std::nullopt;
  const Seen& s = scene.seen[id->value];
  const std::size_t step = !s.stop_step ? 0 : is_repeated(scene, *id) ? *s.stop_step : *s.stop_step + 1;
  const auto& steps = scene.spec(*id).stop->steps;
  if (step >= steps.size()) return fmt::format("{}: there is no stop step {}", scene.name(*id), step);
  const bool has_main = s.is_spawned && !s.is_main_gone;
  const bool is_right = [&] {
    const auto* e = std::get_if<SignalRun>(&effect);
    if (has_main && !steps[step].command.argv.empty()) return e == nullptr && std::get<RunTask>(effect).index == step;
    return e != nullptr && e->signal == steps[step].signal && e->to == (has_main ? steps[step].to : SignalTarget::all);
  }();
  if (is_right) return std::nullopt;
  return fmt::format("{}: stop step {} is not what was done", scene.name(*id), step);
}

// Each step has its time before the next one comes, and the last before KILL.
Complaint patience(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  const bool is_kill = e != nullptr && e->to == State::killing && e->row->input == Input::deadline;
  const auto id = is_kill ? e->instance : target_of_step(effect);
  if (!id) return std::nullopt;
  const Seen& s = scene.seen[id->value];
  const auto& steps = scene.spec(*id).stop->steps;
  const bool is_first = !is_kill && (!s.stop_step || is_repeated(scene, *id));
  if (is_first) return std::nullopt;
  const bool is_over = s.stop_step && scene.now - s.stop_step_since >= s.stop_step_wait;
  if (is_over && (!is_kill || *s.stop_step + 1 == steps.size())) return std::nullopt;
  return fmt::format("{}: a stop step has not had its time", scene.name(*id));
}

Complaint kill(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->to != State::killing || std::ranges::count(scene.killed, e->run) > 0) return std::nullopt;
  return fmt::format("{} is called killing, but was not sent KILL", scene.name(e->instance));
}

Complaint state_chain(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const bool is_chained = e->from == s.state && e->to != e->from && e->row->from == e->from && e->row->to == e->to;
  if (is_chained && e->run == s.run) return std::nullopt;
  return fmt::format("{} was {}, and goes from {} to {}", scene.name(e->instance), enum_name(s.state),
                     enum_name(e->from), enum_name(e->to));
}

constexpr EffectChecker kCheckers[] = {
    {"one-live-run", one_live_run}, {"runs-grow", runs_grow}, {"known-runs", known_runs},   {"stop-steps", stop_steps},
    {"patience", patience},         {"kill", kill},           {"state-chain", state_chain},
};

}  // namespace

std::span<const EffectChecker> run_checkers() { return kCheckers; }

}  // namespace sup::sim
