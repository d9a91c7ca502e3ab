#include "sys/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>

#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {

namespace {

std::string quoted(const std::string& path) { return fmt::format("'{}'", printable(path, 4096)); }

// The pid that the file tells, if such a process lives. Between taking the lock and writing the pid the holder's
// predecessor may still stand there, hence the second question.
std::optional<pid_t> told_pid(const UniqueFd& file) {
  std::array<char, 32> text{};
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  pid_t pid = 0;
  if (got <= 0 || std::from_chars(text.data(), text.data() + got, pid).ec != std::errc{} || pid <= 0)
    return std::nullopt;
  if (::kill(pid, 0) < 0 && errno == ESRCH) return std::nullopt;
  return pid;
}

// How often to look again for what the holder is about to write, and for a lock that lock_holder() took for an instant.
// A second in all: on a busy machine the holder may not get the processor for a while in between.
constexpr int kLooks = 1000;
void pause_between_looks() {
  constexpr timespec kMillisecond{0, 1'000'000};
  ::nanosleep(&kMillisecond, nullptr);
}

Result<UniqueFd> open_lock_file(const std::string& path, int flags) {
  UniqueFd file{::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600)};
  if (!file.is_open() && errno == ELOOP)
    return fail(Errc::invalid, fmt::format("cannot lock {}: it is a symbolic link", quoted(path)));
  if (!file.is_open()) return fail_call(errno, fmt::format("cannot lock {}", quoted(path)));
  struct stat facts{};
  if (::fstat(file.get(), &facts) < 0) return fail_call(errno, fmt::format("cannot lock {}", quoted(path)));
  if (!S_ISREG(facts.st_mode))
    return fail(Errc::invalid, fmt::format("cannot lock {}: it is no regular file", quoted(path)));
  return file;
}

// Whether the path still leads to the file that we have open: it may have been deleted or replaced before we locked.
bool is_still_at(const std::string& path, const UniqueFd& file) {
  struct stat ours{};
  struct stat there{};
  return ::fstat(file.get(), &ours) == 0 && ::lstat(path.c_str(), &there) == 0 && ours.st_dev == there.st_dev &&
         ours.st_ino == there.st_ino;
}

Result<> write_pid(const std::string& path, const UniqueFd& file, pid_t pid) {
  const std::string text = fmt::format("{}\n", pid);
  if (::ftruncate(file.get(), 0) < 0 || ::pwrite(file.get(), text.data(), text.size(), 0) < 0)
    return fail_call(errno, fmt::format("cannot write {}", quoted(path)));
  return {};
}

}  // namespace

InstanceLock::~InstanceLock() {
  // A file that tells no pid cannot tell a wrong one. If this fails, told_pid() asks whether the process lives.
  if (file_.is_open()) (void)!::ftruncate(file_.get(), 0);
}

Result<InstanceLock> InstanceLock::take(const std::string& path, pid_t pid) {
  const std::string what = fmt::format("cannot lock {}", quoted(path));
  for (int look = 0; look < kLooks; ++look) {
    UniqueFd file = TRY(open_lock_file(path, O_RDWR | O_CREAT));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
      if (!is_still_at(path, file)) continue;
      TRY(write_pid(path, file, pid));
      return InstanceLock{std::move(file)};
    }
    if (errno != EWOULDBLOCK && errno != EINTR) return fail_call(errno, what);
    const std::optional<pid_t> holder = told_pid(file);
    if (holder && is_still_at(path, file))
      return fail(Errc::busy, fmt::format("{}: already running (pid {})", what, *holder));
    pause_between_looks();
  }
  return fail(Errc::busy, what + ": already running");
}

Result<InstanceLock> InstanceLock::take_over(UniqueFd file, const std::string& path, pid_t pid) {
  TRY(write_pid(path, file, pid));
  return InstanceLock{std::move(file)};
}

void InstanceLock::tell(pid_t pid) { (void)write_pid({}, file_, pid); }

Result<std::optional<pid_t>> lock_holder(const std::string& path) {
  for (int look = 0; look < kLooks; ++look) {
    const Result<UniqueFd> file = open_lock_file(path, O_RDONLY);
    if (!file && file.error().code == Errc::not_found) return std::optional<pid_t>{};
    if (!file) return std::unexpected(file.error());
    // A shared lock for an instant is refused exactly while somebody holds the exclusive one.
    if (::flock(file->get(), LOCK_SH | LOCK_NB) == 0) return std::optional<pid_t>{};
    if (errno != EWOULDBLOCK && errno != EINTR)
      return fail_call(errno, fmt::format("cannot ask for the lock of {}", quoted(path)));
    const std::optional<pid_t> pid = told_pid(*file);
    if (pid) return pid;
    pause_between_looks();
  }
  return fail(Errc::busy, fmt::format("cannot tell who holds {}", quoted(path)));
}

}  // namespace sup::sys
