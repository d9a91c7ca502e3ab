#include "init/start.hpp"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "init/child.hpp"
#include "sys/memory.hpp"
#include "sys/process.hpp"

namespace sup::init {
namespace {

// In every mode, whether it was asked for or not. False: it was, and cannot be had.
bool become_reaper(const Plan& plan) {
  const auto done = sys::become_subreaper();
  if (done && plan.wants_reaper) say(plan, Note::became_reaper);
  if (done) return true;
  if (plan.wants_reaper) {
    say(plan, Note::cannot_reap, {.error = done.error().sys_errno});
    return false;
  }
  if (::getpid() != 1) say(plan, Note::reaps_nothing, {.error = done.error().sys_errno});
  return true;
}

// The terminal can then go to the session of the command. Who leads a session takes it from everybody in it, and the
// kernel says HUP and CONT to the foreground, which is us.
sys::SignalSet detach(const Plan& plan) {
  sys::SignalSet ignored_once;
  if (::ioctl(STDIN_FILENO, TIOCNOTTY) < 0) {
    say(plan, Note::not_detached, {.error = errno});
  } else if (::getsid(0) != ::getpid()) {
    say(plan, Note::detached);
  } else {
    say(plan, Note::detached_leader);
    ignored_once.add(SIGHUP);
    ignored_once.add(SIGCONT);
  }
  return ignored_once;
}

// -1: it cannot be made.
pid_t spawn(const Plan& plan) {
  const Origin origin{::getpid(), ::getpgrp()};
  const pid_t pid = ::fork();
  if (pid == 0) become_command(plan, origin);
  if (pid < 0)
    say(plan, Note::cannot_fork, {.error = errno, .command = plan.command_name()});
  else
    say(plan, Note::spawned, {.pid = pid, .command = plan.command_name()});
  return pid;
}

}  // namespace

Started start(const Plan& plan) {
  Started started;
  started.exit_code = plan.internal_failure;
  if (plan.parent_death != 0 && ::prctl(PR_SET_PDEATHSIG, plan.parent_death) != 0) {
    say(plan, Note::cannot_tie);
    return started;
  }
  if (!become_reaper(plan)) return started;
  if (plan.placement == Placement::own_session) started.ignored_once = detach(plan);
  if (plan.command != nullptr) started.command = spawn(plan);
  if (started.command < 0) return started;
  // What is not ours to use must not be held by us: a mount by our directory, a pipe's reader by our end of it.
  (void)!::chdir("/");
  constexpr unsigned kFirst = 3;
  (void)::syscall(SYS_close_range, kFirst, ~0U, 0U);
  sys::release_clean_pages();  // Most of this program's code is not ours, but was touched by its start.
  started.exit_code.reset();
  return started;
}

}  // namespace sup::init
