// Terminals: a pseudo-terminal of our own, its size, and the raw mode of the one that we run on.
#pragma once

#include <termios.h>

#include <optional>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// posix_openpt(3). The slave is what a program has for its terminal; the master is what somebody types and reads.
struct Pty {
  UniqueFd master;
  UniqueFd slave;
};
// Both close-on-exec; the master non-blocking. Errors: limit when there are no more (kernel.pty.max), sys.
[[nodiscard]] Result<Pty> open_pty();

struct WindowSize {
  unsigned short rows = 24;
  unsigned short columns = 80;
};
// Programs on the terminal are told by WINCH if it is another one than before. A failure is harmless.
void set_window_size(int terminal, WindowSize size) noexcept;

// Nothing if it is no terminal, or one that does not know.
[[nodiscard]] std::optional<WindowSize> window_size(int terminal) noexcept;

// Gives `to` the window size of `from`, which tells the programs on it by WINCH. Nothing happens if `from` has none.
void copy_window_size(int from, int to) noexcept;

// If the terminal `fd` is the controlling one of a session that we lead, and we are in its foreground: it is none of
// ours any more, and a session of a child can have it. Call it when HUP and CONT are blocked: they come to whoever
// gives up a terminal, and are taken here. False: it was not ours.
[[nodiscard]] bool give_up_terminal(int fd) noexcept;

// Every byte that is typed comes at once and as it is, and none has a meaning for the terminal, until this is
// destroyed.
class RawMode {
 public:
  // Errors: invalid if `fd` is no terminal.
  [[nodiscard]] static Result<RawMode> enter(int fd);
  RawMode(RawMode&& other) noexcept;
  RawMode& operator=(RawMode&&) = delete;
  ~RawMode();

 private:
  RawMode(int fd, const termios& before) noexcept : fd_(fd), before_(before) {}
  int fd_;  // -1: moved from.
  termios before_;
};

}  // namespace sup::sys
