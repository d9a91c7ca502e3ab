// Resource limits of what is alive: told to the kernel while it goes on.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/shape.hpp"
#include "daemon/resources.hpp"
#include "daemon/supervisor.hpp"

namespace sup {

// A live run whose group is to be told.
struct LiveGroup {
  InstanceId instance;
  RunId run;
  std::string cgroup;  // Empty: it has none.
  ResourcesSpec before;
};
// Those of the instances that have a run. Errors: busy, if one is just being made.
[[nodiscard]] Result<std::vector<LiveGroup>> live_groups(const Supervisor& supervisor,
                                                         const std::vector<InstanceId>& instances);

// For a worker, since the kernel may take its time to find the memory that is to be given back. All or nothing: what
// was told before a failure is taken back. A run that has ended meanwhile is content. Returns what could not be had,
// for each of the groups.
using Limited = Result<std::vector<std::vector<UnmetResource>>>;
[[nodiscard]] Limited limit(ContainmentTree& containment, const ResourcesSpec& wanted,
                            const std::vector<LiveGroup>& groups);

// On the loop thread again: the run, if it is still the one that was told, is by this definition from now on. What
// could not be had before and is not among `changes` is as it was.
void redefine_run(Supervisor& supervisor, const LiveGroup& live, const ServiceRef& definition,
                  std::vector<UnmetResource> unmet, const std::vector<SettingChange>& changes);

}  // namespace sup
