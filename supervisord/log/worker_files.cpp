// The part of the worker that knows files by their names: shares, rotates and renews them.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "log/limits.hpp"
#include "log/worker.hpp"
#include "sys/clock.hpp"

namespace sup::log {
namespace {

using FileAction = Result<> (LogFile::*)(UniqueFd&);

FileAction action_of(FileDeed deed) {
  switch (deed) {
    case FileDeed::rotate: return &LogFile::rotate;
    case FileDeed::reopen: return &LogFile::reopen;
    case FileDeed::clear: return &LogFile::clear;
  }
  return &LogFile::reopen;
}

}  // namespace

// The one that writes to this file already. It may hold a file that is gone from the path: the spawner has just made
// the one that is there.
Worker::Outlet* Worker::known_outlet(const FileDestination& destination) {
  if (const auto found = outlets_by_path_.find(destination.path); found != outlets_by_path_.end()) {
    Outlet& outlet = *found->second;
    outlet.refused.clear();
    outlet.sink.change({destination.path, destination.owner, destination.rotation}, destination.on_full);
    (void)renew(outlet, &LogFile::look);  // What fails is told when a line is lost by it.
    return &outlet;
  }
  struct stat status{};
  if (::fstat(destination.file.get(), &status) != 0) return nullptr;
  const auto found = outlets_by_file_.find({status.st_dev, status.st_ino});
  return found == outlets_by_file_.end() ? nullptr : found->second;
}

void Worker::take_in(Outlet& outlet, FileDestination destination) {
  outlet.path = destination.path;
  outlet.sink.keep({std::move(destination.path), destination.owner, destination.rotation}, destination.on_full,
                   budget_);
  outlets_by_path_.emplace(outlet.path, &outlet);
  budget_.know(outlet.path);
  register_file(outlet);
}

// The id of the outlet for this file, and how much was put into it in this life.
Worker::FilePause Worker::resume_file(const std::string& path) {
  const auto found = pauses_.find(path);
  if (found == pauses_.end()) return {next_id_++, 0};
  const FilePause pause = found->second;
  paused_.erase(pause.id);
  pauses_.erase(found);
  return pause;
}

// Of more files than are remembered, who shares them may read a few lines twice.
void Worker::remember_file(const Outlet& outlet) {
  if (pauses_.size() == kRememberedFiles) {
    paused_.erase(pauses_.begin()->second.id);
    pauses_.erase(pauses_.begin());
  }
  pauses_.insert_or_assign(outlet.path, FilePause{outlet.id, outlet.sink.position()});
  paused_.insert_or_assign(outlet.id, outlet.path);
}

// Notes which file the outlet writes to now, and when it is due. An inode that is free may be another file's soon.
void Worker::register_file(Outlet& outlet) {
  const LogFile* file = outlet.sink.log_file();
  if (file == nullptr) return;
  if (outlet.sink.is_blocked() && blocked_.insert(outlet.id).second && blocked_.size() == 1)
    next_retry_ = sys::monotonic_now() + kBlockedRetry;
  if (!outlet.sink.is_failing()) outlet.refused.clear();
  if (outlet.generation == file->generation()) return;
  outlet.generation = file->generation();
  std::erase_if(outlets_by_file_, [&](const auto& row) { return row.second == &outlet; });
  struct stat status{};
  if (::fstat(outlet.sink.file().get(), &status) == 0)
    outlets_by_file_.emplace(FileKey{status.st_dev, status.st_ino}, &outlet);
  if (const auto packing = file->packing())
    compressor_.tidy(outlet.path, *packing);  // There is another one now, or an earlier life has left some.
  expect(outlet);
}

// What is due and cannot be rotated is tried again later.
void Worker::expect(const Outlet& outlet) {
  const WallTime due = outlet.sink.log_file()->due();
  if (due == WallTime::max()) return;
  const WallTime next = std::max(due, sys::wall_now() + kOverdueRetry);
  next_due_ = std::min(next, next_due_.value_or(next));
}

void Worker::tell_refusal(Outlet& outlet, InstanceId service) {
  if (outlet.refused.insert(service).second) board_.post(Refusal{service, outlet.sink.reason()});
}

Result<> Worker::renew(Outlet& outlet, FileAction what) {
  auto done = outlet.sink.renew(what);
  commit(outlet);
  return done;
}

void Worker::tend(const TendFiles& order) {
  Tended tended{.ticket = order.ticket, .failures = {}};
  for (const LogFileSpec& file : order.files)
    if (auto done = tend(order.deed, file); !done) tended.failures.push_back(std::move(done.error().what));
  for (const InstanceId id : order.rings)
    if (const auto found = services_.find(id); found != services_.end()) {
      Ring& ring = found->second->ring;
      while (!ring.is_empty()) audience_.on_drop(ring.drop_front(ring.used()));
      ring.clear();
      found->second->has_dropped = false;
    }
  board_.post(std::move(tended));
}

// A file that nobody writes to is opened for the moment. One that is not there needs nothing, but there may be old
// ones.
Result<> Worker::tend(FileDeed deed, const LogFileSpec& file) {
  if (const auto found = outlets_by_path_.find(file.path); found != outlets_by_path_.end())
    return renew(*found->second, action_of(deed));
  struct stat status{};
  const bool is_there = ::lstat(file.path.c_str(), &status) == 0;
  if (!is_there && deed == FileDeed::clear) return LogFile::remove_rotated(file.path);
  if (!is_there || deed == FileDeed::reopen || !S_ISREG(status.st_mode)) return {};
  UniqueFd opened = TRY(sys::open_log(file.path, file.owner));
  LogFile for_now(file, opened);
  TRY(deed == FileDeed::rotate ? for_now.retire() : for_now.clear(opened));
  if (const auto packing = for_now.packing()) compressor_.tidy(file.path, *packing);
  return {};
}

void Worker::reopen_all() {
  for (const auto& [path, outlet] : outlets_by_path_) (void)renew(*outlet, &LogFile::reopen);
}

// What time brings: a disk that was full may have room, a file may be old.
void Worker::keep_time() {
  if (!blocked_.empty() && sys::monotonic_now() >= next_retry_) {
    next_retry_ = sys::monotonic_now() + kBlockedRetry;
    for (const std::uint64_t id : std::exchange(blocked_, {})) write_ready(id);
  }
  retry_posts();
  tell_ledger_troubles();
  const WallTime now = next_due_ ? sys::wall_now() : WallTime{};
  if (!next_due_ || now < *next_due_) return;
  next_due_.reset();
  for (const auto& [path, outlet] : outlets_by_path_) {
    if (outlet->sink.log_file()->is_due(now)) (void)renew(*outlet, &LogFile::rotate);
    expect(*outlet);
  }
}

}  // namespace sup::log
