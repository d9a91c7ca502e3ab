// Files and directories of cgroups, always relative to a descriptor and never through a symbolic link. Private to sys.
#pragma once

#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// As fail_call(), with the codes that cgroup.hpp promises: not_found also for ENODEV (a file of a group that is being
// removed), busy for EBUSY, denied also for EROFS.
[[nodiscard]] std::unexpected<Error> fail_cgroup(int error_number, std::string what,
                                                 std::source_location where = std::source_location::current());

// Whether it can be one component of a path: not empty, at most NAME_MAX bytes, no slash, line end or NUL, not "." or
// "..".
[[nodiscard]] bool is_cgroup_name(std::string_view name) noexcept;

// These give an errno instead of an Error, because their callers decide by it what to say. `name` is NUL-terminated.
[[nodiscard]] std::expected<UniqueFd, int> open_cgroup_dir(int parent, const char* name) noexcept;
[[nodiscard]] std::expected<std::string, int> read_cgroup_file(int directory, const char* name,
                                                               std::size_t limit_bytes);  // EFBIG: more than that.
// For a file that the kernel shows in one piece and that fits in `buffer`; what is read lies there.
[[nodiscard]] std::expected<std::string_view, int> read_small_cgroup_file(int directory, const char* name,
                                                                          std::span<char> buffer) noexcept;
[[nodiscard]] std::expected<void, int> write_cgroup_file(int directory, const char* name,
                                                         std::string_view value) noexcept;
[[nodiscard]] std::expected<std::vector<std::string>, int> list_cgroup_dirs(int directory);

// Calls enter(directory) for `root` and all groups below it, the outer first, and leave(parent, name) for each of those
// below when all that is below it has been left. Both return an errno, 0 to go on. Holds two descriptors however deep
// it gets. Groups which appear or go meanwhile may be missed; those that are gone when it comes to them are. An error
// is that of a visit, of `root` itself, or E2BIG after `groups_max` groups.
template <class Enter, class Leave>
[[nodiscard]] int walk_cgroups(int root, std::size_t groups_max, const Enter& enter, const Leave& leave) {
  std::expected<UniqueFd, int> current = open_cgroup_dir(root, ".");
  if (!current) return current.error();
  if (const int error_number = enter(current->get())) return error_number;
  // The last name of each level but the last is the one that we are in.
  std::vector<std::vector<std::string>> levels;
  std::expected<std::vector<std::string>, int> names = list_cgroup_dirs(current->get());
  if (!names) return names.error();
  levels.push_back(std::move(*names));
  for (std::size_t groups = 0;;) {
    if (levels.back().empty()) {
      levels.pop_back();
      if (levels.empty()) return 0;
      // Works for a removed directory, too, and cgroups of version 2 cannot be renamed.
      current = open_cgroup_dir(current->get(), "..");
      if (!current) return current.error();
      if (const int error_number = leave(current->get(), levels.back().back().c_str())) return error_number;
      levels.back().pop_back();
      continue;
    }
    if (++groups > groups_max) return E2BIG;
    std::expected<UniqueFd, int> below = open_cgroup_dir(current->get(), levels.back().back().c_str());
    if (!below) {
      if (below.error() != ENOENT && below.error() != ENODEV) return below.error();
      levels.back().pop_back();
      continue;
    }
    current = std::move(below);
    if (const int error_number = enter(current->get())) return error_number;
    levels.push_back(list_cgroup_dirs(current->get()).value_or(std::vector<std::string>{}));
  }
}

}  // namespace sup::sys
