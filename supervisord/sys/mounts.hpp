// What is mounted, and mounting (mount(2), umount2(2), swapoff(2)). These calls may wait for a slow disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sup::sys {

struct MountPoint {
  std::string path;
  std::string type;    // "ext4".
  std::string source;  // "/dev/vda1"; of what has no device any text.
  bool is_read_only = false;
  friend bool operator==(const MountPoint&, const MountPoint&) = default;
};

// The lines of a mountinfo file (proc_pid_mountinfo(5)); those that cannot be read are left out.
[[nodiscard]] std::vector<MountPoint> mount_points_in(std::string_view mountinfo);
// All of this process, in the order in which they were mounted. Errors: not_found without /proc, sys.
[[nodiscard]] Result<std::vector<MountPoint>> mount_points();

// Whether something is mounted at this place; works without /proc.
[[nodiscard]] bool is_mount_point(const std::string& path);

struct Mount {
  const char* path;
  const char* type;
  unsigned long flags = 0;
  const char* options = "";
  friend bool operator==(const Mount&, const Mount&) = default;
};
// What has no device. A directory is made where there is none. Errors: sys, denied, not_found.
[[nodiscard]] Result<> mount(const Mount& what);

// Errors: sys, with EBUSY where something of it is open.
[[nodiscard]] Result<> unmount(const std::string& path);
// The file system itself, wherever it is mounted besides. Errors: sys, with EBUSY where something is open for writing.
[[nodiscard]] Result<> remount_read_only(const std::string& path);

// Where pages are swapped to (/proc/swaps). Empty where that cannot be read.
[[nodiscard]] std::vector<std::string> swap_places();
[[nodiscard]] Result<> swap_off(const std::string& place);

}  // namespace sup::sys
