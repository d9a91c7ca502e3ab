#include "sys/signals.hpp"

#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

#include "base/check.hpp"

namespace sup::sys {

namespace {

// The raw calls here, since libc's hide two signals and its sigset_t is larger than the kernel's.
SignalSet change_mask(const SignalSet* mask) noexcept {
  SignalSet before;
  CHECK(::syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, &before, sizeof before.bits) == 0);
  return before;
}

// The handler is the first word of the kernel's struct on every architecture that we are built for, and 32 bytes are
// room for all of it.
struct KernelAction {
  std::uintptr_t handler = 0;
  std::uintptr_t rest[3]{};
};
static_assert(SIG_DFL == nullptr);

bool is_ignored(int number) noexcept {
  KernelAction action;
  CHECK(::syscall(SYS_rt_sigaction, number, nullptr, &action, sizeof(SignalSet)) == 0);
  return action.handler == reinterpret_cast<std::uintptr_t>(SIG_IGN);
}

void set_default(int number) noexcept {
  constexpr KernelAction kDefault;
  CHECK(::syscall(SYS_rt_sigaction, number, &kDefault, nullptr, sizeof(SignalSet)) == 0);
}

}  // namespace

SignalSet block_all_signals() noexcept {
  constexpr SignalSet kAll{~std::uint64_t{0}};
  return change_mask(&kAll);
}

void set_signal_mask(SignalSet mask) noexcept { change_mask(&mask); }

SignalSet signal_mask() noexcept { return change_mask(nullptr); }

SignalSet ignored_signals() noexcept {
  SignalSet out;
  for (int number = 1; number <= kSignalMax; ++number)
    if (is_ignored(number)) out.add(number);
  return out;
}

void reset_signal_dispositions() noexcept {
  for (int number = 1; number <= kSignalMax; ++number) {
    if (is_ignored(number)) set_default(number);
    struct sigaction action{};
    // What cannot be read is libc's own, and a handler of its own is not ours to take; KILL and STOP are default.
    if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_DFL) set_default(number);
  }
}

void ignore_signal(Signal signal) noexcept {
  struct sigaction action{};
  action.sa_handler = SIG_IGN;
  CHECK(::sigaction(signal.number, &action, nullptr) == 0);
}

Result<UniqueFd> make_signalfd(std::span<const Signal> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const Signal signal : signals) CHECK(::sigaddset(&set, signal.number) == 0);
  const int fd = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) return fail_errno(errno, "cannot make a signalfd");
  return UniqueFd{fd};
}

Result<std::size_t> read_signals(const UniqueFd& signalfd, std::span<SignalRecord> out) {
  std::size_t count = 0;
  while (count < out.size()) {
    signalfd_siginfo info{};
    const ssize_t got = ::read(signalfd.get(), &info, sizeof info);
    if (got < 0 && errno == EAGAIN) break;
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof info) return fail_errno(errno, "cannot read signals");
    out[count++] = {Signal{static_cast<int>(info.ssi_signo)}, static_cast<pid_t>(info.ssi_pid), info.ssi_uid,
                    info.ssi_code == SI_QUEUE ? info.ssi_int : 0};
  }
  return count;
}

}  // namespace sup::sys
