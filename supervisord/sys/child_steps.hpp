// What spawn.cpp and child.cpp share: the run between fork and exec. Private to sys.
#pragma once

#include <atomic>

#include "sys/child.hpp"

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
};

// One passage from fork to exec.
struct ChildRun {
  const ChildPlan& plan;
  SpawnMethod method;
  int report_pipe;  // Write end, at least 3; -1 with shared memory.
  ChildReport report;
};

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
