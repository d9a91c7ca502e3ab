// Readiness, reloads and watchdogs: what is called ready has shown that it is, and who keeps us waiting has had its
// time.
#include <fmt/format.h>

#include <algorithm>

#include "sim/universe/checkers.hpp"

namespace sup::sim {
namespace {

// Nothing is called ready, and no hook of the time after, comes before what says that it is.
Complaint ready_first(const Scene& scene, const Effect& effect) {
  const auto* task = std::get_if<RunTask>(&effect);
  const auto* change = std::get_if<StateChanged>(&effect);
  const bool is_hook = task != nullptr && task->kind == TaskKind::post_start;
  const bool is_up = change != nullptr && change->from == State::starting && change->to == State::running;
  if (!is_hook && !is_up) return std::nullopt;
  const InstanceId id = is_hook ? task->instance : change->instance;
  if (is_confirmed(scene, id)) return std::nullopt;
  return fmt::format("{} is called ready, but nothing has said so", scene.name(id));
}

// It is waited for once, by the order to do so and the order to leave off.
Complaint awaited_once(const Scene& scene, const Effect& effect) {
  const auto* begin = std::get_if<AwaitReady>(&effect);
  const auto* end = std::get_if<StopAwaiting>(&effect);
  if (begin == nullptr && end == nullptr) return std::nullopt;
  const InstanceId id = begin != nullptr ? begin->instance : end->instance;
  const RunId run = begin != nullptr ? begin->run : end->run;
  const Seen& s = scene.seen[id.value];
  if (s.run == run && s.is_ready_awaited == (end != nullptr)) return std::nullopt;
  return fmt::format("{}: the wait for its readiness {}", scene.name(id),
                     end != nullptr ? "ends twice" : "begins twice");
}

// Whether it has just said that it is unfit.
bool says_unfit(const Scene& scene, InstanceId id) {
  const auto* notice = scene.event == nullptr ? nullptr : std::get_if<NoticeGiven>(scene.event);
  return notice != nullptr && notice->instance == id && notice->notice == Notice::unfit;
}

// The watchdog's signal is for who gave no sign of life in time, or asks for it; and the stop steps wait for it.
Complaint watchdog(const Scene& scene, const Effect& effect) {
  const auto* signal = std::get_if<SignalRun>(&effect);
  if (signal == nullptr || signal->reason == SignalReason::command) return std::nullopt;
  const Seen& s = scene.seen[signal->instance.value];
  if (signal->reason == SignalReason::watchdog) {
    const bool is_due = is_serving(s) && (scene.now >= s.life_due || says_unfit(scene, signal->instance));
    if (is_due && signal->signal == scene.spec(signal->instance).watchdog_signal) return std::nullopt;
    return fmt::format("{} gets the signal of the watchdog, but is well", scene.name(signal->instance));
  }
  const bool is_first_step = s.aborted && !s.stop_step && !s.is_main_gone && !s.is_redefined;
  if (!is_first_step || scene.now - *s.aborted >= scene.spec(signal->instance).stop->steps.front().wait)
    return std::nullopt;
  return fmt::format("{}: the signal of the watchdog has not had its time", scene.name(signal->instance));
}

// It reloads because somebody asked for it, or says so.
Complaint reload_asked(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<StateChanged>(&effect);
  if (e == nullptr || e->to != State::reloading || scene.event == nullptr) return std::nullopt;
  const auto* command = std::get_if<CommandGiven>(scene.event);
  const auto* notice = std::get_if<NoticeGiven>(scene.event);
  const bool is_asked = command != nullptr && command->kind == CommandKind::reload &&
                        std::ranges::count(command->targets, e->instance) > 0;
  const bool is_told = notice != nullptr && notice->notice == Notice::reloading && notice->instance == e->instance;
  if (is_asked || is_told) return std::nullopt;
  return fmt::format("{} is called reloading, but nobody asked for it", scene.name(e->instance));
}

// One probe of its health at a time.
Complaint probed_once(const Scene& scene, const Effect& effect) {
  const auto* e = std::get_if<AskHealth>(&effect);
  if (e == nullptr) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const bool is_external = scene.spec(e->instance).type == ServiceType::external;
  if ((s.run == e->run || is_external) && !s.is_probed) return std::nullopt;
  return fmt::format("{} is probed although a probe is under way", scene.name(e->instance));
}

// Nothing is ended for its health, nor called unhealthy, before so many probes in a row have failed.
Complaint health_count(const Scene& scene, const Effect& effect) {
  const auto* change = std::get_if<StateChanged>(&effect);
  const auto* verdict = std::get_if<HealthChanged>(&effect);
  const bool is_ended = change != nullptr && change->row->input == Input::unhealthy;
  const bool is_told = verdict != nullptr && verdict->to == Health::unhealthy;
  if (!is_ended && !is_told) return std::nullopt;
  const InstanceId id = is_ended ? change->instance : verdict->instance;
  const Seen& s = scene.seen[id.value];
  // What was called so before, when it had to go anyway, and stays after all, has not been called healthy since.
  const bool is_so_already = is_ended && s.verdict == Health::unhealthy;
  if (is_so_already || s.probes_failed >= scene.spec(id).health->failures) return std::nullopt;
  return fmt::format("{} is called unhealthy too early", scene.name(id));
}

constexpr EffectChecker kCheckers[] = {
    {"probed-once", probed_once},   {"health-count", health_count}, {"ready-first", ready_first},
    {"awaited-once", awaited_once}, {"watchdog", watchdog},         {"reload-asked", reload_asked},
};

// ---- after each step ----

// What is not ready within its time is stopped.
Complaint ready_in_time(const Scene& scene) {
  if (scene.finished) return std::nullopt;
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    const ServiceSpec& spec = scene.spec(id);
    if (s.state != State::starting || !s.is_executed || s.hook || spec.type == ServiceType::oneshot) continue;
    if (is_confirmed(scene, id)) return fmt::format("{} is ready, but not called so", scene.name(id));
    const bool is_late = scene.now >= std::max(s.executed_at + spec.ready->timeout, s.more_time_until);
    const bool is_in_delay = spec.ready->delay && is_to_become_ready(scene, id);
    if (is_late && !is_in_delay) return fmt::format("{} has had its time to become ready", scene.name(id));
  }
  return std::nullopt;
}

// Readiness is looked for as long as it is waited for.
Complaint awaiting(const Scene& scene) {
  for (const InstanceId id : scene.all()) {
    const bool is_awaited = is_to_become_ready(scene, id) && has_to_show(scene.spec(id));
    if (scene.seen[id.value].is_ready_awaited != is_awaited)
      return fmt::format("{}: its readiness is {}looked for", scene.name(id), is_awaited ? "not " : "");
  }
  return std::nullopt;
}

Complaint life_in_time(const Scene& scene) {
  if (scene.finished) return std::nullopt;
  for (const InstanceId id : scene.all())
    if (is_serving(scene.seen[id.value]) && scene.now >= scene.seen[id.value].life_due)
      return fmt::format("{} has missed its watchdog", scene.name(id));
  return std::nullopt;
}

Complaint reload_in_time(const Scene& scene) {
  if (scene.finished) return std::nullopt;
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    if (s.state == State::reloading && scene.now >= std::max(s.reload_due, s.more_time_until))
      return fmt::format("{} has had its time to reload", scene.name(id));
  }
  return std::nullopt;
}

// While it is up, and not else, a probe of its health is under way or to come.
Complaint probing(const Scene& scene) {
  if (scene.finished) return std::nullopt;
  for (const InstanceId id : scene.all()) {
    const Seen& s = scene.seen[id.value];
    const bool is_awaited = s.state == State::waiting && scene.spec(id).type == ServiceType::external;
    const bool is_to_be_probed = (is_serving(s) || is_awaited) && scene.spec(id).health.is_written();
    if (s.is_probed != is_to_be_probed)
      return fmt::format("{} is {}probed", scene.name(id), is_to_be_probed ? "not " : "");
  }
  return std::nullopt;
}

// What is unhealthy is ended, where its settings say so and it is not to end anyway.
Complaint health_acts(const Scene& scene) {
  const auto* e = scene.event == nullptr ? nullptr : std::get_if<HealthProbed>(scene.event);
  if (e == nullptr || scene.finished) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const HealthSpec& health = *scene.spec(e->instance).health;
  const bool is_due = is_serving(s) && s.run == e->run && s.probes_failed >= health.failures;
  if (!is_due || health.action == HealthAction::none || scene.inside(e->instance).facts.is_leaving) return std::nullopt;
  return fmt::format("{} is unhealthy, and nothing is done", scene.name(e->instance));
}

// What is external is called there when enough probes in a row have succeeded, and not any more when enough have
// failed.
Complaint external(const Scene& scene) {
  const auto* e = scene.event == nullptr ? nullptr : std::get_if<HealthProbed>(scene.event);
  if (e == nullptr || scene.finished || scene.spec(e->instance).type != ServiceType::external) return std::nullopt;
  const Seen& s = scene.seen[e->instance.value];
  const HealthSpec& health = *scene.spec(e->instance).health;
  const bool is_lost = s.probes_failed >= health.failures && !scene.inside(e->instance).facts.is_leaving;
  if (s.state == State::running && is_lost) return fmt::format("{} is lost, but called there", scene.name(e->instance));
  if (s.state == State::waiting && s.probes_good >= health.successes)
    return fmt::format("{} is there, but not called so", scene.name(e->instance));
  return std::nullopt;
}

constexpr SceneChecker kAfterStep[] = {
    {"external", external},
    {"probing", probing},
    {"health-acts", health_acts},
    {"ready-in-time", ready_in_time},
    {"awaiting", awaiting},
    {"life-in-time", life_in_time},
    {"reload-in-time", reload_in_time},
};

}  // namespace

std::span<const EffectChecker> ready_checkers() { return kCheckers; }
std::span<const SceneChecker> ready_step_checkers() { return kAfterStep; }

}  // namespace sup::sim
