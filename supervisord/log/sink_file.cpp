// Sink: plain files, which are written at once, and the one with a name, which is found, rotated and begun anew.
#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "log/limits.hpp"
#include "log/sink.hpp"
#include "log/views.hpp"
#include "sys/clock.hpp"

namespace sup::log {
namespace {

// write(2) is cheaper where there is one part, and that is all there is of a quiet service.
ssize_t write_parts(int file, std::span<const iovec> parts) {
  if (parts.size() == 1) return ::write(file, parts[0].iov_base, parts[0].iov_len);
  return ::writev(file, parts.data(), static_cast<int>(parts.size()));
}

}  // namespace

void Sink::keep(LogFileSpec spec, OnFull on_full, DiskBudget& budget) {
  budget_ = &budget;
  log_file_ = std::make_unique<LogFile>(std::move(spec), file_);
  on_full_ = on_full;
}

void Sink::change(LogFileSpec spec, OnFull on_full) {
  if (log_file_ == nullptr) return;
  log_file_->change(std::move(spec));
  on_full_ = on_full;
}

// What was held back for the file goes into it before it gets another name.
Result<> Sink::renew(Result<> (LogFile::*what)(UniqueFd&)) {
  commit();
  if (log_file_ == nullptr) return {};
  const std::uint64_t before = log_file_->generation();
  auto done = (*log_file_.*what)(file_);
  for (Notice& notice : log_file_->take_notices()) notices_.push_back(std::move(notice));
  const bool is_begun_anew = log_file_->generation() != before || log_file_->is_empty();
  if (is_begun_anew && !has_pending()) last_put_ = last_written_ = '\n';
  return done;
}

// Formatted bytes were put before the views, and what a full disk has left comes before both.
void Sink::commit_plain() {
  if (shares_.empty()) return;
  if (!pending_.empty()) views_.insert(views_.begin(), {.iov_base = pending_.data(), .iov_len = pending_.size()});
  if (ledger_ != nullptr) ledger_->open_batch(*outbox_, views_);
  const int error = write_views();
  std::string left;
  for (const iovec& view : std::span(views_).subspan(first_view_)) left += text_of(view);
  pending_.clear();
  views_.clear();
  first_view_ = 0;
  if (error == 0)
    succeed();
  else if (on_full_ == OnFull::block)
    hold_back(error, std::move(left));
  else
    fail(error, left);
  if (ledger_ != nullptr) ledger_->close_batch(*outbox_, pending_);
  if (pending_.empty() && pending_.capacity() > kPendingBytes) pending_.shrink_to_fit();
}

// One call for everything; more only after a short one, and where a file ends.
int Sink::write_views() {
  if (const auto ready = prepare(); !ready) {
    reason_ = ready.error().what;
    return ready.error().sys_errno != 0 ? ready.error().sys_errno : EINVAL;
  }
  std::size_t size = size_of(views_);
  if (budget_ != nullptr)
    if (auto notice = budget_->make_room(size)) notices_.push_back(*std::move(notice));
  while (size > 0) {
    const std::size_t part = part_of(size);
    if (!file_.is_open()) return ENOENT;  // It was rotated and could not be made again; rotate() has set the reason.
    if (const int error = write_part(part); error != 0) {
      reason_ = errno_text(error);
      return error;
    }
    size -= part;
  }
  return 0;
}

// One write, of which the ledger knows before and behind it.
ssize_t Sink::write_noted(std::span<const iovec> parts, std::size_t size) {
  if (ledger_ == nullptr) return write_parts(file_.get(), parts);
  ledger_->before_write(file_, size);
  const ssize_t written = write_parts(file_.get(), parts);
  const int error = errno;
  ledger_->after_write(written > 0 ? static_cast<std::size_t>(written) : 0);
  errno = error;
  return written;
}

int Sink::write_part(std::size_t size) {
  while (size > 0) {
    const std::span<iovec> unwritten = std::span(views_).subspan(first_view_);
    const CutViews cut(unwritten, size);
    const ssize_t written = write_noted(cut.parts(), size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    const auto done = static_cast<std::size_t>(written);
    size -= done;
    drop_written(done);
    if (log_file_) log_file_->wrote(done);
    advance(done);
  }
  return 0;
}

// These bytes of the views are written.
void Sink::advance(std::size_t written) {
  while (written > 0) {
    iovec& view = views_[first_view_];
    const std::size_t part = std::min(written, view.iov_len);
    last_written_ = text_of(view)[part - 1];
    view.iov_base = static_cast<char*>(view.iov_base) + part;
    view.iov_len -= part;
    written -= part;
    if (view.iov_len == 0) ++first_view_;
  }
}

void Sink::hold_back(int error, std::string left) {
  pending_ = std::move(left);
  const bool is_news = std::exchange(error_, error) != error;
  if (!is_news && sys::monotonic_now() < next_notice_) return;
  next_notice_ = sys::monotonic_now() + kNoticeInterval;
  notices_.push_back({Notice::Kind::trouble, fmt::format("cannot write {}: {}; {} bytes wait, then who writes them",
                                                         title_, reason_, pending_.size())});
}

// The file that is written to now. One that was begun anew has no line that could be gone on with.
Result<> Sink::prepare() {
  if (log_file_ == nullptr) return {};
  const std::uint64_t before = log_file_->generation();
  auto ready = log_file_->prepare(file_);
  if (ready && log_file_->generation() != before) last_written_ = '\n';
  if (ready && last_written_ == '\n' && log_file_->is_due(sys::wall_now())) rotate();
  return ready;
}

// How many of the views' `size` bytes go into the file that is open now: up to a line end, where it is full.
std::size_t Sink::part_of(std::size_t size) {
  if (log_file_ == nullptr || size <= log_file_->room()) return size;
  const std::span<const iovec> left = std::span(views_).subspan(first_view_);
  if (const std::size_t fitting = last_line_end(left, log_file_->room()); fitting > 0) return fitting;
  const bool may_end = last_written_ == '\n' || log_file_->is_bursting();
  if (!log_file_->is_empty() && may_end) {
    rotate();
    if (size <= log_file_->room()) return size;
    if (const std::size_t fitting = last_line_end(left, log_file_->room()); fitting > 0) return fitting;
  }
  return first_line_end(left);  // A line that is longer than a file may be.
}

void Sink::rotate() {
  const auto done = log_file_->rotate(file_);
  if (!done && !file_.is_open()) reason_ = done.error().what;
  for (Notice& notice : log_file_->take_notices()) notices_.push_back(std::move(notice));
  if (log_file_->is_empty()) last_written_ = '\n';
}

}  // namespace sup::log
