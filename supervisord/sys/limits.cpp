#include "sys/limits.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "sys/errors.hpp"

namespace sup::sys {

namespace {

constexpr const char* kOwnDescriptors = "/proc/self/fd";

struct LimitRow {
  const char* key;
  int resource;
};
constexpr std::string_view kPrefix = "limits.";
constexpr LimitRow kLimits[] = {
    {"limits.as", RLIMIT_AS},           {"limits.core", RLIMIT_CORE},         {"limits.cpu", RLIMIT_CPU},
    {"limits.data", RLIMIT_DATA},       {"limits.fsize", RLIMIT_FSIZE},       {"limits.locks", RLIMIT_LOCKS},
    {"limits.memlock", RLIMIT_MEMLOCK}, {"limits.msgqueue", RLIMIT_MSGQUEUE}, {"limits.nice", RLIMIT_NICE},
    {"limits.nofile", RLIMIT_NOFILE},   {"limits.nproc", RLIMIT_NPROC},       {"limits.rss", RLIMIT_RSS},
    {"limits.rtprio", RLIMIT_RTPRIO},   {"limits.rttime", RLIMIT_RTTIME},     {"limits.sigpending", RLIMIT_SIGPENDING},
    {"limits.stack", RLIMIT_STACK},
};

}  // namespace

std::optional<int> limit_resource(std::string_view name) {
  for (const LimitRow& row : kLimits)
    if (std::string_view(row.key).substr(kPrefix.size()) == name) return row.resource;
  return std::nullopt;
}

const char* limit_key(int resource) {
  for (const LimitRow& row : kLimits)
    if (row.resource == resource) return row.key;
  return "limits";
}

Result<LimitValues> limit_of(int resource) {
  LimitValues limits;  // Laid out as struct rlimit64.
  if (::syscall(SYS_prlimit64, 0, resource, nullptr, &limits) < 0)
    return fail_errno(errno, std::string("cannot get ") + limit_key(resource));
  return limits;
}

Result<NofileLimits> nofile_limits() { return limit_of(RLIMIT_NOFILE); }

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
