// Process: one that lives in the kernel of a universe: when it dies, and what it does about signals.
#pragma once

#include <optional>

#include "base/exit_status.hpp"
#include "base/signals.hpp"
#include "engine/instance.hpp"
#include "sim/universe/dice.hpp"

namespace sup::sim {

struct Process {
  bool is_main = false;
  bool is_in_group = true;
  bool is_told = false;       // A signal has been the cause of `dies_at`.
  std::uint32_t deaf_to = 0;  // So many more stop signals are ignored.
  Duration obeys_after{};     // From a stop signal that it obeys to its death.
  Duration kill_takes{};      // It sleeps in the kernel: KILL works only after this time.
  Instant dies_at = kNever;
  std::optional<Duration> left = {};  // It is frozen, and would have lived for so long.
  ExitStatus end;                     // How it dies then.
};

[[nodiscard]] inline ExitStatus exited(int code) { return {code, 0, false}; }
[[nodiscard]] inline ExitStatus killed_by(Signal signal) { return {0, signal.number, false}; }

// Not while it is frozen.
void receive(Process& process, Signal signal, Instant now, Dice& dice);
void receive_kill(Process& process, Instant now);
// What is frozen neither lives nor dies, but for KILL.
void freeze(Process& process, Instant now);
void thaw(Process& process, Instant now);

}  // namespace sup::sim
