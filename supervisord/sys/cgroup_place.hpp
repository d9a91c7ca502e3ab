// Where we are: which mount shows cgroup version 2, and which of its directories is our own group.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// A line of /proc/self/mountinfo with file system type cgroup2.
struct CgroupMount {
  std::string root;   // Which group is shown at the mount point; "/.." begins one outside of our cgroup namespace.
  std::string point;  // Where, as a path.
  bool is_read_only = false;
  friend bool operator==(const CgroupMount&, const CgroupMount&) = default;
};

// The mounts of cgroup version 2 in /proc/self/mountinfo, octal escapes undone, writable ones first. Lines that cannot
// be read are passed over.
[[nodiscard]] std::vector<CgroupMount> cgroup_mounts(std::string_view mountinfo);
// Our group in version 2's hierarchy, from /proc/self/cgroup: the line "0::/...". Empty if there is none.
[[nodiscard]] std::optional<std::string> own_cgroup_path(std::string_view proc_self_cgroup);
// The directory of group `path` relative to the mount point ("" is the mount point itself); empty if that mount does
// not show the group, or if either lies outside of our cgroup namespace, where paths ("/../x") do not name anything.
[[nodiscard]] std::optional<std::string> cgroup_below(const CgroupMount& mount, std::string_view path);
// The controllers that a hierarchy of version 1 holds, which version 2 cannot have then; from /proc/self/cgroup.
[[nodiscard]] std::vector<std::string> version1_controllers(std::string_view proc_self_cgroup);

// Our own group.
struct CgroupPlace {
  UniqueFd directory;
  std::string mount_point;
  std::string below;  // Of the mount point: "system.slice/x", "" for the mount point itself.

  // For people: "/sys/fs/cgroup/unified/system.slice/x".
  [[nodiscard]] std::string path() const { return below.empty() ? mount_point : mount_point + "/" + below; }
};

// Looks it up and makes sure that this process is listed in it. Whether groups may be made there only
// CgroupTree::create can tell. Errors: not_found, each with its reason (version 2 is not mounted, no /proc, our group
// is not in what is mounted); denied, sys.
[[nodiscard]] Result<CgroupPlace> find_cgroup_place();

}  // namespace sup::sys
