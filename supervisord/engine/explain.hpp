// Explain: why an instance is where it is, and what would happen if. Pure questions over the engine's data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/world.hpp"

namespace sup {

struct Explanation {
  State state = State::stopped;
  Goal goal = Goal::down;
  std::string why;                           // The row that led here ("a requirement is gone"), or that none has.
  std::string cause;                         // What there is to say about it ("dependency db failed (exit 1)").
  std::string last_end;                      // How the last run ended; empty if none has.
  std::vector<std::string> waits_for;        // What it waits for, each with its state.
  std::vector<std::string> needs;            // What it requires, each with its state.
  std::vector<std::string> needed_by;        // Who requires it directly.
  std::vector<std::string> would_stop_with;  // Who would be stopped along with it, in the order of stopping.
  std::vector<std::string> policy;           // What follows an end by itself: success, failure.
};

[[nodiscard]] Explanation explain(const World& w, InstanceId id);

// What the restart policy would do now if the main process ended with this status, in one sentence.
[[nodiscard]] std::string explain_exit(const World& w, InstanceId id, ExitStatus status);

// What time alone will bring: "next try in 3 s". May be empty.
[[nodiscard]] std::string deadline_text(const World& w, InstanceId id, Instant now);

// How the end is judged: "exit 3 is no success (success-codes); restart.when is always".
[[nodiscard]] std::string exit_verdict(const World& w, InstanceId id, ExitStatus status);
// What follows when a run ends whose end was asked for, as the rows of `ended` have it; empty: its policy decides.
[[nodiscard]] std::string_view asked_end_text(const Instance& i);
// What follows when the policy gives up.
[[nodiscard]] std::string_view give_up_text(GiveUpAction action);

// All that requires `id`, directly or not, dependents before what they require.
[[nodiscard]] std::vector<InstanceId> dependents_of(const World& w, InstanceId id);

// What went down with one of these, or with what went down with it, and is still down: it does not come back with them.
[[nodiscard]] std::vector<InstanceId> left_down_by(const World& w, const std::vector<InstanceId>& ids);

// What its probes say, and when the last one did: "healthy; probed 3 s ago (http://127.0.0.1/)". Empty where there is
// no health.
[[nodiscard]] std::string health_report(const World& w, InstanceId id);

}  // namespace sup
