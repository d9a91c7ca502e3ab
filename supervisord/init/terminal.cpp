#include "init/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sys/signal_wait.hpp"
#include "sys/signals.hpp"

namespace sup::init {

ControllingTerminal::ControllingTerminal() noexcept {
  for (int fd = 0; fd <= 2 && fd_ < 0; ++fd) {
    if (::tcgetpgrp(fd) >= 0) fd_ = fd;
    if (fd == 0 && fd_ < 0) stdin_error_ = errno;
  }
  if (fd_ >= 0) return;
  const int fd = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    open_error_ = errno;
    return;
  }
  opened_ = UniqueFd(fd);
  fd_ = fd;
}

pid_t ControllingTerminal::foreground() const noexcept { return fd_ >= 0 ? ::tcgetpgrp(fd_) : -1; }

void ControllingTerminal::give_to(pid_t group) const noexcept {
  if (fd_ >= 0) (void)::tcsetpgrp(fd_, group);
}

bool is_part_of_job() noexcept {
  if (::getpid() == 1 || ::getsid(0) == ::getpid()) return false;
  if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) return false;
  return ControllingTerminal().is_there();
}

bool suspend(Stops stops) noexcept {
  const int number = SIGTSTP;
  (void)::kill(stops == Stops::our_group ? 0 : ::getpid(), number);  // Comes when it is let through.
  sys::SignalSet others{~std::uint64_t{0}};
  others.bits &= ~(std::uint64_t{1} << (number - 1));
  sys::set_signal_mask(others);
  (void)sys::block_all_signals();
  return sys::is_pending(Signal{SIGCONT});  // CONT itself is blocked, so it is still to be seen.
}

}  // namespace sup::init
