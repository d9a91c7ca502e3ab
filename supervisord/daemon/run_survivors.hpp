// What processes are doing that do not end.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "sys/oracle.hpp"

namespace sup {

// "pid 12 is still alive after KILL (state D, wchan nfs_wait, command tail -f /mnt/x)", the first few of them. Zombies
// do not count, nor who is gone, nor after KILL who only waits for a processor. Without `is_after_kill`: "pid 12 was
// alive (...)". Who has become another user's "may not be signalled, it runs as uid 0 (...)". Empty: nobody.
[[nodiscard]] std::string survivors_text(std::span<const pid_t> pids, bool is_after_kill, sys::Oracle& oracle);

}  // namespace sup
