// The last resort: when supervisord was asked to end and no manager can do it, nothing of it is to stay alive.
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "guard/keeper.hpp"

namespace sup::guard {
namespace {

// Their list is numbers with a blank after each. What comes in between is seen in the next round.
void kill_children() noexcept {
  const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  char bytes[4096];
  pid_t pid = 0;
  for (ssize_t got = 0; list >= 0 && (got = ::read(list, bytes, sizeof bytes)) > 0;)
    for (ssize_t i = 0; i < got; ++i) {
      constexpr int kTen = 10;
      const bool is_digit = bytes[i] >= '0' && bytes[i] <= '9';
      if (!is_digit && pid > 0) (void)::kill(pid, SIGKILL);
      pid = is_digit ? pid * kTen + (bytes[i] - '0') : 0;
    }
  if (list >= 0) (void)::close(list);
}

// False: there are no children any more.
bool reap_all() noexcept {
  for (;;) {
    siginfo_t end{};
    if (::waitid(P_ALL, 0, &end, WEXITED | WNOHANG) < 0) return false;
    if (end.si_pid == 0) return true;
  }
}

}  // namespace

// Who is killed leaves its children to us, and these are the next round's.
void kill_everybody() noexcept {
  constexpr int kRounds = 100, kPauseMilliseconds = 20;
  for (int round = 0; round < kRounds && reap_all(); ++round) {
    if (::getpid() == 1)
      (void)::kill(-1, SIGKILL);
    else
      kill_children();
    (void)::poll(nullptr, 0, kPauseMilliseconds);
  }
}

}  // namespace sup::guard
