// Signals as data: blocked everywhere, read from a descriptor by the loop. No handler exists in this program.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>
#include <span>

#include "base/result.hpp"
#include "base/signals.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

inline constexpr int kSignalMax = 64;

// A set of signals 1 to 64 in the kernel's own layout; unlike sigset_t it may hold the two that libc hides (32, 33).
struct SignalSet {
  std::uint64_t bits = 0;
  [[nodiscard]] constexpr bool has(int number) const noexcept { return (bits >> (number - 1) & 1) != 0; }
  constexpr void add(int number) noexcept { bits |= std::uint64_t{1} << (number - 1); }
  friend constexpr bool operator==(SignalSet, SignalSet) = default;
};

// Blocks every signal in the calling thread and returns the mask that was there. Threads inherit the mask: call it in
// main before the first one. A fault (SEGV, BUS, FPE, ILL) of our own still ends the process: the kernel does not let
// those be blocked.
SignalSet block_all_signals() noexcept;
// Sets the calling thread's mask.
void set_signal_mask(SignalSet mask) noexcept;
[[nodiscard]] SignalSet signal_mask() noexcept;

// The signals which this process ignores now. Only these dispositions survive exec(2), and a shell's `nohup` or a
// daemon that ignored PIPE must not leak them into services.
[[nodiscard]] SignalSet ignored_signals() noexcept;
// Default dispositions for all signals, whatever we were started with. Call it first in main: an ignored CHLD would
// make the kernel discard the exit statuses.
void reset_signal_dispositions() noexcept;
// Ignores one signal in this process (PIPE for libraries that write without MSG_NOSIGNAL).
void ignore_signal(Signal signal) noexcept;

// One signal that arrived.
struct SignalRecord {
  Signal signal;
  pid_t sender_pid = 0;  // 0 when the kernel sent it.
  uid_t sender_uid = 0;
  int value = 0;  // What was queued with it (sigqueue(3)); 0 if it was only sent.
};

// A non-blocking signalfd(2) for these signals, which must be blocked in all threads.
[[nodiscard]] Result<UniqueFd> make_signalfd(std::span<const Signal> signals);
// Takes what has arrived, at most out.size(); returns how many. 0: nothing there.
[[nodiscard]] Result<std::size_t> read_signals(const UniqueFd& signalfd, std::span<SignalRecord> out);

}  // namespace sup::sys
