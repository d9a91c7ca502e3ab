// How this room turns an errno into an Error. Private to sys.
#pragma once

#include <source_location>
#include <string>

#include "base/result.hpp"

namespace sup::sys {

// A failed call, with the codes callers branch on: not_found for ENOENT, ENOTDIR, ESRCH and ECHILD, denied for EACCES
// and EPERM, sys for the rest. sys_errno is always kept.
[[nodiscard]] std::unexpected<Error> fail_call(int error_number, std::string what,
                                               std::source_location where = std::source_location::current());

}  // namespace sup::sys
