// The clock on the wall where ctl runs.
#pragma once

#include "base/time_text.hpp"

namespace sup::ctl {

// What it is ahead of UTC at that moment, by TZ or /etc/localtime.
[[nodiscard]] UtcOffset local_offset(WallTime time);

}  // namespace sup::ctl
