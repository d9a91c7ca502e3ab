// How a stop that is under way goes on, for people who wait for it.
#pragma once

#include <optional>
#include <string>

#include "engine/world.hpp"

namespace sup {

struct StopProgress {
  std::string signal;   // What it was told by last; empty: by a command, or it said itself that it ends.
  std::string command;  // The program of the stop step.
  Instant told_at;      // When; only with one of the two.
  // When KILL follows if nothing else happens; nothing once it has come.
  std::optional<Instant> kill_at;
};

// Nothing unless a step of its stop is under way. `latest` is when the shutdown kills whatever is left.
[[nodiscard]] std::optional<StopProgress> stop_progress(const World& w, const Instance& i, Instant latest);

}  // namespace sup
