#include "daemon/credentials.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "sys/errors.hpp"
#include "sys/file.hpp"
#include "sys/unique_fd.hpp"

namespace sup {
namespace {

constexpr mode_t kPlaceMode = 0711;  // Who has a directory in it may come to that; nobody has to list them.
constexpr mode_t kFileMode = 0400;
constexpr std::size_t kMaxSecretBytes = 64 << 10;  // Of a variable; the kernel takes 128 KiB.

bool is_in_memory(const std::string& path) {
  struct statfs info{};
  if (::statfs(path.c_str(), &info) < 0) return false;
  return info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC;
}

auto cannot(std::string_view what, const std::string& path) {
  return sys::fail_call(errno, fmt::format("{} '{}'", what, printable(path, 4096)));
}

// Nobody but us (or root) may have put something there, or may do so.
Result<> check_place(const std::string& place) {
  if (::mkdir(place.c_str(), kPlaceMode) < 0 && errno != EEXIST) return cannot("cannot make", place);
  const UniqueFd fd{::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd.is_open()) return cannot("cannot open", place);
  struct stat info{};
  if (::fstat(fd.get(), &info) < 0) return cannot("cannot look at", place);
  constexpr mode_t kOthers = S_IWGRP | S_IWOTH;
  if (info.st_uid != ::geteuid() || (info.st_mode & kOthers) != 0)
    return fail(Errc::denied, fmt::format("'{}' is not ours alone", printable(place, 4096)));
  return {};
}

Result<> write_secret(const UniqueFd& directory, const std::string& name, std::string_view bytes,
                      const CredentialsOwner& owner) {
  const UniqueFd file{
      ::openat(directory.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode)};
  if (!file.is_open()) return cannot("cannot make", name);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return cannot("cannot write", name);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (owner.uid && ::fchown(file.get(), *owner.uid, static_cast<gid_t>(-1)) < 0)
    return cannot("cannot give away", name);
  return {};
}

// The directory stays ours, so that its user cannot put anything into it; his group may list it.
Result<> close_directory(const UniqueFd& directory, const CredentialsOwner& owner) {
  constexpr mode_t kOwn = 0500;
  constexpr mode_t kForGroup = 0550;
  const bool is_others = owner.uid && *owner.uid != ::geteuid();
  if (is_others && owner.gid && ::fchown(directory.get(), static_cast<uid_t>(-1), *owner.gid) < 0)
    return cannot("cannot give away", "the directory");
  if (::fchmod(directory.get(), is_others ? kForGroup : kOwn) < 0) return cannot("cannot close", "the directory");
  return {};
}

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> out;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    out.push_back(entry->path().filename().string());
  return out;
}

Result<std::string> read_source(const std::string& name, const std::string& path, std::size_t limit) {
  auto bytes = sys::read_file(path, limit);
  if (!bytes) return std::unexpected(std::move(bytes).error().wrap(fmt::format("credentials.{}", name)));
  return bytes;
}

Result<> fill(const std::string& path, const NamedFiles& sources, const CredentialsOwner& owner) {
  const UniqueFd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!directory.is_open()) return cannot("cannot open", path);
  std::size_t left = kMaxCredentialBytes;
  for (const auto& [name, source] : sources.files) {
    const std::string bytes = TRY(read_source(name, source, left));
    left -= bytes.size();
    TRY(write_secret(directory, name, bytes, owner));
  }
  return close_directory(directory, owner);
}

}  // namespace

Result<std::string> credentials_place(const std::string& runtime_dir, const std::string& identity) {
  constexpr std::string_view kShared = "/dev/shm";
  if (!runtime_dir.empty() && is_in_memory(runtime_dir)) return runtime_dir + "/credentials";
  if (is_in_memory(std::string(kShared)))
    return fmt::format("{}/supervisord-{}-{:016x}", kShared, ::geteuid(), std::hash<std::string>{}(identity));
  return fail(Errc::invalid, "credentials: neither the run-time directory nor /dev/shm is in memory here");
}

// First under another name: who finds the directory finds all of it.
Result<> provide_credentials(const std::string& directory, const NamedFiles& sources, const CredentialsOwner& owner) {
  constexpr mode_t kWhileMaking = 0700;
  struct stat info{};
  if (::lstat(directory.c_str(), &info) == 0) return {};
  TRY(check_place(directory.substr(0, directory.rfind('/'))));
  const std::string making = directory + ".new";
  remove_credentials(making);
  if (::mkdir(making.c_str(), kWhileMaking) < 0) return cannot("credentials: cannot make", making);
  auto filled = fill(making, sources, owner);
  if (filled && ::rename(making.c_str(), directory.c_str()) < 0) filled = cannot("credentials: cannot make", directory);
  if (!filled) remove_credentials(making);
  return filled;
}

void remove_credentials(const std::string& directory) {
  const UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd.is_open()) return;
  constexpr mode_t kWhileRemoving = 0700;
  (void)::fchmod(fd.get(), kWhileRemoving);  // Ours may not be written by us, either.
  for (const std::string& name : names_in(directory)) (void)::unlinkat(fd.get(), name.c_str(), 0);
  (void)::rmdir(directory.c_str());
}

void remove_credentials_but(const std::string& place, std::span<const std::string> names) {
  struct stat info{};
  if (::lstat(place.c_str(), &info) < 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid()) return;
  for (const std::string& name : names_in(place))
    if (std::ranges::find(names, name) == names.end()) remove_credentials(fmt::format("{}/{}", place, name));
  (void)::rmdir(place.c_str());
}

Result<std::string> read_secret(const std::string& path) {
  std::string text = TRY(sys::read_file(path, kMaxSecretBytes));
  if (text.ends_with('\n')) text.pop_back();
  if (text.find('\0') != text.npos) return fail(Errc::invalid, fmt::format("'{}' has a NUL byte", printable(path)));
  return text;
}

}  // namespace sup
