#include "sys/mounts.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>

#include <cerrno>
#include <optional>

#include "sys/errors.hpp"
#include "sys/file.hpp"

namespace sup::sys {
namespace {

constexpr std::size_t kListLimit = std::size_t{4} << 20;

std::string_view take(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view out = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return out;
}

// Blanks, line ends and backslashes stand as \ooo.
std::string unescaped(std::string_view text) {
  constexpr unsigned kOctal = 8;
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, 3);
    if (text[i] != '\\' || digits.size() < 3 || !is_octal(digits[0]) || !is_octal(digits[1]) || !is_octal(digits[2])) {
      out += text[i];
      continue;
    }
    unsigned code = 0;
    for (const char digit : digits) code = code * kOctal + static_cast<unsigned>(digit - '0');
    out += static_cast<char>(code);
    i += 3;
  }
  return out;
}

// ID PARENT DEVICE ROOT PATH OPTIONS FIELD... - TYPE SOURCE SUPER-OPTIONS.
std::optional<MountPoint> parse(std::string_view line) {
  constexpr int kBeforePath = 4;
  for (int i = 0; i < kBeforePath; ++i) (void)take(line, ' ');
  MountPoint out{.path = unescaped(take(line, ' ')), .type = {}, .source = {}};
  while (!line.empty() && take(line, ' ') != "-") {
  }
  out.type = take(line, ' ');
  out.source = unescaped(take(line, ' '));
  out.is_read_only = take(line, ',') == "ro";
  return out.path.starts_with('/') && !out.type.empty() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::vector<MountPoint> mount_points_in(std::string_view mountinfo) {
  std::vector<MountPoint> out;
  while (!mountinfo.empty())
    if (auto found = parse(take(mountinfo, '\n'))) out.push_back(std::move(*found));
  return out;
}

Result<std::vector<MountPoint>> mount_points() {
  return mount_points_in(TRY(read_file("/proc/self/mountinfo", kListLimit)));
}

// It is on another file system than the directory that it stands in; the root stands in itself.
bool is_mount_point(const std::string& path) {
  struct stat here{};
  struct stat above{};
  if (::lstat(path.c_str(), &here) < 0 || ::lstat((path + "/..").c_str(), &above) < 0) return false;
  return here.st_dev != above.st_dev || here.st_ino == above.st_ino;
}

Result<> mount(const Mount& what) {
  constexpr mode_t kMode = 0755;
  (void)ensure_dir(what.path, kMode);  // That it is missing is what the mount would say, too.
  if (::mount(what.type, what.path, what.type, what.flags, what.options) < 0)
    return fail_call(errno, fmt::format("cannot mount {} at {}", what.type, what.path));
  return {};
}

Result<> unmount(const std::string& path) {
  if (::umount2(path.c_str(), UMOUNT_NOFOLLOW) < 0) return fail_call(errno, fmt::format("cannot unmount {}", path));
  return {};
}

Result<> remount_read_only(const std::string& path) {
  if (::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) < 0)
    return fail_call(errno, fmt::format("cannot remount {} read-only", path));
  return {};
}

std::vector<std::string> swap_places() {
  std::vector<std::string> out;
  const auto list = read_file("/proc/swaps", kListLimit);
  std::string_view rest = list ? std::string_view(*list) : std::string_view();
  (void)take(rest, '\n');  // The names of the columns.
  while (!rest.empty()) {
    std::string_view line = take(rest, '\n');
    if (line.starts_with('/')) out.push_back(unescaped(take(line, ' ')));
  }
  return out;
}

Result<> swap_off(const std::string& place) {
  if (::swapoff(place.c_str()) < 0) return fail_call(errno, fmt::format("cannot take {} out of use for swap", place));
  return {};
}

}  // namespace sup::sys
