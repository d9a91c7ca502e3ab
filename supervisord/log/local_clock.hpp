// The clock on the wall where the machine is.
#pragma once

#include "base/time_text.hpp"

namespace sup::log {

// What it is ahead of UTC at that moment, by TZ or /etc/localtime as they were when it was asked for the first time.
// The name is valid until the next call.
[[nodiscard]] UtcOffset local_offset(WallTime time);

}  // namespace sup::log
