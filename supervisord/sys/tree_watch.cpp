#include "sys/tree_watch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {
namespace {

// IN_CREATE alone is no change of a file, which is written and closed then; a link is whole when it is made.
constexpr std::uint32_t kChanges =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;
constexpr int kReadsAtOnce = 8;  // Who changes files without end does not keep us here.
constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK;

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

// Each step by itself, so that nobody who owns a directory on the way leads us elsewhere. The root may be a link.
Result<UniqueFd> open_below(const std::string& root, const std::string& path) {
  UniqueFd at{::open(root.c_str(), kDirectory)};
  if (!at.is_open()) return cannot_watch(errno, root);
  for (std::string_view rest = std::string_view(path).substr(std::min(path.size(), root.size())); !rest.empty();) {
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    const std::string part(rest.substr(0, rest.find('/')));
    if (part.empty()) break;
    at = UniqueFd{::openat(at.get(), part.c_str(), kDirectory | O_NOFOLLOW)};
    if (!at.is_open()) return cannot_watch(errno, path);
    rest.remove_prefix(part.size());
  }
  return at;
}

struct Child {
  std::string name;
  bool is_directory = false;
};

std::vector<Child> children_of(const UniqueFd& directory) {
  std::vector<Child> out;
  const int copy = ::fcntl(directory.get(), F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return out;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
  if (stream == nullptr) return ::close(copy), out;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat info{};
    const bool is_unknown = entry->d_type == DT_UNKNOWN;
    if (is_unknown && ::fstatat(directory.get(), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) < 0) continue;
    out.push_back({std::string(name), is_unknown ? S_ISDIR(info.st_mode) : entry->d_type == DT_DIR});
  }
  return out;
}

void tell(TreeWatch::Changes& changes, std::string path) {
  if (changes.paths.size() < TreeWatch::kMostPaths)
    changes.paths.push_back(std::move(path));
  else
    changes.is_incomplete = true;
}

}  // namespace

std::string as_pattern(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (std::string_view("*?[\\").contains(byte)) out += '\\';
    out += byte;
  }
  return out;
}

std::string from_pattern(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    out += pattern[i];
  }
  return out;
}

Result<TreeWatch> TreeWatch::create(LeftOut is_left_out) {
  UniqueFd inotify{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (!inotify.is_open()) return cannot_watch(errno, "files");
  return TreeWatch{std::move(inotify), std::move(is_left_out)};
}

Result<> TreeWatch::add(const std::string& path) {
  const std::filesystem::path whole(path);
  std::error_code error;
  if (std::filesystem::is_directory(whole, error)) {
    const UniqueFd directory = TRY(open_below(path, path));
    return add_tree(directory, path, path, 0, nullptr);
  }
  const std::string above = whole.has_parent_path() ? whole.parent_path().string() : ".";
  return add_matching(above, as_pattern(whole.filename().string()));
}

Result<> TreeWatch::add_matching(const std::string& directory, const std::string& pattern) {
  const UniqueFd opened = TRY(open_below(directory, directory));
  return add_directory(opened, {directory, directory, {pattern}});
}

// By its descriptor: what has its name may be another thing by now. Without /proc by its name.
Result<> TreeWatch::add_directory(const UniqueFd& directory, Directory known) {
  if (directories_.size() >= kMostDirectories)
    return fail(Errc::limit, fmt::format("cannot watch '{}': more than {} directories", printable(known.path, 4096),
                                         kMostDirectories));
  const std::string by_descriptor = fmt::format("/proc/self/fd/{}", directory.get());
  const std::uint32_t flags = kChanges | IN_ONLYDIR;
  int watch = ::inotify_add_watch(inotify_.get(), by_descriptor.c_str(), flags);
  if (watch < 0 && errno == ENOENT && ::access("/proc/self/fd", F_OK) < 0)
    watch = ::inotify_add_watch(inotify_.get(), known.path.c_str(),
                                flags | (known.path == known.root ? 0U : std::uint32_t{IN_DONT_FOLLOW}));
  if (watch < 0) return cannot_watch(errno, known.path);
  const auto found = directories_.find(watch);
  if (found != directories_.end()) {  // It may have another name by now. All of it counts more than some names.
    if (found->second.only.empty()) known.only.clear();
    if (!known.only.empty()) known.only.insert(known.only.end(), found->second.only.begin(), found->second.only.end());
  }
  directories_.insert_or_assign(watch, std::move(known));
  return {};
}

// Watched first, so that nothing comes between. With `changes` all that is in it is new.
Result<> TreeWatch::add_tree(const UniqueFd& directory, const std::string& path, const std::string& root,
                             std::size_t depth, Changes* changes) {
  TRY(add_directory(directory, {path, root, {}}));
  if (depth >= kDeepest)
    return fail(Errc::limit, fmt::format("cannot watch below '{}': it is {} deep", printable(path, 4096), kDeepest));
  for (const Child& child : children_of(directory)) {
    const std::string below = path == "/" ? "/" + child.name : fmt::format("{}/{}", path, child.name);
    if (changes != nullptr) tell(*changes, below);
    if (!child.is_directory || is_left_out(below)) continue;
    const UniqueFd next{::openat(directory.get(), child.name.c_str(), kDirectory | O_NOFOLLOW)};
    if (!next.is_open()) continue;  // It has gone, or is not for us.
    TRY(add_tree(next, below, root, depth + 1, changes));
  }
  return {};
}

void TreeWatch::add_newcomer(const Directory& above, const std::string& path, Changes& changes) {
  const auto directory = open_below(above.root, path);
  if (!directory) return;  // It has gone, or is a link now.
  const auto depth = static_cast<std::size_t>(std::ranges::count(path.substr(above.root.size()), '/'));
  if (const auto added = add_tree(*directory, path, above.root, depth, &changes); !added) {
    changes.is_incomplete = true;
    changes.trouble = added.error().what;
  }
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
  if ((mask & IN_Q_OVERFLOW) != 0) changes.is_incomplete = changes.must_begin_anew = true;
  const auto found = directories_.find(watch);
  if (found == directories_.end()) return;
  const Directory directory = found->second;
  const bool is_gone = (mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) != 0;
  if (is_gone && directory.path == directory.root) changes.must_begin_anew = true;
  if ((mask & IN_IGNORED) != 0) {
    directories_.erase(found);
    return;
  }
  std::error_code error;
  if ((mask & IN_MOVE_SELF) != 0 && !std::filesystem::is_directory(directory.path, error))
    return forget_below(directory.path);
  const auto counts = [&](const std::string& pattern) { return glob_match(pattern, name); };
  if (!directory.only.empty() && std::ranges::none_of(directory.only, counts)) return;
  const std::string path = name.empty()            ? directory.path
                           : directory.path == "/" ? fmt::format("/{}", name)
                                                   : fmt::format("{}/{}", directory.path, name);
  tell(changes, path);
  const bool is_new_directory = (mask & IN_ISDIR) != 0 && (mask & (IN_CREATE | IN_MOVED_TO)) != 0;
  if (is_new_directory && !directory.only.empty()) changes.must_begin_anew = true;
  if (is_new_directory && directory.only.empty() && !is_left_out(path)) add_newcomer(directory, path, changes);
}

Result<TreeWatch::Changes> TreeWatch::read() {
  Changes changes;
  alignas(inotify_event) std::array<char, 64 * (sizeof(inotify_event) + NAME_MAX + 1)> buffer;
  for (int reads = 0; reads < kReadsAtOnce; ++reads) {
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
  return changes;
}

}  // namespace sup::sys
