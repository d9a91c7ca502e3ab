#include "sys/shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sup::sys {

Result<UniqueFd> make_memory_file(const char* name, std::size_t size) {
  UniqueFd file(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.is_open()) return fail_errno(errno, "cannot make a file in memory");
  if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) return fail_errno(errno, "cannot size a file in memory");
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return fail_errno(errno, "cannot fix the size of a file in memory");
  return file;
}

Result<SharedMemory> SharedMemory::map(int file, std::size_t size) {
  UniqueFd copy(::fcntl(file, F_DUPFD_CLOEXEC, 3));
  struct stat status{};
  if (!copy.is_open() || ::fstat(copy.get(), &status) != 0) return fail_errno(errno, "cannot map a file in memory");
  if (static_cast<std::size_t>(status.st_size) != size)
    return fail(Errc::invalid, "cannot map a file in memory: it has another size");
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, copy.get(), 0);
  if (data == MAP_FAILED) return fail_errno(errno, "cannot map a file in memory");
  return SharedMemory(std::move(copy), static_cast<char*>(data), size);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : file_(std::move(other.file_)), data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) (void)::munmap(data_, size_);
}

Result<> SharedMemory::reserve(std::size_t offset, std::size_t bytes) const {
  int done = -1;
  do done = ::fallocate(file_.get(), 0, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  while (done != 0 && errno == EINTR);
  if (done != 0) return fail_errno(errno, "cannot get memory for a file");
  return {};
}

void SharedMemory::release(std::size_t offset, std::size_t bytes) const {
  constexpr int kHole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  (void)::fallocate(file_.get(), kHole, static_cast<off_t>(offset), static_cast<off_t>(bytes));
}

}  // namespace sup::sys
