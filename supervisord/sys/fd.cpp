#include "sys/fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.hpp"

namespace sup::sys {

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return fail_errno(errno, "cannot make a pipe");
  return Pipe{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

Result<std::size_t> set_pipe_size(const UniqueFd& pipe_end, std::size_t bytes) {
  // EBUSY: the pipe holds more than that. EPERM: over fs.pipe-max-size, or the user's pages are used up. Neither is a
  // failure, the pipe works with what it has.
  const int given = ::fcntl(pipe_end.get(), F_SETPIPE_SZ, static_cast<int>(bytes));
  if (given >= 0) return static_cast<std::size_t>(given);
  if (errno != EPERM && errno != EBUSY) return fail_errno(errno, fmt::format("cannot set pipe size {}", bytes));
  const int present = ::fcntl(pipe_end.get(), F_GETPIPE_SZ);
  if (present < 0) return fail_errno(errno, "cannot get pipe size");
  return static_cast<std::size_t>(present);
}

Result<UniqueFd> make_eventfd() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return fail_errno(errno, "cannot make an eventfd");
  return UniqueFd{fd};
}

void notify_eventfd(const UniqueFd& eventfd) noexcept {
  const std::uint64_t one = 1;
  // EAGAIN: the counter is at its maximum, so the reader is notified already.
  const ssize_t written = ::write(eventfd.get(), &one, sizeof one);
  CHECK(written == sizeof one || errno == EAGAIN);
}

std::uint64_t drain_eventfd(const UniqueFd& eventfd) noexcept {
  std::uint64_t count = 0;
  const ssize_t got = ::read(eventfd.get(), &count, sizeof count);
  CHECK(got == sizeof count || errno == EAGAIN);
  return got == sizeof count ? count : 0;
}

Result<> set_nonblocking(const UniqueFd& fd) {
  int on = 1;  // fcntl(2) would have to ask for the other flags first.
  if (::ioctl(fd.get(), FIONBIO, &on) < 0)
    return fail_errno(errno, fmt::format("cannot set descriptor {} non-blocking", fd.get()));
  return {};
}

Result<UniqueFd> dup_cloexec_above_stdio(int fd) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (copy < 0) return fail_errno(errno, fmt::format("cannot duplicate descriptor {}", fd));
  return UniqueFd{copy};
}

Result<> open_missing_stdio() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // open(2) gives the lowest free number, and those below are taken: this is `fd`. Not close-on-exec, as stdio is.
    const int opened = ::open("/dev/null", O_RDWR);
    if (opened < 0) return fail_errno(errno, "cannot open '/dev/null'");
    CHECK(opened == fd);
  }
  return {};
}

}  // namespace sup::sys
