// The engine's part in health: when the next probe is due, and what its answer moves. How answers are counted is told
// in health.hpp.
#include <algorithm>
#include <utility>

#include "engine/engine.hpp"

namespace sup {
namespace {

bool spec_is_external(const World& w, const Instance& i) { return w.spec(i).type == ServiceType::external; }

}  // namespace

// Its probes go on where they were before a pause.
void Engine::begin_asking(Instance& i, State from) {
  const HealthSpec& spec = *w_.spec(i).health;
  const bool is_resumed = from == State::paused && i.health.is_written();
  // What has no runs gets a number all the same, so that an answer of an earlier time is not taken for one of this.
  if (spec_is_external(w_, i)) i.run = RunId{w_.next_run++};
  if (is_resumed)
    resume_health(i.health.edit());
  else
    i.health.edit() = begin_health(spec, w_.now);
  const Duration delay = first_probe_delay(spec, w_.id(i).value, w_.instances.size());
  w_.effects.emplace_back(AskHealth{w_.id(i), i.run, delay});
}

void Engine::handle(const HealthProbed& event) {
  if (!w_.is_present(event.instance) || w_.at(event.instance).run != event.run) return;
  Instance& i = w_.edit(event.instance);
  if (!is_asked_for_health(w_, i)) return;
  const HealthSpec& spec = *w_.spec(i).health;
  HealthRecord& record = i.health.edit();
  const Health before = record.verdict;
  const bool has_changed = note_probe(record, spec, w_.now, event.failure);
  if (has_changed)
    w_.effects.emplace_back(HealthChanged{event.instance, i.run, before, record.verdict, health_text(record)});
  if (spec_is_external(w_, i)) return follow_probes(event.instance);
  // What has to go down anyway is left alone; should it stay after all, the next failure ends it.
  const bool is_to_end =
      record.verdict == Health::unhealthy && record.has_last_failed && spec.action != HealthAction::none;
  if (is_to_end && !i.facts.is_leaving) return dispatch(event.instance, Input::unhealthy);
  w_.effects.emplace_back(AskHealth{event.instance, i.run, probe_pause(w_, i)});
  if (has_changed) spread(event.instance);
}

// What is external is there or not as its probes have it. What has to go anyway is left alone until it stays after all,
// and the next probe has failed.
void Engine::follow_probes(InstanceId id) {
  Instance& i = w_.edit(id);
  w_.effects.emplace_back(AskHealth{id, i.run, probe_pause(w_, i)});
  const bool is_lost = i.health->verdict != Health::healthy && i.health->has_last_failed && i.state == State::running;
  if (is_lost && !i.facts.is_leaving) return dispatch(id, Input::unhealthy);
  spread(id);
}

}  // namespace sup
