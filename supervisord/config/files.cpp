#include "config/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "config/layer_keys.hpp"
#include "config/toml.hpp"
#include "sys/tree_watch.hpp"
#include "sys/unique_fd.hpp"

namespace sup {
namespace {

constexpr std::string_view kMainFile = "supervisord.toml";
constexpr std::string_view kMoreFilesDir = "conf.d";
constexpr std::string_view kDropInSuffix = ".d";

struct CloseDir {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// What load() takes from a directory, in its order.
struct Listing {
  std::vector<std::string> files;
  std::vector<std::string> drop_in_dirs;  // What may be such a directory.
};
Listing list_names(DIR* directory) {
  Listing out;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name.starts_with('.')) continue;
    if (name.ends_with(".toml") && out.files.size() <= kMaxConfigFiles) out.files.emplace_back(name);
    const bool may_be_directory = entry->d_type == DT_DIR || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
    if (name.ends_with(kDropInSuffix) && name != kMoreFilesDir && may_be_directory &&
        out.drop_in_dirs.size() <= kMaxConfigFiles)
      out.drop_in_dirs.emplace_back(name);
  }
  std::sort(out.files.begin(), out.files.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a != kMainFile, std::string_view(a)) < std::pair(b != kMainFile, std::string_view(b));
  });
  std::sort(out.drop_in_dirs.begin(), out.drop_in_dirs.end());
  return out;
}

std::string joined(const std::string& directory, std::string_view name) {
  return (directory == "/" ? "" : directory) + "/" + std::string(name);
}
// Of a path as a user writes it.
std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}
// Beside the file of this path, as a user would write it.
std::string beside(const std::string& path, std::string_view name) {
  const std::size_t slash = path.rfind('/');
  return path.substr(0, slash == path.npos ? 0 : slash + 1) + std::string(name);
}

// The names of all that a file says of services, and of what is external.
std::vector<std::string_view> defined_in(const Value& root) {
  std::vector<std::string_view> out;
  for (const std::string_view kind : {"service", "external"}) {
    const Entry* entry = root.get_if<ValueTable>()->find(kind);
    const auto* table = entry != nullptr ? entry->value.get_if<ValueTable>() : nullptr;
    for (std::size_t i = 0; table != nullptr && i < table->entries.size(); ++i) out.push_back(table->entries[i].key);
  }
  return out;
}

// Paths that match, sorted; hidden ones only where the pattern begins with a dot.
std::vector<std::string> matches_of(const std::string& pattern) {
  glob_t found = {};
  std::vector<std::string> out;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
    out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::sort(out.begin(), out.end());
  return out;
}

class Reader {
 public:
  Reader(const LoadOptions& options, Report& report) : options_(options), report_(report) {}

  void read_path(const std::string& path) {
    looked_for_.insert(sys::as_pattern(path));
    const UniqueFd fd = open(AT_FDCWD, path, path);
    if (!fd.is_open()) return;
    struct stat status = {};
    if (!examine(fd, path, status)) return;
    const std::size_t before = files_.size();
    if (!S_ISDIR(status.st_mode)) {
      read_file(fd, path, status, ConfigKind::definitions);
      if (files_.size() > before) read_drop_ins_beside(before);
      return;
    }
    std::string directory = path;
    while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
    read_directory(fd, directory);
    read_more_files(fd, directory);
    if (files_.size() == before && !report_.has_errors()) report_.warning(path, {}, "no *.toml is in this directory");
  }

  void read_text(ConfigFile file) {
    files_.push_back(parsed(std::move(file)));
    follow_includes(files_.size() - 1, {});
  }

  ReadFiles take() { return {std::move(files_), {looked_for_.begin(), looked_for_.end()}}; }

 private:
  static constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;  // A fifo must not make us wait.

  using FileId = std::pair<dev_t, ino_t>;
  static FileId id_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

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
    const std::string why = distrust(options_, status);
    if (!why.empty()) report_.error(shown, {}, why, trust_hint(status));
    return why.empty();
  }

  // Of a directory that nobody has named: who can write there decides what is read.
  bool examine_directory(const std::string& path) {
    if (options_.who.uid != 0 || options_.trust == FileTrust::unchecked) return true;
    const UniqueFd fd = open(AT_FDCWD, path, path);
    struct stat status = {};
    return fd.is_open() && examine(fd, path, status);
  }

  std::optional<Listing> list(const UniqueFd& fd, const std::string& directory) {
    // fdopendir(3) takes its descriptor over; ours is needed for openat(2).
    const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, CloseDir> entries(copy < 0 ? nullptr : ::fdopendir(copy));
    if (entries != nullptr) return list_names(entries.get());
    report_.error(directory, {}, fmt::format("cannot list: {}", errno_text(errno)));
    if (copy >= 0) ::close(copy);
    return std::nullopt;
  }

  void read_files_of(const UniqueFd& fd, const std::string& directory, const Listing& listing, ConfigKind kind) {
    for (const std::string& name : listing.files) {
      const std::string shown = joined(directory, name);
      const UniqueFd file = open(fd.get(), name, shown);
      struct stat status = {};
      if (file.is_open() && examine(file, shown, status)) read_file(file, shown, status, kind);
    }
  }

  void read_directory(const UniqueFd& fd, const std::string& directory) {
    const auto listing = list(fd, directory);
    if (!listing) return;
    read_files_of(fd, directory, *listing, ConfigKind::definitions);
    for (const std::string& name : listing->drop_in_dirs) read_drop_in_dir(fd.get(), name, joined(directory, name));
  }

  // conf.d below the directory, if there is one.
  void read_more_files(const UniqueFd& fd, const std::string& directory) {
    const UniqueFd more(::openat(fd.get(), kMoreFilesDir.data(), kFlags | O_DIRECTORY));
    const std::string shown = joined(directory, kMoreFilesDir);
    struct stat status = {};
    if (!more.is_open() && errno != ENOENT && errno != ENOTDIR)
      report_.error(shown, {}, fmt::format("cannot open: {}", errno_text(errno)));
    if (more.is_open() && examine(more, shown, status)) read_directory(more, shown);
  }

  // NAME.d, if it is a directory from which nothing else was read. A drop-in that cannot be read is an error as any
  // other file: what it was to change would be lost silently.
  void read_drop_in_dir(int at, const std::string& path, const std::string& shown) {
    const UniqueFd fd(::openat(at, path.c_str(), kFlags | O_DIRECTORY));
    struct stat status = {};
    if (!fd.is_open() && errno != ENOENT && errno != ENOTDIR)
      report_.error(shown, {}, fmt::format("cannot open: {}", errno_text(errno)));
    if (!fd.is_open() || ::fstat(fd.get(), &status) != 0 || !directories_.insert(id_of(status)).second) return;
    const auto listing = list(fd, shown);
    if (!listing || listing->files.empty()) return;
    if (examine(fd, shown, status)) read_files_of(fd, shown, *listing, ConfigKind::drop_in);
  }

  // For what a single file defines.
  void read_drop_ins_beside(std::size_t index) {
    if (!files_[index].root || !options_.follows_files) return;
    const std::string name = files_[index].file.name;
    std::vector<std::string> directories;
    for (const std::string_view service : defined_in(*files_[index].root))
      directories.push_back(beside(name, std::string(service) + std::string(kDropInSuffix)));
    bool is_examined = false;
    for (const std::string& directory : directories) {
      if (directory.find('/', name.rfind('/') + 1) != directory.npos) continue;
      looked_for_.insert(sys::as_pattern(directory));
      if (::access(directory.c_str(), F_OK) != 0) continue;
      if (!is_examined && !examine_directory(directory_of(name))) return;
      is_examined = true;
      read_drop_in_dir(AT_FDCWD, directory, directory);
    }
  }

  void read_file(const UniqueFd& fd, const std::string& shown, const struct stat& status, ConfigKind kind) {
    if (!S_ISREG(status.st_mode))
      return report_.error(shown, {}, "cannot read: neither a regular file nor a directory");
    if (included_.contains(id_of(status))) return;
    if (files_.size() == kMaxConfigFiles)
      return report_.error(shown, {}, fmt::format("cannot read more than {} files", kMaxConfigFiles));
    auto text = read_text_of(fd, shown, static_cast<std::size_t>(status.st_size));
    if (!text) return;
    read_.insert(id_of(status));
    files_.push_back(parsed({shown, *std::move(text), kind}));
    if (kind != ConfigKind::definitions) return;
    path_.push_back({id_of(status), shown});
    follow_includes(files_.size() - 1, directory_of(shown));
    path_.pop_back();
  }

  std::optional<std::string> read_text_of(const UniqueFd& fd, const std::string& shown, std::size_t size) {
    // The size is a hint: the file may grow meanwhile.
    std::string text(std::clamp<std::size_t>(size, 4096, kMaxConfigFileBytes) + 1, '\0');
    std::size_t used = 0;
    while (used <= kMaxConfigFileBytes) {
      if (used == text.size()) text.resize(std::min(2 * used, kMaxConfigFileBytes + 1));
      const ssize_t count = ::read(fd.get(), text.data() + used, text.size() - used);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        report_.error(shown, {}, fmt::format("cannot read: {}", errno_text(errno)));
        return std::nullopt;
      }
      if (count == 0) return text.substr(0, used);
      used += static_cast<std::size_t>(count);
    }
    report_.error(shown, {}, too_large_text());
    return std::nullopt;
  }

  // ---- include ----

  // `directory`: of the file; empty: it has none.
  void follow_includes(std::size_t index, const std::string& directory) {
    if (!files_[index].root || !options_.follows_files) return;
    const Entry* include = files_[index].root->get_if<ValueTable>()->find(kIncludeKey);
    if (include == nullptr) return;
    const std::string file = files_[index].file.name;
    const Value value = include->value;  // The list of files grows, and moves.
    Decoder decoder(file, "", report_);
    const Decoder::Scope scope(decoder, kIncludeKey);
    Words words;
    if (!Codec<Words>::decode(decoder, value, words)) return;
    const auto* list = value.get_if<ValueArray>();
    for (std::size_t i = 0; i < words.list.size(); ++i)
      include_all(decoder, list != nullptr ? (*list)[i].span : value.span, file, directory, words.list[i]);
  }

  void include_all(Decoder& decoder, Span place, const std::string& file, const std::string& directory,
                   const std::string& word) {
    if (word.find('\0') != word.npos) return decoder.error(place, "a path has no NUL byte");
    if (path_.size() >= kMaxIncludeDepth)
      return decoder.error(place, fmt::format("more than {} files include each other", kMaxIncludeDepth));
    if (directory.empty() && word[0] != '/')
      return decoder.error(place, "this text is in no directory", "write an absolute path");
    const std::string path = word[0] == '/' ? word : beside(file, word);
    const bool has_pattern = word.find_first_of("*?[") != word.npos;
    looked_for_.insert(has_pattern ? path : sys::as_pattern(path));
    if (!has_pattern) return include_one(decoder, place, path);
    for (const std::string& match : matches_of(path)) include_one(decoder, place, match);
  }

  void include_one(Decoder& decoder, Span place, const std::string& path) {
    const UniqueFd fd(::openat(AT_FDCWD, path.c_str(), kFlags));
    struct stat status = {};
    if (!fd.is_open() || ::fstat(fd.get(), &status) != 0)
      return decoder.error(place, fmt::format("cannot open '{}': {}", printable(path), errno_text(errno)));
    if (S_ISDIR(status.st_mode))
      return decoder.error(place, fmt::format("'{}' is a directory", printable(path)),
                           fmt::format("write \"{}\"", printable(joined(path, "*.toml"))));
    const FileId id = id_of(status);
    std::string way;
    for (const auto& [above, name] : path_)
      if (above == id || !way.empty()) way += printable(name) + " -> ";
    if (!way.empty()) return decoder.error(place, fmt::format("a file includes itself: {}{}", way, printable(path)));
    if (read_.contains(id)) return;  // It is there once, however many name it.
    if (!examine_directory(directory_of(path)) || !examine(fd, path, status)) return;
    const std::size_t before = files_.size();
    read_file(fd, path, status, ConfigKind::definitions);
    if (files_.size() == before) return;
    included_.insert(id);
    read_drop_ins_beside(before);
  }

  const LoadOptions& options_;
  Report& report_;
  std::vector<ReadFile> files_;
  std::vector<std::pair<FileId, std::string>> path_;  // Of files that are read now, each included by the one before.
  std::set<FileId> read_;                             // All files;
  std::set<FileId> included_;                         // those that another one includes;
  std::set<FileId> directories_;                      // and directories of drop-ins.
  std::set<std::string> looked_for_;
};

}  // namespace

std::string distrust(const LoadOptions& options, const struct stat& status) {
  if (options.who.uid != 0 || options.trust == FileTrust::unchecked) return {};
  const char* const noun = S_ISDIR(status.st_mode) ? "directory" : "file";
  if (status.st_uid != 0) return fmt::format("root does not trust a {} of another user (uid {})", noun, status.st_uid);
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return fmt::format("root does not trust a {} that others may write to (mode {:04o})", noun, status.st_mode & 07777U);
}

std::string trust_hint(const struct stat& status) { return status.st_uid != 0 ? "chown it to root" : "chmod go-w"; }

std::string too_large_text() {
  return fmt::format("cannot read: it is larger than {}", format_size(kMaxConfigFileBytes));
}

ReadFile parsed(ConfigFile file) {
  auto root = parse_toml(file.text, file.name);
  return {std::move(file), std::move(root)};
}

ReadFiles read_config_files(std::span<const std::string> paths, ConfigFile text, const LoadOptions& options,
                            Report& report) {
  Reader reader(options, report);
  for (const std::string& path : paths) reader.read_path(path);
  if (text.text.size() > kMaxConfigFileBytes)
    report.error(text.name, {}, too_large_text());
  else if (!text.text.empty())
    reader.read_text(std::move(text));
  return reader.take();
}

}  // namespace sup
