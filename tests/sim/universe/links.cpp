// Who depends on whom, told again from the settings, and kept up to date as instances come and go.
#include <algorithm>

#include "sim/universe/scene.hpp"

namespace sup::sim {
namespace {

void add(std::vector<InstanceId>& list, InstanceId id) {
  if (std::ranges::find(list, id) == list.end()) list.push_back(id);
}

// What an edge is to be made of.
struct Edge {
  InstanceId from;
  InstanceId to;
  Until until = Until::ready;
};

void need(std::vector<Links>& links, const Edge& e) {
  add(links[e.from.value].needs, e.to);
  links[e.from.value].needs_until[e.to] = e.until;
  add(links[e.to.value].needed_by, e.from);
}

void follow(std::vector<Links>& links, const Edge& e) {
  add(links[e.from.value].comes_after, e.to);
  add(links[e.to.value].comes_before, e.from);
  Until& most = links[e.from.value].after_until.try_emplace(e.to, e.until).first->second;
  most = std::max(most, e.until);
}

void oppose(std::vector<Links>& links, InstanceId one, InstanceId other) {
  add(links[one.value].conflicts, other);
  add(links[other.value].conflicts, one);
}

}  // namespace

// An instance relates to all those of the other service that stay; what leaves has the relations that it had.
void Scene::link(InstanceId self) {
  const ServiceSpec& settings = spec(self);
  const auto each = [&](const std::string& service, auto visit, bool even_leaving = false) {
    if (service == members[self.value].service) return;
    for (const InstanceId other : members_of(service))
      if (even_leaving || members[other.value].presence == Presence::here) visit(other);
  };
  const auto needs = [&](const Dependency& on) {
    each(on.service, [&](InstanceId other) { need(links, {self, other, on.until}); });
  };
  const auto follows = [&](const Dependency& on) {
    each(on.service, [&](InstanceId other) { follow(links, {self, other, on.until}); });
  };
  const auto binds = [&](const Dependency& on) {
    each(on.service, [&](InstanceId other) { add(links[self.value].binds_to, other); });
  };
  for (const Dependency& on : settings.requires_) {
    needs(on);
    const std::vector<InstanceId> others = members_of(on.service);
    if (!others.empty() && cast.definition(others.front())->external->on_lost == OnLost::stop) binds(on);
  }
  for (const Dependency& on : settings.binds_to) {
    needs(on);
    binds(on);
  }
  if (!settings.parent.empty()) {
    needs({settings.parent, Until::ready});
    each(settings.parent, [&](InstanceId parent) {
      links[self.value].parent = parent;
      add(links[parent.value].children, self);
      if (settings.daemon) add(links[self.value].binds_to, parent);
    });
  }
  for (const Dependency& on : settings.wants) follows(on);
  for (const Dependency& on : settings.after) follows(on);
  for (const std::string& service : *settings.restart_with) {
    follows({service, Until::ready});
    each(service, [&](InstanceId other) { add(links[self.value].renewed_by, other); });
  }
  const bool stays = members[self.value].presence == Presence::here;
  for (const std::string& service : settings.before)
    each(
        service,
        [&](InstanceId other) {
          if (stays) follow(links, {other, self, Until::ready});
        },
        true);
  for (const std::string& service : settings.conflicts)
    each(service, [&](InstanceId other) { oppose(links, self, other); }, true);
}

void Scene::link_all() {
  for (std::uint32_t slot = 0; slot < members.size(); ++slot)
    if (members[slot].presence != Presence::vacant) link(InstanceId{slot});
}

// Nobody requires it any more; what comes after it still does.
void Scene::free_users_of(InstanceId id) {
  for (auto& [change, open] : changes) open.gone.insert(id);  // What it took along may not need it any more.
  for (const InstanceId user : std::exchange(links[id.value].needed_by, {})) {
    Links& of = links[user.value];
    std::erase(of.needs, id);
    std::erase(of.binds_to, id);
    of.needs_until.erase(id);
  }
}

void Scene::unlink(InstanceId id) {
  free_users_of(id);
  for (Links& of : links) {
    for (auto* list : {&of.needed_by, &of.comes_after, &of.comes_before, &of.renewed_by, &of.conflicts})
      std::erase(*list, id);
    of.after_until.erase(id);
  }
  links[id.value] = {};
}

}  // namespace sup::sim
