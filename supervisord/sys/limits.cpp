#include "sys/limits.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

#include "sys/errors.hpp"

namespace sup::sys {

namespace {

constexpr const char* kOwnDescriptors = "/proc/self/fd";

}  // namespace

Result<NofileLimits> nofile_limits() {
  rlimit limits{};
  if (::getrlimit(RLIMIT_NOFILE, &limits) < 0) return fail_errno(errno, "cannot get the limit of open files");
  return NofileLimits{limits.rlim_cur, limits.rlim_max};
}

Result<NofileLimits> raise_nofile() {
  const NofileLimits original = TRY(nofile_limits());
  const rlimit raised{original.hard, original.hard};
  if (::setrlimit(RLIMIT_NOFILE, &raised) < 0) return fail_errno(errno, "cannot raise the limit of open files");
  return original;
}

Result<std::size_t> open_descriptor_count() {
  struct stat facts{};
  if (::stat(kOwnDescriptors, &facts) < 0) return fail_call(errno, "cannot count open descriptors");
  if (facts.st_size > 0) return static_cast<std::size_t>(facts.st_size);

  const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir(kOwnDescriptors), ::closedir};
  if (!directory) return fail_call(errno, "cannot count open descriptors");
  std::size_t count = 0;
  while (const dirent* entry = ::readdir(directory.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count - 1;  // The listing has a descriptor of its own.
}

}  // namespace sup::sys
