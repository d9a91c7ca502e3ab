#include "sys/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {

namespace {

// A path as error messages show it: the user's text, with anything unprintable made visible.
std::string quoted(const std::string& path) { return fmt::format("'{}'", printable(path, 4096)); }

}  // namespace

Result<UniqueFd> open_read(const std::string& path) {
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC)};
  if (!fd.is_open()) return fail_call(errno, "cannot open " + quoted(path));
  return fd;
}

Result<std::string> read_file(const std::string& path, std::size_t limit_bytes) {
  // O_NONBLOCK keeps open(2) from waiting for the writer of a fifo; it changes nothing for a regular file.
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd.is_open()) return fail_call(errno, "cannot read " + quoted(path));
  struct stat facts{};
  if (::fstat(fd.get(), &facts) < 0) return fail_call(errno, "cannot read " + quoted(path));
  if (S_ISDIR(facts.st_mode))
    return fail(Errc::invalid, fmt::format("cannot read {}: it is a directory", quoted(path)));
  if (!S_ISREG(facts.st_mode) && !S_ISCHR(facts.st_mode))
    return fail(Errc::invalid, fmt::format("cannot read {}: it is no regular file", quoted(path)));

  // The size is a hint only: files of /proc say 0, and any file may grow meanwhile.
  std::string content;
  std::size_t used = 0;
  std::size_t chunk = std::clamp<std::size_t>(static_cast<std::size_t>(facts.st_size) + 1, 4096, 1 << 16);
  for (;;) {
    content.resize(used + chunk);
    const ssize_t got = ::read(fd.get(), content.data() + used, chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_call(errno, "cannot read " + quoted(path));
    used += static_cast<std::size_t>(got);
    if (used > limit_bytes)
      return fail(Errc::limit,
                  fmt::format("cannot read {}: it is larger than {}", quoted(path), format_size(limit_bytes)));
    if (got == 0) break;
  }
  content.resize(used);
  return content;
}

Result<> ensure_dir(const std::string& path, mode_t mode) {
  for (std::size_t end = 1; end <= path.size(); ++end) {
    if (end != path.size() && path[end] != '/') continue;
    const std::string prefix = path.substr(0, end);
    if (::mkdir(prefix.c_str(), mode) == 0) continue;
    // Only EEXIST says for certain that the name is taken; with a read-only or unwritable parent an existing directory
    // can give EROFS or EACCES. So every refusal is checked against what is there.
    const int error_number = errno;
    struct stat facts{};
    if (::stat(prefix.c_str(), &facts) < 0) return fail_call(error_number, "cannot create directory " + quoted(prefix));
    if (!S_ISDIR(facts.st_mode))
      return fail(Errc::invalid,
                  fmt::format("cannot create directory {}: it exists and is no directory", quoted(prefix)));
  }
  if (path.empty()) return fail(Errc::invalid, "cannot create directory '': the path is empty");
  return {};
}

Result<> can_write_in(const std::string& directory) {
  for (std::string path = directory;; path = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1))) {
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return {};
    if (errno != ENOENT || path.size() <= 1 || !path.starts_with('/'))
      return fail_call(errno, "cannot write in " + quoted(path));
  }
}

Result<> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) return fail_call(errno, "cannot remove " + quoted(path));
  return {};
}

Result<FileIdentity> identity_of(const std::string& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) < 0) return fail_call(errno, "cannot look at " + quoted(path));
  return FileIdentity{facts.st_dev, facts.st_ino};
}

Result<WallTime> last_change_of(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) < 0) return fail_call(errno, "cannot look at " + quoted(path));
  return WallTime{std::chrono::seconds{facts.st_ctim.tv_sec} + Duration{facts.st_ctim.tv_nsec}};
}

}  // namespace sup::sys
