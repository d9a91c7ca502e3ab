#include "sys/log_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <memory>

#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {
namespace {

constexpr int kMaxLinks = 40;  // As the kernel.
constexpr int kMaxRaces = 8;   // Between looking for a name and making it.
constexpr mode_t kLogMode = 0640;
constexpr int kOpenFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;

std::string quoted(const std::string& path) { return fmt::format("'{}'", printable(path, 4096)); }

// One call where no link is on the way, as nearly always. Nothing: there is one, or the kernel (before 5.6) cannot
// tell.
std::optional<UniqueFd> open_without_links(const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_NO_SYMLINKS;
  const auto fd = static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how));
  if (fd >= 0) return UniqueFd(fd);
  return std::nullopt;
}

// Whether a link that stands in this directory can only be root's doing.
bool is_trusted(const struct stat& directory, const struct stat& link) {
  constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
  const bool is_closed = (directory.st_mode & kOthersWrite) == 0 || (directory.st_mode & S_ISVTX) != 0;
  return directory.st_uid == 0 && link.st_uid == 0 && is_closed;
}

// The components of a path, the last one first.
void push_components(std::vector<std::string>& stack, std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  stack.insert(stack.end(), parts.rbegin(), parts.rend());
}

UniqueFd open_root() { return UniqueFd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)); }

// Goes through a path component by component and judges each link on the way.
class Walk {
 public:
  explicit Walk(const std::string& path) : what_("cannot open directory " + quoted(path)), at_(open_root()) {
    push_components(rest_, path);
  }

  Result<UniqueFd> run() {
    if (!at_.is_open()) return fail_call(errno, what_);
    while (!rest_.empty()) {
      const std::string name = std::move(rest_.back());
      rest_.pop_back();
      TRY(step(name));
    }
    return std::move(at_);
  }

 private:
  Result<> step(const std::string& name) {
    UniqueFd next(::openat(at_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat facts{};
    if (!next.is_open() || ::fstat(next.get(), &facts) < 0) return fail_call(errno, what_);
    if (S_ISLNK(facts.st_mode)) return follow(next, facts, name);
    if (!S_ISDIR(facts.st_mode)) return fail_call(ENOTDIR, what_);
    at_ = std::move(next);
    return {};
  }

  Result<> follow(const UniqueFd& link, const struct stat& facts, const std::string& name) {
    struct stat directory{};
    if (::fstat(at_.get(), &directory) < 0) return fail_call(errno, what_);
    if (!is_trusted(directory, facts))
      return fail(Errc::invalid, fmt::format("{}: {} on the way is a symbolic link that others than root can change",
                                             what_, quoted(name)));
    if (++links_ > kMaxLinks) return fail_call(ELOOP, what_);
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(link.get(), "", target, sizeof target);
    if (size < 0) return fail_call(errno, what_);
    const std::string_view text(target, static_cast<std::size_t>(size));
    if (text.starts_with('/')) at_ = open_root();
    push_components(rest_, text);
    return {};
  }

  std::string what_;
  UniqueFd at_;
  std::vector<std::string> rest_;
  int links_ = 0;
};

std::unexpected<Error> explain_failure(int error_number, const std::string& place) {
  const std::string what = "cannot open log " + quoted(place);
  if (error_number == EISDIR) return fail(Errc::invalid, what + ": it is a directory");
  if (error_number == ELOOP) return fail(Errc::invalid, what + ": it is a symbolic link");
  if (error_number == ENXIO) return fail(Errc::invalid, what + ": it is a socket, or a fifo that nobody reads");
  return fail_call(error_number, what);
}

// Whether root may write to, or read, what was opened.
Result<> check_opened(const UniqueFd& fd, const std::string& place) {
  struct stat facts{};
  if (::fstat(fd.get(), &facts) < 0) return fail_call(errno, "cannot open log " + quoted(place));
  if (!S_ISREG(facts.st_mode) && !S_ISFIFO(facts.st_mode) && !S_ISCHR(facts.st_mode))
    return fail(Errc::invalid,
                fmt::format("cannot open log {}: it is no regular file, fifo or character device", quoted(place)));
  if (S_ISREG(facts.st_mode) && facts.st_nlink > 1 && ::geteuid() == 0)
    return fail(Errc::invalid, fmt::format("cannot open log {}: the file has {} names (hard links), root writes to a "
                                           "file with one name only",
                                           quoted(place), facts.st_nlink));
  return {};
}

}  // namespace

LogName split_log_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

std::string LogDirectory::place_of(const std::string& name) const {
  return path_ == "/" ? path_ + name : fmt::format("{}/{}", path_, name);
}

// Who is not root gives nobody more than he has: the kernel's own way is the right one.
Result<LogDirectory> LogDirectory::open(const std::string& path) {
  if (auto fast = open_without_links(path)) return LogDirectory(std::move(*fast), path);
  if (::geteuid() == 0 && path.starts_with('/')) return LogDirectory(TRY(Walk(path).run()), path);
  UniqueFd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) return fail_call(errno, "cannot open directory " + quoted(path));
  return LogDirectory(std::move(fd), path);
}

// A name that appears or goes between the two calls is looked at again.
Result<UniqueFd> LogDirectory::open_log(const std::string& name, std::optional<FileOwner> owner) const {
  const std::string place = place_of(name);
  for (int race = 0;; ++race) {
    UniqueFd fd(::openat(directory_.get(), name.c_str(), kOpenFlags));
    if (fd.is_open()) {
      TRY(check_opened(fd, place));
      return fd;
    }
    if (errno != ENOENT) return explain_failure(errno, place);
    auto made = create(name, kLogMode, owner);
    if (made || made.error().sys_errno != EEXIST) return made;
    if (race == kMaxRaces) return explain_failure(EAGAIN, place);
  }
}

Result<UniqueFd> LogDirectory::open_old(const std::string& name) const {
  const std::string place = place_of(name);
  UniqueFd fd(::openat(directory_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK));
  if (!fd.is_open()) return explain_failure(errno, place);
  TRY(check_opened(fd, place));
  struct stat facts{};
  if (::fstat(fd.get(), &facts) < 0 || !S_ISREG(facts.st_mode))
    return fail(Errc::invalid, fmt::format("cannot open log {}: it is no regular file", quoted(place)));
  return fd;
}

// Only root can give files away; for others the file is their own.
Result<UniqueFd> LogDirectory::create(const std::string& name, mode_t mode, std::optional<FileOwner> owner) const {
  UniqueFd fd(::openat(directory_.get(), name.c_str(), kOpenFlags | O_CREAT | O_EXCL, mode));
  if (!fd.is_open()) return explain_failure(errno, place_of(name));
  if (owner && ::geteuid() == 0 && ::fchown(fd.get(), owner->uid, owner->gid) < 0)
    return fail_call(errno, fmt::format("cannot give log {} to its user", quoted(place_of(name))));
  return fd;
}

Result<LogDirectory::Facts> LogDirectory::facts_of(const UniqueFd& file, const std::string& name) const {
  constexpr mode_t kPermissions = 0777;
  struct stat facts{};
  if (::fstat(file.get(), &facts) < 0) return fail_call(errno, "cannot look at " + quoted(place_of(name)));
  return Facts{facts.st_mode & kPermissions, {facts.st_uid, facts.st_gid}};
}

// File systems without RENAME_NOREPLACE (NFS) get a look before.
Result<> LogDirectory::rename(const std::string& from, const std::string& to) const {
  const int dir = directory_.get();
  if (::renameat2(dir, from.c_str(), dir, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  int error = errno;
  if (error == EINVAL || error == ENOSYS) {
    struct stat facts{};
    const bool is_free = ::fstatat(dir, to.c_str(), &facts, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
    if (is_free && ::renameat(dir, from.c_str(), dir, to.c_str()) == 0) return {};
    error = is_free ? errno : EEXIST;
  }
  return fail_call(error, fmt::format("cannot rename {} to {}", quoted(place_of(from)), quoted(to)));
}

Result<> LogDirectory::remove(const std::string& name) const {
  if (::unlinkat(directory_.get(), name.c_str(), 0) == 0 || errno == ENOENT) return {};
  return fail_call(errno, "cannot remove " + quoted(place_of(name)));
}

Result<UniqueFd> LogDirectory::make_nameless() const {
  constexpr mode_t kMode = 0600;
  UniqueFd fd(::openat(directory_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, kMode));
  if (!fd.is_open()) return fail_call(errno, "cannot make a file in " + quoted(path_));
  return fd;
}

Result<FileIdentity> LogDirectory::identity_of(const std::string& name) const {
  struct stat facts{};
  if (::fstatat(directory_.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) < 0)
    return fail_call(errno, "cannot look at " + quoted(place_of(name)));
  return FileIdentity{facts.st_dev, facts.st_ino};
}

Result<std::vector<LogDirectory::Entry>> LogDirectory::list(const std::string& prefix) const {
  constexpr std::uint64_t kBlock = 512;  // The unit of st_blocks, whatever the file system's is.
  UniqueFd fd(::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) return fail_call(errno, "cannot list " + quoted(path_));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
  if (stream == nullptr) return fail_call(errno, "cannot list " + quoted(path_));
  (void)fd.release();
  std::vector<Entry> out;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    struct stat facts{};
    if (!name.starts_with(prefix)) continue;
    if (::fstatat(directory_.get(), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(facts.st_mode))
      continue;
    out.push_back({std::string(name), static_cast<std::uint64_t>(facts.st_blocks) * kBlock});
  }
  std::ranges::sort(out, {}, &Entry::name);
  return out;
}

Result<UniqueFd> open_log(const std::string& path, std::optional<FileOwner> owner) {
  const LogName name = split_log_path(path);
  const auto directory = LogDirectory::open(name.directory);
  if (!directory) {
    const Error& error = directory.error();
    if (error.sys_errno != 0) return fail_call(error.sys_errno, "cannot open log " + quoted(path));
    return fail(error.code, fmt::format("cannot open log {}: {}", quoted(path), error.what));
  }
  return directory->open_log(name.file, owner);
}

}  // namespace sup::sys
