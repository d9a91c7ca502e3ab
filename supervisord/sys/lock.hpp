// One instance per runtime directory: a file that is locked as long as the process lives.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// Holds flock(2) on the file; the kernel lets go when the process ends in whatever way. The file stays: a file that is
// unlinked by its owner can be locked by two, one holding the old and one the new inode.
class InstanceLock {
 public:
  // Creates the file with mode 0600 and writes `pid` into it, by which people know us. Errors: busy, "already running
  // (pid N)"; denied; invalid if the path is a link or no regular file; sys.
  [[nodiscard]] static Result<InstanceLock> take(const std::string& path, pid_t pid);
  // One that an earlier manager took, of which `file` is a copy: it was never let go of. Errors: sys.
  [[nodiscard]] static Result<InstanceLock> take_over(UniqueFd file, const std::string& path, pid_t pid);
  // By this pid people know us from now on.
  void tell(pid_t pid);
  // For who is to hold it beyond our end.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }
  InstanceLock(InstanceLock&&) noexcept = default;
  InstanceLock& operator=(InstanceLock&&) noexcept = default;
  ~InstanceLock();

 private:
  explicit InstanceLock(UniqueFd file) noexcept : file_(std::move(file)) {}
  UniqueFd file_;
};

// The pid of the process that holds the lock now; empty if nobody does or the file is not there. Errors: busy
// if somebody does but has not told its pid; as take.
[[nodiscard]] Result<std::optional<pid_t>> lock_holder(const std::string& path);

}  // namespace sup::sys
