// Graph: who depends on whom, both ways.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "spec/service_spec.hpp"

namespace sup {

// How an edge to a requirement holds.
enum class Bond : std::uint8_t {
  requirement,  // If it goes for good, so does this.
  binding,      // Likewise whenever its run ends.
  child,        // To its parent, which waits for it when its run has completed.
  daemon,       // To its parent, without which it is of no use.
};
// Whether the end of the other's run ends this, too.
[[nodiscard]] constexpr bool is_bound(Bond bond) { return bond == Bond::binding || bond == Bond::daemon; }
[[nodiscard]] constexpr bool is_child(Bond bond) { return bond == Bond::child || bond == Bond::daemon; }

// What an edge says beyond that it is there.
struct Terms {
  InstanceId other;
  Until until = Until::ready;
  Bond bond = Bond::requirement;
  friend bool operator==(const Terms&, const Terms&) = default;
};

// The relations of one instance. All lists are sorted and without repetition; an instance never relates to itself.
struct Relations {
  std::vector<InstanceId> requires_;    // Must be ready before this starts; if it goes for good, so does this.
  std::vector<InstanceId> required_by;  // The inverse.
  std::vector<InstanceId> follows;      // Order only (wants, after, the inverse of before): what this starts after.
  std::vector<InstanceId> followed_by;  // The inverse.
  std::vector<InstanceId> wants;        // Started along with this; a subset of `follows`.
  std::vector<InstanceId> renewed_by;   // Whose newer run makes this begin another one; a subset of `follows`.
  std::vector<InstanceId> renews;       // The inverse.
  std::vector<InstanceId> conflicts;    // Never alive together with this; its own inverse.
  std::vector<Terms> terms;             // Of those in `requires_` that are not the usual ones.
  std::vector<Terms> order_terms;       // Likewise in `follows`.
};

// The terms of the edge to `other`.
[[nodiscard]] Terms terms_of(const std::vector<Terms>& special, InstanceId other);

// Most services have none.
using Graph = std::vector<Rare<Relations>>;

inline constexpr InstanceId kNoInstance{~std::uint32_t{0}};
inline constexpr ServiceId kNoService{~std::uint32_t{0}};

// Two lists that are each other's inverse.
struct EdgeKind {
  std::vector<InstanceId> Relations::* forward;
  std::vector<InstanceId> Relations::* backward;
  std::vector<Terms> Relations::* terms;  // Of those in `forward`; null where nothing can be said.
};
inline constexpr EdgeKind kRequires{&Relations::requires_, &Relations::required_by, &Relations::terms};
inline constexpr EdgeKind kFollows{&Relations::follows, &Relations::followed_by, &Relations::order_terms};
inline constexpr EdgeKind kRenewedBy{&Relations::renewed_by, &Relations::renews, nullptr};
inline constexpr EdgeKind kConflicts{&Relations::conflicts, &Relations::conflicts, nullptr};

// Notes "from depends on to" with its inverse; content if it is noted. Nothing depends on itself.
void connect(Graph& graph, InstanceId from, InstanceId to, EdgeKind kind, Until until = Until::ready,
             Bond bond = Bond::requirement);
// Takes it back; content if there is no such edge.
void disconnect(Graph& graph, InstanceId from, InstanceId to, EdgeKind kind);
// Takes back all edges from and to it. Returns who was at the other ends, each once.
std::vector<InstanceId> isolate(Graph& graph, InstanceId id);

// For lists that are sorted and without repetition.
void insert_sorted(std::vector<InstanceId>& list, InstanceId id);
void erase_sorted(std::vector<InstanceId>& list, InstanceId id);

}  // namespace sup
