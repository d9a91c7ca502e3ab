#include "ctl/connect_failure.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sys/accounts.hpp"

namespace sup::ctl {
namespace {

std::string user_name(uid_t uid) {
  const auto account = sys::find_user_by_id(uid);
  return account && *account && !(*account)->name.empty() ? (*account)->name : fmt::format("{}", uid);
}

std::string group_name(gid_t gid) {
  const auto group = sys::find_group(fmt::format("{}", gid));
  return group && *group && !(*group)->name.empty() ? (*group)->name : fmt::format("{}", gid);
}

std::string owner_and_mode(const struct stat& info) {
  return fmt::format("{}:{} {:04o}", user_name(info.st_uid), group_name(info.st_gid), info.st_mode & 07777);
}

// The first directory on the way to `path` that may not be searched; empty if there is none.
std::string closed_directory(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    if (::access(directory.c_str(), X_OK) < 0 && errno == EACCES) return directory;
  }
  return {};
}

std::string denied_text(const std::string& path) {
  struct stat info{};
  const std::string directory = closed_directory(path);
  std::string text = fmt::format("permission denied on {}", path);
  if (!directory.empty() && ::stat(directory.c_str(), &info) == 0)
    text += fmt::format(": directory {} is {}", directory, owner_and_mode(info));
  else if (::stat(path.c_str(), &info) == 0)
    text += fmt::format(": owner {}", owner_and_mode(info));
  return text + fmt::format("; you are uid {}", ::geteuid());
}

}  // namespace

Failure connect_failure(const std::string& path, const Error& error) {
  struct stat info{};
  const bool is_there = ::lstat(path.c_str(), &info) == 0;
  const bool is_socket = is_there && ::stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
  switch (error.sys_errno) {
    case ENOENT:
    case ENOTDIR: return {ExitCode::no_daemon, fmt::format("supervisord is not running: no socket at {}", path)};
    case EACCES:
    case EPERM: return {ExitCode::denied, denied_text(path)};
    case ECONNREFUSED:
      if (is_there && !is_socket) return {ExitCode::incompatible, fmt::format("{} is not a socket", path)};
      return {ExitCode::stale_socket, fmt::format("supervisord is not running: nobody listens on the socket {}", path)};
    case EAGAIN:
      return {ExitCode::timed_out, fmt::format("supervisord does not answer: the queue of {} is full", path)};
    case EPROTOTYPE: return {ExitCode::incompatible, fmt::format("{} is not a stream socket", path)};
    default: break;
  }
  return {error.code == Errc::limit ? ExitCode::usage : ExitCode::failed, error.what};
}

}  // namespace sup::ctl
