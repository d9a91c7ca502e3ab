// The table of transitions, and what is generated from it.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "engine/diagram.hpp"
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

std::string document(const char* name) {
  std::ifstream file(std::filesystem::path(SUP_SOURCE_DIR) / "docs" / name);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the documents show the table as it is (print_states writes them)") {
  REQUIRE(document("states.dot") == state_diagram_dot());
  REQUIRE(document("states.md") == state_table_markdown());
}

TEST_CASE("every row says why, and every state has a way out") {
  std::set<State> left;
  for (const Row& row : transitions()) {
    REQUIRE_FALSE(row.why.empty());
    if (row.to != row.from) left.insert(row.from);
  }
  REQUIRE(left.size() == kStateCount);
}

TEST_CASE("every state is live, resting, waiting, joining or in back-off, and has a status") {
  for (const auto& state : kEnumNames<State>) {
    const bool is_between =
        state.value == State::waiting || state.value == State::joining || state.value == State::backoff;
    REQUIRE(int{is_live(state.value)} + int{is_resting(state.value)} + int{is_between} == 1);
    REQUIRE_FALSE(enum_name(status_of(state.value)).empty());
  }
}

TEST_CASE("the graph knows each relation from both sides, once") {
  Story s({Service("a").requires_({"b", "b"}).wants({"c"}), Service("b").before({"d"}), Service("c"),
           Service("d").after({"b"})});
  const Graph& graph = s.engine().world().graph;
  const InstanceId a{0};
  const InstanceId b{1};
  const InstanceId c{2};
  const InstanceId d{3};
  REQUIRE(graph[a.value]->requires_ == std::vector{b});
  REQUIRE(graph[b.value]->required_by == std::vector{a});
  REQUIRE(graph[a.value]->wants == std::vector{c});
  REQUIRE(graph[a.value]->follows == std::vector{c});
  REQUIRE(graph[c.value]->followed_by == std::vector{a});
  REQUIRE(graph[d.value]->follows == std::vector{b});
  REQUIRE(graph[b.value]->followed_by == std::vector{d});
}
