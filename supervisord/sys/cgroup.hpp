// One cgroup of version 2 as a directory descriptor: who is in it, signals to all of them, freezing, its knobs, its
// end. See the kernel's Documentation/admin-guide/cgroup-v2.rst.
//
// Every file is opened relative to the descriptor and no symbolic link is followed. Errors are the same everywhere:
// not_found when the group or the file is not there (any more), busy when it still holds processes, denied (EACCES,
// EPERM, EROFS), limit when a bound is reached, else sys. A service may make groups below its own; "all" includes them.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/signals.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// What one look at cgroup.events tells. Zombies do not count as processes.
struct CgroupState {
  bool is_populated = false;  // Somebody lives in the group or below it.
  bool is_frozen = false;     // Everybody in it stands still; false while freeze() is still taking effect.
};

struct CgroupMembers {
  std::vector<pid_t> pids;   // As our pid namespace numbers them; sorted, each once.
  bool has_foreign = false;  // Somebody is in it who has no number in our pid namespace; only cgroup.kill reaches them.
};

// Whom a signal to a whole group has reached.
struct CgroupSignalled {
  std::size_t reached = 0;
  std::size_t denied = 0;    // Alive, but not ours to signal (EPERM).
  bool has_foreign = false;  // As in CgroupMembers: they were not signalled.
};

// How all processes of a group are killed.
enum class CgroupKillMethod : unsigned char {
  cgroup_kill,        // One write, nobody can fork away from it: Linux 5.14.
  freeze_and_signal,  // cgroup.freeze (Linux 5.2; without it only the signals), then SIGKILL until nobody new is found.
};

class Cgroup {
 public:
  // `directory` is the group's, open for reading; `name` is its last component.
  Cgroup(UniqueFd directory, std::string name) noexcept : directory_(std::move(directory)), name_(std::move(name)) {}

  // mkdir(2) below `parent`. Errors also: busy if the name is taken, invalid for what is no name of a group, limit when
  // cgroup.max.depth or cgroup.max.descendants of a parent is reached.
  [[nodiscard]] static Result<Cgroup> create(const UniqueFd& parent, std::string name);
  [[nodiscard]] static Result<Cgroup> open(const UniqueFd& parent, std::string name);

  // For CLONE_INTO_CGROUP (ChildSettings::cgroup_fd).
  [[nodiscard]] const UniqueFd& directory() const noexcept { return directory_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  [[nodiscard]] Result<CgroupState> state() const;
  [[nodiscard]] Result<bool> is_populated() const;
  // All processes at some time during the call. Not a snapshot: what must be complete is repeated.
  [[nodiscard]] Result<CgroupMembers> processes() const;
  // The groups directly below, as names in no order.
  [[nodiscard]] Result<std::vector<std::string>> children() const;

  // Moves a process with all its threads into this group; 0 is the caller. For those that were not born here by
  // CLONE_INTO_CGROUP. Errors also: not_found when there is no such process, busy when controllers are enabled below
  // this group (it may have no processes of its own then).
  [[nodiscard]] Result<> join(pid_t pid) const;

  // SIGKILL to all, by the first method, or the second where the kernel does not have the file. Returns when it is
  // sent, which may be before all are gone. With the first method nobody is left over. With the second a child that was
  // just being forked may turn up later: ask again while the group is populated; until it was found empty the group
  // stays frozen, so that nobody runs on. Errors also (second method): limit when processes multiply faster than they
  // are killed (no freezer), denied when some may not be signalled.
  [[nodiscard]] Result<> kill() const;
  [[nodiscard]] Result<> kill_by(CgroupKillMethod method) const;
  // Sends the signal once to everybody, also to those who are born while it is being sent; through pidfds of processes
  // that were seen in the group after the pidfd was opened. A frozen process takes it when it is thawed, but KILL at
  // once. Errors also: limit when new ones keep coming.
  [[nodiscard]] Result<CgroupSignalled> signal_all(Signal signal) const;

  // Both return before they have taken effect; cgroup.events changes when they have (see CgroupWatch).
  [[nodiscard]] Result<> freeze() const;
  [[nodiscard]] Result<> thaw() const;

  // Removes the group and all below it, from the inside out. Errors also: busy while somebody lives in one of them,
  // limit when there are more than kCgroupsBelowMax (those are gone: ask again). Content if there is nothing to remove.
  [[nodiscard]] Result<> remove() const;

  // A file of the group, such as "memory.max"; the line end at its end is left out. At most kKnobLimit bytes. Errors
  // also: invalid for what is no name of a file.
  [[nodiscard]] Result<std::string> read_knob(std::string_view name) const;
  // One write(2), as the kernel wants it. The errno is the kernel's judgement of the value (EINVAL, ERANGE, ENODEV).
  [[nodiscard]] Result<> write_knob(std::string_view name, std::string_view value) const;

  // The controllers that may be enabled for the groups below this one (cgroup.controllers).
  [[nodiscard]] Result<std::vector<std::string>> controllers() const;
  // Those which are (cgroup.subtree_control).
  [[nodiscard]] Result<std::vector<std::string>> enabled_controllers() const;
  // Errors also: not_found when there is no such controller here; busy when processes live in this very group, which
  // the error names.
  [[nodiscard]] Result<> enable_controller(std::string_view controller) const;
  // Errors also: busy when a group below has it enabled for its own children.
  [[nodiscard]] Result<> disable_controller(std::string_view controller) const;

 private:
  [[nodiscard]] Result<> kill_by_signals() const;
  UniqueFd directory_;
  std::string name_;
};

inline constexpr std::size_t kKnobLimit = std::size_t{1} << 18;
inline constexpr std::size_t kCgroupsBelowMax = std::size_t{1} << 16;

}  // namespace sup::sys
