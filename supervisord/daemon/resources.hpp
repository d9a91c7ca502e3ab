// From a definition's `resources` to the files of a run's cgroup, and back: what these say at its end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/exit_status.hpp"
#include "base/result.hpp"
#include "daemon/containment.hpp"
#include "spec/resources.hpp"
#include "sys/cgroup.hpp"

namespace sup {

// What is to be written into a group for one setting.
struct ResourceWrite {
  std::string_view key;         // The user's: "resources.memory-max".
  std::string_view controller;  // Who has the file: "memory".
  std::string_view file;        // "memory.max"
  std::string value;
  bool is_wanted = true;  // Or taken back, which is done where there is no such file.
};

// A setting that could not be had, since this machine or this place in it does not offer it.
struct UnmetResource {
  std::string_view key;
  std::string reason;  // "the memory controller is not available here (...)"
};

// What has to be written to get from `before` to `wanted`: only what differs; what `wanted` does not say any more gets
// the kernel's own value. A new group is as ResourcesSpec{} says. Errors: not_found for a disk, with the key.
[[nodiscard]] Result<std::vector<ResourceWrite>> resource_writes(const ResourcesSpec& wanted,
                                                                 const ResourcesSpec& before);

// Writes them. `group` null: the run has none. May block: a limit below what is in use lets the kernel look for memory.
// All or nothing: after an error the group is as `before` says. Errors: what the kernel refuses, and, if the settings
// are required, what cannot be had; with the key.
[[nodiscard]] Result<std::vector<UnmetResource>> apply_resources(ContainmentTree& containment, const sys::Cgroup* group,
                                                                 const ResourcesSpec& wanted,
                                                                 const ResourcesSpec& before);

// "resources.memory-max, resources.memory-high: the memory controller is not available here (...)", each reason once.
[[nodiscard]] std::string unmet_text(const std::vector<UnmetResource>& unmet);

// What the limits did to a run whose main process has ended so. Reads no file if neither the end nor the settings give
// reason to.
[[nodiscard]] LimitsHit limits_hit(const sys::Cgroup& group, const ResourcesSpec& spec, const ExitStatus& status);

// What the group has for each setting that is written: "resources.memory-max" and "536870912".
struct ResourceInForce {
  std::string_view key;
  std::string value;  // As the kernel says it; empty: the file is not there.
};
[[nodiscard]] std::vector<ResourceInForce> resources_in_force(const sys::Cgroup& group, const ResourcesSpec& spec);

}  // namespace sup
