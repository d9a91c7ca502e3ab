// Memory that is a file without a name: whoever holds its descriptor finds in it what a process has left that is gone.
#pragma once

#include <cstddef>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// A file of zeros that takes memory only where it is written, and whose size nobody can change. Errors: sys.
[[nodiscard]] Result<UniqueFd> make_memory_file(const char* name, std::size_t size);

// Such a file, mapped as a whole.
class SharedMemory {
 public:
  // `file` is borrowed. Errors: invalid if the file has another size, sys.
  [[nodiscard]] static Result<SharedMemory> map(int file, std::size_t size);
  ~SharedMemory();
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) = delete;

  [[nodiscard]] char* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // These bytes have memory from now on: writing there cannot fail. Errors: sys.
  [[nodiscard]] Result<> reserve(std::size_t offset, std::size_t bytes) const;
  // Gives the memory of these bytes back; they read as zeros.
  void release(std::size_t offset, std::size_t bytes) const;

 private:
  SharedMemory(UniqueFd file, char* data, std::size_t size) : file_(std::move(file)), data_(data), size_(size) {}

  UniqueFd file_;
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace sup::sys
