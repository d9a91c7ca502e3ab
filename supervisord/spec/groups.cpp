#include "spec/groups.hpp"

#include <algorithm>

namespace sup {

const NamedGroup* find_group(std::span<const NamedGroup> groups, std::string_view name) {
  const auto found = std::lower_bound(groups.begin(), groups.end(), name,
                                      [](const NamedGroup& group, std::string_view key) { return group.name < key; });
  return found == groups.end() || found->name != name ? nullptr : &*found;
}

std::vector<std::string> without_groups(std::span<const NamedGroup> groups, std::span<const std::string> names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    const NamedGroup* group = find_group(groups, name);
    if (group == nullptr)
      out.push_back(name);
    else
      out.insert(out.end(), group->spec.members.begin(), group->spec.members.end());
  }
  return out;
}

}  // namespace sup
