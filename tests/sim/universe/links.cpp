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

// All instances of the one service relate to those of the other that stay; what leaves has the relations that it had.
void Scene::link_all() {
  const auto each_pair = [&](const std::string& from, const std::string& to, auto visit, bool even_leaving = false) {
    if (from == to) return;
    for (const InstanceId f : members_of(from))
      for (const InstanceId t : members_of(to))
        if (even_leaving || members[t.value].presence == Presence::here) visit(f, t);
  };
  for (const std::string& self : cast.services()) {
    const std::vector<InstanceId> mine = members_of(self);
    if (mine.empty()) continue;
    const ServiceSpec& spec = cast.spec(mine.front());
    const auto needs = [&](const Dependency& on) {
      each_pair(self, on.service, [&](InstanceId f, InstanceId t) { need(links, {f, t, on.until}); });
    };
    const auto follows = [&](const Dependency& on) {
      each_pair(self, on.service, [&](InstanceId f, InstanceId t) { follow(links, {f, t, on.until}); });
    };
    const auto binds = [&](const Dependency& on) {
      each_pair(self, on.service, [&](InstanceId f, InstanceId t) { add(links[f.value].binds_to, t); });
    };
    for (const Dependency& on : spec.requires_) {
      needs(on);
      const std::vector<InstanceId> others = members_of(on.service);
      if (!others.empty() && cast.definition(others.front())->external->on_lost == OnLost::stop) binds(on);
    }
    for (const Dependency& on : spec.binds_to) {
      needs(on);
      binds(on);
    }
    if (!spec.parent.empty()) {
      needs({spec.parent, Until::ready});
      each_pair(self, spec.parent, [&](InstanceId child, InstanceId parent) {
        links[child.value].parent = parent;
        add(links[parent.value].children, child);
        if (spec.daemon) add(links[child.value].binds_to, parent);
      });
    }
    for (const Dependency& on : spec.wants) follows(on);
    for (const Dependency& on : spec.after) follows(on);
    for (const std::string& other : *spec.restart_with) {
      follows({other, Until::ready});
      each_pair(self, other, [&](InstanceId f, InstanceId t) { add(links[f.value].renewed_by, t); });
    }
    for (const std::string& other : spec.before)
      each_pair(other, self, [&](InstanceId f, InstanceId t) { follow(links, {f, t, Until::ready}); });
    for (const std::string& other : spec.conflicts)
      each_pair(self, other, [&](InstanceId f, InstanceId t) { oppose(links, f, t); }, true);
  }
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
