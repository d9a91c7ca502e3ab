#include "log/old_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "log/packer.hpp"
#include "log/rotation.hpp"

namespace sup::log {

Result<> OldFile::look() {
  const UniqueFd file = TRY(directory_->open_old(name_));
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return fail_errno(errno, "cannot look at log '" + name_ + "'");
  identity_ = {facts.st_dev, facts.st_ino};
  size_ = static_cast<std::uint64_t>(facts.st_size);
  if (!is_current_) packing_ = packing_of(name_);
  const auto written = std::chrono::seconds{facts.st_mtim.tv_sec} + std::chrono::nanoseconds{facts.st_mtim.tv_nsec};
  until_ = is_current_ ? WallTime{written} : time_in_name(name_).value_or(WallTime{written});
  return {};
}

Result<std::uint64_t> OldFile::size() {
  if (!packing_) return size_;
  if (!expanded_.is_open()) TRY(expand(TRY(open())));
  struct stat facts{};
  if (::fstat(expanded_.get(), &facts) != 0) return fail_errno(errno, "cannot look at log '" + name_ + "'");
  return static_cast<std::uint64_t>(facts.st_size);
}

Result<std::size_t> OldFile::read(std::uint64_t at, std::span<char> to) {
  UniqueFd opened;
  if (!expanded_.is_open()) {
    opened = TRY(open());
    if (packing_) TRY(expand(opened));
  }
  const int from = expanded_.is_open() ? expanded_.get() : opened.get();
  ssize_t got = -1;
  do got = ::pread(from, to.data(), to.size(), static_cast<off_t>(at));
  while (got < 0 && errno == EINTR);
  if (got < 0) return fail_errno(errno, "cannot read log '" + name_ + "'");
  bytes_read_ += static_cast<std::size_t>(got);
  return static_cast<std::size_t>(got);
}

Result<UniqueFd> OldFile::open() {
  auto file = directory_->open_old(name_);
  struct stat facts{};
  const bool is_it =
      file && ::fstat(file->get(), &facts) == 0 && sys::FileIdentity{facts.st_dev, facts.st_ino} == identity_;
  if (is_it) return file;
  if (!file && file.error().code != Errc::not_found) return file;
  auto again = find_again();
  return again ? std::move(again) : find_compressed();
}

// It was rotated: it has another name now.
Result<UniqueFd> OldFile::find_again() const {
  for (const sys::LogDirectory::Entry& entry : TRY(directory_->list(name_))) {
    const auto identity = directory_->identity_of(entry.name);
    if (identity && *identity == identity_) return directory_->open_old(entry.name);
  }
  return fail(Errc::not_found, "it is gone");
}

// Its content may have been compressed into another.
Result<UniqueFd> OldFile::find_compressed() {
  for (const PackingEnd& row : kPackingEnds) {
    auto compressed = directory_->open_old(name_ + std::string(row.end));
    if (!compressed) continue;
    packing_ = row.packing;
    name_ += row.end;
    struct stat facts{};
    if (::fstat(compressed->get(), &facts) == 0) identity_ = {facts.st_dev, facts.st_ino};
    return compressed;
  }
  return fail(Errc::not_found, "log '" + name_ + "' is gone while it is read");
}

// Into a file that has no name, on the disk where the log is; in memory where the file system has no such files.
Result<> OldFile::expand(const UniqueFd& compressed) {
  auto room = directory_->make_nameless();
  UniqueFd into = room ? *std::move(room) : UniqueFd(::memfd_create("log", MFD_CLOEXEC));
  if (!into.is_open()) return fail_errno(errno, "cannot decompress log '" + name_ + "'");
  const auto got = unpack(*packing_, compressed, into);
  if (!got) return std::unexpected(Error(got.error()).wrap("cannot decompress log '" + name_ + "'"));
  bytes_read_ += *got;
  expanded_ = std::move(into);
  return {};
}

}  // namespace sup::log
