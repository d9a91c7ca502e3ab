// Notices that one name has gone from its directory, so that a control socket somebody deleted can be made again.
#pragma once

#include <string>
#include <utility>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

enum class NameChange : unsigned char {
  none,       // Nothing about this name.
  removed,    // Deleted or moved away.
  directory,  // The directory itself went away: nothing more will be told; watch anew when it exists again.
};

class NameWatch {
 public:
  // Watches the name at `path`, which need not exist; its directory must. Errors: not_found, limit (out of watches),
  // sys.
  [[nodiscard]] static Result<NameWatch> create(const std::string& path);
  // Readable when something happened in the directory.
  [[nodiscard]] const UniqueFd& fd() const noexcept { return inotify_; }
  // Takes all that has happened and sums it up. An overflow of the kernel's queue counts as removed: look for yourself.
  [[nodiscard]] Result<NameChange> read();

 private:
  NameWatch(UniqueFd inotify, std::string name) noexcept : inotify_(std::move(inotify)), name_(std::move(name)) {}
  UniqueFd inotify_;
  std::string name_;
};

}  // namespace sup::sys
