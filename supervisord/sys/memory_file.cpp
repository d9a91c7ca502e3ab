#include "sys/memory_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sys/errors.hpp"

namespace sup::sys {

Result<MemoryFile> MemoryFile::create(const char* name, std::size_t most) {
  UniqueFd file(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.is_open()) return fail_call(errno, fmt::format("cannot make the memory file '{}'", name));
  // Nobody who has a descriptor of it can make memory go away that we have mapped.
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK) != 0)
    return fail_call(errno, fmt::format("cannot seal the memory file '{}'", name));
  return map(std::move(file), 0, most);
}

Result<MemoryFile> MemoryFile::adopt(UniqueFd file, std::size_t most) {
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return fail_call(errno, "cannot look at a memory file");
  const int seals = ::fcntl(file.get(), F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || static_cast<std::uint64_t>(info.st_size) > most)
    return fail(Errc::invalid, "this is no memory file of ours");
  return map(std::move(file), static_cast<std::size_t>(info.st_size), most);
}

Result<UniqueFd> MemoryFile::copy(const UniqueFd& file, const char* name, std::size_t most) {
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return fail_call(errno, "cannot look at a memory file");
  if (static_cast<std::uint64_t>(info.st_size) > most) return fail(Errc::invalid, "this is no memory file of ours");
  MemoryFile out = TRY(create(name, most));
  TRY(out.grow(static_cast<std::size_t>(info.st_size)));
  for (std::span<std::byte> rest = out.bytes(); !rest.empty();) {
    const auto at = static_cast<off_t>(out.size_ - rest.size());
    const ssize_t got = ::pread(file.get(), rest.data(), rest.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail_call(got < 0 ? errno : EIO, "cannot read a memory file");
    rest = rest.subspan(static_cast<std::size_t>(got));
  }
  return std::move(out.file_);
}

Result<MemoryFile> MemoryFile::map(UniqueFd file, std::size_t size, std::size_t most) {
  void* const data = ::mmap(nullptr, most, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file.get(), 0);
  if (data == MAP_FAILED) return fail_call(errno, "cannot map a memory file");
  return MemoryFile(std::move(file), static_cast<std::byte*>(data), size, most);
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept
    : file_(std::move(other.file_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      most_(other.most_) {}

MemoryFile& MemoryFile::operator=(MemoryFile&& other) noexcept {
  if (this == &other) return *this;
  unmap();
  file_ = std::move(other.file_);
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  most_ = other.most_;
  return *this;
}

void MemoryFile::unmap() noexcept {
  if (data_ != nullptr) ::munmap(data_, most_);
  data_ = nullptr;
}

Result<> MemoryFile::grow(std::size_t size) {
  if (size <= size_) return {};
  if (size > most_) return fail(Errc::limit, fmt::format("a memory file may have {} bytes at most", most_));
  while (::fallocate(file_.get(), 0, 0, static_cast<off_t>(size)) != 0)
    if (errno != EINTR) return fail_call(errno, "cannot make a memory file larger");
  size_ = size;
  return {};
}

}  // namespace sup::sys
