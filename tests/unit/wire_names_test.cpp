// Which services a command means.
#include "wire/names.hpp"

#include "catch.hpp"

using namespace sup::wire;

namespace {

const std::vector<std::string> kKnown = {"db", "web", "web@1", "web@2", "worker"};
using Indexes = std::vector<std::size_t>;

Indexes resolve(std::vector<std::string> patterns) {
  const auto found = resolve_names(patterns, kKnown);
  REQUIRE(found.has_value());
  return *found;
}

UnknownName unknown(std::vector<std::string> patterns) {
  const auto found = resolve_names(patterns, kKnown);
  REQUIRE_FALSE(found.has_value());
  return found.error();
}

}  // namespace

TEST_CASE("names, all and patterns are resolved, each service once, in the known order", "[wire][names]") {
  REQUIRE(resolve({"worker", "db"}) == Indexes{0, 4});
  REQUIRE(resolve({"db", "db", "d?"}) == Indexes{0});
  REQUIRE(resolve({"web*"}) == Indexes{1, 2, 3});
  REQUIRE(resolve({"web@[12]", "db"}) == Indexes{0, 2, 3});
  REQUIRE(resolve({"all"}) == Indexes{0, 1, 2, 3, 4});
  REQUIRE(resolve({}) == Indexes{0, 1, 2, 3, 4});
}

TEST_CASE("the first name that no service has is the error, with the nearest one", "[wire][names]") {
  const UnknownName wrong = unknown({"db", "wbe", "nope"});
  REQUIRE(wrong.name == "wbe");
  REQUIRE(wrong.nearest == "web");
  REQUIRE_FALSE(unknown({"zzzzzzzz"}).nearest.has_value());
}

TEST_CASE("a pattern that matches nothing is an error, not nothing to do", "[wire][names]") {
  REQUIRE(unknown({"mail*"}).name == "mail*");
  REQUIRE(unknown({""}).name.empty());
}

TEST_CASE("without services all means none of them", "[wire][names]") {
  const std::vector<std::string> all = {"all"};
  REQUIRE(resolve_names(all, {})->empty());
  REQUIRE(resolve_names({}, {})->empty());
}

TEST_CASE("a service called all can be named", "[wire][names]") {
  const std::vector<std::string> known = {"all", "web"};
  const std::vector<std::string> all = {"all"};
  REQUIRE(*resolve_names(all, known) == Indexes{0});
}
