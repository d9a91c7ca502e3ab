// By which definition each lives: told again from the words of the events.
#include <algorithm>

#include "sim/universe/scene.hpp"
#include "spec/relations.hpp"

namespace sup::sim {

void Scene::hear(const DefinitionChanged& e) {
  if (!find_service(engine.world(), e.service->name)) return;
  const ServiceRef before = e.former != nullptr ? e.former : cast.definition(e.service->name);
  if (e.former == nullptr) cast.add(e.service);
  ServiceRef& linked = related.at(e.service->name);
  if (linked == before) linked = e.service;
  for (const InstanceId id : members_of(e.service->name))
    if (cast.definition(id) == before) take(id, e.service);
}

void Scene::hear(const ServicesRedefined& e) {
  for (const ServiceRef& service : e.services) {
    const auto it = asked.find(service->name);
    if (it == asked.end() || it->second.is_removed) continue;
    cast.add(service);
    ServiceRef& linked = related.at(service->name);
    if (relate_alike(linked->spec, service->spec)) linked = service;
    for (const InstanceId id : members_of(service->name)) take_if_free(id);
  }
  take_relations();
}

// What is for all is so at once; a shutdown keeps the time that it began with.
void Scene::hear(const SettingsChanged& e) {
  const Duration patience = daemon.shutdown_timeout;
  daemon = e.daemon;
  if (shutdown != ShutdownReason::none) daemon.shutdown_timeout = patience;
}

// Nothing of it is alive, or it would go on as it does; and its relations wait for nobody.
void Scene::take_if_free(InstanceId id) {
  const Member& member = members[id.value];
  const ServiceRef& newest = cast.definition(member.service);
  const bool is_due = member.presence == Presence::here && related.at(member.service) == newest;
  if (!is_due || cast.definition(id) == newest) return;
  const bool is_free = spec(id).type == ServiceType::external || !sup::is_there(seen[id.value].state);
  if (is_free || spec(id) == newest->spec) take(id, newest);
}

// Restarts that were counted by another bound do not count any more.
void Scene::take(InstanceId id, const ServiceRef& definition) {
  const ServiceRef before = cast.definition(id);
  cast.set(id, definition);
  Seen& s = seen[id.value];
  s.is_redefined = true;
  const RestartSpec& was = before->spec.restart;
  const RestartSpec& is = definition->spec.restart;
  if (was.max.count != is.max.count || was.within != is.within) s.restarts.clear(), s.restarts_fresh.clear();
  if (before->external->on_lost != definition->external->on_lost) relink({id});
}

// None of them is alive, nor anybody who leaves and may have relations of before.
bool Scene::may_take_relations(const std::vector<std::string>& services) const {
  return std::ranges::none_of(all(), [&](InstanceId id) {
    const Member& member = members[id.value];
    const bool counts = member.presence == Presence::vanishing || std::ranges::count(services, member.service) > 0;
    return counts && sup::is_there(seen[id.value].state);
  });
}

// All whose relations wait for each other take them together.
void Scene::take_relations() {
  std::vector<std::string> services;
  for (const auto& [name, linked] : related)
    if (linked != cast.definition(name)) services.push_back(name);
  if (services.empty() || !may_take_relations(services)) return;
  std::vector<InstanceId> taken;
  for (const std::string& name : services) {
    related[name] = cast.definition(name);
    for (const InstanceId id : members_of(name))
      if (members[id.value].presence == Presence::here) taken.push_back(id);
  }
  for (const InstanceId id : taken) take(id, cast.definition(members[id.value].service));
  relink(taken);
  has_related_anew = true;
}

// What changes take along may have other reasons by now.
void Scene::relink(const std::vector<InstanceId>& ids) {
  for (const InstanceId id : ids) unlink(id);
  link_all();
  for (auto& [id, change] : changes) change.is_disturbed = true;
}

// The manager has died, and the next one knows what the last that stays of each service lives by.
void Scene::recall_relations() {
  for (auto& [name, linked] : related) {
    const auto stays = [&](InstanceId id) { return members[id.value].presence == Presence::here; };
    if (!std::ranges::any_of(members_of(name), stays)) continue;
    const ServiceRef& newest = cast.definition(name);
    linked = newest;
    for (const InstanceId id : members_of(name))
      if (stays(id) && !relate_alike(spec(id), newest->spec)) linked = cast.definition(id);
  }
}

}  // namespace sup::sim
