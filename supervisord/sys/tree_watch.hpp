// TreeWatch: tells which files below some paths have changed (inotify(7)): written and closed, made, renamed or
// removed. Directories that come later are watched, too, with what is in them by then. Symbolic links below are not
// followed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

class TreeWatch {
 public:
  struct Changes {
    std::vector<std::string> paths;  // In the order in which they happened, some more than once.
    bool is_incomplete = false;      // The kernel's queue was full, or a new directory cannot be watched:
    std::string trouble;             // why not.
  };

  // Directories below a path for which `is_left_out` says so are not watched, nor is what is in them. Errors: limit
  // (out of inotify instances), sys.
  using LeftOut = std::function<bool(const std::string& path)>;
  [[nodiscard]] static Result<TreeWatch> create(LeftOut is_left_out = {});
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

  TreeWatch(UniqueFd inotify, LeftOut is_left_out) noexcept
      : inotify_(std::move(inotify)), is_left_out_(std::move(is_left_out)) {}
  [[nodiscard]] bool is_left_out(const std::string& path) const { return is_left_out_ && is_left_out_(path); }
  Result<> add_directory(const std::string& path, std::string only);
  Result<> add_tree(const std::string& path);
  void forget_below(const std::string& path);
  void take(int watch, std::uint32_t mask, std::string_view name, Changes& changes);

  UniqueFd inotify_;
  LeftOut is_left_out_;
  std::map<int, Directory> directories_;  // By watch descriptor.
};

}  // namespace sup::sys
