#include "daemon/live_groups.hpp"

#include <algorithm>
#include <utility>

namespace sup {

Result<std::vector<LiveGroup>> live_groups(const Supervisor& supervisor, const std::vector<InstanceId>& instances) {
  std::vector<LiveGroup> out;
  for (const InstanceId id : instances) {
    if (supervisor.runs().is_in_the_making(id)) return fail(Errc::busy, "it is just being started; try again");
    if (const Run* run = supervisor.runs().find(id); run != nullptr && !run->is_over)
      out.push_back({id, run->id, run->group ? run->group->name() : std::string(), *run->resources});
  }
  return out;
}

Limited limit(ContainmentTree& containment, const ResourcesSpec& wanted, const std::vector<LiveGroup>& groups) {
  std::vector<std::vector<UnmetResource>> out;
  for (const LiveGroup& live : groups) {
    auto group = live.cgroup.empty() ? fail(Errc::not_found, "") : containment.open_group(live.cgroup);
    const bool has_gone = !group && !live.cgroup.empty();
    auto unmet = has_gone ? std::vector<UnmetResource>{}
                          : apply_resources(containment, group ? &*group : nullptr, wanted, live.before);
    if (unmet) {
      out.push_back(std::move(*unmet));
      continue;
    }
    for (std::size_t i = 0; i < out.size(); ++i)
      if (auto told = containment.open_group(groups[i].cgroup))
        (void)apply_resources(containment, &*told, groups[i].before, wanted);
    return std::unexpected(std::move(unmet).error());
  }
  return out;
}

void redefine_run(Supervisor& supervisor, const LiveGroup& live, const ServiceRef& definition,
                  std::vector<UnmetResource> unmet, const std::vector<SettingChange>& changes) {
  const Run* run = supervisor.runs().find(live.instance);
  if (run == nullptr || run->id != live.run) return;
  for (const UnmetResource& old : *run->unmet)
    if (std::ranges::find(changes, old.key, &SettingChange::key) == changes.end()) unmet.push_back(old);
  supervisor.runs().redefine(live.instance, definition, std::move(unmet));
}

}  // namespace sup
