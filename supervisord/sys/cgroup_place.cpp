#include "sys/cgroup_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <iterator>

#include "base/text.hpp"
#include "sys/cgroup.hpp"
#include "sys/cgroup_file.hpp"
#include "sys/file.hpp"

namespace sup::sys {

namespace {

constexpr std::size_t kMountinfoLimit = std::size_t{1} << 26;  // 100,000 mounts (fs.mount-max) of usual length fit in.
constexpr std::size_t kProcCgroupLimit = std::size_t{1} << 16;

// Takes what is before the next separator off the front.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view out = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return out;
}

// Blanks, line ends and backslashes in paths stand as \ooo there (proc_pid_mountinfo(5)).
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned code = 0;
    const char* digits = text.data() + at + 1;
    const bool is_escape = text[at] == '\\' && text.size() - at > 3 &&
                           std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3 && code < 256;
    out += is_escape ? static_cast<char>(code) : text[at];
    if (is_escape) at += 3;
  }
  return out;
}

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty())
    if (take(list, ',') == word) return true;
  return false;
}

// "38 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw"; the optional fields before the "-"
// are any number.
std::optional<CgroupMount> parse_mount(std::string_view line) {
  constexpr std::size_t kRoot = 3, kPoint = 4, kOptions = 5, kCount = 6;
  std::array<std::string_view, kCount> fields;
  for (std::string_view& field : fields) field = take(line, ' ');
  while (!line.empty() && take(line, ' ') != "-") {
  }
  if (take(line, ' ') != "cgroup2") return std::nullopt;
  take(line, ' ');
  return CgroupMount{unescaped(fields[kRoot]), unescaped(fields[kPoint]),
                     has_word(fields[kOptions], "ro") || has_word(line, "ro")};
}

// Whether a path begins at the root of our cgroup namespace and stays there.
bool is_inside(std::string_view path) {
  if (!path.starts_with('/')) return false;
  while (!path.empty())
    if (take(path, '/') == "..") return false;
  return true;
}

// The group at `below`, component by component, so that a link on the way is refused and not followed.
std::expected<UniqueFd, int> open_below(const CgroupMount& mount, std::string_view below) {
  std::expected<UniqueFd, int> directory = open_cgroup_dir(AT_FDCWD, mount.point.c_str());
  while (directory && !below.empty())
    directory = open_cgroup_dir(directory->get(), std::string{take(below, '/')}.c_str());
  if (!directory) return directory;
  struct statfs facts{};
  if (::fstatfs(directory->get(), &facts) < 0) return std::unexpected(errno);
  // Something else has been mounted over it.
  if (facts.f_type != CGROUP2_SUPER_MAGIC) return std::unexpected(ENOTDIR);
  return directory;
}

Result<CgroupPlace> place_in(const CgroupMount& mount, const std::string& path) {
  const std::string what = "cannot find our cgroup";
  const std::optional<std::string> below = cgroup_below(mount, path);
  if (!below)
    return fail(Errc::not_found, fmt::format("{}: what is mounted at '{}' does not show '{}'", what,
                                             printable(mount.point, 4096), printable(path, 4096)));
  std::expected<UniqueFd, int> directory = open_below(mount, *below);
  if (!directory)
    return fail_cgroup(directory.error(),
                       fmt::format("{}: '{}' in '{}'", what, printable(path, 4096), printable(mount.point, 4096)));
  CgroupPlace place{std::move(*directory), mount.point, *below};
  // The text of /proc may be that of another namespace than what is mounted here. Being listed is proof.
  const std::expected<std::string, int> listed =
      read_cgroup_file(place.directory.get(), "cgroup.procs", kMountinfoLimit);
  if (!listed) return fail_cgroup(listed.error(), fmt::format("{}: '{}'", what, printable(place.path(), 4096)));
  if (('\n' + *listed).find(fmt::format("\n{}\n", ::getpid())) == std::string::npos)
    return fail(Errc::not_found, fmt::format("{}: '{}' is another one", what, printable(place.path(), 4096)));
  return place;
}

}  // namespace

std::vector<CgroupMount> cgroup_mounts(std::string_view mountinfo) {
  std::vector<CgroupMount> out, read_only;
  while (!mountinfo.empty())
    if (std::optional<CgroupMount> mount = parse_mount(take(mountinfo, '\n')))
      (mount->is_read_only ? read_only : out).push_back(std::move(*mount));
  std::ranges::move(read_only, std::back_inserter(out));
  return out;
}

std::optional<std::string> own_cgroup_path(std::string_view proc_self_cgroup) {
  constexpr std::string_view kVersion2 = "0::";
  while (!proc_self_cgroup.empty()) {
    const std::string_view line = take(proc_self_cgroup, '\n');
    if (line.starts_with(kVersion2)) return std::string{line.substr(kVersion2.size())};
  }
  return std::nullopt;
}

std::optional<std::string> cgroup_below(const CgroupMount& mount, std::string_view path) {
  if (!is_inside(mount.root) || !is_inside(path)) return std::nullopt;
  std::string_view root = mount.root;
  if (root.ends_with('/')) root.remove_suffix(1);
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (path.empty()) return "";
  if (!path.starts_with('/')) return std::nullopt;  // "/ab" is not below "/a".
  return std::string{path.substr(1)};
}

std::vector<std::string> version1_controllers(std::string_view proc_self_cgroup) {
  std::vector<std::string> out;
  while (!proc_self_cgroup.empty()) {
    std::string_view line = take(proc_self_cgroup, '\n');
    take(line, ':');
    std::string_view names = take(line, ':');
    while (!names.empty()) {
      const std::string_view name = take(names, ',');
      if (name.find('=') != std::string_view::npos) continue;  // name=systemd: a hierarchy without controllers.
      out.emplace_back(name == "blkio" ? "io" : name);
    }
  }
  return out;
}

Result<CgroupPlace> find_cgroup_place() {
  const std::string what = "cannot find our cgroup";
  const Result<std::string> mountinfo = read_file("/proc/self/mountinfo", kMountinfoLimit);
  if (!mountinfo) return std::unexpected(Error{mountinfo.error()}.wrap(what));
  const Result<std::string> own = read_file("/proc/self/cgroup", kProcCgroupLimit);
  if (!own) return std::unexpected(Error{own.error()}.wrap(what));
  const std::vector<CgroupMount> mounts = cgroup_mounts(*mountinfo);
  const std::optional<std::string> path = own_cgroup_path(*own);
  if (mounts.empty() || !path) return fail(Errc::not_found, what + ": cgroup v2 is not mounted");
  std::optional<Error> reason;
  for (const CgroupMount& mount : mounts) {
    Result<CgroupPlace> place = place_in(mount, *path);
    if (place) return place;
    if (!reason) reason = std::move(place).error();
  }
  return std::unexpected(std::move(*reason));
}

}  // namespace sup::sys
