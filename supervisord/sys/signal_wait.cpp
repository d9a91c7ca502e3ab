#include "sys/signal_wait.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>

#include "sys/signals.hpp"

namespace sup::sys {

std::optional<AwaitedSignal> wait_for_signal(std::optional<Duration> patience) noexcept {
  constexpr SignalSet kAll{~std::uint64_t{0}};
  timespec limit{};
  if (patience) {
    const Duration left = std::max(*patience, Duration{0});
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    limit.tv_sec = seconds.count();
    limit.tv_nsec = (left - seconds).count();
  }
  siginfo_t info{};
  const long got = ::syscall(SYS_rt_sigtimedwait, &kAll, &info, patience ? &limit : nullptr, sizeof kAll.bits);
  if (got < 0) return std::nullopt;  // EAGAIN, or EINTR when we were stopped and go on.
  const bool is_kernel = info.si_code == SI_KERNEL;
  return AwaitedSignal{Signal{static_cast<int>(got)}, is_kernel ? 0 : info.si_pid, is_kernel};
}

bool is_pending(Signal signal) noexcept {
  SignalSet pending;
  return ::syscall(SYS_rt_sigpending, &pending, sizeof pending.bits) == 0 && pending.has(signal.number);
}

}  // namespace sup::sys
