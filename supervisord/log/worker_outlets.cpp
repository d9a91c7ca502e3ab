// The half of the worker that writes.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "log/limits.hpp"
#include "log/worker.hpp"
#include "sys/fd.hpp"
#include "sys/file.hpp"

namespace sup::log {
namespace {

// Whether a regular file ends in the middle of a line. The descriptor is for writing only, hence the way through /proc;
// a file that may not be read counts as ended.
bool ends_mid_line(const UniqueFd& file, const struct stat& status) {
  if (!S_ISREG(status.st_mode) || status.st_size == 0) return false;
  const auto readable = sys::open_read(fmt::format("/proc/self/fd/{}", file.get()));
  char last = '\n';
  return readable && ::pread(readable->get(), &last, 1, status.st_size - 1) == 1 && last != '\n';
}

// Of a file the path; of a fifo, which may be another one at the same path soon, what is no path.
std::string ledger_name(const std::string& path, const struct stat& status) {
  return S_ISREG(status.st_mode) ? path : fmt::format("'{}' {}:{}", path, status.st_dev, status.st_ino);
}

}  // namespace

// Standard output and standard error: one outlet if they are one file, so that they do not tear each other. A
// descriptor that is closed makes an outlet that fails.
Worker::Outlet& Worker::own_outlet(int fd, const std::string& title) {
  auto copy = sys::dup_cloexec_above_stdio(fd);
  UniqueFd file = copy ? std::move(*copy) : UniqueFd();
  struct stat status{};
  const bool is_open = ::fstat(file.get(), &status) == 0;
  if (is_open)
    if (const auto found = outlets_by_file_.find({status.st_dev, status.st_ino}); found != outlets_by_file_.end())
      return *found->second;
  const std::uint64_t id = next_id_++;
  auto outlet = std::make_unique<Outlet>(id, std::move(file), title);
  outlet->is_permanent = true;
  Outlet& added = *outlet;
  outlets_.emplace(id, std::move(outlet));
  if (ledger_) added.sink.protect(*ledger_, title);
  commit(added);
  if (is_open) outlets_by_file_.emplace(FileKey{status.st_dev, status.st_ino}, &added);
  return added;
}

Worker::Outlet* Worker::outlet_for(Destination destination) {
  if (std::holds_alternative<NullDestination>(destination)) return nullptr;
  if (std::holds_alternative<StdoutDestination>(destination)) return stdout_;
  auto& file = std::get<FileDestination>(destination);
  if (Outlet* known = known_outlet(file)) return known;
  struct stat status{};
  CHECK(::fstat(file.file.get(), &status) == 0);
  const auto [id, position] = resume_file(file.path);
  const bool is_mid_line = ends_mid_line(file.file, status);
  auto outlet = std::make_unique<Outlet>(id, std::move(file.file), fmt::format("log '{}'", file.path));
  outlet->sink.go_on_from(position);
  if (is_mid_line) outlet->sink.start_mid_line();
  Outlet* added = outlet.get();
  outlets_.emplace(id, std::move(outlet));
  if (ledger_) added->sink.protect(*ledger_, ledger_name(file.path, status));
  if (S_ISREG(status.st_mode))
    take_in(*added, std::move(file));
  else
    outlets_by_file_.emplace(FileKey{status.st_dev, status.st_ino}, added);
  if (added->sink.has_pending()) commit(*added);
  return added;
}

// Writes what goes without waiting, has the rest told to us when there is room, and accounts for what is lost.
void Worker::commit(Outlet& outlet) {
  outlet.sink.commit();
  for (const Loss& loss : outlet.sink.take_losses()) {
    if (!loss.service) {
      if (&outlet == stderr_) own_dropped_ += loss.lines;  // A file says itself what it has lost.
      continue;
    }
    board_.add(*loss.service, Counters{.dropped_lines = loss.lines, .dropped_bytes = loss.bytes});
    if (outlet.sink.on_full() == OnFull::stop) tell_refusal(outlet, *loss.service);
  }
  for (Notice& notice : outlet.sink.take_notices()) board_.post(std::move(notice));
  register_file(outlet);
  if (outlet.sink.waits_for_reader() == outlet.is_watched) return;
  outlet.is_watched = !outlet.is_watched;
  const auto done =
      outlet.is_watched ? epoll_.add(outlet.sink.file(), EPOLLOUT, outlet.id) : epoll_.remove(outlet.sink.file());
  if (!done) trouble(done.error());
}

void Worker::write_ready(std::uint64_t id) {
  const auto found = outlets_.find(id);
  if (found == outlets_.end()) return;
  Outlet& outlet = *found->second;
  commit(outlet);
  if (&outlet == stderr_) announce_own_drops();
  if (outlet.sink.is_relaxed()) resume_inputs(outlet);
  release_if_unused(outlet);
}

void Worker::resume_inputs(Outlet& outlet) {
  for (const std::uint64_t id : std::exchange(outlet.paused, {})) {
    Input& input = *inputs_.at(id);
    if (auto done = epoll_.add(input.pipe, EPOLLIN, id); !done) trouble(std::move(done).error());
  }
}

void Worker::release_if_unused(Outlet& outlet) {
  if (outlet.is_permanent || outlet.inputs > 0 || outlet.sink.has_pending()) return;
  std::erase_if(outlets_by_file_, [&](const auto& row) { return row.second == &outlet; });
  if (!outlet.path.empty()) {
    outlets_by_path_.erase(outlet.path);
    remember_file(outlet);
  }
  outlets_.erase(outlet.id);
}

// Says how many own lines are missing where they are missing, once standard error takes lines again.
void Worker::announce_own_drops() {
  if (own_dropped_ == 0 || stderr_->sink.is_full()) return;
  const std::uint64_t dropped = std::exchange(own_dropped_, 0);
  stderr_->sink.put_remark(
      fmt::format("supervisord: {} lines of its log are missing here: standard error did not take them\n", dropped));
  commit(*stderr_);
  if (stderr_->sink.is_failing()) own_dropped_ += dropped;
}

}  // namespace sup::log
