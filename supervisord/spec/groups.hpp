// Groups: names for several services in commands.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/fields.hpp"

namespace sup {

struct GroupSpec {
  std::vector<std::string> members;
  friend bool operator==(const GroupSpec&, const GroupSpec&) = default;
};

template <>
struct Fields<GroupSpec> {
  static constexpr auto kRows =
      std::make_tuple(Field{"members", &GroupSpec::members, OnChange::live, "[\"web\", \"worker\"]",
                            "The services that commands mean by the name of the group.", Unique{}});
};
static_assert(kEveryMemberHasARow<GroupSpec>, "every member of GroupSpec needs a row");

// A group under its name, and where it was defined.
struct NamedGroup {
  std::string name;
  GroupSpec spec;
  std::uint32_t file = 0;  // Index into SpecSet::files.
  std::uint32_t line = 0;  // From 1.
};

// The group of this name, or null. The groups are sorted by name.
[[nodiscard]] const NamedGroup* find_group(std::span<const NamedGroup> groups, std::string_view name);

// The names of a command, with the members of a group in the place of its name.
[[nodiscard]] std::vector<std::string> without_groups(std::span<const NamedGroup> groups,
                                                      std::span<const std::string> names);

}  // namespace sup
