// TreeWatch: tells which files below some paths have changed (inotify(7)): written and closed, made, renamed, removed,
// or otherwise changed. Directories that come later are watched, too, and what is in them by then has changed. Symbolic
// links below are not followed, also not while somebody exchanges directories for links.
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

// A pattern (glob_match) that this text alone matches, and back.
[[nodiscard]] std::string as_pattern(std::string_view text);
[[nodiscard]] std::string from_pattern(std::string_view pattern);

class TreeWatch {
 public:
  // More are not watched, whoever makes them.
  static constexpr std::size_t kMostDirectories = 16'384;
  static constexpr std::size_t kDeepest = 64;
  static constexpr std::size_t kMostPaths = 1'024;

  struct Changes {
    std::vector<std::string> paths;  // In the order in which they happened, some more than once; at most kMostPaths.
    bool is_incomplete = false;      // There were more than can be told, or a new directory cannot be watched:
    std::string trouble;             // why not.
    // A path that was added is another thing now, or the kernel's queue was full: to know all, make another watch.
    bool must_begin_anew = false;
  };

  // Directories below a path for which `is_left_out` says so are not watched, nor is what is in them. Errors: limit
  // (out of inotify instances), sys.
  using LeftOut = std::function<bool(const std::string& path)>;
  [[nodiscard]] static Result<TreeWatch> create(LeftOut is_left_out = {});
  // A directory with all that is below it, or one file, which need not exist yet. Errors: not_found (the file's
  // directory), limit (out of watches: fs.inotify.max_user_watches; kMostDirectories), sys.
  [[nodiscard]] Result<> add(const std::string& path);
  // What is in a directory and has a name that matches (glob_match), without what is below. Errors: as add().
  [[nodiscard]] Result<> add_matching(const std::string& directory, const std::string& pattern);
  // Readable when something has changed.
  [[nodiscard]] const UniqueFd& fd() const noexcept { return inotify_; }
  // Takes what has happened, or a part of it: then fd() stays readable. Errors: sys.
  [[nodiscard]] Result<Changes> read();
  // How many directories are watched.
  [[nodiscard]] std::size_t size() const { return directories_.size(); }

 private:
  struct Directory {
    std::string path;
    std::string root;               // The path that was added, which this is or is below.
    std::vector<std::string> only;  // Patterns of the names that count; none: all, and what is below.
  };

  TreeWatch(UniqueFd inotify, LeftOut is_left_out) noexcept
      : inotify_(std::move(inotify)), is_left_out_(std::move(is_left_out)) {}
  [[nodiscard]] bool is_left_out(const std::string& path) const { return is_left_out_ && is_left_out_(path); }
  Result<> add_directory(const UniqueFd& directory, Directory known);
  Result<> add_tree(const UniqueFd& directory, const std::string& path, const std::string& root, std::size_t depth,
                    Changes* changes);
  void add_newcomer(const Directory& above, const std::string& path, Changes& changes);
  void forget_below(const std::string& path);
  void take(int watch, std::uint32_t mask, std::string_view name, Changes& changes);

  UniqueFd inotify_;
  LeftOut is_left_out_;
  std::map<int, Directory> directories_;  // By watch descriptor.
};

}  // namespace sup::sys
