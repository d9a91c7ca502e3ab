// The graph of services from their definitions.
#include "wire/service_graph.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::wire;

namespace {

NamedService named(std::string name) {
  NamedService out;
  out.name = std::move(name);
  return out;
}

// a requires b until started, b wants c, c before a, a conflicts d, d requires e.
std::vector<NamedService> some_services() {
  std::vector<NamedService> out;
  for (const char* name : {"a", "b", "c", "d", "e"}) out.push_back(named(name));
  out[0].spec.requires_ = {{"b", Until::started}};
  out[0].spec.after = {{"c", Until::ready}};
  out[0].spec.conflicts = {"d"};
  out[1].spec.wants = {{"c", Until::ready}};
  out[2].spec.before = {"a"};
  out[3].spec.requires_ = {{"e", Until::ready}};
  return out;
}

GraphReply graph_of_all(const std::vector<NamedService>& services) {
  std::vector<const NamedService*> pointers;
  for (const NamedService& service : services) pointers.push_back(&service);
  return graph_of(pointers);
}

std::vector<std::string> texts(const GraphReply& graph) {
  std::vector<std::string> out;
  for (const GraphRelation& r : graph.relations)
    out.push_back(r.from + " " + r.kind + " " + r.to + (r.until ? " until " + *r.until : ""));
  return out;
}

std::string names(const GraphReply& graph) {
  std::string out;
  for (const GraphService& service : graph.services) out += service.name;
  return out;
}

}  // namespace

TEST_CASE("graph: every relation once, and before as the after of the other", "[wire][graph]") {
  const auto services = some_services();
  REQUIRE(texts(graph_of_all(services)) == std::vector<std::string>{"a after c", "a conflicts d",
                                                                    "a requires b until started", "b wants c",
                                                                    "d requires e"});
}

TEST_CASE("graph: a part has all that is reached, but nothing behind a conflict", "[wire][graph]") {
  const auto services = some_services();
  const GraphReply whole = graph_of_all(services);
  const std::vector<std::size_t> a = {0}, d = {3};
  REQUIRE(names(part_of(whole, a)) == "abcd");
  REQUIRE(texts(part_of(whole, a)) ==
          std::vector<std::string>{"a after c", "a conflicts d", "a requires b until started", "b wants c"});
  REQUIRE(names(part_of(whole, d)) == "de");
  REQUIRE(names(part_of(whole, {})).empty());
}
