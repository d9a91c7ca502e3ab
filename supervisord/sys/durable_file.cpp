#include "sys/durable_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {
namespace {

std::string failing(std::string_view verb, const std::string& path) {
  return "cannot " + std::string(verb) + " '" + printable(path, 4096) + "'";
}

Result<> write_whole(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_call(errno, failing("write", path));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) < 0) return fail_call(errno, failing("write", path));
  return {};
}

Result<> flush_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd.is_open() || ::fsync(fd.get()) < 0) return fail_call(errno, failing("write", path));
  return {};
}

Result<> write_beside(const std::string& beside, std::string_view content, mode_t mode, const std::string& path) {
  const UniqueFd fd{::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
  if (!fd.is_open()) return fail_call(errno, failing("write", path));
  TRY(write_whole(fd.get(), content, path));
  if (::rename(beside.c_str(), path.c_str()) < 0) return fail_call(errno, failing("replace", path));
  return {};
}

}  // namespace

Result<> replace_file(const std::string& path, std::string_view content, mode_t mode) {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());  // Of a writer that was killed; O_EXCL tells if it cannot be removed.
  if (auto written = write_beside(beside, content, mode, path); !written) {
    ::unlink(beside.c_str());
    return written;
  }
  return flush_directory_of(path);
}

Result<UniqueFd> lock_directory(const std::string& path) {
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd.is_open()) return fail_call(errno, failing("open", path));
  while (::flock(fd.get(), LOCK_EX) < 0)
    if (errno != EINTR) return fail_call(errno, failing("lock", path));
  return fd;
}

}  // namespace sup::sys
