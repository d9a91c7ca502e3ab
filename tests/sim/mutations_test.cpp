// Every checker sees: each lie between the engine and its world is caught by the checker that is there for it.
#include <algorithm>
#include <set>
#include <span>
#include <string>

#include "sim/universe/universe.hpp"

#include "catch.hpp"

namespace {

using namespace sup;
using namespace sup::sim;

constexpr std::uint64_t kSeeds = 400;

// The checkers that the mutation upsets, until the one that is expected is among them.
enum class Manager : std::uint8_t { lives, dies };
std::set<std::string> complaints(const Mutation& mutation, Manager manager) {
  std::set<std::string> out;
  for (std::uint64_t seed = 1; seed <= kSeeds && out.count(std::string(mutation.caught_by)) == 0; ++seed) {
    Universe universe(seed, mutation, Tracing::off, manager == Manager::dies ? Fate::at_random(seed) : Fate{});
    universe.run();
    if (universe.violation()) out.emplace(universe.violation()->checker);
  }
  return out;
}

void require_caught(std::span<const Mutation> mutations, Manager manager) {
  for (const Mutation& mutation : mutations) {
    const std::set<std::string> caught = complaints(mutation, manager);
    std::string others;
    for (const std::string& name : caught) others += name + " ";
    INFO(mutation.name << ": should be caught by " << mutation.caught_by << ", was by: " << others);
    REQUIRE(caught.count(std::string(mutation.caught_by)) == 1);
  }
}

}  // namespace

TEST_CASE("every lie is caught by its checker") {
  require_caught(mutations(), Manager::lives);
  require_caught(death_mutations(), Manager::dies);
}

TEST_CASE("every checker has a lie that only it was there for") {
  std::set<std::string_view> proven;
  for (const Mutation& mutation : mutations()) proven.insert(mutation.caught_by);
  for (const Mutation& mutation : death_mutations()) proven.insert(mutation.caught_by);
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
  for (const auto checkers :
       {run_checkers(), hook_checkers(), ready_checkers(), order_checkers(), tree_checkers(), policy_checkers(),
        reply_checkers(), population_checkers(), exit_checkers(), recovery_checkers()})
    require_proof(checkers);
  for (const auto checkers :
       {step_checkers(), hook_step_checkers(), ready_step_checkers(), tree_step_checkers(), population_step_checkers(),
        turn_checkers(), rest_checkers(), population_rest_checkers(), end_checkers(), recovered_checkers()})
    require_proof(checkers);
}
