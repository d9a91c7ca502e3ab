// Relations: what a service says of others, as one list whatever the key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "spec/service_spec.hpp"

namespace sup {

enum class RelationKind : std::uint8_t { parent, requires_, binds_to, wants, restart_with, after, before, conflicts };

// One of them as it was written: under `key`, as this element of the list.
struct Relation {
  RelationKind kind;
  std::string_view key;
  std::optional<std::size_t> element;
  const std::string& service;
  Until until = Until::ready;
};

// Calls `visit(relation)` for each, in document order.
template <class Visit>
void for_each_relation(const ServiceSpec& spec, Visit visit) {
  const auto each = [&](RelationKind kind, std::string_view key, const auto& list) {
    for (std::size_t j = 0; j < list.size(); ++j) {
      if constexpr (requires { list[j].until; })
        visit(Relation{kind, key, j, list[j].service, list[j].until});
      else
        visit(Relation{kind, key, j, list[j]});
    }
  };
  if (!spec.parent.empty()) visit(Relation{RelationKind::parent, "parent", std::nullopt, spec.parent});
  each(RelationKind::requires_, "requires", spec.requires_);
  each(RelationKind::binds_to, "binds-to", spec.binds_to);
  each(RelationKind::wants, "wants", spec.wants);
  each(RelationKind::restart_with, "restart-with", *spec.restart_with);
  each(RelationKind::after, "after", spec.after);
  each(RelationKind::before, "before", spec.before);
  each(RelationKind::conflicts, "conflicts", spec.conflicts);
}

// Whether both relate to the same others in the same ways.
[[nodiscard]] inline bool relate_alike(const ServiceSpec& a, const ServiceSpec& b) {
  return a.parent == b.parent && a.daemon == b.daemon && a.requires_ == b.requires_ && a.binds_to == b.binds_to &&
         a.wants == b.wants && *a.restart_with == *b.restart_with && a.after == b.after && a.before == b.before &&
         a.conflicts == b.conflicts;
}

// Whether this cannot be up without the other, and a start of it starts the other.
[[nodiscard]] constexpr bool is_need(RelationKind kind) {
  return kind == RelationKind::parent || kind == RelationKind::requires_ || kind == RelationKind::binds_to;
}

}  // namespace sup
