#include "sys/process.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <charconv>
#include <csignal>

#include "base/check.hpp"
#include "sys/errors.hpp"
#include "sys/file.hpp"

namespace sup::sys {

namespace {

// In the enum idtype_t since glibc 2.36 only.
constexpr auto kByPidfd = static_cast<idtype_t>(3);

ExitStatus status_of(const siginfo_t& info) noexcept {
  ExitStatus status;
  if (info.si_code == CLD_EXITED)
    status.code = info.si_status;
  else
    status.signal = info.si_status;
  status.core_dumped = info.si_code == CLD_DUMPED;
  return status;
}

// The status of a child that has ended; empty if it runs on, which only happens with WNOHANG in `flags`.
Result<std::optional<ExitStatus>> wait_for(const ProcessRef& process, int flags) {
  siginfo_t info{};
  int result = 0;
  do {
    info.si_pid = 0;
    result = process.pidfd.is_open()
                 ? ::waitid(kByPidfd, static_cast<id_t>(process.pidfd.get()), &info, WEXITED | flags)
                 : ::waitid(P_PID, static_cast<id_t>(process.pid), &info, WEXITED | flags);
  } while (result < 0 && errno == EINTR);
  if (result < 0) return fail_call(errno, fmt::format("cannot wait for process {}", process.pid));
  if (info.si_pid == 0) return std::optional<ExitStatus>{};
  return std::optional{status_of(info)};
}

}  // namespace

Result<ProcessRef> open_process(pid_t pid) {
  CHECK(pid > 0);
  const long fd = ::syscall(SYS_pidfd_open, pid, 0);
  if (fd >= 0) return ProcessRef{pid, UniqueFd{static_cast<int>(fd)}};
  const int error_number = errno;
  if (error_number != ENOSYS && error_number != EPERM)
    return fail_call(error_number, fmt::format("cannot open process {}", pid));
  if (::kill(pid, 0) < 0 && errno == ESRCH) return fail_call(ESRCH, fmt::format("cannot open process {}", pid));
  return ProcessRef{pid, {}};
}

Result<> send_signal(const ProcessRef& process, Signal signal) {
  CHECK(process.pid > 0);
  const long result = process.pidfd.is_open()
                          ? ::syscall(SYS_pidfd_send_signal, process.pidfd.get(), signal.number, nullptr, 0)
                          : ::kill(process.pid, signal.number);
  if (result < 0)
    return fail_call(errno, fmt::format("cannot send {} to process {}", signal_name(signal), process.pid));
  return {};
}

Result<> send_group_signal(pid_t pgid, Signal signal) {
  CHECK(pgid > 1);
  if (::kill(-pgid, signal.number) < 0)
    return fail_call(errno, fmt::format("cannot send {} to process group {}", signal_name(signal), pgid));
  return {};
}

Result<std::optional<ExitStatus>> try_reap(const ProcessRef& process) { return wait_for(process, WNOHANG); }

Result<std::optional<ExitStatus>> look_at_end(const ProcessRef& process) {
  return wait_for(process, WNOHANG | WNOWAIT);
}

void reap_seen(pid_t pid) noexcept {
  siginfo_t info{};
  (void)::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG);
}

Result<ExitStatus> reap(const ProcessRef& process) {
  const std::optional<ExitStatus> status = TRY(wait_for(process, 0));
  CHECK(status.has_value());
  return *status;
}

bool ignores_signal(pid_t pid, Signal signal) {
  constexpr std::string_view kKey = "\nSigIgn:\t";
  constexpr std::size_t kMostBytes = 16 * 1024;
  constexpr int kBase = 16;
  const auto status = read_file(fmt::format("/proc/{}/status", pid), kMostBytes);
  const std::size_t found = status ? status->find(kKey) : std::string::npos;
  if (found == std::string::npos) return false;
  std::uint64_t bits = 0;
  std::from_chars(status->data() + found + kKey.size(), status->data() + status->size(), bits, kBase);
  return (bits >> (signal.number - 1) & 1) != 0;
}

namespace {

std::optional<Reaped> any_of_this_thread(int flags) noexcept {
  siginfo_t info{};
  // Fails only with ECHILD: no child at all.
  if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WNOTHREAD | flags) < 0 || info.si_pid == 0) return std::nullopt;
  return Reaped{info.si_pid, status_of(info)};
}

}  // namespace

std::optional<Reaped> reap_any_of_this_thread() noexcept { return any_of_this_thread(0); }

std::optional<Reaped> look_at_any_of_this_thread() noexcept { return any_of_this_thread(WNOWAIT); }

Result<> become_subreaper() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) return fail_errno(errno, "cannot become sub-reaper");
  return {};
}

}  // namespace sup::sys
