// The parent's side of making a child, by two methods; the child's side is child.cpp.
#include <fmt/format.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/check.hpp"
#include "base/text.hpp"
#include "sys/child.hpp"
#include "sys/child_failure.hpp"
#include "sys/child_steps.hpp"
#include "sys/clone3.hpp"
#include "sys/errors.hpp"
#include "sys/fd.hpp"
#include "sys/file.hpp"
#include "sys/spawn_slots.hpp"

#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL  // Linux 5.5; older headers.
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL  // Linux 5.7.
#endif

namespace sup::sys {

namespace {

using Spawned = std::expected<ProcessRef, SpawnFailure>;

// Set once clone3(2) has been refused; it is not asked again. Likewise a child that shares our descriptors at first.
std::atomic<bool> clone3_is_refused{false};
std::atomic<bool> sharing_is_refused{false};

// No signal may reach this thread while a child shares its memory: a handler would run twice.
class BlockedSignals {
 public:
  BlockedSignals() noexcept : before_(block_all_signals()) {}
  ~BlockedSignals() { set_signal_mask(before_); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  SignalSet before_;
};

std::string user_text(const std::string& name, std::optional<unsigned> number) {
  return !name.empty() || !number ? name : fmt::format("{}", *number);
}

// What "#!" names in a script whose interpreter is missing; empty if that cannot be told.
std::string interpreter_of(const ChildSettings& settings, const std::string& path) {
  constexpr std::size_t kLineMax = 255;  // BINPRM_BUF_SIZE less one.
  const bool is_relative = !path.starts_with('/') && !settings.working_dir.empty();
  const std::string in_root = is_relative ? settings.working_dir + '/' + path : path;
  const Result<UniqueFd> file = open_read(settings.attributes.root_dir + in_root);
  char buffer[kLineMax];
  const ssize_t got = file ? ::pread(file->get(), buffer, sizeof buffer, 0) : 0;
  std::string_view line{buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  if (!line.starts_with("#!")) return {};
  line = line.substr(0, line.find('\n')).substr(2);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return printable(line.substr(0, line.find_first_of(" \t")));
}

void describe_exec_failure(const PreparedChild& child, const ChildReport& report, SpawnFailure& out) {
  const ChildSettings& settings = child.settings();
  if (report.candidate < 0) {
    out.object = settings.argv.front();
    out.reason = fmt::format("{} ({})", kNotInPath, printable(child.search_path(), 4096));
    return;
  }
  out.object = child.plan().candidates[report.candidate];
  if (report.problem == ExecProblem::interpreter_missing) {
    const std::string interpreter = interpreter_of(settings, out.object);
    out.reason = interpreter.empty() ? "its interpreter (dynamic loader) is missing"
                                     : fmt::format("its interpreter '{}' is missing", interpreter);
  } else if (report.problem == ExecProblem::is_directory) {
    out.reason = "it is a directory";
  } else if (report.error_number == ENOEXEC) {
    out.reason = "neither a program for this machine nor a script that begins with '#!'";
  }
}

SpawnFailure describe(const PreparedChild& child, const ChildReport& report) {
  const ChildSettings& settings = child.settings();
  const std::string_view step = child_step_names()[static_cast<std::size_t>(report.step)];
  SpawnFailure out{child_step_names()[static_cast<std::size_t>(report.step)], "", report.error_number,
                   std::string{errno_text(report.error_number)}};
  const bool is_group_of_user = step == "group" && settings.group_name.empty() && settings.uid;
  if (is_group_of_user) out.step = "user";
  if (step == "group" && !is_group_of_user) out.object = user_text(settings.group_name, settings.gid);
  const bool is_only_groups = step == "group" && !settings.gid && !settings.groups_text.empty();
  if (is_only_groups) out.step = "groups", out.object = settings.groups_text;
  if (step == "user" || is_group_of_user) out.object = user_text(settings.user_name, settings.uid);
  if (step == "working-dir") out.object = settings.working_dir;
  if (step == "ready.fd") out.object = fmt::format("{}", settings.extra_number);
  describe_attribute_failure(settings.attributes, report, out);
  if (report.step == exec_step()) describe_exec_failure(child, report, out);
  return out;
}

Spawned not_made(int error_number) {
  return std::unexpected(SpawnFailure{"process", "", error_number, std::string{errno_text(error_number)}});
}

// The child exists and has passed exec, or has failed, or was killed on the way. One that failed is reaped here.
Spawned conclude(const PreparedChild& child, ProcessRef process, const ChildReport& report) {
  if (child.plan().in_progress != nullptr) SpawnPublisher::withdraw(*child.plan().in_progress);
  if (report.step < 0) return process;
  (void)reap(process);  // It has ended or is about to; its status says nothing that the report does not.
  return std::unexpected(describe(child, report));
}

bool is_cgroup_error(int error_number) {
  // ENOENT and ENODEV: the group has been removed.
  return error_number == EACCES || error_number == EBUSY || error_number == EOPNOTSUPP || error_number == EBADF ||
         error_number == ENOENT || error_number == ENODEV;
}

bool is_refusal(int error_number) { return error_number == ENOSYS || error_number == EPERM || error_number == EINVAL; }

ChildRun run_of(const ChildPlan& plan, SpawnMethod method, int report_pipe) {
  return {plan, method, report_pipe, {}, {plan.fds[0], plan.fds[1], plan.fds[2], plan.fds[3]}, ::getpid()};
}

Spawned spawn_by_clone3(const PreparedChild& child) {
  ChildRun run = run_of(child.plan(), SpawnMethod::clone3_vfork, -1);
  // There is no slot for each of many.
  const bool may_share = !sharing_is_refused.load(std::memory_order_relaxed) && child.plan().passed_count == 0;
  const std::optional<SlotLoan> slots = may_share ? SlotLoan::take(run.fds) : std::nullopt;
  int pidfd = -1;
  clone_args args{};
  args.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  if (child.plan().cgroup_fd >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<std::uint64_t>(child.plan().cgroup_fd);
  }
  // The kernel writes it before the child can run, and before anybody who is to be killed gets away from the call.
  if (child.plan().pid_place != nullptr) {
    static_assert(sizeof(std::atomic<pid_t>) == sizeof(pid_t));
    args.flags |= CLONE_PARENT_SETTID;
    args.parent_tid = reinterpret_cast<std::uintptr_t>(child.plan().pid_place);
  }
  if (slots) {
    args.flags |= CLONE_FILES;
    run.private_from = spawn_slots_end();
  }
  long pid = 0;
  {
    const BlockedSignals blocked;
    pid = clone3_vfork(args, run_child, &run);
  }
  const bool is_unshared = run.report.step != 0;  // It is the first step.
  if (pid > 0 && slots && !is_unshared && is_refusal(run.report.error_number)) {
    // The kernel does not know how, or forbids it: once more with a copy of the table.
    sharing_is_refused.store(true, std::memory_order_relaxed);
    (void)conclude(child, ProcessRef{static_cast<pid_t>(pid), UniqueFd{pidfd}}, run.report);
    return spawn_by_clone3(child);
  }
  if (pid > 0) return conclude(child, ProcessRef{static_cast<pid_t>(pid), UniqueFd{pidfd}}, run.report);
  const int error_number = static_cast<int>(-pid);
  if (child.plan().cgroup_fd >= 0 && is_cgroup_error(error_number))
    return std::unexpected(SpawnFailure{"cgroup", "", error_number, std::string{errno_text(error_number)}});
  return not_made(error_number);
}

Spawned spawn_by_fork(const PreparedChild& child) {
  Result<Pipe> pipe = make_pipe();
  if (!pipe) return not_made(pipe.error().sys_errno);
  // Out of the way of the child's 0 to 2.
  Result<UniqueFd> report_end = dup_cloexec_above_stdio(pipe->write_end.get());
  if (!report_end) return not_made(report_end.error().sys_errno);
  pipe->write_end.reset();
  ChildRun run = run_of(child.plan(), SpawnMethod::fork_pipe, report_end->get());

  const BlockedSignals blocked;
  const pid_t pid = ::_Fork();  // The child does nothing that fork(3)'s handlers prepare for.
  if (pid < 0) return not_made(errno);
  if (pid == 0) run_child(&run);
  if (child.plan().in_progress != nullptr) SpawnPublisher::publish(*child.plan().in_progress, pid);
  report_end->reset();
  // End of file without a report: exec has closed the pipe, or the child was killed.
  ChildReport report;
  if (::read(pipe->read_end.get(), &report, sizeof report) != sizeof report) report = {};
  // The number is safe until we reap it. Without a pidfd it is all that there is.
  const long pidfd = ::syscall(SYS_pidfd_open, pid, 0);
  return conclude(child, ProcessRef{pid, UniqueFd{static_cast<int>(pidfd)}}, report);
}

// With fs.suid_dumpable=1 the kernel lets a process that changed its uid be traced by that user, and with shared memory
// that would be our memory (see child.hpp).
bool may_share_memory(const PreparedChild& child) {
  const ChildPlan& plan = child.plan();
  const bool changes_user = (plan.has_uid && plan.uid != ::geteuid()) || (plan.has_gid && plan.gid != ::getegid());
  if (!changes_user) return true;
  const Result<std::string> value = read_file("/proc/sys/fs/suid_dumpable", 16);
  return !value || !value->starts_with('1');
}

}  // namespace

void SpawnPublisher::withdraw(SpawnInProgress& progress) noexcept {
  for (;;) {
    pid_t pid = progress.pid_.load(std::memory_order_acquire);
    if (pid >= 0 && progress.pid_.compare_exchange_weak(pid, 0, std::memory_order_acq_rel)) return;
    ::sched_yield();  // Somebody is in the middle of kill(2).
  }
}

Result<bool> SpawnInProgress::send_signal(Signal signal) noexcept {
  for (;;) {
    pid_t pid = pid_.load(std::memory_order_acquire);
    if (pid == 0) return false;
    if (pid > 0 && pid_.compare_exchange_weak(pid, -pid, std::memory_order_acq_rel)) {
      const int error_number = ::kill(pid, signal.number) < 0 ? errno : 0;
      pid_.store(pid, std::memory_order_release);
      if (error_number != 0) return fail_call(error_number, fmt::format("cannot send {}", signal_name(signal)));
      return true;
    }
    ::sched_yield();
  }
}

std::string SpawnFailure::text() const {
  return object.empty() ? fmt::format("{}: {}", step, reason)
                        : fmt::format("{} '{}': {}", step, printable(object, 4096), reason);
}

Spawned spawn_by(SpawnMethod method, const PreparedChild& child) {
  switch (method) {
    case SpawnMethod::clone3_vfork: return spawn_by_clone3(child);
    case SpawnMethod::fork_pipe: return spawn_by_fork(child);
  }
  CHECK(false && "every method is listed");
  return not_made(ENOSYS);
}

Spawned spawn(const PreparedChild& child) {
  if (clone3_is_refused.load(std::memory_order_relaxed) || !may_share_memory(child)) return spawn_by_fork(child);
  Spawned spawned = spawn_by_clone3(child);
  if (spawned || std::string_view{spawned.error().step} != "process" || !is_refusal(spawned.error().sys_errno))
    return spawned;
  // EINVAL with a cgroup may mean a kernel before 5.7, which still has all the rest.
  if (child.plan().cgroup_fd < 0) clone3_is_refused.store(true, std::memory_order_relaxed);
  return spawn_by_fork(child);
}

SpawnMethod spawn_method() noexcept {
  return clone3_is_refused.load(std::memory_order_relaxed) ? SpawnMethod::fork_pipe : SpawnMethod::clone3_vfork;
}

std::string_view spawn_method_name(SpawnMethod method) noexcept {
  switch (method) {
    case SpawnMethod::clone3_vfork: return "clone3_vfork";
    case SpawnMethod::fork_pipe: return "fork_pipe";
  }
  CHECK(false && "every method is listed");
  return "";
}

}  // namespace sup::sys
