// Starting a program: what it shall be (ChildSettings), prepared once in the parent (PreparedChild) as flat data
// (ChildPlan), carried out between fork and exec by an ordered table of steps (child.cpp).
//
// The steps run in a process that shares the parent's memory and stack while the calling thread is suspended (as
// vfork(2)), in a program with several threads. So: async-signal-safe calls only, raw system calls where libc would
// signal other threads (setresuid) or take locks, no allocation, nothing with a destructor. Whatever can block for
// longer than that (accounts, PATH, environment files) has been done before.
//
// Because memory is shared until exec, a process with another uid could look into ours through the child if that were
// dumpable. The kernel clears the dumpable flag of shared memory when a child changes its uid; this program must never
// set it again (PR_SET_DUMPABLE), and where fs.suid_dumpable=1 defeats that, children with another uid are made by
// fork.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/signals.hpp"
#include "sys/child_attributes.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"

namespace sup::sys {

// A child that has been made but has not reached exec: the spawning thread is suspended meanwhile, which can take long
// (a program on a dead network disk), so another thread may want to signal it. Shared by those two; outlives the spawn.
class SpawnInProgress {
 public:
  // Signals the child if it is between fork and exec; false if there is none. Any thread. Before exec only KILL, STOP
  // and CONT have an effect at once, others when the program starts.
  [[nodiscard]] Result<bool> send_signal(Signal signal) noexcept;
  [[nodiscard]] bool is_under_way() const noexcept { return pid_.load(std::memory_order_acquire) != 0; }

 private:
  friend struct SpawnPublisher;  // child_steps.hpp: the child itself and spawn().
  // 0 none, > 0 the child, < 0 the child while somebody signals it: it is not reaped until that is over.
  std::atomic<pid_t> pid_{0};
};

// What a child shall be. Descriptors are borrowed until spawn() returns.
struct ChildSettings {
  std::vector<std::string> argv;  // At least the program. Without a slash it is looked for in `env`'s PATH.
  std::vector<std::pair<std::string, std::string>> env;  // All of it; the last of two equal names wins.
  std::vector<std::string> pid_variables;                // Variables whose value is the child's own pid.
  std::string working_dir;                               // Entered as the service's user; empty: stay in ours.
  std::optional<mode_t> umask;                           // Empty: as ours.
  std::optional<uid_t> uid;                              // Each empty: as ours.
  std::optional<gid_t> gid;
  std::optional<std::vector<gid_t>> groups;
  int stdin_fd = -1;                         // -1: /dev/null.
  int stdout_fd = -1;                        // -1: /dev/null.
  int stderr_fd = -1;                        // -1: /dev/null.
  int extra_fd = -1;                         // Becomes `extra_number`; -1: there is none.
  int extra_number = -1;                     // At least 3, and none of those of passed_fds.
  std::vector<int> passed_fds;               // Become 3, 4, 5 ...: what sd_listen_fds(3) is to find.
  bool takes_terminal = false;               // Descriptor 0 is a terminal, and becomes its controlling one.
  int cgroup_fd = -1;                        // A cgroup v2 directory to be born in, or -1.
  std::optional<SignalSet> ignored_signals;  // A snapshot of ours to undo; empty: taken at each prepare_child().
  SpawnInProgress* in_progress = nullptr;    // Where to publish the pid before exec.
  // Where the pid stands as soon as there is a child, before that runs, whatever becomes of us: in shared memory.
  std::atomic<pid_t>* pid_place = nullptr;
  ChildAttributes attributes;  // Limits, priorities, privileges.
  // Names for the failure report, where somebody gave one ("nginx" rather than 33). Empty: the number, and a group
  // without a name of its own is reported as what it comes from, the user.
  std::string user_name;
  std::string group_name;
  std::string groups_text;
};

inline constexpr int kFirstPassed = 3;         // SD_LISTEN_FDS_START.
inline constexpr std::size_t kPidDigits = 10;  // Of the largest 32-bit number; a NUL follows.

// The flat form: only numbers and pointers into PreparedChild. No destructor, nothing to allocate.
struct ChildPlan {
  const char* const* argv;
  const char* const* envp;
  char* const* pid_texts;  // Where the child writes its pid, kPidDigits digits at most and a NUL.
  std::size_t pid_text_count;
  const char* const* candidates;  // Paths to try in order; ends with a null pointer.
  const char* working_dir;        // Null: stay.
  const gid_t* groups;
  std::size_t group_count;
  SignalSet ignored_signals;
  SpawnInProgress* in_progress;
  std::atomic<pid_t>* pid_place;
  const int* passed;  // Descriptors to become 3, 4, 5 ...;
  int* passed_moved;  // room for where the child has moved them meanwhile.
  int passed_count;
  int fds[4];        // Descriptor to become 0, 1, 2 (-1 for /dev/null) and extra_number (-1: none).
  int extra_number;  // At least 3; -1: none.
  int cgroup_fd;
  mode_t umask;
  uid_t uid;
  gid_t gid;
  bool takes_terminal;
  bool has_umask;
  bool has_groups;
  bool has_uid;
  bool has_gid;
  ChildAttributesPlan attributes;
};

// Owns all that a ChildPlan points to. Movable: the plan and its strings are in one heap block that stays where it is.
class PreparedChild {
 public:
  [[nodiscard]] const ChildPlan& plan() const noexcept { return block_->plan; }
  [[nodiscard]] const ChildSettings& settings() const noexcept { return block_->settings; }
  // The PATH that was searched; empty when the program has a slash.
  [[nodiscard]] const std::string& search_path() const noexcept { return block_->search_path; }

 private:
  friend Result<PreparedChild> prepare_child(ChildSettings settings);
  struct Block {
    ChildSettings settings;
    std::string search_path;
    std::string oom_score;
    std::vector<std::string> candidate_paths;
    std::vector<std::string> environment;  // NAME=value.
    std::vector<char*> pid_texts;          // Into it.
    std::vector<int> passed_moved;
    std::vector<const char*> argv;
    std::vector<const char*> envp;
    std::vector<const char*> candidates;
    ChildPlan plan{};
  };
  explicit PreparedChild(std::unique_ptr<const Block> block) noexcept : block_(std::move(block)) {}
  std::unique_ptr<const Block> block_;
};

// Checks and lays out. Errors: invalid for an empty argv or program name, a NUL byte anywhere, an environment name that
// is empty or holds '='.
[[nodiscard]] Result<PreparedChild> prepare_child(ChildSettings settings);
// Where programs are looked for when the service's environment has no PATH.
// How a failed search for a program is called; the PATH that was searched follows in parentheses.
inline constexpr std::string_view kNotInPath = "not found in PATH";
inline constexpr std::string_view kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Why a program was not started: which step, on which object, and the errno.
struct SpawnFailure {
  const char* step = "";  // A name of child_step_names(), or "process" if not even a child could be made.
  std::string object;     // What the step worked on: a path, a user; may be empty.
  int sys_errno = 0;
  std::string reason;  // The errno's text, or something more exact ("interpreter missing").

  // "working-dir '/srv/x': No such file or directory".
  [[nodiscard]] std::string text() const;
};

// How children are made.
enum class SpawnMethod : unsigned char {
  clone3_vfork,  // clone3(2) sharing memory, with a pidfd from birth: Linux 5.5, x86-64, aarch64, riscv64.
  fork_pipe,     // fork(2), the report through a close-on-exec pipe, pidfd_open(2) if there is one.
};

// Starts the program; returns when exec is past its point of no return (what fails after it, such as a broken program
// file, is a death by signal), or when a step has failed and the child is reaped. A child that is killed between fork
// and exec counts as started. The caller is a spawner thread (see process.hpp) and may be suspended as long as the
// steps take. A method that this kernel has refused once is not tried again in this process.
[[nodiscard]] std::expected<ProcessRef, SpawnFailure> spawn(const PreparedChild& child);
// The same by one method only. A kernel without it fails step "process" with ENOSYS, EPERM or EINVAL.
[[nodiscard]] std::expected<ProcessRef, SpawnFailure> spawn_by(SpawnMethod method, const PreparedChild& child);
// The method that spawn() uses now; clone3_vfork until it has been refused.
[[nodiscard]] SpawnMethod spawn_method() noexcept;
[[nodiscard]] std::string_view spawn_method_name(SpawnMethod method) noexcept;

// The names of the steps in the order in which they run; settings keys where there is one.
[[nodiscard]] std::span<const char* const> child_step_names() noexcept;

}  // namespace sup::sys
