// Log files, opened and replaced by descriptor. Root may be made to write where a service's user decides what a name
// leads to, so nothing here is done by a path a second time, and no link is followed that others than root could have
// made. These calls wait for the disk.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "sys/file.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// Whose a file becomes that is made; nobody's in particular without privileges.
struct FileOwner {
  uid_t uid = 0;
  gid_t gid = 0;
  friend bool operator==(const FileOwner&, const FileOwner&) = default;
};

// A log's path as its two parts; the directory of "/log" is "/".
struct LogName {
  std::string directory;
  std::string file;
};
[[nodiscard]] LogName split_log_path(const std::string& path);

// A directory that logs are in.
class LogDirectory {
 public:
  // For root, a symbolic link on the way is followed only if it is root's and stands in a directory that nobody else
  // may write to, or that is sticky. Errors: invalid for another link, not_found, denied, sys.
  [[nodiscard]] static Result<LogDirectory> open(const std::string& path);

  // Opened for appending, non-blocking; made with mode 0640 (less the umask) and this owner if there is nothing. The
  // name may not be a symbolic link. What is there must be a regular file, a fifo that somebody reads, or a character
  // device, and for root a regular file must have one name only: a user who may write to the directory could otherwise
  // aim root's writes at a file of his choice by a hard link. Errors: invalid for what may not be a log, else as
  // open().
  [[nodiscard]] Result<UniqueFd> open_log(const std::string& name, std::optional<FileOwner> owner) const;
  // A regular file that may be read as a whole, under the same rules; never made. Errors: as open_log().
  [[nodiscard]] Result<UniqueFd> open_old(const std::string& name) const;
  // A new file with this mode that is nobody else's before it has its owner. Errors: invalid if there is one, sys.
  [[nodiscard]] Result<UniqueFd> create(const std::string& name, mode_t mode, std::optional<FileOwner> owner) const;

  // A file that has no name and is gone when it is closed. Errors: sys, also where the file system has no such thing.
  [[nodiscard]] Result<UniqueFd> make_nameless() const;

  // What of a file is to be the same for another that takes its place.
  struct Facts {
    mode_t mode = 0;
    FileOwner owner = {};
  };
  [[nodiscard]] Result<Facts> facts_of(const UniqueFd& file, const std::string& name) const;

  // Never onto something that is there. Errors: invalid if there is, not_found, denied, sys.
  [[nodiscard]] Result<> rename(const std::string& from, const std::string& to) const;
  // Content if there is nothing.
  [[nodiscard]] Result<> remove(const std::string& name) const;
  // Links not followed. Errors: not_found, sys.
  [[nodiscard]] Result<FileIdentity> identity_of(const std::string& name) const;

  // A regular file and what it takes of the disk.
  struct Entry {
    std::string name;
    std::uint64_t bytes = 0;
  };
  // Those whose names begin so, in the order of their names.
  [[nodiscard]] Result<std::vector<Entry>> list(const std::string& prefix) const;

 private:
  LogDirectory(UniqueFd directory, std::string path) : directory_(std::move(directory)), path_(std::move(path)) {}
  [[nodiscard]] std::string place_of(const std::string& name) const;

  UniqueFd directory_;  // O_PATH
  std::string path_;    // For messages.
};

// The log at this path, by its directory. Errors: as the two.
[[nodiscard]] Result<UniqueFd> open_log(const std::string& path, std::optional<FileOwner> owner = {});

}  // namespace sup::sys
