#include "daemon/run_survivors.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "sys/process_tree.hpp"

namespace sup {
namespace {

constexpr std::size_t kMostShown = 5;
constexpr std::size_t kCommandBytes = 80;

std::string one_survivor(const sys::ProcessFacts& facts, bool is_after_kill) {
  const auto wchan = sys::process_wait_channel(facts.pid);
  const auto command = sys::process_command(facts.pid);
  std::string out = fmt::format("pid {} {} (state {}", facts.pid,
                                is_after_kill ? "is still alive after KILL" : "was alive", facts.state);
  if (wchan && !wchan->empty()) out += ", wchan " + *wchan;
  out += fmt::format(", command {})", printable(command && !command->empty() ? *command : facts.comm, kCommandBytes));
  return out;
}

}  // namespace

std::string survivors_text(std::span<const pid_t> pids, bool is_after_kill) {
  std::string out;
  std::size_t count = 0;
  for (const pid_t pid : pids) {
    const auto facts = sys::process_facts(pid);
    if (!facts || facts->state == 'Z' || facts->state == 'X') continue;
    if (is_after_kill && facts->state == 'R') continue;  // On its way out, as soon as it gets a processor.
    if (++count <= kMostShown) out += (out.empty() ? "" : ", ") + one_survivor(*facts, is_after_kill);
  }
  if (count > kMostShown) out += fmt::format(" and {} more", count - kMostShown);
  return out;
}

}  // namespace sup
