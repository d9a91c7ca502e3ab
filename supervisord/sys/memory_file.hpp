// A file of memory, memfd_create(2), that is mapped shared: what is written to it is in it at once, and stays as long
// as somebody has a descriptor of it, whoever dies.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

class MemoryFile {
 public:
  // An empty one that may grow to `most` bytes. `name` is for /proc alone. Errors: sys.
  static Result<MemoryFile> create(const char* name, std::size_t most);
  // One that another life has left. Errors: invalid if it is larger than `most` or is no such file, sys.
  static Result<MemoryFile> adopt(UniqueFd file, std::size_t most);
  // What is in one now, as an empty one that was written: nobody else has a descriptor of it. Errors as adopt().
  static Result<UniqueFd> copy(const UniqueFd& file, const char* name, std::size_t most);

  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&& other) noexcept;
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { unmap(); }

  // Makes it at least so large; what is new is zero. The memory is there when this returns, so that writing to it
  // cannot fail any more. Errors: limit beyond `most`, sys (ENOSPC, ENOMEM).
  [[nodiscard]] Result<> grow(std::size_t size);

  [[nodiscard]] std::span<std::byte> bytes() const { return {data_, size_}; }
  [[nodiscard]] const UniqueFd& file() const { return file_; }

 private:
  MemoryFile(UniqueFd file, std::byte* data, std::size_t size, std::size_t most)
      : file_(std::move(file)), data_(data), size_(size), most_(most) {}
  static Result<MemoryFile> map(UniqueFd file, std::size_t size, std::size_t most);
  void unmap() noexcept;

  UniqueFd file_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t most_ = 0;  // So much is mapped; what is beyond the size may not be touched.
};

}  // namespace sup::sys
