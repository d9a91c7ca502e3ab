#include "config/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/text.hpp"
#include "sys/unique_fd.hpp"

namespace sup {
namespace {

constexpr std::string_view kMainFile = "supervisord.toml";
constexpr std::string_view kDropInDir = "conf.d";

struct CloseDir {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// Names that load() takes from a directory, in its order.
std::vector<std::string> toml_names(DIR* directory) {
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name.ends_with(".toml") && !name.starts_with('.') && names.size() <= kMaxConfigFiles) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a != kMainFile, std::string_view(a)) < std::pair(b != kMainFile, std::string_view(b));
  });
  return names;
}

class Reader {
 public:
  Reader(const LoadOptions& options, Report& report) : options_(options), report_(report) {}

  void read_path(const std::string& path) {
    const UniqueFd fd = open(AT_FDCWD, path, path);
    if (!fd.is_open()) return;
    struct stat status = {};
    if (!examine(fd, path, status)) return;
    const std::size_t before = files_.size();
    if (!S_ISDIR(status.st_mode)) return read_file(fd, path, status);
    std::string directory = path;
    while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
    read_directory(fd, directory);
    read_drop_ins(fd, directory);
    if (files_.size() == before && !report_.has_errors()) report_.warning(path, {}, "no *.toml is in this directory");
  }

  std::vector<ConfigFile> take() { return std::move(files_); }

 private:
  static constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;  // A fifo must not make us wait.

  UniqueFd open(int at, const std::string& path, const std::string& shown) {
    UniqueFd fd(::openat(at, path.c_str(), kFlags));
    if (!fd.is_open()) report_.error(shown, {}, fmt::format("cannot open: {}", errno_text(errno)));
    return fd;
  }

  // Whether it is there and nobody but us and root could have written it.
  bool examine(const UniqueFd& fd, const std::string& shown, struct stat& status) {
    if (::fstat(fd.get(), &status) != 0) {
      report_.error(shown, {}, fmt::format("cannot examine: {}", errno_text(errno)));
      return false;
    }
    if (options_.who.uid != 0 || options_.trust == FileTrust::unchecked) return true;
    const char* const noun = S_ISDIR(status.st_mode) ? "directory" : "file";
    if (status.st_uid != 0)
      report_.error(shown, {}, fmt::format("root does not trust a {} of another user (uid {})", noun, status.st_uid),
                    "chown it to root");
    else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
      report_.error(
          shown, {},
          fmt::format("root does not trust a {} that others may write to (mode {:04o})", noun, status.st_mode & 07777U),
          "chmod go-w");
    else
      return true;
    return false;
  }

  void read_directory(const UniqueFd& fd, const std::string& directory) {
    // fdopendir(3) takes its descriptor over; ours is needed for openat(2).
    const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, CloseDir> entries(copy < 0 ? nullptr : ::fdopendir(copy));
    if (entries == nullptr) {
      report_.error(directory, {}, fmt::format("cannot list: {}", errno_text(errno)));
      if (copy >= 0) ::close(copy);
      return;
    }
    for (const std::string& name : toml_names(entries.get())) {
      const std::string shown = (directory == "/" ? "" : directory) + "/" + name;
      const UniqueFd file = open(fd.get(), name, shown);
      struct stat status = {};
      if (file.is_open() && examine(file, shown, status)) read_file(file, shown, status);
    }
  }

  // conf.d below the directory, if there is one.
  void read_drop_ins(const UniqueFd& fd, const std::string& directory) {
    const UniqueFd drop_ins(::openat(fd.get(), kDropInDir.data(), kFlags | O_DIRECTORY));
    const std::string shown = (directory == "/" ? "" : directory) + "/" + std::string(kDropInDir);
    struct stat status = {};
    if (!drop_ins.is_open() && errno != ENOENT && errno != ENOTDIR)
      report_.error(shown, {}, fmt::format("cannot open: {}", errno_text(errno)));
    if (drop_ins.is_open() && examine(drop_ins, shown, status)) read_directory(drop_ins, shown);
  }

  void read_file(const UniqueFd& fd, const std::string& shown, const struct stat& status) {
    if (!S_ISREG(status.st_mode))
      return report_.error(shown, {}, "cannot read: neither a regular file nor a directory");
    if (files_.size() == kMaxConfigFiles)
      return report_.error(shown, {}, fmt::format("cannot read more than {} files", kMaxConfigFiles));
    // The size is a hint: the file may grow meanwhile.
    std::string text(std::clamp<std::size_t>(static_cast<std::size_t>(status.st_size), 4096, kMaxConfigFileBytes) + 1,
                     '\0');
    std::size_t used = 0;
    while (used <= kMaxConfigFileBytes) {
      if (used == text.size()) text.resize(std::min(2 * used, kMaxConfigFileBytes + 1));
      const ssize_t count = ::read(fd.get(), text.data() + used, text.size() - used);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return report_.error(shown, {}, fmt::format("cannot read: {}", errno_text(errno)));
      if (count == 0) break;
      used += static_cast<std::size_t>(count);
    }
    if (used > kMaxConfigFileBytes) return report_.error(shown, {}, too_large_text());
    files_.push_back({shown, text.substr(0, used)});
  }

  const LoadOptions& options_;
  Report& report_;
  std::vector<ConfigFile> files_;
};

}  // namespace

std::string too_large_text() {
  return fmt::format("cannot read: it is larger than {}", format_size(kMaxConfigFileBytes));
}

std::vector<ConfigFile> read_config_files(std::span<const std::string> paths, const LoadOptions& options,
                                          Report& report) {
  Reader reader(options, report);
  for (const std::string& path : paths) reader.read_path(path);
  return reader.take();
}

}  // namespace sup
