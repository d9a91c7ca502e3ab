#include "init/job.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "init/terminal.hpp"

namespace sup::init {
namespace {

// What the kernel sends to a whole group: for a key of the terminal, or when the terminal or the shell goes away. A
// session's leader alone is told of a hang-up for himself.
bool is_for_groups(int number) noexcept {
  if (number == SIGINT || number == SIGQUIT || number == SIGTSTP || number == SIGWINCH) return true;
  return (number == SIGHUP || number == SIGCONT) && ::getsid(0) != ::getpid();
}

}  // namespace

bool Job::has_too(const sys::AwaitedSignal& arrived) {
  if (command_ == 0 || plan_.placement != Placement::our_group) return false;
  const int number = arrived.signal.number;
  if (number == SIGCONT) {
    (void)look();
    if (std::exchange(has_gone_on_, false)) return true;
  }
  return arrived.is_kernel && is_for_groups(number) && ::getpgid(command_) == ::getpgrp();
}

// What a terminal wants stopped is stopped only if somebody could continue it; a signal that somebody has sent is
// obeyed. In our own group the command is stopped by the terminal, too, and the shell hears of us only then: before, it
// would still read what is typed for the shell.
void Job::stop_along(const sys::AwaitedSignal& arrived) {
  if (arrived.is_kernel && plan_.placement == Placement::our_group && !is_stopped_) {
    awaits_stop_ = true;
    return;
  }
  say(plan_, Note::suspending);
  if (!arrived.is_kernel)
    (void)::kill(::getpid(), SIGSTOP);
  else if (!suspend(Stops::us) && plan_.placement == Placement::own_session)
    (void)::kill(-command_, SIGCONT);
}

// Notes whether it has been stopped or continued since. The signal that has stopped it; 0: none has.
int Job::look() {
  siginfo_t seen{};
  const auto id = static_cast<id_t>(command_);
  if (::waitid(P_PID, id, &seen, WSTOPPED | WCONTINUED | WNOHANG) < 0 || seen.si_pid == 0) return 0;
  is_stopped_ = seen.si_code == CLD_STOPPED;
  has_gone_on_ = !is_stopped_ && !is_continued_;
  is_continued_ = false;
  return is_stopped_ ? seen.si_status : 0;
}

void Job::follow_stop() {
  if (command_ == 0) return;
  const int number = look();
  if (number == 0 || plan_.placement == Placement::own_session) return;
  if (plan_.stops_along && !std::exchange(awaits_stop_, false)) return;
  if (!ControllingTerminal().is_there()) return;
  say(plan_, Note::suspending);
  const bool has_group = plan_.placement == Placement::own_group;
  if (suspend(has_group ? Stops::our_group : Stops::us)) return;
  if (number == SIGTSTP) (void)::kill(has_group ? -command_ : command_, SIGCONT);
}

void Job::prepare_to_continue() {
  is_continued_ = is_stopped_;
  if (command_ == 0 || plan_.placement != Placement::own_group) return;
  const ControllingTerminal terminal;
  if (terminal.is_there() && terminal.foreground() == ::getpgrp()) terminal.give_to(command_);
}

void Job::give_terminal_back() const {
  if (command_ == 0 || plan_.placement != Placement::own_group) return;
  const ControllingTerminal terminal;
  if (terminal.foreground() == command_) terminal.give_to(::getpgrp());
}

}  // namespace sup::init
