// The command as a job at a terminal: who tells it what, its stops and their end, and whose the terminal is.
//
// With a group of its own the command alone is told by the terminal, so we follow. In our group everybody is told at
// once, by the terminal and by the shell, so nothing of that may be sent on a second time.
#pragma once

#include <sys/types.h>

#include "init/plan.hpp"
#include "sys/signal_wait.hpp"

namespace sup::init {

class Job {
 public:
  // `command` 0: there is none, and nothing is done.
  Job(const Plan& plan, pid_t command) noexcept : plan_(plan), command_(command) {}

  // Whether the command has got this signal as we have, from the same.
  [[nodiscard]] bool has_too(const sys::AwaitedSignal& arrived);
  // A stop signal was sent on, and the plan says that we stop as well.
  void stop_along(const sys::AwaitedSignal& arrived);
  // Under a shell the command has been stopped for the shell, which waits for us: so we stop, too, until we are
  // continued. If nobody could do that, what Ctrl-Z has stopped goes on at once.
  void follow_stop();
  // CONT is about to be sent on: the foreground, which a shell has given to us, is the command's.
  void prepare_to_continue();
  // At the end: the terminal goes back to who had it before the command, unless somebody has taken it meanwhile.
  void give_terminal_back() const;

 private:
  int look();

  const Plan& plan_;
  pid_t command_;
  bool is_stopped_ = false;    // As far as we have seen.
  bool is_continued_ = false;  // By us: the kernel will tell us of it, too.
  bool has_gone_on_ = false;   // By somebody else.
  bool awaits_stop_ = false;   // It will be stopped by the terminal, and we with it.
};

}  // namespace sup::init
