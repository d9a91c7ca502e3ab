#include "sys/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "sys/errors.hpp"

namespace sup::sys {

namespace {

// Through the master, since its name may mean another one, or none, where we look (TIOCGPTPEER: Linux 4.13); else by
// name.
UniqueFd open_slave(const UniqueFd& master) {
  constexpr int kFlags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  UniqueFd slave{::ioctl(master.get(), TIOCGPTPEER, kFlags)};
  std::array<char, 64> name{};
  if (!slave.is_open() && ::ptsname_r(master.get(), name.data(), name.size()) == 0)
    slave = UniqueFd{::open(name.data(), kFlags)};
  return slave;
}

}  // namespace

Result<Pty> open_pty() {
  UniqueFd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
  if (!master.is_open()) return fail_call(errno, "cannot open a pseudo-terminal");
  if (::unlockpt(master.get()) != 0) return fail_call(errno, "cannot unlock a pseudo-terminal");
  UniqueFd slave = open_slave(master);
  if (!slave.is_open()) return fail_call(errno, "cannot open the end of a pseudo-terminal");
  return Pty{std::move(master), std::move(slave)};
}

void set_window_size(int terminal, WindowSize size) noexcept {
  const winsize value{.ws_row = size.rows, .ws_col = size.columns, .ws_xpixel = 0, .ws_ypixel = 0};
  (void)::ioctl(terminal, TIOCSWINSZ, &value);
}

std::optional<WindowSize> window_size(int terminal) noexcept {
  winsize size{};
  if (::ioctl(terminal, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0) return std::nullopt;
  return WindowSize{size.ws_row, size.ws_col};
}

void copy_window_size(int from, int to) noexcept {
  winsize size{};
  if (::ioctl(from, TIOCGWINSZ, &size) == 0) (void)::ioctl(to, TIOCSWINSZ, &size);
}

bool give_up_terminal(int fd) noexcept {
  const pid_t self = ::getpid();
  if (::tcgetsid(fd) != self || ::tcgetpgrp(fd) != ::getpgrp() || ::ioctl(fd, TIOCNOTTY) != 0) return false;
  sigset_t told;
  ::sigemptyset(&told);
  ::sigaddset(&told, SIGHUP);
  ::sigaddset(&told, SIGCONT);
  const timespec at_once{};
  while (::sigtimedwait(&told, nullptr, &at_once) > 0) {
  }
  return true;
}

Result<RawMode> RawMode::enter(int fd) {
  termios before{};
  if (::tcgetattr(fd, &before) != 0) return fail_call(errno, "cannot read the mode of the terminal");
  termios raw = before;
  ::cfmakeraw(&raw);
  if (::tcsetattr(fd, TCSANOW, &raw) != 0) return fail_call(errno, "cannot set the mode of the terminal");
  return RawMode{fd, before};
}

RawMode::RawMode(RawMode&& other) noexcept : fd_(std::exchange(other.fd_, -1)), before_(other.before_) {}

RawMode::~RawMode() {
  if (fd_ >= 0) (void)::tcsetattr(fd_, TCSANOW, &before_);
}

}  // namespace sup::sys
