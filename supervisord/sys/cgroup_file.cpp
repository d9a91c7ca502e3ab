#include "sys/cgroup_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>

#include "sys/errors.hpp"

namespace sup::sys {

std::unexpected<Error> fail_cgroup(int error_number, std::string what, std::source_location where) {
  auto failure = fail_call(error_number, std::move(what), where);
  if (error_number == ENODEV) failure.error().code = Errc::not_found;
  if (error_number == EBUSY) failure.error().code = Errc::busy;
  if (error_number == EROFS) failure.error().code = Errc::denied;
  return failure;
}

bool is_cgroup_name(std::string_view name) noexcept {
  constexpr std::string_view kForbidden{"/\n\0", 3};
  return !name.empty() && name.size() <= NAME_MAX && name != "." && name != ".." &&
         name.find_first_of(kForbidden) == std::string_view::npos;
}

std::expected<UniqueFd, int> open_cgroup_dir(int parent, const char* name) noexcept {
  UniqueFd directory{::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!directory.is_open()) return std::unexpected(errno);
  return directory;
}

std::expected<std::string, int> read_cgroup_file(int directory, const char* name, std::size_t limit_bytes) {
  const UniqueFd file{::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!file.is_open()) return std::unexpected(errno);
  std::string content;
  std::size_t used = 0;
  for (std::size_t chunk = 4096;; chunk = std::min<std::size_t>(2 * chunk, 1 << 16)) {
    content.resize(used + chunk);
    const ssize_t got = ::read(file.get(), content.data() + used, chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(errno);
    used += static_cast<std::size_t>(got);
    if (used > limit_bytes) return std::unexpected(EFBIG);
    if (got == 0) break;  // A piece that is shorter than asked for is not the end of a long list.
  }
  content.resize(used);
  return content;
}

std::expected<std::string_view, int> read_small_cgroup_file(int directory, const char* name,
                                                            std::span<char> buffer) noexcept {
  const UniqueFd file{::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!file.is_open()) return std::unexpected(errno);
  ssize_t got = 0;
  do {
    got = ::read(file.get(), buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return std::unexpected(errno);
  return std::string_view{buffer.data(), static_cast<std::size_t>(got)};
}

std::expected<void, int> write_cgroup_file(int directory, const char* name, std::string_view value) noexcept {
  const UniqueFd file{::openat(directory, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!file.is_open()) return std::unexpected(errno);
  // The kernel does not notice a write of nothing; an empty line empties a list (cpuset.cpus).
  if (value.empty()) value = "\n";
  ssize_t written = 0;
  do {
    written = ::write(file.get(), value.data(), value.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0) return std::unexpected(errno);
  // Each write is a command of its own: there is no going on with the rest.
  if (static_cast<std::size_t>(written) != value.size()) return std::unexpected(EIO);
  return {};
}

std::expected<std::vector<std::string>, int> list_cgroup_dirs(int directory) {
  std::expected<UniqueFd, int> copy = open_cgroup_dir(directory, ".");  // With a position of its own.
  if (!copy) return std::unexpected(copy.error());
  const std::unique_ptr<DIR, int (*)(DIR*)> stream{::fdopendir(copy->get()), ::closedir};
  if (!stream) return std::unexpected(errno);
  (void)copy->release();
  std::vector<std::string> out;
  while (const dirent* entry = ::readdir(stream.get()))
    if (entry->d_type == DT_DIR && is_cgroup_name(entry->d_name)) out.emplace_back(entry->d_name);
  return out;
}

}  // namespace sup::sys
