#include "init/others.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "sys/clock.hpp"
#include "sys/process_tree.hpp"

namespace sup::init {
namespace {

constexpr Duration kKillPatience = std::chrono::seconds(2);

// Not if it is that of another pid namespace, where our numbers are somebody else's.
bool is_proc_ours() {
  std::array<char, 16> target;
  const ssize_t length = ::readlink("/proc/self", target.data(), target.size());
  return length > 0 && std::string_view(target.data(), static_cast<std::size_t>(length)) == std::to_string(::getpid());
}

}  // namespace

Others::Others(const Plan& plan, pid_t command) noexcept
    : plan_(plan), group_(plan.placement == Placement::our_group ? 0 : command) {}

void Others::signal(int number) const noexcept try {
  if (::getpid() == 1) {
    (void)::kill(-1, number);
    return;
  }
  const auto others = is_proc_ours() ? sys::descendants_of(::getpid()) : fail(Errc::not_found, "no /proc");
  if (!others && group_ > 0) (void)::kill(-group_, number);
  if (!others) return;
  for (const pid_t pid : *others) (void)::kill(pid, number);
} catch (const std::exception&) {  // No memory for the list.
  if (group_ > 0) (void)::kill(-group_, number);
}

void Others::begin(bool is_told_to_end) noexcept {
  if (!plan_.grace || (plan_.waits_for_all && !is_told_to_end)) return;
  say(plan_, Note::telling_others, {.signal = SIGTERM});
  signal(SIGTERM);
  deadline_ = sys::monotonic_now() + *plan_.grace;
}

void Others::press(bool is_told_to_end) noexcept {
  if (!deadline_ && plan_.grace && is_told_to_end) deadline_ = sys::monotonic_now() + *plan_.grace;
  if (!deadline_ || (!has_killed_ && sys::monotonic_now() < *deadline_)) return;
  if (!has_killed_) {
    say(plan_, Note::killing_others);
    deadline_ = sys::monotonic_now() + kKillPatience;
  }
  has_killed_ = true;
  signal(SIGKILL);
}

std::optional<Duration> Others::patience() const noexcept {
  return deadline_ ? std::optional(*deadline_ - sys::monotonic_now()) : std::nullopt;
}

bool Others::are_given_up() const noexcept { return has_killed_ && sys::monotonic_now() >= *deadline_; }

}  // namespace sup::init
