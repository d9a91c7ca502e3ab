#include "log/disk_budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "log/limits.hpp"
#include "log/rotation.hpp"
#include "sys/clock.hpp"
#include "sys/log_directory.hpp"

namespace sup::log {
namespace {

constexpr std::uint64_t kSlices = 16;  // So many times is looked while the whole budget is written.
constexpr std::uint64_t kLeastSlice = 64 * 1024;
constexpr Duration kLookInterval = std::chrono::seconds{1};  // Where many logs are new at once.

struct OldFile {
  std::string stamp;
  std::string directory;
  std::string name;
  std::uint64_t bytes = 0;
};

// What the logs of a directory take of the disk; the old ones are added to `old`.
std::uint64_t look_at(const std::string& path, const std::set<std::string>& logs, std::vector<OldFile>& old) {
  const auto directory = sys::LogDirectory::open(path);
  const auto entries = directory ? directory->list("") : fail(Errc::not_found, "");
  if (!entries) return 0;
  std::uint64_t total = 0;
  for (const sys::LogDirectory::Entry& entry : *entries) {
    const std::string log(rotated_base(entry.name));
    if (logs.contains(entry.name)) total += entry.bytes;
    if (log.empty() || !logs.contains(log)) continue;
    total += entry.bytes;
    old.push_back({std::string(stamp_of(entry.name, log)), path, entry.name, entry.bytes});
  }
  return total;
}

}  // namespace

void DiskBudget::know(const std::string& path) {
  if (!max_) return;
  sys::LogName name = sys::split_log_path(path);
  has_news_ |= logs_[name.directory].insert(std::move(name.file)).second;
}

std::optional<Notice> DiskBudget::make_room(std::uint64_t bytes) {
  if (!max_) return std::nullopt;
  const bool looks = bytes > left_ || (has_news_ && sys::monotonic_now() >= next_look_);
  if (!looks) {
    left_ -= bytes;
    return std::nullopt;
  }
  const std::uint64_t slice = std::max({*max_ / kSlices, kLeastSlice, bytes});
  left_ = slice - bytes;
  has_news_ = false;
  next_look_ = sys::monotonic_now() + kLookInterval;
  return enforce(*max_ - std::min(*max_, slice));
}

std::optional<Notice> DiskBudget::enforce(std::uint64_t bound) {
  std::vector<OldFile> old;
  std::uint64_t total = 0;
  for (const auto& [path, logs] : logs_) total += look_at(path, logs, old);
  std::ranges::sort(old, {}, &OldFile::stamp);
  for (const OldFile& file : old) {
    if (total <= bound) return std::nullopt;
    const auto directory = sys::LogDirectory::open(file.directory);
    if (directory && directory->remove(file.name)) total -= file.bytes;
  }
  const Instant now = sys::monotonic_now();
  if (total <= bound || now < next_notice_) return std::nullopt;
  next_notice_ = now + kNoticeInterval;
  return Notice{Notice::Kind::trouble,
                fmt::format("log files take {} of the disk, with no old one left to remove: [supervisord] "
                            "log.max-total is {}",
                            format_size(total), format_size(*max_))};
}

}  // namespace sup::log
