// Why a control socket could not be reached, in words that tell what to do.
#pragma once

#include <string>

#include "ctl/client.hpp"

namespace sup::ctl {

// What the error of sys::connect_unix(path) means: exit codes 6 (no socket), 7 (nobody listens), 5 (not allowed), 8
// (not a stream socket), 2 (path too long), 124 (its queue stays full), 1 for the rest. Looks at the file, to name its
// owner and mode.
[[nodiscard]] Failure connect_failure(const std::string& path, const Error& error);

}  // namespace sup::ctl
