// Waiting for a signal without a descriptor and without a handler: for a process that does nothing else.
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/signals.hpp"
#include "base/time.hpp"

namespace sup::sys {

struct AwaitedSignal {
  Signal signal;
  pid_t sender_pid = 0;    // 0 when the kernel sent it, or somebody outside of our pid namespace.
  bool is_kernel = false;  // The kernel sent it by itself: a terminal's Ctrl-C, a hang-up; never kill(2).
};

// Waits until one of the 64 signals arrives (they must be blocked), or for `patience`; without a patience for ever.
// Nothing: the time is up, or it may be, since the wait was cut short. The two signals that libc hides come, too.
[[nodiscard]] std::optional<AwaitedSignal> wait_for_signal(std::optional<Duration> patience) noexcept;

// Whether the signal has arrived and waits for being taken.
[[nodiscard]] bool is_pending(Signal signal) noexcept;

}  // namespace sup::sys
