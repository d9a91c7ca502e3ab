// The same command by ssh on other hosts, at the same time.
#pragma once

#include "ctl/context.hpp"

namespace sup::ctl {

// One host: as if ctl had been called there, with our terminal if there is one. Several: `status` is one table, --json
// and
// --format tell the host with each object, and lines of everything else come with the host's name in front. The exit
// code is the greatest; 255 is ssh's own.
int run_on_hosts(Context& context);

}  // namespace sup::ctl
