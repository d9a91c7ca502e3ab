// Foresight: what would follow if a service ended now in a certain way. No rule is told twice: a copy of the engine is
// told the end, and what it makes of it is read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace sup {

struct Foresight {
  bool is_success = false;                // By success-codes.
  std::optional<State> state;             // Where it would be then; nothing: it does not run.
  std::optional<Duration> restart_in;     // If it would be started again; without jitter.
  std::optional<std::uint32_t> attempts;  // How many restarts the policy would then still allow, if there is a bound.
  std::vector<InstanceId> down;           // What else would go down.
  std::string shutdown;                   // Why supervisord would shut down; empty: it would not.
  std::string text;                       // All of it in one sentence.
};

// Of what does not run, the policy alone is asked, as if it had just started.
[[nodiscard]] Foresight foresee_end(const Engine& engine, Instant now, InstanceId id, ExitStatus status);

}  // namespace sup
