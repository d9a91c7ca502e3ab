// How services are defined anew while their instances live on.
//
// What is alive goes on by the definition that its run began with, and takes the newest one when nothing of it is
// alive. Relations are taken by all together whose relations change: the old ones have no cycle, nor have the new ones,
// but a mixture may have, in which each would wait for the other. So they wait until none of them is alive, and nobody
// either who leaves with the relations of before. Until then newcomers come with the old relations, too.
#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "engine/engine.hpp"
#include "engine/population.hpp"
#include "spec/relations.hpp"

namespace sup {

void Engine::handle(const DefinitionChanged& event) {
  const auto found = find_service(w_, event.service->name);
  if (!found) return;
  ServiceSlot& service = w_.services[found->value];
  const ServiceRef before = event.former != nullptr ? event.former : std::exchange(service.definition, event.service);
  if (service.related == before) service.related = event.service;
  for (const InstanceId id : service.instances)
    if (w_.at(id).definition == before) take_definition(id, event.service);
}

void Engine::handle(const ServicesRedefined& event) {
  std::vector<InstanceId> all;
  for (const ServiceRef& definition : event.services) {
    const auto found = find_service(w_, definition->name);
    if (!found || w_.service(*found).is_vanishing) continue;
    ServiceSlot& service = w_.services[found->value];
    CHECK((service.definition->spec.type == ServiceType::external) == (definition->spec.type == ServiceType::external));
    service.definition = definition;
    std::erase(relating_anew_, *found);
    if (relate_alike(service.related->spec, definition->spec))
      service.related = definition;
    else
      relating_anew_.push_back(*found);
    all.insert(all.end(), service.instances.begin(), service.instances.end());
  }
  for (const InstanceId id : all) {
    w_.note(id);  // It may live by an earlier definition from now on.
    renew_definition(id);
  }
  may_relate_anew_ = true;
}

void Engine::handle(const SettingsChanged& event) {
  w_.daemon = event.daemon;
  w_.groups = event.groups;
  w_.files = event.files;
  w_.event_hooks = event.event_hooks;
  w_.absent = event.absent;
  for (const InstanceId id : line_) enqueue(id);  // There may be more slots for starts.
}

// It takes the newest definition if nothing of it is alive, or that says the same as its own, and its relations wait
// for nobody. What is external has nothing that could be alive.
void Engine::renew_definition(InstanceId id) {
  const Instance& i = w_.at(id);
  const ServiceSlot& service = w_.service(i.service);
  if (i.presence != Presence::here || service.related != service.definition || !is_stale(w_, i)) return;
  const bool is_free = !is_there(i.state) || w_.spec(i).type == ServiceType::external;
  if (is_free || w_.spec(i) == service.definition->spec) take_definition(id, service.definition);
}

// It lives by this definition from now on, which relates to the same others.
void Engine::take_definition(InstanceId id, const ServiceRef& definition) {
  const ServiceRef before = exchange_definition(id, definition);
  if (before->external->on_lost != w_.definition(w_.at(id))->external->on_lost) refresh(relink(w_, {id}));
  refresh({id});
  live_by(id, before->spec);
}

ServiceRef Engine::exchange_definition(InstanceId id, const ServiceRef& definition) {
  Instance& i = w_.edit(id);
  const ServiceRef before = std::exchange(i.definition, definition);
  if (is_resting(i.state)) return before;
  work_count_ += is_work(w_.spec(i)) ? 1 : 0;
  work_count_ -= is_work(before->spec) ? 1 : 0;
  return before;
}

// Nobody is alive who has relations that would meet other ones.
bool Engine::is_free_to_relate_anew() const {
  const auto is_alive = [this](InstanceId id) { return is_there(w_.at(id).state); };
  const auto is_leaver = [&](InstanceId id) { return w_.at(id).presence == Presence::vanishing && is_alive(id); };
  return std::ranges::none_of(relating_anew_,
                              [&](ServiceId s) { return std::ranges::any_of(w_.service(s).instances, is_alive); }) &&
         std::ranges::none_of(vanishing_,
                              [&](ServiceId s) { return std::ranges::any_of(w_.service(s).instances, is_leaver); });
}

// Those whose relations change take their newest definitions, if they may. They come anew: nobody who is leaving is
// needed by them.
void Engine::renew_relations() {
  if (!std::exchange(may_relate_anew_, false) || relating_anew_.empty() || !is_free_to_relate_anew()) return;
  std::vector<std::pair<InstanceId, ServiceRef>> before;
  std::vector<InstanceId> taken;
  for (const ServiceId id : std::exchange(relating_anew_, {})) {
    ServiceSlot& service = w_.services[id.value];
    if (service.is_vanishing) continue;
    service.related = service.definition;
    for (const InstanceId one : service.instances) {
      if (w_.at(one).presence != Presence::here || !is_stale(w_, w_.at(one))) continue;
      before.emplace_back(one, exchange_definition(one, service.definition));
      taken.push_back(one);
      w_.edit(one).came = ++w_.traffic;
    }
  }
  refresh(relink(w_, taken));
  for (const auto& [id, definition] : before) live_by(id, definition->spec);
}

// What is alive goes on by its new definition: it may have another start-delay now, which counts from when it began to
// wait for that, or no reason any more to go on without its main process. Other moments that it waits for stay.
void Engine::live_by(InstanceId id, const ServiceSpec& before) {
  Instance& i = w_.edit(id);
  const ServiceSpec& now = w_.spec(i);
  const bool counts_otherwise =
      now.restart.max.count != before.restart.max.count || now.restart.within != before.restart.within;
  if (counts_otherwise) i.recent_restarts.clear();  // Some of those that would count now may be forgotten.
  const bool is_looked_for = i.state == State::starting && i.phase == Phase::find_main;
  const bool is_told = !is_live(i.state) || i.state == State::stopping || i.state == State::killing;
  if (i.main_is_gone && now.exit_when == RunEndsWith::main && !is_told && !is_looked_for)
    return dispatch(id, Input::main_exited);
  if (is_delaying(i)) {
    const Instant deadline = i.deadline;
    i.deadline = std::max(w_.now, deadline - before.start_delay + now.start_delay);
    sync_deadline(id, deadline);
  }
  enqueue(id);
}

}  // namespace sup
