#include "engine/graph.hpp"

#include <algorithm>
#include <string_view>

#include "base/check.hpp"

namespace sup {
namespace {

using Edges = std::vector<InstanceId> Relations::*;

// Notes "from depends on to" with its inverse.
void connect(Graph& graph, InstanceId from, InstanceId to, Edges forward, Edges backward) {
  if (from == to) return;
  (graph[from.value].*forward).push_back(to);
  (graph[to.value].*backward).push_back(from);
}

void sort_unique(std::vector<InstanceId>& list) {
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
  list.shrink_to_fit();
}

}  // namespace

InstanceId find_instance(const SpecSet& set, std::string_view name) {
  const auto it = std::ranges::lower_bound(set.services, name, {}, &NamedService::name);
  if (it == set.services.end() || it->name != name) return kNoInstance;
  return InstanceId{static_cast<std::uint32_t>(it - set.services.begin())};
}

Graph build_graph(const SpecSet& set) {
  Graph graph(set.services.size());
  const auto each = [&](const std::vector<std::string>& names, auto visit) {
    for (const std::string& name : names) {
      const InstanceId other = find_instance(set, name);
      CHECK(other != kNoInstance);
      visit(other);
    }
  };
  for (std::uint32_t index = 0; index < graph.size(); ++index) {
    const InstanceId self{index};
    const ServiceSpec& spec = set.services[index].spec;
    each(spec.requires_,
         [&](InstanceId to) { connect(graph, self, to, &Relations::requires_, &Relations::required_by); });
    each(spec.wants, [&](InstanceId to) {
      connect(graph, self, to, &Relations::follows, &Relations::followed_by);
      if (to != self) graph[index].wants.push_back(to);
    });
    each(spec.after, [&](InstanceId to) { connect(graph, self, to, &Relations::follows, &Relations::followed_by); });
    each(spec.before, [&](InstanceId to) { connect(graph, to, self, &Relations::follows, &Relations::followed_by); });
  }
  for (Relations& relations : graph)
    for (const Edges edges : {&Relations::requires_, &Relations::required_by, &Relations::follows,
                              &Relations::followed_by, &Relations::wants})
      sort_unique(relations.*edges);
  return graph;
}

}  // namespace sup
