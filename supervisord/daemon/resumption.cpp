#include "daemon/resumption.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "base/time.hpp"
#include "sys/clock.hpp"
#include "sys/process_tree.hpp"

namespace sup {
namespace {

// The guard reaps as soon as somebody has ended, and tells it at once.
constexpr Duration kGuardPatience = std::chrono::seconds{2};

}  // namespace

void Resumption::forget_ends(std::uint64_t confirmed) {
  std::erase_if(world_.exits, [&](const guard::Exit& exit) { return exit.sequence <= confirmed; });
}

UniqueFd Resumption::take(std::string_view name) {
  const auto found = std::ranges::find(world_.descriptors, name, &guard::NamedFd::name);
  if (found == world_.descriptors.end()) return {};
  UniqueFd out = std::move(found->fd);
  world_.descriptors.erase(found);
  return out;
}

pid_t Resumption::launched(RunId run, std::uint32_t serial) const {
  for (const LaunchTable::Slot& slot : slots_)
    if (slot.run() == run && slot.serial() == serial) return slot.pid_place()->load();
  return 0;
}

std::optional<LaunchTable::Slot> Resumption::take_launch(RunId run, std::uint32_t serial) {
  const auto found = std::ranges::find_if(
      slots_, [&](const LaunchTable::Slot& slot) { return slot.run() == run && slot.serial() == serial; });
  if (found == slots_.end()) return std::nullopt;
  std::optional out = std::move(*found);
  slots_.erase(found);
  return out;
}

// A number that nobody has been reaped under since is still that of its process.
Resumption::Found Resumption::find(pid_t pid) {
  Found out;
  const Instant deadline = sys::monotonic_now() + kGuardPatience;
  do {
    if ((out.ended = end_of(pid))) return out;
    auto process = sys::open_process(pid);
    const auto facts = sys::process_facts(pid);
    // Without /proc nobody can say whose child it is.
    const bool is_stranger = facts && facts->ppid != guard_;
    if (process && !is_stranger && (!facts || facts->state != 'Z')) {
      out.process = std::move(*process);
      return out;
    }
  } while (sys::monotonic_now() < deadline && hear_ends());
  out.is_lost = true;
  return out;
}

std::optional<ExitStatus> Resumption::end_of(pid_t pid) {
  const auto found = std::ranges::find(world_.exits, pid, &guard::Exit::pid);
  if (found == world_.exits.end()) return std::nullopt;
  const ExitStatus out = found->status;
  world_.exits.erase(found);
  return out;
}

// False: there is no guard to hear of.
bool Resumption::hear_ends() {
  guard::Holder& holder = guard::Holder::of_this_process();
  constexpr int kPauseMilliseconds = 20;
  pollfd waited{holder.fd(), POLLIN, 0};
  (void)::poll(&waited, 1, kPauseMilliseconds);
  guard::News news = holder.read_news();
  std::ranges::move(news.exits, std::back_inserter(world_.exits));
  return !news.is_gone;
}

}  // namespace sup
