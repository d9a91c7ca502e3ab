// The terminal that our session has, and who is in its foreground.
#pragma once

#include <sys/types.h>

#include "sys/unique_fd.hpp"

namespace sup::init {

// Opened for one question or deed at a time: nothing is held open, and descriptors 0 to 2 may all be closed or lead
// elsewhere.
class ControllingTerminal {
 public:
  // The first of descriptors 0 to 2 that is it, else /dev/tty.
  ControllingTerminal() noexcept;
  [[nodiscard]] bool is_there() const noexcept { return fd_ >= 0; }
  // Why there is none: of opening /dev/tty, and of asking descriptor 0.
  [[nodiscard]] int open_error() const noexcept { return open_error_; }
  [[nodiscard]] int stdin_error() const noexcept { return stdin_error_; }
  // -1 without a terminal.
  [[nodiscard]] pid_t foreground() const noexcept;
  // From the background, too, since TTOU is blocked. A failure (the group has gone) is none of ours.
  void give_to(pid_t group) const noexcept;

 private:
  UniqueFd opened_;
  int fd_ = -1;
  int open_error_ = 0;
  int stdin_error_ = 0;
};

// Whether we are a part of a shell's job that has the terminal for some of its ends only, as in `... | less`: then
// whoever else is in the job needs the foreground as well, and the command belongs into the job's group.
[[nodiscard]] bool is_part_of_job() noexcept;

// Whom a stop of our own stops as well.
enum class Stops : unsigned char { our_group, us };
// Stops as Ctrl-Z does, and comes back when somebody continues us: true. Where nobody could (we are PID 1, or the
// leader of a session, whose group is "orphaned"), the kernel does not stop us: false.
[[nodiscard]] bool suspend(Stops stops) noexcept;

}  // namespace sup::init
