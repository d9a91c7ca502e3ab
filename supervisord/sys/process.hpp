// One process: a reference that cannot go stale, signals to it, and how it ended.
//
// Which thread is whose parent. Services are spawned by spawner threads only, never by the main thread. The kernel
// gives orphans to the first living thread of the sub-reaper (find_alive_thread in kernel/exit.c), which is the main
// one. So the main thread's children are exactly the orphans: reap_any_of_this_thread() called there can never take the
// status of a run away from the one who waits for its pidfd. For the same reason a spawner thread lives as long as the
// daemon: when it ends, its children become the main thread's.
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/exit_status.hpp"
#include "base/result.hpp"
#include "base/signals.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// A process as one value. Without a pidfd (a kernel before 5.3, a seccomp profile) the pid is safe as long as it is our
// child that we have not reaped.
struct ProcessRef {
  pid_t pid = 0;
  UniqueFd pidfd;
};

// A reference to any process. The pidfd is absent only where the kernel refuses them. Errors: not_found, sys.
[[nodiscard]] Result<ProcessRef> open_process(pid_t pid);

// pidfd_send_signal(2), or kill(2) where there is no pidfd. A zombie takes signals without an error.
// Errors: not_found when it has been reaped, denied, sys.
[[nodiscard]] Result<> send_signal(const ProcessRef& process, Signal signal);
// To each process of the group `pgid`, which is at least 2 (kill(2) reads -1 as "everybody"). Errors as send_signal;
// denied only if not one of them could be signalled.
[[nodiscard]] Result<> send_group_signal(pid_t pgid, Signal signal);

// The status of a child if it has ended; it is reaped then. Any thread may ask. Errors: not_found if it is no child of
// ours (any more).
[[nodiscard]] Result<std::optional<ExitStatus>> try_reap(const ProcessRef& process);
// As try_reap, but the child stays to be reaped: its status can be asked for again, by somebody else, too.
[[nodiscard]] Result<std::optional<ExitStatus>> look_at_end(const ProcessRef& process);
// Reaps a child whose end was looked at.
void reap_seen(pid_t pid) noexcept;
// As try_reap, but waits. For short-lived helpers and tests, never on the loop thread.
[[nodiscard]] Result<ExitStatus> reap(const ProcessRef& process);

// Whether the process ignores the signal. No, if nobody can tell.
[[nodiscard]] bool ignores_signal(pid_t pid, Signal signal);

struct Reaped {
  pid_t pid = 0;
  ExitStatus status;
};

// Reaps one ended child of the calling thread alone (__WNOTHREAD, Linux 4.7), if there is one: an orphan, see above.
[[nodiscard]] std::optional<Reaped> reap_any_of_this_thread() noexcept;
// The one that this would reap; it stays to be reaped.
[[nodiscard]] std::optional<Reaped> look_at_any_of_this_thread() noexcept;

// Descendants whose parent has ended become our children instead of init's.
[[nodiscard]] Result<> become_subreaper();

}  // namespace sup::sys
