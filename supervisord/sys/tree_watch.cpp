#include "sys/tree_watch.hpp"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {
namespace {

// IN_CREATE alone is no change of a file, which is written and closed then; a link is whole when it is made.
constexpr std::uint32_t kChanges =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;

auto cannot_watch(int error, const std::string& path) {
  auto failure = fail_call(error, fmt::format("cannot watch '{}'", printable(path, 4096)));
  // EMFILE and ENOSPC: the user's instances or watches are used up.
  if (error == EMFILE || error == ENOSPC) {
    failure.error().code = Errc::limit;
    failure.error().what +=
        error == EMFILE ? " (see fs.inotify.max_user_instances)" : " (see fs.inotify.max_user_watches)";
  }
  return failure;
}

}  // namespace

Result<TreeWatch> TreeWatch::create(LeftOut is_left_out) {
  UniqueFd inotify{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (!inotify.is_open()) return cannot_watch(errno, "files");
  return TreeWatch{std::move(inotify), std::move(is_left_out)};
}

Result<> TreeWatch::add(const std::string& path) {
  const std::filesystem::path whole(path);
  std::error_code error;
  if (std::filesystem::is_directory(whole, error)) return add_tree(path);
  const std::string directory = whole.has_parent_path() ? whole.parent_path().string() : ".";
  return add_directory(directory, whole.filename().string());
}

Result<> TreeWatch::add_directory(const std::string& path, std::string only) {
  const std::uint32_t flags = kChanges | IN_ONLYDIR | (only.empty() ? std::uint32_t{0} : IN_MASK_ADD);
  const int watch = ::inotify_add_watch(inotify_.get(), path.c_str(), flags);
  if (watch < 0) return cannot_watch(errno, path);
  const auto known = directories_.find(watch);
  if (known != directories_.end() && known->second.only != only) only.clear();  // Both: all that is there counts.
  directories_.insert_or_assign(watch, Directory{path, std::move(only)});       // It may have another name by now.
  return {};
}

// Watched first, so that nothing comes between.
Result<> TreeWatch::add_tree(const std::string& path) {
  TRY(add_directory(path, {}));
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code no_matter;
    const bool is_ours = entry->is_directory(no_matter) && !entry->is_symlink(no_matter);
    if (is_ours && !is_left_out(entry->path().string())) TRY(add_tree(entry->path().string()));
  }
  return {};
}

// It has gone elsewhere.
void TreeWatch::forget_below(const std::string& path) {
  std::erase_if(directories_, [&](const auto& entry) {
    const std::string& below = entry.second.path;
    const bool is_below = below.starts_with(path) && (below.size() == path.size() || below[path.size()] == '/');
    if (is_below) ::inotify_rm_watch(inotify_.get(), entry.first);
    return is_below;
  });
}

void TreeWatch::take(int watch, std::uint32_t mask, std::string_view name, Changes& changes) {
  if ((mask & IN_Q_OVERFLOW) != 0) changes.is_incomplete = true;
  const auto found = directories_.find(watch);
  if (found == directories_.end()) return;
  const Directory directory = found->second;
  if ((mask & IN_IGNORED) != 0) {
    directories_.erase(found);
    return;
  }
  std::error_code error;
  if ((mask & IN_MOVE_SELF) != 0 && !std::filesystem::is_directory(directory.path, error))
    return forget_below(directory.path);
  if (!directory.only.empty() && directory.only != name) return;
  const std::string path = name.empty() ? directory.path : fmt::format("{}/{}", directory.path, name);
  const bool is_new_directory = (mask & IN_ISDIR) != 0 && (mask & (IN_CREATE | IN_MOVED_TO)) != 0;
  if (is_new_directory && directory.only.empty() && !is_left_out(path)) {
    if (const auto added = add_tree(path); !added && added.error().code != Errc::not_found) {
      changes.is_incomplete = true;
      changes.trouble = added.error().what;
    }
  }
  changes.paths.push_back(path);
}

Result<TreeWatch::Changes> TreeWatch::read() {
  Changes changes;
  alignas(inotify_event) std::array<char, 64 * (sizeof(inotify_event) + NAME_MAX + 1)> buffer;
  for (;;) {
    const ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return changes;
    if (got <= 0) return fail_errno(errno, "cannot read what has changed of files");
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      // The name is padded with NULs to its length.
      take(event.wd, event.mask, event.len > 0 ? buffer.data() + at + sizeof event : "", changes);
      at += sizeof event + event.len;
    }
  }
}

}  // namespace sup::sys
