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

// By its own settings, without the hooks after its end.
Duration stop_time(const Scene& scene, InstanceId id) {
  Duration out = time_of(scene.spec(id).pre_stop);
  for (const StopStep& step : scene.spec(id).stop->steps) out += step.wait;
  return out;
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
  return after + kDeathTakes + (is_without ? Duration{} : stop_time(scene, id) + time_of(scene.spec(id).post_stop));
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

// Its stop begins, or the hooks after it.
void Scene::note_share(InstanceId id) {
  Seen& s = seen[id.value];
  s.share_due = kNever;
  if (shutdown == ShutdownReason::none || killed_since <= now || !has_run(*this, id)) return;
  const Duration hooks = time_of(spec(id).post_stop);
  const bool is_in_hooks = s.hook && s.hook->kind == TaskKind::post_stop;
  const Duration own = is_in_hooks ? hooks : stop_time(*this, id);
  const Duration after = (is_in_hooks ? Duration{} : hooks) + s.stop_chain;
  if (own == Duration{} || after == Duration{}) return;
  const double share = static_cast<double>(own.count()) / static_cast<double>((own + kDeathTakes + after).count());
  const Duration left = std::max(shutdown_since + set.daemon.shutdown_timeout - now, Duration{});
  s.share_due = now + Duration{static_cast<Duration::rep>(static_cast<double>(left.count()) * share)};
}

}  // namespace sup::sim
