#include "wire/service_graph.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "spec/relations.hpp"

namespace sup::wire {
namespace {

constexpr std::string_view kConflicts = "conflicts";

auto order_of(const GraphRelation& relation) {
  return std::tie(relation.from, relation.kind, relation.to, relation.until);
}

GraphRelation view_relation(const std::string& from, const Relation& relation) {
  GraphRelation out{.from = from, .kind = std::string(relation.key), .to = relation.service, .until = {}};
  if (relation.kind == RelationKind::before) {
    std::swap(out.from, out.to);
    out.kind = "after";
  }
  if (relation.until != Until::ready) out.until = enum_name(relation.until);
  return out;
}

// Where the relations of each service begin, for relations that are sorted by it.
std::span<const GraphRelation> relations_from(const GraphReply& graph, std::string_view service) {
  const auto found = std::ranges::equal_range(graph.relations, service, {},
                                              [](const GraphRelation& r) { return std::string_view(r.from); });
  return {found.begin(), found.end()};
}

}  // namespace

GraphReply graph_of(std::span<const NamedService* const> services) {
  GraphReply out;
  for (const NamedService* service : services) {
    out.services.push_back({.name = service->name,
                            .type = std::string(enum_name(service->spec.type)),
                            .enabled = service->spec.enabled,
                            .instances = 1,
                            .up = 0,
                            .state = {},
                            .status = {}});
    for_each_relation(service->spec, [&](const Relation& relation) {
      out.relations.push_back(view_relation(service->name, relation));
    });
  }
  std::ranges::sort(out.relations, {}, order_of);
  const auto repeated = std::ranges::unique(out.relations, {}, order_of);
  out.relations.erase(repeated.begin(), repeated.end());
  return out;
}

GraphReply part_of(const GraphReply& whole, std::span<const std::size_t> chosen) {
  std::map<std::string_view, bool> is_expanded;  // Of those that are in it.
  std::vector<std::string_view> work;
  for (const std::size_t at : chosen) work.emplace_back(whole.services[at].name);
  while (!work.empty()) {
    const std::string_view name = work.back();
    work.pop_back();
    if (std::exchange(is_expanded[name], true)) continue;
    for (const GraphRelation& relation : relations_from(whole, name)) {
      if (relation.kind != kConflicts)
        work.emplace_back(relation.to);
      else
        is_expanded.try_emplace(relation.to, false);
    }
  }
  GraphReply out;
  for (const GraphRelation& relation : whole.relations)
    if (const auto found = is_expanded.find(relation.from); found != is_expanded.end() && found->second)
      out.relations.push_back(relation);
  for (const GraphService& service : whole.services)
    if (is_expanded.contains(service.name)) out.services.push_back(service);
  return out;
}

}  // namespace sup::wire
