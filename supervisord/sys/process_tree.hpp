// Who descends from whom, and what a process says about itself; all from /proc.
//
// A list of children is not a snapshot: the kernel walks it in pieces while processes come and go. What must be
// complete (a kill) is repeated until nothing new is found.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// The children of the main thread: the orphans that came to us (see process.hpp). Holds /proc/self/task/PID/children
// open, so that looking costs one pread(2).
class Orphans {
 public:
  // Errors: not_found when /proc is not mounted.
  [[nodiscard]] static Result<Orphans> open();
  // The children of the main thread of another process. Errors: not_found, also where the kernel cannot list them.
  [[nodiscard]] static Result<Orphans> open_of(pid_t pid);
  // Living ones and zombies. Where the kernel has no CONFIG_PROC_CHILDREN these are all children of the process, those
  // of the spawner threads too, and is_exact() is false.
  [[nodiscard]] Result<std::vector<pid_t>> list() const;
  [[nodiscard]] bool is_exact() const noexcept { return children_file_.is_open(); }

 private:
  explicit Orphans(UniqueFd children_file) noexcept : children_file_(std::move(children_file)) {}
  UniqueFd children_file_;
};

// Children of all threads of `pid`. Errors: not_found if there is no such process or no /proc.
[[nodiscard]] Result<std::vector<pid_t>> children_of(pid_t pid);
// All that descend from `pid`, without itself; looks again until a whole pass finds nobody new, four times at most: of
// somebody who forks without end it is a part, and the caller comes again. A process that ends while we look is no
// error. Errors: not_found if `pid` itself is not there, or no /proc.
[[nodiscard]] Result<std::vector<pid_t>> descendants_of(pid_t pid);
// Whether `pid` has one thread and no children now: nothing is below it. A third of the price of asking who is; false
// if that cannot be told.
[[nodiscard]] bool is_childless(pid_t pid) noexcept;
// Every process that /proc shows.
[[nodiscard]] Result<std::vector<pid_t>> all_processes();

// One look at /proc/PID/stat.
struct ProcessFacts {
  pid_t pid = 0;
  pid_t ppid = 0;
  pid_t pgid = 0;
  pid_t session = 0;
  char state = '?';              // R S D Z T t X I, see proc(5).
  std::uint64_t start_time = 0;  // Clock ticks since boot; with the pid it names a process for good.
  std::uint64_t cpu_ticks = 0;   // Used by all its threads, in clock ticks (sysconf(_SC_CLK_TCK)).
  std::uint64_t rss_pages = 0;   // Resident set.
  std::string comm;              // At most 15 bytes, chosen by the process.
};

// Errors: not_found when it is gone, sys.
[[nodiscard]] Result<ProcessFacts> process_facts(pid_t pid);
// Whether it executes the same file as we do. Errors as process_facts, and denied.
[[nodiscard]] Result<bool> executes_our_program(pid_t pid);
// The effective uid. Errors as process_facts.
[[nodiscard]] Result<uid_t> process_uid(pid_t pid);
// Where in the kernel it waits (/proc/PID/wchan); empty if it does not, or if we may not know. Errors as process_facts.
[[nodiscard]] Result<std::string> process_wait_channel(pid_t pid);
// Its arguments with a space between them, at most kCommandLimit bytes of them; as the process wants them to be seen.
// Empty for a zombie and a kernel thread. Errors as process_facts.
[[nodiscard]] Result<std::string> process_command(pid_t pid);
inline constexpr std::size_t kCommandLimit = 4096;
// getsid(2): works without /proc. Errors: not_found.
[[nodiscard]] Result<pid_t> session_of(pid_t pid);

// Of what it is a part, by the environment that it was started with.
struct Invocation {
  InvocationId id;         // INVOCATION_ID.
  std::uint32_t task = 0;  // INVOCATION_TASK; 0: there is none.
};
// Empty without an INVOCATION_ID in this environment.
[[nodiscard]] std::optional<Invocation> invocation_in(std::string_view environment);
// The first kEnvironStart bytes of the environment that the process was started with, so whoever prepares one puts what
// is looked for first. Empty for a zombie, and for the instant in which a process executes a program and has no
// environment laid out (our spawn() returns within it): what must be complete looks again. Errors: not_found, denied,
// sys.
[[nodiscard]] Result<std::string> start_of_environment(pid_t pid);
inline constexpr std::size_t kEnvironStart = std::size_t{64} << 10;

}  // namespace sup::sys
