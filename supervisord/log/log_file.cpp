#include "log/log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "log/limits.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

namespace sup::log {
namespace {

// When the file was made, where the file system knows it; else it is as if it were made now.
WallTime birth_of(const UniqueFd& file, WallTime now) {
  struct statx facts{};
  const bool known =
      ::statx(file.get(), "", AT_EMPTY_PATH, STATX_BTIME, &facts) == 0 && (facts.stx_mask & STATX_BTIME) != 0;
  if (!known) return now;
  return std::min(now, WallTime{std::chrono::seconds{facts.stx_btime.tv_sec} + Duration{facts.stx_btime.tv_nsec}});
}

std::vector<KeptFile> rotated_in(const sys::LogDirectory& directory, const std::string& log) {
  std::vector<KeptFile> out;
  auto entries = directory.list(log + ".");
  if (!entries) return out;
  for (sys::LogDirectory::Entry& entry : *entries)
    if (is_rotated_from(entry.name, log)) out.push_back({std::move(entry.name), entry.bytes});
  return out;
}

}  // namespace

LogFile::LogFile(LogFileSpec spec, const UniqueFd& file)
    : spec_(std::move(spec)), name_(sys::split_log_path(spec_.path)) {
  if (auto begun = begin(file); !begun) missing_ = std::move(begun).error();
}

void LogFile::change(LogFileSpec spec) {
  spec_ = std::move(spec);
  due_ = due_time(spec_.rotation, begun_, sys::wall_now());
}

std::vector<Notice> LogFile::take_notices() { return std::exchange(notices_, {}); }

// A path that cannot be looked up for another reason than that there is nothing says nothing about the file.
bool LogFile::is_there() const {
  const auto there = sys::identity_of(spec_.path);
  return there ? *there == identity_ : there.error().code != Errc::not_found;
}

Result<> LogFile::prepare(UniqueFd& file) {
  const Instant now = sys::monotonic_now();
  if (now < next_check_) return missing_ ? Result<>(std::unexpected(*missing_)) : Result<>{};
  return look(file);
}

Result<> LogFile::look(UniqueFd& file) {
  next_check_ = sys::monotonic_now() + kFileCheckInterval;
  if (!missing_ && is_there()) return {};
  return reopen(file);
}

Result<> LogFile::reopen(UniqueFd& file) {
  auto directory = sys::LogDirectory::open(name_.directory);
  if (!directory) return fall(file, std::move(directory).error());
  return open_in(*directory, file);
}

Result<> LogFile::open_in(const sys::LogDirectory& directory, UniqueFd& file) {
  auto opened = directory.open_log(name_.file, spec_.owner);
  if (!opened) return fall(file, std::move(opened).error());
  file = std::move(*opened);
  return begin(file);
}

// Takes note of a file that was just opened.
Result<> LogFile::begin(const UniqueFd& file) {
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return fail_errno(errno, fmt::format("cannot look at log '{}'", spec_.path));
  const sys::FileIdentity identity{facts.st_dev, facts.st_ino};
  if (identity != identity_) ++generation_;
  identity_ = identity;
  missing_.reset();
  size_ = S_ISREG(facts.st_mode) ? static_cast<std::uint64_t>(facts.st_size) : 0;
  const WallTime now = sys::wall_now();
  begun_ = size_ == 0 ? now : birth_of(file, now);
  due_ = due_time(spec_.rotation, begun_, now);
  return {};
}

// A file that nobody can find any more would only take room.
Result<> LogFile::fall(UniqueFd& file, Error error) {
  file.reset();
  identity_ = {};
  ++generation_;
  size_ = 0;
  missing_ = error;
  next_check_ = sys::monotonic_now() + kFileCheckInterval;
  return std::unexpected(std::move(error));
}

std::uint64_t LogFile::room() const {
  const std::uint64_t max = spec_.rotation.max_size;
  if (max == kNoLimit || sys::monotonic_now() < next_rotation_) return kNoLimit;
  return max - std::min(max, size_);
}

bool LogFile::is_bursting() const { return size_ / 2 >= spec_.rotation.max_size; }

bool LogFile::is_due(WallTime now) {
  if (now >= due_ && size_ > 0) return sys::monotonic_now() >= next_rotation_;
  // A clock that was set back must not put it off, and an empty file has time.
  if (now < due_ && now >= begun_) return false;
  begun_ = now;
  due_ = due_time(spec_.rotation, begun_, now);
  return false;
}

Result<> LogFile::rotate(UniqueFd& file) {
  auto directory = sys::LogDirectory::open(name_.directory);
  if (!directory) return fall(file, std::move(directory).error());
  if (size_ > 0 && !missing_) {
    if (auto done = set_aside(*directory); !done) {
      cannot_rotate(done.error());
      return done;
    }
  }
  TRY(open_in(*directory, file));
  trim(*directory);
  return {};
}

Result<> LogFile::retire() {
  if (size_ == 0) return {};
  const auto directory = TRY(sys::LogDirectory::open(name_.directory));
  TRY(set_aside(directory));
  trim(directory);
  return {};
}

// What the name leads to is renamed only if it is what was written; else somebody else has rotated it.
Result<> LogFile::set_aside(const sys::LogDirectory& directory) {
  const auto there = directory.identity_of(name_.file);
  if (!there || *there != identity_) return {};
  std::vector<std::string> others;
  for (KeptFile& other : rotated(directory)) others.push_back(std::move(other.name));
  return directory.rename(name_.file, rotated_name(name_.file, sys::wall_now(), others));
}

std::vector<KeptFile> LogFile::rotated(const sys::LogDirectory& directory) const {
  return rotated_in(directory, name_.file);
}

// The file that is written counts as full already: so the bound holds all the time, not only now.
void LogFile::trim(const sys::LogDirectory& directory) {
  const std::vector<KeptFile> kept = rotated(directory);
  const std::uint64_t current = spec_.rotation.max_size == kNoLimit ? size_ : spec_.rotation.max_size;
  const std::size_t gone = surplus(spec_.rotation, kept, current);
  for (std::size_t i = 0; i < gone; ++i)
    if (const auto removed = directory.remove(kept[i].name); !removed) return cannot_rotate(removed.error());
}

Result<> LogFile::clear(UniqueFd& file) {
  auto directory = sys::LogDirectory::open(name_.directory);
  if (!directory) return fall(file, std::move(directory).error());
  TRY(open_in(*directory, file));
  if (::ftruncate(file.get(), 0) != 0) return fail_errno(errno, fmt::format("cannot empty log '{}'", spec_.path));
  for (const KeptFile& kept : rotated(*directory)) TRY(directory->remove(kept.name));
  return begin(file);
}

Result<> LogFile::remove_rotated(const std::string& path) {
  const sys::LogName name = sys::split_log_path(path);
  const auto directory = sys::LogDirectory::open(name.directory);
  if (!directory && directory.error().code == Errc::not_found) return {};
  if (!directory) return std::unexpected(directory.error());
  for (const KeptFile& kept : rotated_in(*directory, name.file)) TRY(directory->remove(kept.name));
  return {};
}

void LogFile::cannot_rotate(const Error& error) {
  const Instant now = sys::monotonic_now();
  next_rotation_ = now + kRotationRetry;
  if (now < next_notice_) return;
  next_notice_ = now + kNoticeInterval;
  notices_.push_back({Notice::Kind::trouble,
                      fmt::format("cannot rotate log '{}': {}; it grows beyond its bounds", spec_.path, error.what)});
}

}  // namespace sup::log
