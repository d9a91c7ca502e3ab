// The guard: the process that was started. It forks the manager, starts it again when it dies, reaps what becomes its
// own child, sends signals on, and holds descriptors under names (see "A supervisord that may die" in DESIGN.md).
//
// A manager is forked, never executed, so what the guard holds needs no telling: at its birth a manager has a copy of
// the tables in its memory and of every descriptor, under the same numbers. Only what happens later goes through the
// socket between them (message.hpp). After its first fork the guard uses libc only and allocates nothing.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace sup::guard {

// How soon a dead manager is started again. Tests are in a hurry.
struct Pace {
  Duration first = std::chrono::milliseconds(100);  // After the second death; at once after the first.
  Duration most = std::chrono::seconds(5);          // It doubles until here,
  Duration healthy = std::chrono::seconds(60);      // and begins anew when a manager has lived as long as this.
  Duration killed =
      std::chrono::milliseconds(100);  // The same when somebody has killed one that had not lived so long.
  // How many managers in a row may die before they have come up (Holder::confirm). PID 1 never gives up.
  std::uint32_t hopeless = 10;
  // The same when somebody has asked for the end, also as PID 1; so many may die after that even if they came up.
  std::uint32_t hopeless_ending = 3;
  std::uint32_t most_while_ending = 10;
  // So many managers of a program that was just gone on with may fail by themselves, in lives less than `healthy`.
  std::uint32_t bad_program = 3;
  Duration trial = std::chrono::seconds(5);  // A program that has not said by then that it could go on cannot.
  // PID 1 is the init of a machine: it never ends, and where it would have to the machine is switched off or restarted.
  bool is_of_machine = false;
};

// The pause before a manager is started again when this many have died one after the other; the first is 1.
[[nodiscard]] Duration pause_after(std::uint32_t deaths, const Pace& pace) noexcept;

// What the guard ends with by itself; any other code is that of a manager which has said goodbye.
inline constexpr int kGivenUp = 70;    // No manager comes up.
inline constexpr int kNoManager = 71;  // The first could not be made; or the end was asked for and none could do it.

// Returns in each manager that it forks, which then is a child with a process group of its own, its soft limit of open
// files as it was, and all signals blocked: Holder::of_this_process() leads back to here. In the guard it never
// returns: the process ends (`_exit`) when a manager that has said goodbye is gone, with the code that it said.
//
// All signals must be blocked (prepare_process()), and no thread, no descriptor and no child be there that a second
// manager could not use as well.
//
// A guard that a manager has asked for it (Holder::replace) executes another program in its own place, or the same
// anew, with `arguments` as they were given; there start() goes on with what was (handover.hpp). If managers of that
// one fail again and again at once, it goes back to the program before.
void start(char* const* arguments, const Pace& pace = Pace());

// After start(): this process is none of a guard's managers, but was made to tell whether it could go on with what they
// have, by its exit code. It finds that as a manager would (Holder::take_world), as copies that it may close, and is to
// change nothing of it.
[[nodiscard]] bool is_trial() noexcept;

// Whether this process is the init of a machine, or a manager of that.
[[nodiscard]] bool is_of_machine() noexcept;

}  // namespace sup::guard
