// A reference to a process outlives the process, and its number may by then be a stranger's.
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "sys/process.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

constexpr int kRounds = kIsSanitized ? 300 : 10'000;  // To fork is so much dearer.

enum Verdict : int { unharmed, cannot, not_reused, was_hit, was_found };

// The next process of this pid namespace gets the number `pid`, if it is free.
bool next_is(pid_t pid) {
  const int fd = ::open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
  const std::string text = std::to_string(pid - 1);
  const bool is_set = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) ::close(fd);
  return is_set;
}

pid_t fork_to(void (*body)()) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  body();
  ::_exit(0);
}

// One process ends and is reaped; another gets its number; then somebody signals the first.
Verdict one_round() {
  const pid_t first = fork_to([] {});
  const auto process = open_process(first);
  if (first < 0 || !process || !process->pidfd.is_open() || !reap(*process)) return cannot;
  if (!next_is(first)) return cannot;
  const pid_t second = fork_to([] { ::pause(); });
  if (second != first) return not_reused;
  const auto sent = send_signal(*process, sup::Signal{SIGKILL});
  const auto status = try_reap(*process);
  ::kill(second, SIGUSR1);  // One for which Catch has no handler, and which nohup(1) leaves alone.
  int how = 0;
  ::waitpid(second, &how, 0);
  if (WTERMSIG(how) != SIGUSR1) return was_hit;
  const bool is_refused = !sent && sent.error().code == sup::Errc::not_found && !status;
  return is_refused ? unharmed : was_found;
}

// As the first process of a pid namespace: its children have numbers of their own.
int all_rounds() {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) return cannot;
  const pid_t init = ::fork();
  if (init == 0) {
    Verdict verdict = unharmed;
    for (int round = 0; round < kRounds && verdict == unharmed; ++round) verdict = one_round();
    ::_exit(verdict);
  }
  int how = 0;
  ::waitpid(init, &how, 0);
  return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

}  // namespace

TEST_CASE("a reference never means the process that has taken the number over") {
  const int verdict = in_forked_process(all_rounds);
  if (verdict == cannot) return skip("needs pid namespaces and the choice of the next pid");
  REQUIRE(verdict == unharmed);
}
