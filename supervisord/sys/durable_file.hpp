// Files that are whole whenever somebody looks, also after the machine has lost power. These calls wait for the disk.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// Puts a file with this content in the place of what the path leads to: written beside it, flushed, renamed, and the
// directory flushed. Readers see the old content or the new one. Errors: denied, sys; then the old file is as it was.
[[nodiscard]] Result<> replace_file(const std::string& path, std::string_view content, mode_t mode);

// The same for a file that is somebody's and is there: links are followed to what they lead to, and it keeps its mode,
// owner and group. Errors: not_found, denied, invalid if it has several names (of which only one would change) or is no
// regular file, sys.
[[nodiscard]] Result<> rewrite_file(const std::string& path, std::string_view content);

// Waits for the right to be the only one who changes what is in the directory, among those that ask for it; it ends
// with the descriptor. Errors: not_found, denied, sys.
[[nodiscard]] Result<UniqueFd> lock_directory(const std::string& path);

}  // namespace sup::sys
