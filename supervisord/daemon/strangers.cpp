#include "daemon/strangers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>

#include "base/signals.hpp"
#include "daemon/say.hpp"
#include "sys/clock.hpp"
#include "sys/process.hpp"

namespace sup {
namespace {

constexpr Duration kLook = std::chrono::milliseconds{20};  // There is no loop any more that could wake us.

// A stranger is our child, so its pid is its own until we reap it; what is below it is reached before it can become
// one.
void signal_tree(pid_t stranger, Signal signal) {
  if (const auto below = sys::descendants_of(stranger))
    for (const pid_t pid : *below)
      if (const auto process = sys::open_process(pid)) (void)sys::send_signal(*process, signal);
  ::kill(stranger, signal.number);
}

// Until a child of ours ends, at most this long: children of others come to us without a signal.
void wait_for_an_end(Duration most) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  const timespec time{.tv_sec = 0, .tv_nsec = most.count()};
  (void)sigtimedwait(&child, nullptr, &time);  // It is blocked in all threads; nobody else reads it any more.
}

}  // namespace

Strangers::Strangers() {
  auto orphans = sys::Orphans::open();
  if (!orphans) return;
  orphans_ = std::move(*orphans);
  if (auto here = orphans_->list()) inherited_ = std::move(*here);
}

std::vector<pid_t> Strangers::list() const {
  while (sys::reap_any_of_this_thread()) {
  }
  auto out = orphans_ ? orphans_->list().value_or(std::vector<pid_t>()) : std::vector<pid_t>();
  std::erase_if(out, [this](pid_t pid) { return std::ranges::find(inherited_, pid) != inherited_.end(); });
  return out;
}

void Strangers::end(Duration patience) const {
  for (const Signal signal : {Signal{SIGTERM}, Signal{SIGKILL}}) {
    const Instant deadline = sys::monotonic_now() + patience;
    std::vector<pid_t> told;
    for (auto left = list(); !left.empty() && sys::monotonic_now() < deadline; left = list()) {
      for (const pid_t pid : left) {
        // One that has come just now, from below one that has ended, is told too; KILL is repeated, TERM is not.
        if (signal.number == SIGTERM && std::ranges::find(told, pid) != told.end()) continue;
        const auto facts = sys::process_facts(pid);
        if (std::ranges::find(told, pid) == told.end())
          say::warn("process {} ({}) was left by a service that is gone: sent {}", pid, facts ? facts->comm : "?",
                    signal_name(signal));
        told.push_back(pid);
        signal_tree(pid, signal);
      }
      wait_for_an_end(kLook);
    }
  }
}

}  // namespace sup
