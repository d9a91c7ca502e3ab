#include "daemon/own_signals.hpp"

#include <algorithm>
#include <csignal>

#include "guard/guard.hpp"

namespace sup {

std::vector<Signal> claimed_signals() {
  const Signal container_end{SIGRTMIN + 3};  // What podman and others tell an init to end with.
  std::vector<Signal> out{Signal{SIGCHLD}, Signal{SIGTERM}, Signal{SIGINT}, Signal{SIGQUIT},
                          Signal{SIGPWR},  container_end,   Signal{SIGHUP}, Signal{SIGUSR2}};
  if (guard::is_of_machine()) out.insert(out.end(), {Signal{SIGRTMIN + 4}, Signal{SIGRTMIN + 5}});  // See power.hpp.
  return out;
}

std::vector<Signal> forwardable_signals() {
  constexpr int kOthers[] = {
      SIGUSR1,   SIGALRM, SIGVTALRM, SIGPROF, SIGWINCH, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGIO,
#ifdef SIGSTKFLT
      SIGSTKFLT,
#endif
  };
  std::vector<Signal> out;
  for (const int number : kOthers) out.push_back(Signal{number});
  const std::vector<Signal> claimed = claimed_signals();
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number)
    if (std::ranges::find(claimed, Signal{number}) == claimed.end()) out.push_back(Signal{number});
  return out;
}

}  // namespace sup
