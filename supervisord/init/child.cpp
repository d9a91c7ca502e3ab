#include "init/child.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

#include "init/terminal.hpp"
#include "sys/signals.hpp"

namespace sup::init {
namespace {

Facts failed(const Plan& plan, int error) { return {.error = error, .command = plan.command_name()}; }

// In the foreground only if we are: a job that was started in the background stays there.
void take_group(const Plan& plan, const Origin& origin) {
  (void)::setpgid(0, 0);
  const ControllingTerminal terminal;
  if (terminal.is_there()) {
    if (terminal.foreground() == origin.parent_group) terminal.give_to(::getpid());
    return;
  }
  say(plan, Note::no_tty_device, failed(plan, terminal.open_error()));
  say(plan, Note::no_terminal, failed(plan, terminal.stdin_error()));
}

void take_session(const Plan& plan) {
  if (::setsid() < 0) {
    say(plan, Note::cannot_lead, failed(plan, errno));
    ::_exit(plan.internal_failure);
  }
  if (::ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0) say(plan, Note::not_attached, failed(plan, errno));
  say(plan, Note::leads);
}

void take_place(const Plan& plan, const Origin& origin) {
  switch (plan.placement) {
    case Placement::own_group: return take_group(plan, origin);
    case Placement::own_session: return take_session(plan);
    case Placement::our_group: return;
  }
}

// Sockets that were passed to us are for the command (sd_listen_fds(3)), which takes them only if they name it.
void pass_listening_sockets(const Origin& origin) {
  const char* value = std::getenv("LISTEN_PID");
  if (value == nullptr || value != std::to_string(origin.parent)) return;
  (void)::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
}

}  // namespace

void become_command(const Plan& plan, const Origin& origin) {
  take_place(plan, origin);
  pass_listening_sockets(origin);
  sys::set_signal_mask({});
  ::execvp(plan.command[0], plan.command);
  const int error = errno;
  (void)sys::block_all_signals();
  say(plan, Note::cannot_execute, failed(plan, error));
  ::_exit(error == ENOENT ? 127 : 126);
}

}  // namespace sup::init
