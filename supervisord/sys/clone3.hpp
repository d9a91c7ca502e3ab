// clone3(2) as vfork(2): the child runs a function on the caller's own stack. Private to sys.
#pragma once

#include <linux/sched.h>

namespace sup::sys {

// Makes a child by `args` (which must hold CLONE_VM, CLONE_VFORK and no stack) that calls entry(argument); entry never
// returns. The caller is suspended until the child has executed a program or ended. Returns the child's pid or a
// negative errno; -ENOSYS on architectures for which it is not written.
[[nodiscard]] long clone3_vfork(clone_args& args, void (*entry)(void*), void* argument) noexcept;

}  // namespace sup::sys
