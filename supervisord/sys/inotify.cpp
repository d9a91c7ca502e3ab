#include "sys/inotify.hpp"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {

namespace {

// IN_MOVED_TO: something else was moved over the name.
constexpr std::uint32_t kNameGone = IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr std::uint32_t kDirectoryGone = IN_DELETE_SELF | IN_MOVE_SELF;

NameChange change_of(const inotify_event& event, std::string_view event_name, std::string_view name) {
  if ((event.mask & (kDirectoryGone | IN_UNMOUNT | IN_IGNORED)) != 0) return NameChange::directory;
  if ((event.mask & IN_Q_OVERFLOW) != 0) return NameChange::removed;
  return (event.mask & kNameGone) != 0 && event_name == name ? NameChange::removed : NameChange::none;
}

}  // namespace

Result<NameWatch> NameWatch::create(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const std::string what = fmt::format("cannot watch '{}'", printable(path, 4096));
  if (name.empty()) return fail(Errc::invalid, what + ": no name of a file");

  UniqueFd inotify{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (!inotify.is_open() ||
      ::inotify_add_watch(inotify.get(), directory.c_str(), kNameGone | kDirectoryGone | IN_ONLYDIR) < 0) {
    auto failure = fail_call(errno, what);
    // EMFILE and ENOSPC: the user's instances or watches are used up (fs.inotify.*).
    if (failure.error().sys_errno == EMFILE || failure.error().sys_errno == ENOSPC) failure.error().code = Errc::limit;
    return failure;
  }
  return NameWatch{std::move(inotify), std::move(name)};
}

Result<NameChange> NameWatch::read() {
  NameChange sum = NameChange::none;
  alignas(inotify_event) std::array<char, 16 * (sizeof(inotify_event) + NAME_MAX + 1)> buffer;
  for (;;) {
    const ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return sum;
    if (got <= 0) return fail_errno(errno, fmt::format("cannot read the watch of '{}'", printable(name_)));
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      // The name is padded with NULs to its length.
      const std::string_view event_name = event.len > 0 ? buffer.data() + at + sizeof event : "";
      const NameChange change = change_of(event, event_name, name_);
      if (change == NameChange::directory || sum == NameChange::none) sum = change;
      at += sizeof event + event.len;
    }
  }
}

}  // namespace sup::sys
