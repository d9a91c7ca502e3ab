// The child's steps. Read the rules at the top of child.hpp before adding one.
#include "sys/child.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <iterator>

#include "sys/child_steps.hpp"

namespace sup::sys {

namespace {

// 32-bit systems have a second, wider set of these calls.
#ifdef SYS_setresuid32
constexpr long kSetresuid = SYS_setresuid32, kSetresgid = SYS_setresgid32, kSetgroups = SYS_setgroups32;
#else
constexpr long kSetresuid = SYS_setresuid, kSetresgid = SYS_setresgid, kSetgroups = SYS_setgroups;
#endif

constexpr int kFirstOther = STDERR_FILENO + 1;

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)  // Linux 5.9; older headers.
#endif

// Whatever is done to descriptors after this is not done to the parent's. Only those below are copied.
CHILD_SIDE int unshare_descriptors(ChildRun& run) {
#ifdef SYS_close_range
  if (run.private_from == 0) return 0;
  const long result = ::syscall(SYS_close_range, static_cast<unsigned>(run.private_from), ~0U, CLOSE_RANGE_UNSHARE);
  return result < 0 ? errno : 0;
#else
  return run.private_from == 0 ? 0 : ENOSYS;
#endif
}

// A new session is a new process group too, and has no terminal: signals typed at ours do not reach services.
CHILD_SIDE int new_session(ChildRun&) { return ::setsid() < 0 ? errno : 0; }

// With clone3 the child is born there. "0" in cgroup.procs is whoever writes.
CHILD_SIDE int enter_cgroup(ChildRun& run) {
  if (run.plan.cgroup_fd < 0 || run.method == SpawnMethod::clone3_vfork) return 0;
  const int file = ::openat(run.plan.cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  if (file < 0 || ::write(file, "0", 1) < 0) return errno;
  ::close(file);
  return 0;
}

// First each source is brought to where no target is, then copied: so any source may be any of 0 to 2.
CHILD_SIDE int set_stdio(ChildRun& run) {
  int sources[3];
  int null = -1;  // One for all of them.
  for (int target = 0; target < kFirstOther; ++target) {
    int source = run.fds[target];
    if (source < 0 && null < 0) null = ::open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (source < 0) source = null;
    if (source >= 0 && source < kFirstOther && source != target) source = ::fcntl(source, F_DUPFD_CLOEXEC, kFirstOther);
    if (source < 0) return errno;
    sources[target] = source;
  }
  for (int target = 0; target < kFirstOther; ++target) {
    // dup2(2) of a descriptor to itself would leave it close-on-exec.
    const int result = sources[target] == target ? ::fcntl(target, F_SETFD, 0) : ::dup2(sources[target], target);
    if (result < 0) return errno;
  }
  return 0;
}

// To where no target is.
CHILD_SIDE int raise_above(int top, int& fd) {
  if (fd < 0 || fd > top) return 0;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, top + 1);
  if (moved < 0) return errno;
  fd = moved;
  return 0;
}

// First all that is still needed is brought above the targets, so nothing is lost when these are filled. Before the
// limits, which may be lower.
CHILD_SIDE int pass_descriptors(ChildRun& run) {
  const ChildPlan& plan = run.plan;
  if (plan.passed_count == 0) return 0;
  const int last = kFirstPassed + plan.passed_count - 1;
  const int top = last > plan.extra_number ? last : plan.extra_number;
  int error_number = raise_above(top, run.report_pipe);
  if (error_number == 0) error_number = raise_above(top, run.fds[kFirstOther]);
  for (int i = 0; i < plan.passed_count && error_number == 0; ++i) {
    plan.passed_moved[i] = plan.passed[i];
    error_number = raise_above(top, plan.passed_moved[i]);
  }
  for (int i = 0; i < plan.passed_count && error_number == 0; ++i)
    if (::dup2(plan.passed_moved[i], kFirstPassed + i) < 0) error_number = errno;
  return error_number;
}

// What it is to find open besides. The pipe for reports may have just that number. Before the limits, which may be
// lower; and what later steps open gets the lowest free number, never this one.
CHILD_SIDE int give_extra(ChildRun& run) {
  const int target = run.plan.extra_number;
  if (target < 0) return 0;
  if (run.report_pipe == target) {
    const int moved = ::fcntl(run.report_pipe, F_DUPFD_CLOEXEC, target + 1);
    if (moved < 0) return errno;
    run.report_pipe = moved;
  }
  const int source = run.fds[kFirstOther];
  const int result = source == target ? ::fcntl(target, F_SETFD, 0) : ::dup2(source, target);
  return result < 0 ? errno : 0;
}

// It leads a session without one, so that job control and the keys for signals work for it.
CHILD_SIDE int take_terminal(ChildRun& run) {
  return run.plan.takes_terminal && ::ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0 ? errno : 0;
}

CHILD_SIDE int set_umask(ChildRun& run) {
  if (run.plan.has_umask) ::umask(run.plan.umask);
  return 0;
}

// The groups need the privilege which the user's step gives away. Raw calls: libc's would stop all threads of the
// parent to make them follow (nptl(7)), and its locks may be held by one of them.
CHILD_SIDE int set_groups(ChildRun& run) {
  const ChildPlan& plan = run.plan;
  if (plan.has_groups && ::syscall(kSetgroups, plan.group_count, plan.groups) < 0) return errno;
  if (plan.has_gid && ::syscall(kSetresgid, plan.gid, plan.gid, plan.gid) < 0) return errno;
  return 0;
}

CHILD_SIDE int set_user(ChildRun& run) {
  const ChildPlan& plan = run.plan;
  return plan.has_uid && ::syscall(kSetresuid, plan.uid, plan.uid, plan.uid) < 0 ? errno : 0;
}

// As the service's user: a directory that it may not enter is told now and not by its first failing open, and a home on
// a network disk that distrusts root works.
CHILD_SIDE int enter_working_dir(ChildRun& run) {
  return run.plan.working_dir != nullptr && ::chdir(run.plan.working_dir) < 0 ? errno : 0;
}

// Default dispositions for what we ignore, since only that survives exec; a forked child also still has our handlers,
// which must not run in it once the mask is empty (clone3 has cleared them).
CHILD_SIDE int reset_signals(ChildRun& run) {
  // Zeros are SIG_DFL, no flags, an empty mask, in the struct of every architecture (at most 32 bytes).
  constexpr unsigned long kDefault[4] = {};
  constexpr unsigned long kSetBytes = kSignalMax / 8;
  for (int number = 1; number <= kSignalMax; ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    if (run.method == SpawnMethod::clone3_vfork && (run.plan.ignored_signals.bits >> (number - 1) & 1) == 0) continue;
    if (::syscall(SYS_rt_sigaction, number, kDefault, nullptr, kSetBytes) < 0) return errno;
  }
  constexpr std::uint64_t kEmpty = 0;
  return ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &kEmpty, nullptr, kSetBytes) < 0 ? errno : 0;
}

// What getdents64(2) writes; libc has no public name for it everywhere.
struct DirectoryEntry {
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[1];
};

CHILD_SIDE int parse_fd(const char* text) {
  int number = 0;
  if (*text < '0' || *text > '9') return -1;
  for (; *text >= '0' && *text <= '9'; ++text) number = number * 10 + (*text - '0');
  return number;
}

// The first that is not to be found open by its place.
CHILD_SIDE int first_other(const ChildRun& run) { return kFirstOther + run.plan.passed_count; }

CHILD_SIDE bool is_kept(const ChildRun& run, int fd) {
  return fd < first_other(run) || fd == run.report_pipe || fd == run.plan.extra_number;
}

// Without close_range(2) (Linux before 5.9, or a seccomp profile): closes what /proc shows, and without /proc a small
// number of descriptors. Everything of ours is close-on-exec anyhow; this is for what libraries and our starter left.
CHILD_SIDE int close_one_by_one(const ChildRun& run) {
  constexpr int kBlindly = 1024;
  const int directory = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int fd = first_other(run); directory < 0 && fd < kBlindly; ++fd)
    if (!is_kept(run, fd)) ::close(fd);
  if (directory < 0) return 0;

  alignas(8) char buffer[1024];
  for (;;) {
    const long got = ::syscall(SYS_getdents64, directory, buffer, sizeof buffer);
    if (got < 0) return errno;
    if (got == 0) break;
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      const int fd = parse_fd(entry->name);
      if (fd >= 0 && !is_kept(run, fd) && fd != directory) ::close(fd);
      at += entry->length;
    }
  }
  ::close(directory);
  return 0;
}

// The time does not depend on RLIMIT_NOFILE, unlike that of a loop over all possible numbers.
CHILD_SIDE int close_others(ChildRun& run) {
#ifdef SYS_close_range
  const bool is_in_order = run.report_pipe < run.plan.extra_number;
  const int kept[] = {is_in_order ? run.report_pipe : run.plan.extra_number,
                      is_in_order ? run.plan.extra_number : run.report_pipe};
  int first = first_other(run);
  long result = 0;
  for (int i = 0; i < 2 && result == 0; ++i) {
    if (kept[i] < 0) continue;
    if (kept[i] > first)
      result = ::syscall(SYS_close_range, static_cast<unsigned>(first), static_cast<unsigned>(kept[i]) - 1, 0);
    first = kept[i] + 1;
  }
  if (result == 0) result = ::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0);
  if (result == 0) return 0;
#endif
  return close_one_by_one(run);
}

CHILD_SIDE ExecProblem look_closer(const char* path, int error_number) {
  if (error_number == ENOENT && ::access(path, F_OK) == 0) return ExecProblem::interpreter_missing;
  if (error_number != EACCES) return ExecProblem::none;
  const int directory = ::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return ExecProblem::none;
  ::close(directory);
  return ExecProblem::is_directory;
}

// Tries the candidates as execvpe(3) does: a directory of PATH that lacks the program is passed over; a program that is
// there but may not be run is remembered while others are tried; anything else ends the search. Unlike there, a
// directory that may not be searched is passed over too: nothing is known about the program then. No shell is tried for
// a file of unknown format.
CHILD_SIDE int execute(ChildRun& run) {
  const ChildPlan& plan = run.plan;
  ChildReport& report = run.report;
  int remembered = 0;
  for (int i = 0; plan.candidates[i] != nullptr; ++i) {
    const char* path = plan.candidates[i];
    ::execve(path, const_cast<char* const*>(plan.argv), const_cast<char* const*>(plan.envp));
    const int error_number = errno;
    const ExecProblem problem = look_closer(path, error_number);
    const bool is_hidden = error_number == EACCES && ::access(path, F_OK) < 0;
    const bool is_absent = (is_hidden || error_number == ENOENT || error_number == ENOTDIR || error_number == ESTALE ||
                            error_number == ENODEV || error_number == ETIMEDOUT || error_number == ENAMETOOLONG) &&
                           problem == ExecProblem::none;
    const bool is_only = i == 0 && plan.candidates[1] == nullptr;
    if (is_absent && !is_only) continue;
    if (report.candidate < 0) {
      remembered = error_number;
      report.candidate = i;
      report.problem = problem;
    }
    if (error_number != EACCES && problem == ExecProblem::none) {
      report.candidate = i;
      report.problem = problem;
      return error_number;
    }
  }
  return report.candidate < 0 ? ENOENT : remembered;
}

// Only the child knows its pid before it executes the program. By hand: snprintf is not async-signal-safe.
CHILD_SIDE int write_own_pid(ChildRun& run) {
  for (std::size_t i = 0; i < run.plan.pid_text_count; ++i) {
    char digits[kPidDigits];
    std::size_t count = 0;
    for (long rest = ::syscall(SYS_getpid); rest > 0 && count < kPidDigits; rest /= 10)
      digits[count++] = static_cast<char>('0' + rest % 10);
    for (std::size_t at = 0; at < count; ++at) run.plan.pid_texts[i][at] = digits[count - 1 - at];
  }
  return 0;
}

struct ChildStep {
  const char* name;       // As the user reads it; the key of the setting where there is one.
  int (*act)(ChildRun&);  // Returns an errno or 0.
};

// Nothing may touch a descriptor before `descriptors`. Then the order is the order of privileges: what needs ours comes
// before `user`, what must be judged by the service's comes after. oom-score needs our /proc, so it comes before
// root-dir, and a descriptor, so before the limits; these allow what nice and sched-policy then do. The capabilities go
// in two steps, since leaving the bounding set is our privilege and entering the ambient one is the new user's. Signals
// stay blocked until all that shares our memory is nearly done, and only exec follows the closing.
constexpr ChildStep kChildSteps[] = {
    {"descriptors", unshare_descriptors},
    {"session", new_session},
    {"cgroup", enter_cgroup},
    {"stdio", set_stdio},
    {"fd-store", pass_descriptors},
    {"ready.fd", give_extra},
    {"tty", take_terminal},
    {"oom-score", set_oom_score},
    {"limits", set_limits},
    {"nice", set_nice},
    {"sched-policy", set_sched_policy},
    {"io-class", set_io_class},
    {"cpu-affinity", set_cpu_affinity},
    {"personality", set_personality},
    {"umask", set_umask},
    {"root-dir", enter_root_dir},
    {"group", set_groups},
    {"capabilities", drop_capabilities},
    {"user", set_user},
    {"capabilities", raise_capabilities},
    {"keyring", join_keyring},
    {"working-dir", enter_working_dir},
    {"stdin", open_stdin_file},
    {"no-new-privileges", forbid_new_privileges},
    {"signals", reset_signals},
    {"env", write_own_pid},
    {"close-fds", close_others},
    {"command", execute},
};

constexpr auto kStepNames = [] {
  std::array<const char*, std::size(kChildSteps)> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kChildSteps[i].name;
  return names;
}();

// Where the kernel does not write the pid: by ourselves, before anything else. A parent that has died meanwhile may
// have been followed by somebody who did not find it, and who makes another child.
CHILD_SIDE void announce(const ChildRun& run) noexcept {
  run.plan.pid_place->store(static_cast<pid_t>(::syscall(SYS_getpid)));
  if (::syscall(SYS_getppid) != run.parent)
    for (;;) ::syscall(SYS_exit_group, 127);
}

}  // namespace

CHILD_SIDE void run_child(void* argument) noexcept {
  ChildRun& run = *static_cast<ChildRun*>(argument);
  if (run.method == SpawnMethod::fork_pipe && run.plan.pid_place != nullptr) announce(run);
  if (run.method == SpawnMethod::clone3_vfork && run.plan.in_progress != nullptr)
    SpawnPublisher::publish(*run.plan.in_progress, static_cast<pid_t>(::syscall(SYS_getpid)));
  for (int i = 0; i < static_cast<int>(std::size(kChildSteps)); ++i) {
    const int error_number = kChildSteps[i].act(run);
    if (error_number == 0) continue;
    run.report.error_number = error_number;
    run.report.step = i;
    break;
  }
  // Less than PIPE_BUF bytes are written whole.
  if (run.report_pipe >= 0) (void)!::write(run.report_pipe, &run.report, sizeof run.report);
  // Not exit(3), and not _exit(2) either, which sanitizers intercept.
  for (;;) ::syscall(SYS_exit_group, 127);
}

std::span<const char* const> child_step_names() noexcept { return kStepNames; }

int exec_step() noexcept { return static_cast<int>(std::size(kChildSteps)) - 1; }

}  // namespace sup::sys
