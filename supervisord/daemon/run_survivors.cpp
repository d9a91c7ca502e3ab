#include "daemon/run_survivors.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>

#include "base/text.hpp"
#include "sys/process_tree.hpp"

namespace sup {
namespace {

constexpr std::size_t kMostShown = 5;
constexpr std::size_t kCommandBytes = 80;

// Whether it is there, and not ours to signal: it has become another user's.
bool is_foreign(pid_t pid) { return ::kill(pid, 0) != 0 && errno == EPERM; }

std::string what_it_does(const sys::ProcessFacts& facts, sys::Oracle& oracle) {
  const auto wchan = sys::process_wait_channel(facts.pid);
  // What hangs in the kernel may hang with its memory.
  const auto command = oracle.ask([pid = facts.pid] { return sys::process_command(pid).value_or(std::string()); });
  std::string out = fmt::format("state {}", facts.state);
  if (wchan && !wchan->empty()) out += ", wchan " + *wchan;
  return out +
         fmt::format(", command {}", printable(command && !command->empty() ? *command : facts.comm, kCommandBytes));
}

// Empty if there is nothing to say of it: it is dead, or about to be. `facts` is null where /proc hides it.
std::string one_survivor(pid_t pid, const sys::ProcessFacts* facts, bool is_after_kill, sys::Oracle& oracle) {
  if (is_foreign(pid)) {
    if (facts == nullptr) return fmt::format("pid {} may not be signalled, it runs as another user", pid);
    const auto uid = sys::process_uid(pid);
    const std::string user = uid ? fmt::format("uid {}", *uid) : "another user";
    return fmt::format("pid {} may not be signalled, it runs as {} ({})", pid, user, what_it_does(*facts, oracle));
  }
  if (facts == nullptr) return {};
  if (is_after_kill && facts->state == 'R') return {};  // On its way out, as soon as it gets a processor.
  return fmt::format("pid {} {} ({})", pid, is_after_kill ? "is still alive after KILL" : "was alive",
                     what_it_does(*facts, oracle));
}

}  // namespace

std::string survivors_text(std::span<const pid_t> pids, bool is_after_kill, sys::Oracle& oracle) {
  std::string out;
  std::size_t count = 0;
  for (const pid_t pid : pids) {
    const auto facts = sys::process_facts(pid);
    if (facts && (facts->state == 'Z' || facts->state == 'X')) continue;
    const std::string one = one_survivor(pid, facts ? &*facts : nullptr, is_after_kill, oracle);
    if (!one.empty() && ++count <= kMostShown) out += (out.empty() ? "" : ", ") + one;
  }
  if (count > kMostShown) out += fmt::format(" and {} more", count - kMostShown);
  return out;
}

}  // namespace sup
