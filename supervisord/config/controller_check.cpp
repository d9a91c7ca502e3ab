#include "config/controller_check.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "sys/cgroup_tree.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

bool wants_memory(const ResourcesSpec& r) { return r.memory_max || r.memory_high || r.memory_low || r.memory_swap_max; }

// Each controller, and whether these settings need it.
struct Need {
  std::string_view controller;
  bool (*is_needed)(const ResourcesSpec&);
};
constexpr Need kNeeds[] = {
    {"memory", wants_memory},
    {"cpu", [](const ResourcesSpec& r) { return r.cpu_max || r.cpu_weight; }},
    {"cpuset", [](const ResourcesSpec& r) { return !r.cpuset.cpus.empty(); }},
    {"pids", [](const ResourcesSpec& r) { return r.pids_max.has_value(); }},
    {"io", [](const ResourcesSpec& r) { return !r.io_max.empty() || r.io_weight; }},
};

// Why the hierarchy as a whole does not have it; empty: it does.
std::string why_nowhere(std::string_view controller) {
  const auto place = sys::find_cgroup_place();
  if (!place) return place.error().what;
  auto top = sys::open_read(place->mount_point);
  if (!top) return top.error().what;
  return sys::why_not_offered(sys::Cgroup{std::move(*top), place->mount_point}, controller);
}

}  // namespace

void check_controllers(const SpecSet& set, const Locate& locate, Report& report) {
  std::map<std::string_view, std::string> known;  // Asked for once.
  for (std::size_t i = 0; i < set.services.size(); ++i) {
    const ResourcesSpec& resources = *set.services[i].spec.resources;
    for (const Need& need : kNeeds) {
      if (!need.is_needed(resources)) continue;
      const auto [entry, is_new] = known.try_emplace(need.controller);
      if (is_new) entry->second = why_nowhere(need.controller);
      if (entry->second.empty()) continue;
      const SourcePlace at = locate({i, "resources", {}});
      report.warning(
          at.file, at.span,
          fmt::format("resources: the {} controller is not available here ({})", need.controller, entry->second),
          resources.required ? "since they are required, the service will not be started"
                             : "the service will be started without these limits");
    }
  }
}

}  // namespace sup
