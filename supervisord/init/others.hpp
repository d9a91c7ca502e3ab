// Everybody who is left when the command has ended.
#pragma once

#include <sys/types.h>

namespace sup::init {

// As PID 1 to everybody in our pid namespace, else to all who descend from us; without /proc to the process group
// `group` alone (0: to nobody).
void signal_others(int number, pid_t group) noexcept;

}  // namespace sup::init
