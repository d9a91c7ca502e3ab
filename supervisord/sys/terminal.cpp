#include "sys/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "sys/errors.hpp"

namespace sup::sys {

Result<Pty> open_pty() {
  UniqueFd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
  if (!master.is_open()) return fail_call(errno, "cannot open a pseudo-terminal");
  std::array<char, 64> name{};
  if (::unlockpt(master.get()) != 0 || ::ptsname_r(master.get(), name.data(), name.size()) != 0)
    return fail_call(errno, "cannot unlock a pseudo-terminal");
  UniqueFd slave{::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!slave.is_open()) return fail_call(errno, "cannot open the end of a pseudo-terminal");
  return Pty{std::move(master), std::move(slave)};
}

void copy_window_size(int from, int to) noexcept {
  winsize size{};
  if (::ioctl(from, TIOCGWINSZ, &size) == 0) (void)::ioctl(to, TIOCSWINSZ, &size);
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
