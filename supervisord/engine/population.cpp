#include "engine/population.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "engine/transitions.hpp"

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

// Whoever relates to a service relates to all its instances; but nobody begins to depend on what leaves.
template <class Visit>
void each_pair(const World& w, ServiceId from, ServiceId to, Visit visit) {
  if (from == to) return;
  for (const InstanceId f : w.service(from).instances)
    for (const InstanceId t : w.service(to).instances)
      if (w.at(t).presence == Presence::here) visit(f, t);
}

void connect_all(World& w, ServiceId from, ServiceId to, EdgeKind kind) {
  each_pair(w, from, to, [&](InstanceId f, InstanceId t) { connect(w.graph, f, t, kind); });
}

void want_all(World& w, ServiceId from, ServiceId to) {
  connect_all(w, from, to, kFollows);
  each_pair(w, from, to, [&](InstanceId f, InstanceId t) { insert_sorted(w.graph[f.value].wants, t); });
}

// Whether it has to do with the service of this name.
bool names(const ServiceSpec& spec, std::string_view name) {
  const auto has = [&](const std::vector<std::string>& list) { return std::ranges::find(list, name) != list.end(); };
  return has(spec.requires_) || has(spec.wants) || has(spec.after) || has(spec.before);
}

}  // namespace

World::World(SpecSet set, std::uint64_t seed)
    : daemon(std::move(set.daemon)), files(std::move(set.files)), chance(seed) {
  rows_taken.resize(transitions().size());
  services.reserve(set.services.size());
  instances.reserve(set.services.size());
  for (NamedService& named : set.services)
    add_instance(*this, add_service(*this, std::make_shared<const NamedService>(std::move(named))));
  for (const ServiceId id : by_name) link_needs(*this, id);
  for (const Instance& i : instances) recount(*this, id(i));
}

std::string World::name(const Instance& i) const {
  const ServiceSlot& of = service(i.service);
  return is_numbered(of) || i.number > 1 ? fmt::format("{}@{}", of.definition->name, i.number) : of.definition->name;
}

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
  w.services[id.value].definition = std::move(definition);
  w.by_name.insert(w.by_name.begin() + place, id);
  return id;
}

InstanceId add_instance(World& w, ServiceId service) {
  const InstanceId id = take_slot(w.instances, w.vacant_instances);
  w.graph.resize(w.instances.size());
  ServiceSlot& of = w.services[service.value];
  of.instances.push_back(id);
  Instance& i = w.at(id);
  i.service = service;
  i.number = static_cast<std::uint32_t>(of.instances.size());
  i.presence = Presence::here;
  return id;
}

void link_needs(World& w, ServiceId service) {
  const auto each = [&](const std::vector<std::string>& names, auto visit) {
    for (const std::string& name : names)
      if (const auto other = find_service(w, name)) visit(*other);
  };
  const ServiceRef definition = w.service(service).definition;
  const ServiceSpec& spec = definition->spec;
  each(spec.requires_, [&](ServiceId to) { connect_all(w, service, to, kRequires); });
  each(spec.wants, [&](ServiceId to) { want_all(w, service, to); });
  each(spec.after, [&](ServiceId to) { connect_all(w, service, to, kFollows); });
  each(spec.before, [&](ServiceId to) { connect_all(w, to, service, kFollows); });
}

void link_users(World& w, ServiceId service) {
  for (const ServiceId other : w.by_name)
    if (other != service && names(w.service(other).definition->spec, name_of(w, service))) link_needs(w, other);
}

std::vector<InstanceId> unlink_users(World& w, InstanceId id) {
  std::vector<InstanceId> users = w.graph[id.value].required_by;
  for (const InstanceId user : users) disconnect(w.graph, user, id, kRequires);
  for (const InstanceId follower : w.graph[id.value].followed_by) erase_sorted(w.graph[follower.value].wants, id);
  return users;
}

void recount(World& w, InstanceId id) {
  const Relations& relations = w.graph[id.value];
  const auto count = [&](const std::vector<InstanceId>& list, auto is_such) {
    return static_cast<std::uint32_t>(
        std::ranges::count_if(list, [&](InstanceId other) { return is_such(w.at(other).facts); }));
  };
  w.at(id).counts = {
      .unready_requirements = count(relations.requires_, [](const Facts& f) { return !f.is_ready; }),
      .gone_requirements = count(relations.requires_, [](const Facts& f) { return f.is_gone; }),
      .leaving_requirements = count(relations.requires_, [](const Facts& f) { return f.is_leaving; }),
      .coming_predecessors = count(relations.follows, [](const Facts& f) { return f.is_coming; }),
      .live_dependents = count(relations.required_by, [](const Facts& f) { return f.is_live; }),
      .leaving_followers = count(relations.followed_by, [](const Facts& f) { return f.is_leaving; }),
  };
}

std::vector<InstanceId> leave(World& w, InstanceId id) {
  Instance& i = w.at(id);
  ServiceSlot& service = w.services[i.service.value];
  CHECK(is_resting(i.state) && i.number == service.instances.size());
  // Kept to be told apart by its name until it is wiped.
  i.presence = Presence::left;
  service.instances.pop_back();
  for (Instance& other : w.instances) {
    if (other.cause != Cause::requirement && other.cause != Cause::followed) continue;
    if (other.cause_by == id || other.cause_root == id) other.cause_by = other.cause_root = kNoInstance;
  }
  return isolate(w.graph, id);
}

void retire(World& w, ServiceId service) {
  CHECK(w.service(service).instances.empty());
  std::erase(w.by_name, service);
}

void wipe(World& w, const std::vector<InstanceId>& instances, const std::vector<ServiceId>& services) {
  for (const InstanceId id : instances) w.at(id) = {};
  for (const ServiceId id : services) w.services[id.value] = {};
  w.vacant_instances.insert(w.vacant_instances.end(), instances.begin(), instances.end());
  w.vacant_services.insert(w.vacant_services.end(), services.begin(), services.end());
}

}  // namespace sup
