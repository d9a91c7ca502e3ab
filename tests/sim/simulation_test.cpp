// A thousand universes: the engine in a world with bad luck, judged at every step. SIM_SEED=N replays one of them.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "engine/transitions.hpp"
#include "sim/universe/universe.hpp"

#include "catch.hpp"

namespace {

using namespace sup;
using namespace sup::sim;

constexpr std::uint64_t kSeeds = 1'000;
// As long as a row has not been taken, more are run for the rows alone: some are rare. What else is wrong in those is
// for the nights (tools/simulate).
constexpr std::uint64_t kMostSeeds = 4'000;

}  // namespace

TEST_CASE("a thousand universes break no rule, and take every row of the table") {
  if (const char* only = std::getenv("SIM_SEED")) {
    Universe universe(std::stoull(only), {}, Tracing::on);
    universe.run();
    WARN(universe.story());
    REQUIRE_FALSE(universe.violation());
    return;
  }
  std::vector<std::uint64_t> taken(transitions().size());
  const auto has_untaken = [&] { return std::ranges::count(taken, 0U) > 0; };
  for (std::uint64_t seed = 1; seed <= kSeeds || (seed <= kMostSeeds && has_untaken()); ++seed) {
    INFO("seed " << seed);  // Seen if an impossible pair ends the program.
    Universe universe(seed);
    universe.run();
    if (seed <= kSeeds && universe.violation()) FAIL(*judge_seed(seed));
    for (std::size_t row = 0; row < taken.size(); ++row) taken[row] += universe.rows_taken()[row];
  }
  std::string never;
  for (std::size_t row = 0; row < taken.size(); ++row) {
    const Row& r = transitions()[row];
    if (taken[row] == 0)
      never += fmt::format("{} on {} [{}] -> {}: {}\n", enum_name(r.from), enum_name(r.input), r.guard->name,
                           enum_name(r.to), r.why);
  }
  INFO("rows that were never taken:\n" << never);
  REQUIRE(never.empty());
}

TEST_CASE("two hundred universes in which the manager dies now and then break no rule") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    if (const auto wrong = judge_seed(seed, {}, Fate::at_random(seed))) FAIL(*wrong);
  }
}

// Each step of one life after the other is for the nights (make soak).
TEST_CASE("the manager may die in any step of a life") {
  for (const std::uint64_t seed : {7U, 21U, 42U})
    if (const auto wrong = judge_deaths(seed, 1, 25)) FAIL(*wrong);
}

TEST_CASE("the same seed gives the same universe") {
  for (const std::uint64_t seed : {3U, 14U, 159U}) {
    Universe one(seed, {}, Tracing::on);
    Universe two(seed, {}, Tracing::on);
    one.run();
    two.run();
    REQUIRE(one.story() == two.story());
    REQUIRE(one.rows_taken() == two.rows_taken());
  }
}
