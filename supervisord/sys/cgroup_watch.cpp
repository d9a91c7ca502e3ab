#include "sys/cgroup_watch.hpp"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/check.hpp"
#include "base/text.hpp"
#include "sys/cgroup_file.hpp"

namespace sup::sys {

namespace {

#ifndef IN_MASK_CREATE
#define IN_MASK_CREATE 0x10000000  // Linux 4.18; older headers.
#endif

// EMFILE and ENOSPC: the user's instances or watches are used up (fs.inotify.*).
std::unexpected<Error> fail_watch(int error_number, std::string what) {
  auto failure = fail_cgroup(error_number, std::move(what));
  if (error_number == EMFILE || error_number == ENOSPC) failure.error().code = Errc::limit;
  if (error_number == EEXIST) failure.error().code = Errc::busy;
  return failure;
}

}  // namespace

Result<CgroupWatch> CgroupWatch::create() {
  UniqueFd inotify{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (!inotify.is_open())
    return fail_watch(
        errno, errno == EMFILE ? "cannot watch cgroups (see fs.inotify.max_user_instances)" : "cannot watch cgroups");
  return CgroupWatch{std::move(inotify)};
}

Result<> CgroupWatch::add(const Cgroup& group, std::uint64_t token) {
  CHECK(!watches_.contains(token));
  // inotify(7) knows paths only; this one goes through our descriptor, wherever the group is mounted.
  const std::string path = fmt::format("/proc/self/fd/{}/cgroup.events", group.directory().get());
  const int watch = ::inotify_add_watch(inotify_.get(), path.c_str(), IN_MODIFY | IN_DONT_FOLLOW | IN_MASK_CREATE);
  if (watch < 0) return fail_watch(errno, fmt::format("cannot watch cgroup '{}'", printable(group.name(), 4096)));
  tokens_[watch] = token;
  watches_[token] = watch;
  return {};
}

void CgroupWatch::remove(std::uint64_t token) noexcept {
  const auto entry = watches_.find(token);
  if (entry == watches_.end()) return;
  // Fails only if the kernel has ended the watch by itself.
  (void)::inotify_rm_watch(inotify_.get(), entry->second);
  tokens_.erase(entry->second);
  watches_.erase(entry);
}

Result<std::vector<std::uint64_t>> CgroupWatch::read() {
  std::vector<std::uint64_t> changed;
  alignas(inotify_event) std::array<char, 16 * (sizeof(inotify_event) + NAME_MAX + 1)> buffer;
  for (int reads = 0; reads < kReadsMax; ++reads) {
    const ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) return fail_errno(errno, "cannot read the watch of cgroups");
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      at += sizeof event + event.len;
      note(event.wd, event.mask, changed);
    }
  }
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  return changed;
}

void CgroupWatch::note(int watch, std::uint32_t mask, std::vector<std::uint64_t>& changed) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    for (const auto& [token, ignored] : watches_) changed.push_back(token);
    return;
  }
  const auto entry = tokens_.find(watch);
  if (entry == tokens_.end()) return;  // Told before remove().
  changed.push_back(entry->second);
  if ((mask & IN_IGNORED) == 0) return;
  // The kernel has ended it: the file system was unmounted, or (in kernels that notice it) the group was removed.
  watches_.erase(entry->second);
  tokens_.erase(entry);
}

}  // namespace sup::sys
