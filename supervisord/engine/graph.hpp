// Graph: who depends on whom, both ways.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.hpp"

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

inline constexpr InstanceId kNoInstance{~std::uint32_t{0}};
inline constexpr ServiceId kNoService{~std::uint32_t{0}};

// Two lists that are each other's inverse.
struct EdgeKind {
  std::vector<InstanceId> Relations::* forward;
  std::vector<InstanceId> Relations::* backward;
};
inline constexpr EdgeKind kRequires{&Relations::requires_, &Relations::required_by};
inline constexpr EdgeKind kFollows{&Relations::follows, &Relations::followed_by};

// Notes "from depends on to" with its inverse; content if it is noted. Nothing depends on itself.
void connect(Graph& graph, InstanceId from, InstanceId to, EdgeKind kind);
// Takes it back; content if there is no such edge.
void disconnect(Graph& graph, InstanceId from, InstanceId to, EdgeKind kind);
// Takes back all edges from and to it. Returns who was at the other ends, each once.
std::vector<InstanceId> isolate(Graph& graph, InstanceId id);

// For lists that are sorted and without repetition.
void insert_sorted(std::vector<InstanceId>& list, InstanceId id);
void erase_sorted(std::vector<InstanceId>& list, InstanceId id);

}  // namespace sup
