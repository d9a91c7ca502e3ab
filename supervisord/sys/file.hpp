// Files and directories by path. These calls may block on a slow disk: they are not for the loop thread once it runs.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// O_RDONLY|O_NOCTTY|O_CLOEXEC. Errors: not_found (ENOENT, ENOTDIR), denied (EACCES, EPERM), else sys.
[[nodiscard]] Result<UniqueFd> open_read(const std::string& path);

// The whole content. Errors: as open_read; limit when there are more than `limit_bytes`; invalid for a directory, a
// socket or a fifo (which could block for ever).
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t limit_bytes);

// Makes the directory and its missing parents with `mode` (less the umask). Content with a directory that is there,
// whatever its mode. Errors: invalid if a component is no directory, denied, sys.
[[nodiscard]] Result<> ensure_dir(const std::string& path, mode_t mode);

// Whether ensure_dir() and files in the directory have a chance, without trying. Errors: denied, sys (EROFS); of what
// is there of the path, which is named.
[[nodiscard]] Result<> can_write_in(const std::string& directory);

// unlink(2); content if there is nothing.
[[nodiscard]] Result<> remove_file(const std::string& path);

// Which file a name leads to, links not followed; to ask later whether it still does.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

// Errors: not_found, denied, sys.
[[nodiscard]] Result<FileIdentity> identity_of(const std::string& path);

// When the file that the path leads to was made, written, renamed or otherwise changed last. Errors: not_found, denied,
// sys.
[[nodiscard]] Result<WallTime> last_change_of(const std::string& path);

}  // namespace sup::sys
