// TreeWatch: tells which files below some paths have changed (inotify(7)): written and closed, made, renamed or
// removed. Directories that come later are watched, too, with what is in them by then. Symbolic links below are not
// followed.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

class TreeWatch {
 public:
  struct Changes {
    std::vector<std::string> paths;  // In the order in which they happened, some more than once.
    bool is_incomplete = false;      // The kernel's queue was full, or a new directory cannot be watched.
  };

  // Errors: limit (out of inotify instances), sys.
  [[nodiscard]] static Result<TreeWatch> create();
  // A directory with all that is below it, or one file, which need not exist yet. Errors: not_found (the file's
  // directory), limit (out of watches: fs.inotify.max_user_watches), sys.
  [[nodiscard]] Result<> add(const std::string& path);
  // Readable when something has changed.
  [[nodiscard]] const UniqueFd& fd() const noexcept { return inotify_; }
  // Takes all that has happened. Errors: sys.
  [[nodiscard]] Result<Changes> read();
  // How many directories are watched.
  [[nodiscard]] std::size_t size() const { return directories_.size(); }

 private:
  struct Directory {
    std::string path;
    std::string only;  // The one name that counts; empty: all, and what is below.
  };

  explicit TreeWatch(UniqueFd inotify) noexcept : inotify_(std::move(inotify)) {}
  Result<> add_directory(const std::string& path, std::string only);
  Result<> add_tree(const std::string& path);
  void forget_below(const std::string& path);
  void take(int watch, std::uint32_t mask, std::string_view name, Changes& changes);

  UniqueFd inotify_;
  std::map<int, Directory> directories_;  // By watch descriptor.
};

}  // namespace sup::sys
