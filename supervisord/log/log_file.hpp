// A regular file that lines go to: rotated before it is too large or too old, and made anew where somebody has taken
// it away. The bytes are written by its sink; this decides into which file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "log/report.hpp"
#include "log/rotation.hpp"
#include "sys/log_directory.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

// Which file, and what becomes of it.
struct LogFileSpec {
  std::string path;
  std::optional<sys::FileOwner> owner = {};  // Of files that are made.
  Rotation rotation = {};
};

class LogFile {
 public:
  // `file` is open for appending at the path.
  LogFile(LogFileSpec spec, const UniqueFd& file);

  [[nodiscard]] const std::string& path() const { return spec_.path; }
  void change(LogFileSpec spec);

  // Makes sure, before a write, that `file` is what the path leads to. It is looked up every kFileCheckInterval at
  // most. Errors: the path leads nowhere and cannot be made; `file` is closed then, and this is tried again.
  [[nodiscard]] Result<> prepare(UniqueFd& file);
  // The same, looked up now.
  [[nodiscard]] Result<> look(UniqueFd& file);
  // Opened anew in any case.
  [[nodiscard]] Result<> reopen(UniqueFd& file);

  // How many more bytes the file should get. Without bound while it cannot be rotated.
  [[nodiscard]] std::uint64_t room() const;
  // So large that even a line may be torn for it.
  [[nodiscard]] bool is_bursting() const;
  [[nodiscard]] bool is_empty() const { return size_ == 0; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const sys::FileIdentity& identity() const { return identity_; }
  void wrote(std::size_t bytes) { size_ += bytes; }

  // When it is old; passes on its own while the file is empty.
  [[nodiscard]] WallTime due() const { return due_; }
  [[nodiscard]] bool is_due(WallTime now);

  // Gives the file another name, begins a new one, and removes what is too much. An empty one stays. If it cannot be
  // given another name the file goes on, and that is said once in a while. Errors: of that, and as prepare().
  [[nodiscard]] Result<> rotate(UniqueFd& file);
  // The same for a file that nobody writes to: no new one is begun.
  [[nodiscard]] Result<> retire();
  // Empties the file and removes the rotated ones.
  [[nodiscard]] Result<> clear(UniqueFd& file);
  // Removes the rotated ones of a log that has no file now.
  [[nodiscard]] static Result<> remove_rotated(const std::string& path);

  [[nodiscard]] std::optional<Packing> packing() const { return spec_.rotation.packing; }
  // Which file is open changes whenever this does.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] std::vector<Notice> take_notices();

 private:
  [[nodiscard]] bool is_there() const;
  Result<> open_in(const sys::LogDirectory& directory, UniqueFd& file);
  Result<> begin(const UniqueFd& file);
  Result<> set_aside(const sys::LogDirectory& directory);
  void trim(const sys::LogDirectory& directory);
  [[nodiscard]] std::vector<KeptFile> rotated(const sys::LogDirectory& directory) const;
  Result<> fall(UniqueFd& file, Error error);
  void cannot_rotate(const Error& error);

  LogFileSpec spec_;
  sys::LogName name_;
  sys::FileIdentity identity_;
  std::uint64_t size_ = 0;
  WallTime begun_{};
  WallTime due_{};
  std::uint64_t generation_ = 0;
  Instant next_check_{};
  Instant next_rotation_{};  // After one that failed.
  Instant next_notice_{};
  std::optional<Error> missing_;  // Why no file is open.
  std::vector<Notice> notices_;
};

}  // namespace sup::log
