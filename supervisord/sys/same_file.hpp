// Whether two descriptors lead to the same open file: what was opened once, and has one position and one set of flags.
#pragma once

#include "base/result.hpp"
#include "sys/file.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// The file behind it: another one is another open file. Those without a name (eventfd, epoll) are all the same one.
// Errors: sys.
[[nodiscard]] Result<FileIdentity> file_identity(const UniqueFd& fd);

// Of two descriptors with the same file. Where the kernel does not tell (kcmp(2) is not there, or forbidden), sockets
// and pipe ends with the same flags are the same, and of others nobody knows: they count as different.
[[nodiscard]] bool is_same_open_file(const UniqueFd& a, const UniqueFd& b);

}  // namespace sup::sys
