#include "sys/same_file.hpp"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace sup::sys {

Result<FileIdentity> file_identity(const UniqueFd& fd) {
  struct stat status{};
  if (::fstat(fd.get(), &status) < 0) return fail_errno(errno, "cannot look at a descriptor");
  return FileIdentity{status.st_dev, status.st_ino};
}

bool is_same_open_file(const UniqueFd& a, const UniqueFd& b) {
  constexpr int kDupFdQuery = 1024 + 3;  // F_DUPFD_QUERY, Linux 6.10.
  if (const int answer = ::fcntl(a.get(), kDupFdQuery, b.get()); answer >= 0) return answer > 0;
  const pid_t self = ::getpid();
  const long order = ::syscall(SYS_kcmp, self, self, KCMP_FILE, static_cast<unsigned long>(a.get()),
                               static_cast<unsigned long>(b.get()));
  if (order >= 0) return order == 0;
  struct stat status{};
  const bool is_opened_once = ::fstat(a.get(), &status) == 0 && (S_ISSOCK(status.st_mode) || S_ISFIFO(status.st_mode));
  return is_opened_once && ::fcntl(a.get(), F_GETFL) == ::fcntl(b.get(), F_GETFL);
}

}  // namespace sup::sys
