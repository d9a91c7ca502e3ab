// What spawn.cpp and child.cpp share: the run between fork and exec. Private to sys.
#pragma once

#include <atomic>

#include "sys/child.hpp"

// Marks what runs between fork and exec. Sanitizers must not instrument it: with shared memory its frames lie below the
// suspended parent's and are left by exec, not by returning, so marks on them would stay in the parent's shadow memory.
// (A macro, since neither compiler can be told so for a region in the same way.)
#define CHILD_SIDE __attribute__((no_sanitize("address", "undefined")))

namespace sup::sys {

// More exact than the errno of execve(2), which is ENOENT both for a missing program and for a missing interpreter, and
// EACCES for a directory.
enum class ExecProblem : unsigned char { none, interpreter_missing, is_directory };

// What the child reports: flat, written into the parent's memory or through a pipe.
struct ChildReport {
  int step = -1;  // Index of the step that failed; -1: none.
  int error_number = 0;
  int candidate = -1;  // Index of the path that execve(2) failed on; -1: all of them, the program was not found.
  ExecProblem problem = ExecProblem::none;
  int detail = -1;  // What the step failed on: index of a limit, number of a capability, kFifoForWriting.
};
inline constexpr int kFifoForWriting = 1;

// One passage from fork to exec.
struct ChildRun {
  const ChildPlan& plan;
  SpawnMethod method;
  int report_pipe;  // Write end, at least 3; -1 with shared memory.
  ChildReport report;
  int fds[4];            // As in the plan, or the slots that hold copies (spawn_slots.hpp).
  pid_t parent = 0;      // Who makes the child.
  int private_from = 0;  // Not 0: the table of descriptors is shared, and what is needed of it lies below this number.
};

// The steps of child_attributes.cpp. Each returns an errno or 0, and makes no system call for what was not asked for.
int set_oom_score(ChildRun& run);
int set_limits(ChildRun& run);
int set_nice(ChildRun& run);
int set_sched_policy(ChildRun& run);
int set_io_class(ChildRun& run);
int set_cpu_affinity(ChildRun& run);
int set_personality(ChildRun& run);
int enter_root_dir(ChildRun& run);
int drop_capabilities(ChildRun& run);
int raise_capabilities(ChildRun& run);
int join_keyring(ChildRun& run);
int open_stdin_file(ChildRun& run);
int forbid_new_privileges(ChildRun& run);

// Carries out the steps and executes the program; reports and ends if one fails. All signals are blocked at entry. May
// run on the parent's stack and memory, so it is compiled without the sanitizers' stack colouring. `run` is a ChildRun.
[[noreturn]] void run_child(void* run) noexcept;

// Index of the step that execve(2) is.
[[nodiscard]] int exec_step() noexcept;

// The two ends of SpawnInProgress that only the spawning side may use.
struct SpawnPublisher {
  static void publish(SpawnInProgress& progress, pid_t pid) noexcept {
    progress.pid_.store(pid, std::memory_order_release);
  }
  // After this nobody signals the child by its number any more, so it may be reaped.
  static void withdraw(SpawnInProgress& progress) noexcept;
};

}  // namespace sup::sys
