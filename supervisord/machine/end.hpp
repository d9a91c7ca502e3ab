// The end of a machine: when all services have ended, everything else does; disks are written and let go; reboot(2).
#pragma once

#include "base/power.hpp"

namespace sup::machine {

// How much patience who is left is treated with.
enum class EndPace : unsigned char { gentle, at_once };

// Never returns but for a reboot(2) that fails, which was said then. Whatever else fails is said and costs only itself;
// what hangs (a dead network disk) costs its time. Call it in the init of the machine or in its manager, when no other
// thread of the process is at work any more.
void end(PowerAction action, EndPace pace);

}  // namespace sup::machine
