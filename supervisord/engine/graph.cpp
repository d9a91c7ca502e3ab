#include "engine/graph.hpp"

#include <algorithm>
#include <utility>

namespace sup {

void insert_sorted(std::vector<InstanceId>& list, InstanceId id) {
  const auto at = std::ranges::lower_bound(list, id);
  if (at == list.end() || *at != id) list.insert(at, id);
}

void erase_sorted(std::vector<InstanceId>& list, InstanceId id) {
  const auto at = std::ranges::lower_bound(list, id);
  if (at != list.end() && *at == id) list.erase(at);
}

void connect(Graph& graph, InstanceId from, InstanceId to, EdgeKind kind) {
  if (from == to) return;
  insert_sorted(graph[from.value].*kind.forward, to);
  insert_sorted(graph[to.value].*kind.backward, from);
}

void disconnect(Graph& graph, InstanceId from, InstanceId to, EdgeKind kind) {
  erase_sorted(graph[from.value].*kind.forward, to);
  erase_sorted(graph[to.value].*kind.backward, from);
}

std::vector<InstanceId> isolate(Graph& graph, InstanceId id) {
  std::vector<InstanceId> others;
  Relations mine = std::exchange(graph[id.value], {});
  for (const EdgeKind kind : {kRequires, kFollows}) {
    for (const InstanceId to : mine.*kind.forward) erase_sorted(graph[to.value].*kind.backward, id);
    for (const InstanceId from : mine.*kind.backward) erase_sorted(graph[from.value].*kind.forward, id);
    others.insert(others.end(), (mine.*kind.forward).begin(), (mine.*kind.forward).end());
    others.insert(others.end(), (mine.*kind.backward).begin(), (mine.*kind.backward).end());
  }
  for (const InstanceId from : mine.followed_by) erase_sorted(graph[from.value].wants, id);
  std::ranges::sort(others);
  others.erase(std::ranges::unique(others).begin(), others.end());
  return others;
}

}  // namespace sup
