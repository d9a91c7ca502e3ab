// Checkers: what must hold in every universe. Each is one small question about a scene and answers with a complaint, or
// with nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/universe/scene.hpp"

namespace sup::sim {

using Complaint = std::optional<std::string>;

// Asked about each effect, before the scene has noted it.
struct EffectChecker {
  std::string_view name;
  Complaint (*check)(const Scene&, const Effect&);
};
// Asked about the scene at some moment.
struct SceneChecker {
  std::string_view name;
  Complaint (*check)(const Scene&);
};

[[nodiscard]] std::span<const EffectChecker> run_checkers();         // Runs and their processes.
[[nodiscard]] std::span<const EffectChecker> hook_checkers();        // What happens around them.
[[nodiscard]] std::span<const EffectChecker> ready_checkers();       // Readiness, reloads, watchdogs.
[[nodiscard]] std::span<const EffectChecker> order_checkers();       // Who before whom.
[[nodiscard]] std::span<const EffectChecker> tree_checkers();        // Parents and children, and who is stopped last.
[[nodiscard]] std::span<const EffectChecker> policy_checkers();      // Restarts.
[[nodiscard]] std::span<const EffectChecker> reply_checkers();       // Changes.
[[nodiscard]] std::span<const EffectChecker> population_checkers();  // Who comes and goes.
[[nodiscard]] std::span<const EffectChecker> exit_checkers();        // The end of everything.
[[nodiscard]] std::span<const EffectChecker> recovery_checkers();    // What is told again after a death.

[[nodiscard]] std::span<const SceneChecker> step_checkers();  // After each step.
[[nodiscard]] std::span<const SceneChecker> hook_step_checkers();
[[nodiscard]] std::span<const SceneChecker> ready_step_checkers();
[[nodiscard]] std::span<const SceneChecker> population_step_checkers();
[[nodiscard]] std::span<const SceneChecker> tree_step_checkers();
[[nodiscard]] std::span<const SceneChecker> turn_checkers();  // When all that was due at a moment is done.
[[nodiscard]] std::span<const SceneChecker> rest_checkers();  // In a calm world in which nothing more will happen.
[[nodiscard]] std::span<const SceneChecker> population_rest_checkers();
[[nodiscard]] std::span<const SceneChecker> recovered_checkers();  // When that was told.
[[nodiscard]] std::span<const SceneChecker> end_checkers();        // After Finished.

}  // namespace sup::sim
