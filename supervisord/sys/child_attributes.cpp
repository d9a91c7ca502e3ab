// The child's steps for limits, priorities and privileges. Read the rules at the top of child.hpp before adding one.
#include "sys/child_attributes.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/prctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sys/child_steps.hpp"

namespace sup::sys {

namespace {

// A set of capabilities as capget(2) and capset(2) have them: two halves of 32 bits.
struct KernelCapabilities {
  __user_cap_header_struct header;
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
};

CHILD_SIDE int fail_at(ChildRun& run, int detail, int error_number) {
  run.report.detail = detail;
  return error_number;
}

}  // namespace

CHILD_SIDE int set_oom_score(ChildRun& run) {
  const ChildAttributesPlan& plan = run.plan.attributes;
  if (plan.oom_score == nullptr) return 0;
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  const bool is_written = file >= 0 && ::write(file, plan.oom_score, plan.oom_score_length) >= 0;
  const int error_number = errno;
  if (file >= 0) ::close(file);
  return is_written || !plan.oom_score_is_asked ? 0 : error_number;
}

// While still privileged: a service may be given higher hard limits than ours.
CHILD_SIDE int set_limits(ChildRun& run) {
  const ChildAttributesPlan& plan = run.plan.attributes;
  for (std::size_t i = 0; i < plan.limit_count; ++i) {
    const std::uint64_t values[] = {plan.limits[i].soft, plan.limits[i].hard};  // struct rlimit64.
    if (::syscall(SYS_prlimit64, 0, plan.limits[i].resource, values, nullptr) < 0)
      return fail_at(run, static_cast<int>(i), errno);
  }
  return 0;
}

CHILD_SIDE int set_nice(ChildRun& run) {
  const ChildAttributesPlan& plan = run.plan.attributes;
  return plan.has_nice && ::setpriority(PRIO_PROCESS, 0, plan.nice) < 0 ? errno : 0;
}

// Raw, since musl's wrapper refuses: POSIX wants the policy of the whole process, which Linux does not have.
CHILD_SIDE int set_sched_policy(ChildRun& run) {
  const ChildAttributesPlan& plan = run.plan.attributes;
  if (!plan.has_sched) return 0;
  return ::syscall(SYS_sched_setscheduler, 0, plan.sched.policy, &plan.sched.priority) < 0 ? errno : 0;
}

CHILD_SIDE int set_io_class(ChildRun& run) {
  constexpr int kWhoProcess = 1;  // IOPRIO_WHO_PROCESS; 0 is the caller.
  const ChildAttributesPlan& plan = run.plan.attributes;
  return plan.has_io_priority && ::syscall(SYS_ioprio_set, kWhoProcess, 0, plan.io_priority) < 0 ? errno : 0;
}

CHILD_SIDE int set_cpu_affinity(ChildRun& run) {
  const ChildAttributesPlan& plan = run.plan.attributes;
  if (plan.cpu_mask_bytes == 0) return 0;
  return ::syscall(SYS_sched_setaffinity, 0, plan.cpu_mask_bytes, plan.cpu_mask) < 0 ? errno : 0;
}

CHILD_SIDE int set_personality(ChildRun& run) {
  const ChildAttributesPlan& plan = run.plan.attributes;
  return plan.has_personality && ::syscall(SYS_personality, plan.personality) < 0 ? errno : 0;
}

// chroot(2) leaves the working directory outside.
CHILD_SIDE int enter_root_dir(ChildRun& run) {
  const char* path = run.plan.attributes.root_dir;
  if (path == nullptr) return 0;
  return ::chroot(path) < 0 || ::chdir("/") < 0 ? errno : 0;
}

// Dropping from the bounding set needs CAP_SETPCAP, which goes with the user; what is kept shall survive that change.
CHILD_SIDE int drop_capabilities(ChildRun& run) {
  const ChildAttributesPlan& plan = run.plan.attributes;
  if (!plan.has_capabilities) return 0;
  if (run.plan.has_uid && ::prctl(PR_SET_KEEPCAPS, 1UL, 0UL, 0UL, 0UL) < 0) return errno;
  if (plan.unknown_capabilities != 0) return fail_at(run, __builtin_ctzll(plan.unknown_capabilities), EINVAL);
  for (std::uint64_t left = plan.dropped_capabilities; left != 0; left &= left - 1) {
    const auto number = static_cast<unsigned long>(__builtin_ctzll(left));
    if (::prctl(PR_CAPBSET_DROP, number, 0UL, 0UL, 0UL) < 0) return errno;
  }
  return 0;
}

// The sets that the program's are made of by execve(2): inheritable and ambient (Linux 4.3) for a user other than root,
// who would have none otherwise; the bounding set is what root gets.
CHILD_SIDE int raise_capabilities(ChildRun& run) {
  const ChildAttributesPlan& plan = run.plan.attributes;
  if (!plan.has_capabilities) return 0;
  KernelCapabilities own{};
  own.header.version = _LINUX_CAPABILITY_VERSION_3;
  if (::syscall(SYS_capget, &own.header, own.data) < 0) return errno;
  const std::uint64_t permitted = own.data[0].permitted | std::uint64_t{own.data[1].permitted} << 32;
  const std::uint64_t kept = plan.capabilities == CapabilitySet::kAll ? permitted : plan.capabilities;
  if (const std::uint64_t missing = kept & ~permitted; missing != 0) {
    run.report.detail = __builtin_ctzll(missing);
    return EPERM;
  }
  for (unsigned half = 0; half < _LINUX_CAPABILITY_U32S_3; ++half) {
    const auto bits = static_cast<std::uint32_t>(kept >> (32 * half));
    own.data[half] = {bits, bits, bits};
  }
  if (::syscall(SYS_capset, &own.header, own.data) < 0) return errno;
  for (std::uint64_t left = kept; left != 0; left &= left - 1) {
    const auto number = static_cast<unsigned long>(__builtin_ctzll(left));
    if (::prctl(PR_CAP_AMBIENT, static_cast<unsigned long>(PR_CAP_AMBIENT_RAISE), number, 0UL, 0UL) < 0)
      return fail_at(run, static_cast<int>(number), errno);
  }
  return 0;
}

// As the service's user, who thereby owns it.
CHILD_SIDE int join_keyring(ChildRun& run) {
  if (!run.plan.attributes.has_private_keyring) return 0;
  return ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) < 0 ? errno : 0;
}

// Descriptor 0 is free then, so this works also where the limit of open files is below the numbers that we still have.
// Nothing waits: neither for a writer of a FIFO nor for the carrier of a line.
CHILD_SIDE int open_stdin_file(ChildRun& run) {
  const char* path = run.plan.attributes.stdin_file;
  if (path == nullptr) return 0;
  constexpr int kFlags = O_NONBLOCK | O_NOCTTY;
  ::close(STDIN_FILENO);
  if (::open(path, O_RDONLY | kFlags) < 0) return errno;
  struct stat status;
  if (::fstat(STDIN_FILENO, &status) < 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (S_ISFIFO(status.st_mode)) {
    ::close(STDIN_FILENO);
    if (::open(path, O_RDWR | kFlags) < 0) return fail_at(run, kFifoForWriting, errno);
  }
  return ::fcntl(STDIN_FILENO, F_SETFL, 0) < 0 ? errno : 0;
}

CHILD_SIDE int forbid_new_privileges(ChildRun& run) {
  if (!run.plan.attributes.has_no_new_privileges) return 0;
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0 ? errno : 0;
}

}  // namespace sup::sys
