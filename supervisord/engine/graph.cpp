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

Terms terms_of(const std::vector<Terms>& special, InstanceId other) {
  const auto it = std::ranges::find(special, other, &Terms::other);
  return it == special.end() ? Terms{other} : *it;
}

namespace {

// Of two for the same edge the one that asks for more holds. An edge without special terms asks for `ready`.
enum class Edge : std::uint8_t { is_new, was_there };
void note_terms(std::vector<Terms>& special, Terms terms, Edge edge) {
  const auto it = std::ranges::find(special, terms.other, &Terms::other);
  if (it != special.end()) {
    it->until = std::max(it->until, terms.until);
    return;
  }
  if (edge == Edge::was_there) terms.until = std::max(terms.until, Until::ready);
  if (terms != Terms{terms.other}) special.push_back(terms);
}

void erase_terms(Relations& relations, InstanceId other, EdgeKind kind) {
  if (kind.terms != nullptr) std::erase_if(relations.*kind.terms, [&](const Terms& t) { return t.other == other; });
}

}  // namespace

void connect(Graph& graph, InstanceId from, InstanceId to, EdgeKind kind, Until until, Bond bond) {
  if (from == to) return;
  Relations& of = graph[from.value].edit();
  const bool was_there = std::ranges::binary_search(of.*kind.forward, to);
  insert_sorted(of.*kind.forward, to);
  insert_sorted(graph[to.value].edit().*kind.backward, from);
  if (kind.terms != nullptr) note_terms(of.*kind.terms, {to, until, bond}, was_there ? Edge::was_there : Edge::is_new);
}

void disconnect(Graph& graph, InstanceId from, InstanceId to, EdgeKind kind) {
  erase_sorted(graph[from.value].edit().*kind.forward, to);
  erase_sorted(graph[to.value].edit().*kind.backward, from);
  erase_terms(graph[from.value].edit(), to, kind);
}

std::vector<InstanceId> isolate(Graph& graph, InstanceId id) {
  std::vector<InstanceId> others;
  const Rare<Relations> taken = std::exchange(graph[id.value], {});
  const Relations& mine = *taken;
  for (const EdgeKind kind : {kRequires, kFollows, kRenewedBy, kConflicts}) {
    for (const InstanceId to : mine.*kind.forward) erase_sorted(graph[to.value].edit().*kind.backward, id);
    for (const InstanceId from : mine.*kind.backward) {
      erase_sorted(graph[from.value].edit().*kind.forward, id);
      erase_terms(graph[from.value].edit(), id, kind);
    }
    others.insert(others.end(), (mine.*kind.forward).begin(), (mine.*kind.forward).end());
    others.insert(others.end(), (mine.*kind.backward).begin(), (mine.*kind.backward).end());
  }
  for (const InstanceId from : mine.followed_by) erase_sorted(graph[from.value].edit().wants, id);
  std::ranges::sort(others);
  others.erase(std::ranges::unique(others).begin(), others.end());
  return others;
}

}  // namespace sup
