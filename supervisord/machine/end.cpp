#include "machine/end.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "machine/say.hpp"
#include "sys/clock.hpp"
#include "sys/machine.hpp"
#include "sys/mounts.hpp"
#include "sys/process.hpp"
#include "sys/process_tree.hpp"
#include "sys/signal_wait.hpp"

namespace sup::machine {
namespace {

constexpr Duration kGrace = std::chrono::seconds(3);      // From TERM to KILL,
constexpr Duration kAfterKill = std::chrono::seconds(2);  // and from there on.
constexpr Duration kForDisks = std::chrono::seconds(30);  // Written, swapped in, unmounted.
constexpr Duration kLook = std::chrono::milliseconds(20);
constexpr pid_t kKernelThreads = 2;  // Their parent.

// ---- who is left ----

// Neither we nor PID 1 nor the kernel, not dead already, and not the server of a file system that has to outlive
// everybody (https://systemd.io/ROOT_STORAGE_DAEMONS/).
bool is_to_end(pid_t pid) {
  if (pid <= kKernelThreads || pid == ::getpid()) return false;
  const auto facts = sys::process_facts(pid);
  if (!facts || facts->ppid == kKernelThreads || facts->state == 'Z' || facts->state == 'X') return false;
  return !sys::process_command(pid).value_or(std::string()).starts_with('@');
}

std::vector<pid_t> who_is_left() {
  while (sys::reap_any_of_this_thread()) {
  }
  auto all = sys::all_processes().value_or(std::vector<pid_t>());
  std::erase_if(all, [](pid_t pid) { return !is_to_end(pid); });
  return all;
}

std::string names_of(const std::vector<pid_t>& pids) {
  constexpr std::size_t kShown = 5;
  std::string out;
  for (const pid_t pid : std::span(pids).first(std::min(pids.size(), kShown))) {
    const auto facts = sys::process_facts(pid);
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", facts ? printable(facts->comm) : "?", pid);
  }
  return pids.size() > kShown ? fmt::format("{} and {} more", out, pids.size() - kShown) : out;
}

// Everybody gets the signal, those who come later, too; KILL again and again, and who has heeded TERM late is no
// concern of ours.
std::vector<pid_t> end_all_by(int signal, Duration patience) {
  const Instant deadline = sys::monotonic_now() + patience;
  std::set<pid_t> told;
  for (;;) {
    const std::vector<pid_t> left = who_is_left();
    if (left.empty() || sys::monotonic_now() >= deadline) return left;
    for (const pid_t pid : left) {
      if (!told.insert(pid).second && signal != SIGKILL) continue;
      (void)::kill(pid, signal);
      (void)::kill(pid, SIGCONT);
    }
    (void)sys::wait_for_signal(kLook);
  }
}

void end_everybody(EndPace pace) {
  if (pace == EndPace::gentle)
    if (const auto left = end_all_by(SIGTERM, kGrace); !left.empty())
      say(fmt::format("killing who has not heeded TERM: {}", names_of(left)));
  if (const auto left = end_all_by(SIGKILL, kAfterKill); !left.empty())
    say(fmt::format("alive in spite of KILL: {}", names_of(left)));
}

// ---- disks ----

bool is_below(std::string_view path, std::string_view place) {
  return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}

// Is in memory, and needed until the end: nothing of it has to be written.
bool may_stay(const sys::MountPoint& mounted) {
  constexpr std::array<std::string_view, 4> kPlaces = {"/proc", "/sys", "/dev", "/run"};
  const bool has_disk = mounted.source.starts_with('/') || mounted.source.contains(':');
  return mounted.path == "/" || (!has_disk && std::ranges::any_of(kPlaces, [&](std::string_view place) {
           return is_below(mounted.path, place);
         }));
}

// The latest first, and again while that leads anywhere: what hides behind another is free only then.
std::vector<sys::MountPoint> unmount_all() {
  for (std::size_t before = 0;;) {
    auto mounted = sys::mount_points().value_or(std::vector<sys::MountPoint>());
    std::erase_if(mounted, may_stay);
    if (mounted.empty() || mounted.size() == before) return mounted;
    before = mounted.size();
    for (auto one = mounted.rbegin(); one != mounted.rend(); ++one) (void)sys::unmount(one->path);
  }
}

// Nothing can be read-only there, or has to be.
bool is_in_memory(std::string_view type) {
  constexpr std::array<std::string_view, 4> kTypes = {"rootfs", "tmpfs", "ramfs", "overlay"};
  return std::ranges::find(kTypes, type) != kTypes.end();
}

void let_go_of_disks() {
  ::sync();
  for (const std::string& place : sys::swap_places()) say_failure(sys::swap_off(place));
  for (const sys::MountPoint& held : unmount_all()) {
    if (is_in_memory(held.type) || held.is_read_only) continue;
    say(fmt::format("{} is in use: remounting it read-only", held.path));
    say_failure(sys::remount_read_only(held.path));
  }
  const auto mounted = sys::mount_points().value_or(std::vector<sys::MountPoint>());
  const auto root = std::ranges::find(mounted, "/", &sys::MountPoint::path);
  if (root == mounted.end() || !is_in_memory(root->type)) say_failure(sys::remount_read_only("/"));
  ::sync();
}

// In a process of its own, since nobody can tell a call that hangs to give up.
void let_go_of_disks_in_time() {
  const pid_t child = ::fork();
  if (child == 0) {
    let_go_of_disks();
    ::_exit(0);
  }
  if (child < 0) return let_go_of_disks();
  const Instant deadline = sys::monotonic_now() + kForDisks;
  while (::waitpid(child, nullptr, WNOHANG) == 0) {
    if (sys::monotonic_now() >= deadline) return say("the disks do not answer: going on without them");
    (void)sys::wait_for_signal(kLook);
  }
}

}  // namespace

void end(PowerAction action, EndPace pace) {
  end_everybody(pace);
  let_go_of_disks_in_time();
  say(fmt::format("{} now", enum_name(action)));
  say(sys::carry_out(action).what);
}

}  // namespace sup::machine
