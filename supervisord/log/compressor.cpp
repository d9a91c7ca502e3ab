#include "log/compressor.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "log/packer.hpp"
#include "log/rotation.hpp"
#include "sys/log_directory.hpp"
#include "sys/signals.hpp"

namespace sup::log {
namespace {

constexpr std::string_view kUnfinished = ".part";
constexpr int kLeastPriority = 19;
// As in linux/ioprio.h, which is no C++: one thread, and its class (idle) above the level.
constexpr int kOfThread = 1;
constexpr int kIdleOfDisk = 3 << 13;

// The least of the processor and the disk. A failure only means that it is less modest.
void give_way() {
  const auto thread = static_cast<id_t>(::gettid());
  (void)::setpriority(PRIO_PROCESS, thread, kLeastPriority);
  (void)::syscall(SYS_ioprio_set, kOfThread, thread, kIdleOfDisk);
}

bool is_compressed(const sys::LogDirectory& directory, const std::string& name) {
  return std::ranges::any_of(kPackingEnds, [&](const PackingEnd& row) {
    return directory.identity_of(name + std::string(row.end)).has_value();
  });
}

// The compressed file gets its name when it is whole and on the disk, and only then the other goes. One that has its
// name is whole: then an earlier life has not come to remove the other.
Result<> compress_one(const sys::LogDirectory& directory, const std::string& name, Packing packing,
                      const std::function<bool()>& is_ending) {
  const std::string done = name + std::string(end_of(packing));
  const std::string part = done + std::string(kUnfinished);
  if (!is_compressed(directory, name)) {
    const UniqueFd from = TRY(directory.open_old(name));
    const sys::LogDirectory::Facts facts = TRY(directory.facts_of(from, name));
    TRY(directory.remove(part));  // What an earlier life has left.
    const UniqueFd to = TRY(directory.create(part, facts.mode, facts.owner));
    auto packed = pack(packing, from, to, is_ending);
    if (!packed) {
      (void)directory.remove(part);
      return std::unexpected(std::move(packed).error().wrap(fmt::format("cannot compress '{}'", name)));
    }
    TRY(directory.rename(part, done));
  }
  return directory.remove(name);
}

bool is_unfinished(std::string_view name, std::string_view log) {
  if (!name.ends_with(kUnfinished)) return false;
  const std::string_view packed = name.substr(0, name.size() - kUnfinished.size());
  return packing_of(packed) && is_rotated_from(packed, log);
}

// One file that cannot be compressed keeps no other from it. Errors: the first one's.
Result<> tidy_one(const std::string& log_path, Packing packing, const std::function<bool()>& is_ending) {
  const sys::LogName log = sys::split_log_path(log_path);
  const auto directory = TRY(sys::LogDirectory::open(log.directory));
  Result<> out;
  for (const sys::LogDirectory::Entry& entry : TRY(directory.list(log.file + "."))) {
    if (is_ending()) return {};
    const bool is_plain = is_rotated_from(entry.name, log.file) && entry.name.ends_with('Z');
    Result<> done;
    if (is_unfinished(entry.name, log.file)) done = directory.remove(entry.name);
    if (is_plain) done = compress_one(directory, entry.name, packing, is_ending);
    if (!done && out) out = std::move(done);
  }
  return out;
}

}  // namespace

Compressor::~Compressor() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  if (was_started_) (void)::pthread_join(thread_, nullptr);
}

void Compressor::tidy(const std::string& log_path, Packing packing) {
  {
    const std::lock_guard lock(mutex_);
    // The first may be past the file that is meant.
    const Job job{log_path, packing};
    const auto waiting = jobs_.begin() + (is_running_ && !jobs_.empty() ? 1 : 0);
    if (std::find(waiting, jobs_.end(), job) == jobs_.end()) jobs_.push_back(job);
    if (is_running_) return;
    is_running_ = true;
  }
  if (std::exchange(was_started_, false)) (void)::pthread_join(thread_, nullptr);  // It has ended, or is about to.
  const sys::SignalSet before = sys::block_all_signals();
  const int error = ::pthread_create(&thread_, nullptr, thread_main, this);
  sys::set_signal_mask(before);
  was_started_ = error == 0;
  if (was_started_) return;
  const std::lock_guard lock(mutex_);
  is_running_ = false;
  jobs_.clear();
  board_.post(Notice{Notice::Kind::trouble, fmt::format("cannot compress '{}': {}", log_path, errno_text(error))});
}

void* Compressor::thread_main(void* self) {
  (void)::pthread_setname_np(::pthread_self(), "log-compress");
  give_way();
  static_cast<Compressor*>(self)->work();
  return nullptr;
}

void Compressor::work() {
  const auto is_ending = [this] {
    const std::lock_guard lock(mutex_);
    return is_ending_;
  };
  while (true) {
    Job job;
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.empty() || is_ending_) {
        is_running_ = false;
        return;
      }
      job = jobs_.front();
    }
    if (const auto done = tidy_one(job.log_path, job.packing, is_ending); !done && !is_ending())
      board_.post(Notice{Notice::Kind::trouble, done.error().what});
    const std::lock_guard lock(mutex_);
    jobs_.pop_front();
  }
}

}  // namespace sup::log
