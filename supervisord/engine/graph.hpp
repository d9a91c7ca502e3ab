// Graph: who depends on whom, by index, both ways.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// The relations of one instance. All lists are sorted and without repetition; an instance never relates to itself.
struct Relations {
  std::vector<InstanceId> requires_;    // Must be ready before this starts; if it goes for good, so does this.
  std::vector<InstanceId> required_by;  // The inverse.
  std::vector<InstanceId> follows;      // Order only (wants, after, the inverse of before): what this starts after.
  std::vector<InstanceId> followed_by;  // The inverse.
  std::vector<InstanceId> wants;        // Started along with this; a subset of `follows`.
};

using Graph = std::vector<Relations>;

// Builds the graph of a checked set: unknown names were refused before, and there is no cycle.
[[nodiscard]] Graph build_graph(const SpecSet& set);

// The index of a service, or kNoInstance. Services are sorted by name.
inline constexpr InstanceId kNoInstance{~std::uint32_t{0}};
[[nodiscard]] InstanceId find_instance(const SpecSet& set, std::string_view name);

}  // namespace sup
