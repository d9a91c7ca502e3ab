#include "engine/population.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "engine/transitions.hpp"
#include "spec/relations.hpp"

namespace sup {
namespace {

std::string_view name_of(const World& w, ServiceId id) { return w.service(id).definition->name; }

auto place_of(const World& w, std::string_view name) {
  return std::ranges::lower_bound(w.by_name, name, {}, [&](ServiceId id) { return name_of(w, id); });
}

// A slot that nobody is in, or a new one.
template <class Id, class Slot>
Id take_slot(std::vector<Slot>& slots, std::vector<Id>& vacant) {
  if (vacant.empty()) {
    slots.emplace_back();
    return Id{static_cast<std::uint32_t>(slots.size() - 1)};
  }
  const Id id = vacant.back();
  vacant.pop_back();
  return id;
}

// "2" of "worker@2"; 0 if it is no number.
std::size_t parse_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && text[0] != '0' ? number : 0;
}

// Whoever relates to a service relates to all its instances that stay. Nobody begins to depend on what leaves, but what
// conflicts with it waits until it has left.
bool stays(const World& w, InstanceId id) { return w.at(id).presence == Presence::here; }

Bond bond_of(const World& w, InstanceId self, ServiceId to, RelationKind kind) {
  if (kind == RelationKind::parent) return w.spec(w.at(self)).daemon ? Bond::daemon : Bond::child;
  const bool is_bound = kind == RelationKind::binds_to || (kind == RelationKind::requires_ &&
                                                           w.service(to).definition->external->on_lost == OnLost::stop);
  return is_bound ? Bond::binding : Bond::requirement;
}

void relate(World& w, InstanceId self, ServiceId to, const Relation& relation) {
  if (w.at(self).service == to) return;
  for (const InstanceId other : w.service(to).instances) {
    if (relation.kind == RelationKind::conflicts) connect(w.graph, self, other, kConflicts);
    if (relation.kind == RelationKind::before && stays(w, self)) connect(w.graph, other, self, kFollows);
    if (!stays(w, other)) continue;
    switch (relation.kind) {
      case RelationKind::parent:
      case RelationKind::requires_:
      case RelationKind::binds_to:
        connect(w.graph, self, other, kRequires, relation.until, bond_of(w, self, to, relation.kind));
        break;
      case RelationKind::wants:
        insert_sorted(w.graph[self.value].edit().wants, other);
        connect(w.graph, self, other, kFollows, relation.until);
        break;
      case RelationKind::restart_with:
        connect(w.graph, self, other, kRenewedBy);
        connect(w.graph, self, other, kFollows, relation.until);
        break;
      case RelationKind::after: connect(w.graph, self, other, kFollows, relation.until); break;
      case RelationKind::before:
      case RelationKind::conflicts: break;
    }
  }
}

void link_needs(World& w, InstanceId id) {
  const ServiceRef definition = w.definition(w.at(id));
  for_each_relation(definition->spec, [&](const Relation& relation) {
    if (const auto other = find_service(w, relation.service)) relate(w, id, *other, relation);
  });
}

template <class Visit>
void each_neighbour(const Relations& relations, Visit visit) {
  for (const auto* list : {&relations.requires_, &relations.required_by, &relations.follows, &relations.followed_by,
                           &relations.renewed_by, &relations.renews, &relations.conflicts})
    std::ranges::for_each(*list, visit);
}

// Whether it has to do with the service of this name.
bool names(const ServiceSpec& spec, std::string_view name) {
  bool out = false;
  for_each_relation(spec, [&](const Relation& relation) { out = out || relation.service == name; });
  return out;
}

}  // namespace

World::World(SpecSet set, std::uint64_t seed)
    : daemon(std::move(set.daemon)),
      absent(std::move(set.absent)),
      groups(std::move(set.groups)),
      files(std::move(set.files)),
      event_hooks(std::move(set.event_hooks)),
      chance(seed) {
  rows_taken.resize(transitions().size());
  services.reserve(set.services.size());
  instances.reserve(set.services.size());
  for (NamedService& named : set.services) {
    const std::uint32_t count = named.instances;
    const ServiceId id = add_service(*this, std::make_shared<const NamedService>(std::move(named)));
    for (std::uint32_t n = 0; n < count; ++n) add_instance(*this, id);
  }
  for (const ServiceId id : by_name) link_needs(*this, id);
  for (const Instance& i : instances) recount(*this, id(i));
}

std::string World::name(const Instance& i) const {
  const ServiceSlot& of = service(i.service);
  return is_numbered(of) || i.number > 1 ? fmt::format("{}@{}", of.definition->name, i.number) : of.definition->name;
}

std::uint32_t count_here(const World& w, const ServiceSlot& service) {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(service.instances, [&](InstanceId id) { return w.at(id).presence == Presence::here; }));
}

InstancePlace place_of(const World& w, const Instance& i) {
  return {i.number, std::max(i.number, count_here(w, w.service(i.service)))};
}

bool is_stale(const World& w, const Instance& i) { return i.definition != w.service(i.service).definition; }

bool is_numbered(const ServiceSlot& service) { return service.instances.size() > 1; }

std::optional<ServiceId> find_service(const World& w, std::string_view name) {
  const auto it = place_of(w, name);
  if (it == w.by_name.end() || name_of(w, *it) != name) return std::nullopt;
  return *it;
}

std::vector<InstanceId> find_instances(const World& w, std::string_view name) {
  if (const auto service = find_service(w, name)) return w.service(*service).instances;
  const std::size_t at = name.rfind('@');
  if (at == std::string_view::npos) return {};
  const auto service = find_service(w, name.substr(0, at));
  const std::size_t number = parse_number(name.substr(at + 1));
  if (!service || number == 0 || number > w.service(*service).instances.size()) return {};
  return {w.service(*service).instances[number - 1]};
}

InstanceId find_instance(const World& w, std::string_view name) {
  const auto found = find_instances(w, name);
  return found.empty() ? kNoInstance : found.front();
}

ServiceId add_service(World& w, ServiceRef definition) {
  CHECK(!find_service(w, definition->name));
  const ServiceId id = take_slot(w.services, w.vacant_services);
  const auto place = place_of(w, definition->name) - w.by_name.begin();
  w.services[id.value].definition = w.services[id.value].related = std::move(definition);
  w.by_name.insert(w.by_name.begin() + place, id);
  return id;
}

InstanceId add_instance(World& w, ServiceId service) {
  const InstanceId id = take_slot(w.instances, w.vacant_instances);
  w.graph.resize(w.instances.size());
  ServiceSlot& of = w.services[service.value];
  of.instances.push_back(id);
  std::erase(w.emptied, service);
  Instance& i = w.edit(id);
  i.service = service;
  i.definition = of.related;
  i.number = static_cast<std::uint32_t>(of.instances.size());
  i.presence = Presence::here;
  i.came = ++w.traffic;
  return id;
}

void show_out(World& w, InstanceId id) {
  Instance& i = w.edit(id);
  if (std::exchange(i.presence, Presence::vanishing) == Presence::here) i.goes = ++w.traffic;
}

void link_needs(World& w, ServiceId service) {
  for (const InstanceId id : w.service(service).instances) link_needs(w, id);
}

void link_users(World& w, ServiceId service) {
  for (const ServiceId other : w.by_name) {
    if (other == service) continue;
    for (const InstanceId user : w.service(other).instances)
      if (names(w.spec(w.at(user)), name_of(w, service))) link_needs(w, user);
  }
}

std::vector<InstanceId> relink(World& w, const std::vector<InstanceId>& ids) {
  std::vector<InstanceId> out = ids;
  std::set<std::string_view> services;
  for (const InstanceId id : ids) {
    const std::vector<InstanceId> others = isolate(w.graph, id);
    out.insert(out.end(), others.begin(), others.end());
    services.insert(name_of(w, w.at(id).service));
  }
  const std::set<InstanceId> isolated(ids.begin(), ids.end());
  const auto is_concerned = [&](InstanceId id) {
    bool is_one = isolated.contains(id);
    for_each_relation(w.spec(w.at(id)), [&](const Relation& r) { is_one = is_one || services.contains(r.service); });
    return is_one;
  };
  for (const ServiceId service : w.by_name)
    for (const InstanceId id : w.service(service).instances)
      if (is_concerned(id)) link_needs(w, id);
  for (const InstanceId id : ids)
    each_neighbour(w.relations(w.at(id)), [&](InstanceId other) { out.push_back(other); });
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::vector<InstanceId> unlink_users(World& w, InstanceId id) {
  std::vector<InstanceId> users = w.graph[id.value]->required_by;
  for (const InstanceId user : users) disconnect(w.graph, user, id, kRequires);
  for (const InstanceId follower : w.graph[id.value]->followed_by)
    erase_sorted(w.graph[follower.value].edit().wants, id);
  return users;
}

void recount(World& w, InstanceId id) {
  const Relations& relations = *w.graph[id.value];
  const auto count = [&](const std::vector<InstanceId>& list, auto is_such) {
    return static_cast<std::uint32_t>(
        std::ranges::count_if(list, [&](InstanceId other) { return is_such(w.at(other).facts, other); }));
  };
  const auto needs = [&](auto is_such) {
    return count(relations.requires_,
                 [&](const Facts& f, InstanceId r) { return is_such(f, terms_of(relations.terms, r)); });
  };
  const auto is_live = [](const Facts& f, InstanceId) { return f.is_live; };
  const auto bond = [&](InstanceId d) { return terms_of(w.graph[d.value]->terms, id).bond; };
  w.derived(id).counts = {
      .unready_requirements = needs([](const Facts& f, Terms t) { return !is_met(f, t); }),
      .gone_requirements = needs([](const Facts& f, Terms t) { return is_gone_for(f, t); }),
      .leaving_requirements = needs([](const Facts& f, Terms) { return f.is_leaving; }),
      .coming_predecessors = count(
          relations.follows,
          [&](const Facts& f, InstanceId other) { return is_awaited(f, terms_of(relations.order_terms, other)); }),
      .live_dependents = count(relations.required_by, is_live),
      .leaving_followers = count(relations.followed_by, [](const Facts& f, InstanceId) { return f.is_leaving; }),
      .broken_bindings = needs([](const Facts& f, Terms t) { return is_bound(t.bond) && !holds(f, t); }),
      .live_bindings =
          count(relations.required_by, [&](const Facts& f, InstanceId d) { return f.is_live && is_bound(bond(d)); }),
      .busy_children =
          count(relations.required_by, [&](const Facts& f, InstanceId d) { return f.is_busy && is_child(bond(d)); }),
      .live_conflicts = count(relations.conflicts, is_live),
  };
}

std::vector<InstanceId> leave(World& w, InstanceId id) {
  Instance& i = w.edit(id);
  ServiceSlot& service = w.services[i.service.value];
  CHECK(is_resting(i.state) && i.number == service.instances.size());
  // Kept to be told apart by its name until it is wiped.
  i.presence = Presence::left;
  service.instances.pop_back();
  if (service.instances.empty()) w.emptied.push_back(i.service);
  for (const Instance& other : w.instances) {
    if (other.start.held_by == id) w.edit(w.id(other)).start.held_by = kNoInstance;
    if (!names_another(other.cause) || (other.cause_by != id && other.cause_root != id)) continue;
    Instance& changed = w.edit(w.id(other));
    changed.cause_by = changed.cause_root = kNoInstance;
  }
  return isolate(w.graph, id);
}

void retire(World& w, ServiceId service) {
  CHECK(w.service(service).instances.empty());
  std::erase(w.by_name, service);
  std::erase(w.emptied, service);
}

void wipe(World& w, const std::vector<InstanceId>& instances, const std::vector<ServiceId>& services) {
  for (const InstanceId id : instances) {
    Instance& i = w.edit(id);
    const bool is_noted = i.is_noted;
    i = {};
    i.is_noted = is_noted;
  }
  for (const ServiceId id : services) w.services[id.value] = {};
  w.vacant_instances.insert(w.vacant_instances.end(), instances.begin(), instances.end());
  w.vacant_services.insert(w.vacant_services.end(), services.begin(), services.end());
}

}  // namespace sup
