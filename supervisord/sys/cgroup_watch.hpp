// Notices changes in the cgroup.events files of many groups by one inotify descriptor: the kernel notifies its watchers
// when a group becomes populated, empty, frozen or thawed, so nobody has to poll.
//
// The kernel sends at most one notice per file and 10 ms and delays the last one until then, so a group that lived
// shorter than that is told late. Who knows better (a pidfd) looks at once.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "sys/cgroup.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

class CgroupWatch {
 public:
  static constexpr int kReadsMax = 16;  // Of at least 16 notices each.

  // Errors: limit when the user's inotify instances are used up.
  [[nodiscard]] static Result<CgroupWatch> create();
  // Readable when something has changed.
  [[nodiscard]] const UniqueFd& fd() const noexcept { return inotify_; }

  // Changes from now on are reported as `token`, which nobody else has. What was before is not: look at the group's
  // state after this call, then nothing can be missed. Needs /proc. Errors: not_found when the group is gone, busy when
  // it is watched already, limit (out of watches, fs.inotify.max_user_watches), sys.
  [[nodiscard]] Result<> add(const Cgroup& group, std::uint64_t token);
  // Ends it, also for changes not yet read. Content if the token is not known. Call it before or after the group is
  // removed: the kernel keeps the watch of a removed group until then.
  void remove(std::uint64_t token) noexcept;

  // The tokens whose files have changed since the last call, each once; at most what kReadsMax reads give, more stays
  // readable. When the kernel's queue has overflowed: all.
  [[nodiscard]] Result<std::vector<std::uint64_t>> read();

 private:
  void note(int watch, std::uint32_t mask, std::vector<std::uint64_t>& changed);
  explicit CgroupWatch(UniqueFd inotify) noexcept : inotify_(std::move(inotify)) {}
  UniqueFd inotify_;
  std::unordered_map<int, std::uint64_t> tokens_;   // By watch descriptor.
  std::unordered_map<std::uint64_t, int> watches_;  // By token.
};

}  // namespace sup::sys
