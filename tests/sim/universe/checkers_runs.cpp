// What happens to runs: one at a time, known to the world, and ended as the configuration says.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

Complaint one_live_run(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<SpawnRun>(&effect);
  if (e == nullptr) return std::nullopt;
  if (!scene.seen[e->instance.value].run_is_open && scene.kernel.live_runs(e->instance) == 0) return std::nullopt;
  return fmt::format("{} is started while a run of it is alive", scene.name(e->instance));
}

Complaint runs_grow(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<SpawnRun>(&effect);
  if (e == nullptr || e->run > scene.last_run) return std::nullopt;
  return fmt::format("run {} comes after run {}", e->run.value, scene.last_run.value);
}

Complaint known_runs(const Scene& scene, const Effect& effect) {
  const auto judge = [&](InstanceId id, RunId run) -> Complaint {
    const Seen& s = scene.seen[id.value];
    if (s.run == run && s.run_is_open) return std::nullopt;
    return fmt::format("{}: an order for run {}, which is not there", scene.name(id), run.value);
  };
  if (const auto* e = std::get_if<SignalRun>(&effect)) return judge(e->instance, e->run);
  if (const auto* e = std::get_if<KillRun>(&effect)) return judge(e->instance, e->run);
  return std::nullopt;
}

// Whether somebody has just asked for this very signal.
bool is_commanded(const Scene& scene, const SignalRun& order) {
  const auto* command = scene.event == nullptr ? nullptr : std::get_if<CommandGiven>(scene.event);
  return command != nullptr && command->kind == CommandKind::signal && command->signal == order.signal &&
         command->to == order.to && std::ranges::count(command->targets, order.instance) > 0;
}

// The signals of a stop are those of its steps, in order, to whom they say; once the main process is gone, to all.
Complaint stop_steps(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<SignalRun>(&effect);
  if (e == nullptr) return std::nullopt;
  if (e->reason == SignalReason::command) {
    if (is_commanded(scene, *e)) return std::nullopt;
    return fmt::format("{}: nobody asked for this signal", scene.name(e->instance));
  }
  const Seen& s = scene.seen[e->instance.value];
  const bool is_first = s.state != State::stopping;
  const bool is_repeated = scene.main_exit == e->instance;
  const std::size_t step = is_first ? 0 : is_repeated ? s.stop_step : s.stop_step + 1;
  const auto& steps = scene.spec(e->instance).stop.steps;
  if (step >= steps.size()) return fmt::format("{}: there is no stop step {}", scene.name(e->instance), step);
  const SignalTarget to = s.is_main_gone ? SignalTarget::all : steps[step].to;
  if (e->signal == steps[step].signal && e->to == to) return std::nullopt;
  return fmt::format("{}: stop step {} is not what was sent", scene.name(e->instance), step);
}

// KILL comes after all stop steps had their time, and not before.
Complaint patience(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->to != State::killing || e->row->input != Input::deadline) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const auto& steps = scene.spec(e->instance).stop.steps;
  const Duration least = std::accumulate(steps.begin(), steps.end(), Duration{},
                                         [](Duration sum, const StopStep& step) { return sum + step.wait; });
  if (scene.now - s.state_since >= least && s.stop_step + 1 == steps.size()) return std::nullopt;
  return fmt::format("{} is killed before its stop steps are over", scene.name(e->instance));
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
