// One file of a log that is read a block at a time: opened for each block and closed again, so that a reader of a
// thousand logs holds no descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "log/packing.hpp"
#include "sys/log_directory.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

class OldFile {
 public:
  OldFile(const sys::LogDirectory& directory, std::string name, bool is_current)
      : directory_(&directory), name_(std::move(name)), is_current_(is_current) {}

  // Looks at it. Errors: not_found, denied, invalid, sys.
  [[nodiscard]] Result<> look();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_current() const { return is_current_; }
  [[nodiscard]] const sys::FileIdentity& identity() const { return identity_; }
  // Bytes of text. One that is compressed is decompressed for it, once, into a file without a name. Errors: sys,
  // invalid.
  [[nodiscard]] Result<std::uint64_t> size();
  // No line in it is younger: when it was rotated, or written last.
  [[nodiscard]] WallTime until() const { return until_; }

  // The bytes at this place; fewer at the end. The file may have got another name or been compressed meanwhile. Errors:
  // not_found if it is gone, sys.
  [[nodiscard]] Result<std::size_t> read(std::uint64_t at, std::span<char> to);
  // What was decompressed takes room, and is not needed for the moment.
  void rest() { expanded_ = {}; }
  // Bytes that were read of files, ever.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  [[nodiscard]] Result<UniqueFd> open();
  [[nodiscard]] Result<UniqueFd> find_again() const;
  [[nodiscard]] Result<UniqueFd> find_compressed();
  [[nodiscard]] Result<> expand(const UniqueFd& compressed);

  const sys::LogDirectory* directory_;
  std::string name_;
  bool is_current_;
  sys::FileIdentity identity_{};
  std::uint64_t size_ = 0;
  WallTime until_{};
  std::optional<Packing> packing_;
  UniqueFd expanded_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace sup::log
