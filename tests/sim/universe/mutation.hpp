// Mutations: lies between the engine and its world. Each must be caught by a checker; they prove that the checkers see.
#pragma once

#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "sim/universe/kernel.hpp"

namespace sup::sim {

// What a mutation may know and remember.
struct Tamper {
  const Engine* engine = nullptr;
  const Kernel* kernel = nullptr;
  std::uint64_t count = 0;    // Its own.
  std::set<RunId> lost = {};  // Runs whose end it has kept back.
};

struct Mutation {
  std::string_view name;
  std::string_view caught_by;
  // The engine is given this configuration, the checkers the true one.
  void (*distort)(SpecSet&) = nullptr;
  // What the engine hears instead of `event`: as it is, changed, or nothing (false).
  bool (*hear)(Tamper&, Event& event) = nullptr;
  // What comes out instead of `effect`: for the world and for the checkers.
  void (*tell)(Tamper&, Effect effect, std::vector<Effect>& out) = nullptr;
  // Whether the kernel carries it out. The checkers have seen it in any case.
  bool (*obey)(Tamper&, const Effect& effect) = nullptr;
  // What is recorded when the manager dies, instead of what is so.
  void (*record)(EngineRecord& engine, std::vector<InstanceRecord>& instances) = nullptr;
  // And by which former definitions it is said that instances live.
  void (*remember)(std::vector<FormerDefinition>&) = nullptr;
  // What the next one does by itself when it has recovered.
  void (*wake)(Engine&, Instant now) = nullptr;
  // As `tell`, of what it tells again.
  void (*tell_again)(Tamper&, Effect effect, std::vector<Effect>& out) = nullptr;
  // The engine's clock runs so many times as fast as the world's.
  double clock = 1.0;
};

[[nodiscard]] std::span<const Mutation> mutations();
// Of what is recorded and told again: for universes in which the manager dies.
[[nodiscard]] std::span<const Mutation> death_mutations();

}  // namespace sup::sim
