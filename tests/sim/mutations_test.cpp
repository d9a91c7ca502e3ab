// Every checker sees: each lie between the engine and its world is caught by the checker that is there for it.
#include <algorithm>
#include <set>
#include <string>

#include "sim/universe/universe.hpp"

#undef CHECK
#include "catch.hpp"

namespace {

using namespace sup;
using namespace sup::sim;

constexpr std::uint64_t kSeeds = 400;

// The checkers that the mutation upsets, until the one that is expected is among them.
std::set<std::string> complaints(const Mutation& mutation) {
  std::set<std::string> out;
  for (std::uint64_t seed = 1; seed <= kSeeds && out.count(std::string(mutation.caught_by)) == 0; ++seed) {
    Universe universe(seed, mutation);
    universe.run();
    if (universe.violation()) out.emplace(universe.violation()->checker);
  }
  return out;
}

}  // namespace

TEST_CASE("every lie is caught by its checker") {
  for (const Mutation& mutation : mutations()) {
    const std::set<std::string> caught = complaints(mutation);
    std::string others;
    for (const std::string& name : caught) others += name + " ";
    INFO(mutation.name << ": should be caught by " << mutation.caught_by << ", was by: " << others);
    REQUIRE(caught.count(std::string(mutation.caught_by)) == 1);
  }
}

TEST_CASE("every checker has a lie that only it was there for") {
  std::set<std::string_view> proven;
  for (const Mutation& mutation : mutations()) proven.insert(mutation.caught_by);
  // Source mutants (tests/sim/mutants) prove these: no lie from outside can bring them about.
  for (const std::string_view name :
       {"bookkeeping", "progress", "no-overdue", "no-start-in-shutdown", "leaves-in-time", "changes-end",
        "no-survivors", "requirements-at-spawn", "no-spawn-in-vain", "bound-to-one-run", "untouched", "highest-first",
        "leavers-leave", "told-before-killed"})
    proven.insert(name);
  const auto require_proof = [&](const auto& checkers) {
    for (const auto& checker : checkers) {
      INFO(checker.name);
      REQUIRE(proven.count(checker.name) == 1);
    }
  };
  for (const auto checkers : {run_checkers(), hook_checkers(), ready_checkers(), order_checkers(), tree_checkers(),
                              policy_checkers(), reply_checkers(), population_checkers(), exit_checkers()})
    require_proof(checkers);
  for (const auto checkers :
       {step_checkers(), hook_step_checkers(), ready_step_checkers(), tree_step_checkers(), population_step_checkers(),
        turn_checkers(), rest_checkers(), population_rest_checkers(), end_checkers()})
    require_proof(checkers);
}
