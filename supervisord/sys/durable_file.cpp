#include "sys/durable_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

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

namespace {

// A file beside `path` that nobody else has, empty, as `old` in mode and owner.
Result<UniqueFd> make_alike(std::string& beside, const struct stat& old, const std::string& path) {
  UniqueFd fd{::mkostemp(beside.data(), O_CLOEXEC)};
  if (!fd.is_open()) return fail_call(errno, failing("write beside", path));
  struct stat made = {};
  const bool is_known = ::fstat(fd.get(), &made) == 0;
  const bool is_ours = is_known && made.st_uid == old.st_uid && made.st_gid == old.st_gid;
  if (!is_ours && ::fchown(fd.get(), old.st_uid, old.st_gid) < 0)
    return fail_call(errno, failing("keep the owner of", path));
  // After the owner, who takes the set-id bits away.
  if (::fchmod(fd.get(), old.st_mode & 07777U) < 0) return fail_call(errno, failing("keep the mode of", path));
  return fd;
}

Result<> rewrite_alike(std::string& beside, const struct stat& old, std::string_view content, const std::string& path) {
  const UniqueFd fd = TRY(make_alike(beside, old, path));
  TRY(write_whole(fd.get(), content, path));
  if (::rename(beside.c_str(), path.c_str()) < 0) return fail_call(errno, failing("replace", path));
  return {};
}

}  // namespace

Result<> rewrite_file(const std::string& path, std::string_view content) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  struct stat old = {};
  if (real == nullptr || ::stat(real.get(), &old) < 0) return fail_call(errno, failing("write", path));
  if (!S_ISREG(old.st_mode)) return fail(Errc::invalid, failing("write", path) + ": it is no regular file");
  if (old.st_nlink > 1)
    return fail(Errc::invalid,
                failing("write", path) + ": it has other names (hard links), which would keep the old text");
  std::string beside = std::string(real.get()) + ".XXXXXX";
  if (auto written = rewrite_alike(beside, old, content, real.get()); !written) {
    if (!beside.ends_with(".XXXXXX")) ::unlink(beside.c_str());
    return written;
  }
  return flush_directory_of(real.get());
}

Result<UniqueFd> lock_directory(const std::string& path) {
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd.is_open()) return fail_call(errno, failing("open", path));
  while (::flock(fd.get(), LOCK_EX) < 0)
    if (errno != EINTR) return fail_call(errno, failing("lock", path));
  return fd;
}

}  // namespace sup::sys
