// How services and instances come and go, as it was asked for: told again from the events, without the engine's own
// bookkeeping of who stays.
#include <algorithm>
#include <iterator>

#include "sim/universe/scene.hpp"

namespace sup::sim {

std::vector<InstanceId> Scene::members_of(const std::string& service) const {
  std::vector<InstanceId> out;
  for (std::uint32_t slot = 0; slot < members.size(); ++slot)
    if (members[slot].presence != Presence::vacant && members[slot].service == service) out.push_back(InstanceId{slot});
  std::ranges::sort(out, {}, [&](InstanceId id) { return members[id.value].number; });
  return out;
}

bool Scene::has_had_its_time(const std::string& service) const {
  const std::vector<InstanceId> all_of_it = members_of(service);
  if (all_of_it.empty()) return false;
  const Transience transience = cast.definition(all_of_it.front())->transience;
  return std::ranges::all_of(all_of_it, [&](InstanceId id) {
    const State state = seen[id.value].state;
    switch (transience) {
      case Transience::none: return false;
      case Transience::until_stopped: return state == State::stopped;
      case Transience::until_success: return state == State::completed || state == State::stopped;
      case Transience::until_end: return is_resting(state);
    }
    return false;
  });
}

bool Scene::is_to_go(InstanceId id) const {
  const Member& member = members[id.value];
  const auto it = asked.find(member.service);
  if (it == asked.end()) return true;
  return it->second.is_removed || member.number > it->second.instances || has_had_its_time(member.service);
}

// The engine has heard of the event; its effects come now. Who is new has a place, and who is to go is known.
void Scene::meet() {
  const World& w = engine.world();
  seen.resize(w.instances.size());
  links.resize(w.instances.size());
  members.resize(w.instances.size());
  coming.clear();
  leaving.clear();
  for (const Instance& i : w.instances) {
    const InstanceId id = w.id(i);
    Member& member = members[id.value];
    if (i.presence != Presence::left) farewells.erase(id);
    const bool has_left = i.presence == Presence::left && farewells.contains(id);
    if (i.presence == Presence::vacant || has_left) continue;
    const bool is_new = member.presence == Presence::vacant;
    if (is_new) {
      member = {w.definition(i)->name, i.number, Presence::vanishing};
      cast.set(id, related.at(member.service));
    }
    const bool was_here = member.presence == Presence::here;
    member.presence = i.presence == Presence::here ? Presence::here : Presence::vanishing;
    if (is_new || (!was_here && i.presence == Presence::here)) coming.push_back(id);
    if (was_here && i.presence != Presence::here) leaving.push_back(id);
  }
  if (!coming.empty()) {
    for (const InstanceId id : coming) take_if_free(id);  // Who is called back may rest.
    link_all();
    take_relations();
  }
  if (!coming.empty() || !leaving.empty())
    for (auto& [id, change] : changes) change.is_disturbed = true;
  const auto* scaled = event == nullptr ? nullptr : std::get_if<Scaled>(event);
  const auto is_scaled = [&](InstanceId id) {
    return scaled != nullptr && std::ranges::count(scaled->scalings, members[id.value].service, &Scaling::service) > 0;
  };
  for (const InstanceId id : leaving)
    if (is_scaled(id)) free_users_of(id);
  note_targets();
}

// Of a change that names services: those who come and go by it.
void Scene::note_targets() {
  const auto it = changes.find(named_by_service);
  if (it == changes.end()) return;
  const auto* scaled = std::get_if<Scaled>(event);
  const auto* added = std::get_if<ServiceAdded>(event);
  const auto is_meant = [&](InstanceId id) {
    const std::string& service = members[id.value].service;
    return scaled != nullptr ? std::ranges::count(scaled->scalings, service, &Scaling::service) > 0
                             : added != nullptr && added->service->name == service;
  };
  std::vector<InstanceId>& targets = it->second.command.targets;
  std::ranges::copy_if(coming, std::back_inserter(targets), is_meant);
  const auto is_above = [&](InstanceId id) {
    return is_meant(id) && members[id.value].number > asked.at(members[id.value].service).instances;
  };
  if (scaled != nullptr) std::ranges::copy_if(leaving, std::back_inserter(targets), is_above);
  it->second.runs_before.resize(seen.size());
}

void Scene::open_change(ChangeId id, CommandKind kind, std::vector<InstanceId> targets) {
  if (id == ChangeId{}) return;
  OpenChange change;
  change.command = {.change = id, .kind = kind, .targets = std::move(targets), .signal = {}};
  change.since = now;
  for (const Seen& s : seen) change.runs_before.push_back(s.run);
  changes.emplace(id, std::move(change));
  named_by_service = id;
}

void Scene::hear(const ServiceAdded& e) {
  const bool is_new = !find_service(engine.world(), e.service->name);
  open_change(e.start, CommandKind::start, {});
  if (!is_new) return;
  cast.add(e.service);
  related[e.service->name] = e.service;
  asked[e.service->name] = {e.instances, false};
  wake_hopes();
}

void Scene::hear(const ServiceRemoved& e) {
  open_change(e.stop, CommandKind::stop, members_of(e.name));
  named_by_service = {};
  if (const auto it = asked.find(e.name); it != asked.end()) it->second.is_removed = true;
}

void Scene::hear(const Scaled& e) {
  open_change(e.change, CommandKind::scale, {});
  if (shutdown != ShutdownReason::none) return;
  wake_hopes();
  for (const Scaling& scaling : e.scalings)
    if (const auto it = asked.find(scaling.service); it != asked.end() && !it->second.is_removed)
      it->second.instances = scaling.instances;
}

void Scene::see(const InstanceVacated& e) {
  const std::string service = members[e.instance.value].service;
  if (moved.contains(service) && has_had_its_time(service)) asked[service].is_removed = true;
  farewells.insert(e.instance);
  for (auto& [id, change] : changes) change.gone.insert(e.instance);
  unlink(e.instance);
  seen[e.instance.value] = {};
  members[e.instance.value] = {};
}

// A transient service whose last end was told in this step is to go from now on.
void Scene::note_departures() {
  for (auto it = asked.begin(); it != asked.end();) {
    const bool has_moved = moved.contains(it->first);
    if (has_moved && has_had_its_time(it->first)) it->second.is_removed = true;
    it = it->second.is_removed && members_of(it->first).empty() ? asked.erase(it) : std::next(it);
  }
  moved.clear();
}

// ---- rolling restarts ----

bool Scene::is_rolling() const {
  return std::ranges::any_of(changes, [](const auto& c) { return c.second.command.kind == CommandKind::roll; });
}

bool Scene::allows_turn(const OpenChange& change, InstanceId id) const {
  const bool is_meant = change.command.kind == CommandKind::roll && std::ranges::count(change.command.targets, id) > 0;
  if (!is_meant) return false;
  // What conflicts may be cancelled, and its turn another's, within one step.
  const auto has_opponents = [&](InstanceId one) { return !links[one.value].conflicts.empty(); };
  if (std::ranges::any_of(change.command.targets, has_opponents)) return true;
  if (change.has_failed || change.replaced.contains(id)) return false;
  const auto is_under_way = [&](InstanceId one) {
    return !change.settled.contains(one) && inside(one).goal == Goal::up && is_live(seen[one.value].state);
  };
  return std::ranges::count_if(change.replaced, is_under_way) < std::ptrdiff_t{change.command.at_a_time};
}

// Whose turn it was, and what came of it. If it may have been that of several changes, none of them counts it.
void Scene::note_rolls(const StateChanged& e) {
  if (e.row->input == Input::want_replace) {
    const auto allows = [&](const auto& entry) { return allows_turn(entry.second, e.instance); };
    const auto it = std::ranges::find_if(changes, allows);
    if (std::ranges::count_if(changes, allows) == 1) it->second.replaced.insert(e.instance);
    return;
  }
  const bool is_bad_end = e.row->input == Input::ended || e.row->input == Input::spawn_failed;
  const bool has_failed = is_bad_end && (e.to == State::failed || e.to == State::backoff);
  for (auto& [id, change] : changes) {
    if (!change.replaced.contains(e.instance) || change.settled.contains(e.instance)) continue;
    if (has_failed && inside(e.instance).goal == Goal::up) change.has_failed = true;
    if (has_failed || is_resting(e.to) || is_serving(e.to)) change.settled.insert(e.instance);
  }
}

// Nobody waits any more for what was asked down meanwhile.
void Scene::note_rolls_left() {
  for (auto& [id, change] : changes)
    for (const InstanceId one : change.replaced)
      if (inside(one).goal == Goal::down || members[one.value].presence != Presence::here) change.settled.insert(one);
}

void Scene::leave_rolls(InstanceId one) {
  for (auto& [id, change] : changes)
    if (change.replaced.contains(one)) change.settled.insert(one);
}

}  // namespace sup::sim
