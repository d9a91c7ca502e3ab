// How the time of a shutdown is divided, told again for the checkers.
#include <algorithm>

#include "sim/universe/scene.hpp"

namespace sup::sim {
namespace {

Duration time_of(const std::vector<Hook>& hooks) {
  Duration out{};
  for (const Hook& hook : hooks) out += hook.timeout;
  return out;
}

bool has_run(const Scene& scene, InstanceId id) {
  const State state = scene.seen[id.value].state;
  return has_process(scene.spec(id)) && state != State::joining && !is_resting(state);
}

Duration time_of_steps(const ServiceSpec& spec) {
  Duration out{};
  for (const StopStep& step : spec.stop->steps) out += step.wait;
  return out;
}

// By its own settings, from the first hook to the last.
Duration stop_time(const ServiceSpec& spec) {
  return time_of(spec.pre_stop) + time_of_steps(spec) + time_of(spec.post_stop);
}

Duration whole_chain(const Scene& scene, InstanceId id);

// Of what is stopped after it.
Duration chain_after(const Scene& scene, InstanceId id) {
  Duration out{};
  for (const auto* list : {&scene.links[id.value].needs, &scene.links[id.value].comes_after})
    for (const InstanceId other : *list) out = std::max(out, whole_chain(scene, other));
  return out;
}

// With its own time, from the beginning of its stop.
Duration whole_chain(const Scene& scene, InstanceId id) {
  const Duration after = chain_after(scene, id);
  if (is_resting(scene.seen[id.value].state)) return after;
  const bool is_without = !has_process(scene.spec(id)) || scene.seen[id.value].state == State::joining;
  return after + kDeathTakes + (is_without ? Duration{} : stop_time(scene.spec(id)));
}

}  // namespace

// Who is last, and how long the chains are, as things are now.
void Scene::note_shutdown() {
  for (const InstanceId id : all())
    if (spec(id).last && !is_resting(seen[id.value].state)) last.push_back(id);
  for (std::size_t next = 0; next < last.size(); ++next)
    for (const auto* list : {&links[last[next].value].needs, &links[last[next].value].comes_after})
      for (const InstanceId other : *list)
        if (!is_resting(seen[other.value].state) && std::ranges::count(last, other) == 0) last.push_back(other);
  Duration longest{};
  for (const InstanceId id : last) longest = std::max(longest, whole_chain(*this, id));
  for (const InstanceId id : all()) {
    const Duration least = std::ranges::count(last, id) > 0 ? Duration{} : longest;
    seen[id.value].stop_chain = std::max(chain_after(*this, id), least);
  }
  for (const InstanceId id : all())
    if (seen[id.value].state == State::stopping) note_share(id);
}

// Its stop begins, or a part of it: the hooks before, the steps, the hooks after.
void Scene::note_share(InstanceId id) {
  Seen& s = seen[id.value];
  s.share_due = kNever;
  if (shutdown == ShutdownReason::none || killed_since <= now || !has_run(*this, id)) return;
  const Duration before_steps = time_of(spec(id).pre_stop);
  const Duration after_steps = time_of(spec(id).post_stop);
  const bool is_before = s.hook && s.hook->kind == TaskKind::pre_stop && !s.stop_step;
  const bool is_after = s.hook && s.hook->kind == TaskKind::post_stop;
  const Duration own = is_before ? before_steps : is_after ? after_steps : time_of_steps(spec(id));
  const Duration rest = is_before ? time_of_steps(spec(id)) + after_steps : is_after ? Duration{} : after_steps;
  const Duration after = rest + s.stop_chain;
  if (own == Duration{} || (after == Duration{} && !is_before)) return;
  const double share = static_cast<double>(own.count()) / static_cast<double>((own + kDeathTakes + after).count());
  const Duration left = std::max(shutdown_since + daemon.shutdown_timeout - now, Duration{});
  s.share_due = now + Duration{static_cast<Duration::rep>(static_cast<double>(left.count()) * share)};
}

}  // namespace sup::sim
