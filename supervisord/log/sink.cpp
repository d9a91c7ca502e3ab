#include "log/sink.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>

#include "base/check.hpp"
#include "base/result.hpp"
#include "log/limits.hpp"
#include "sys/clock.hpp"

namespace sup::log {
namespace {

constexpr std::uint64_t kOwnWriter = 0;
constexpr std::size_t kViewsMax = 64;  // The kernel takes 1,024 (IOV_MAX).

std::uint64_t count_lines(std::string_view bytes) {
  const auto ends = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  return !bytes.empty() && bytes.back() != '\n' ? ends + 1 : ends;
}

}  // namespace

Sink::Sink(UniqueFd file, std::string title)
    : file_(std::move(file)), transport_(transport_of(file_)), title_(std::move(title)) {}

Sink::~Sink() {
  if (ledger_ != nullptr) ledger_->leave_outbox(*outbox_);
}

void Sink::protect(Ledger& ledger, const std::string& name) {
  ledger_ = &ledger;
  outbox_ = &ledger.outbox(name);
  for (const std::string& piece : ledger.take_unsent(name)) {
    pending_ += piece;
    own_up(Of::remark, {}, piece);
  }
  noted_ = pending_.size();
}

std::uint64_t Sink::unwritten() const {
  std::uint64_t out = 0;
  for (const Share& share : std::span(shares_).subspan(first_share_)) out += share.bytes;
  return out;
}

bool Sink::is_full() const { return pending_.size() - sent_ >= kPendingBytes; }
bool Sink::is_relaxed() const { return pending_.size() - sent_ <= kPendingBytes / 2; }

bool Sink::has_room_for_own(std::size_t size) const {
  return pending_.size() - sent_ + size <= kPendingBytes + kOwnReserveBytes;
}

std::size_t Sink::read_size(std::size_t overhead) const {
  if (transport_ == Transport::plain && !has_pending()) return kReadBytes;
  const std::size_t pending = pending_.size() - sent_;
  const std::size_t room = kPendingBytes - std::min(kPendingBytes, pending);
  return std::clamp(room / (1 + overhead), std::size_t{512}, kReadBytes);
}

void Sink::put(const Writer& writer, const Block& block) {
  begin(writer.input);
  if (transport_ == Transport::plain)
    append_view(writer, block.bytes);
  else
    append(Of::service, writer.service, block.bytes);
}

void Sink::put_own(std::string_view lines) {
  begin(kOwnWriter);
  append(Of::own, {}, lines);
}

void Sink::put_remark(std::string_view line) {
  begin(kOwnWriter);
  append(Of::remark, {}, line);
}

// Makes sure that this writer starts on a line of its own.
void Sink::begin(std::uint64_t writer) {
  if (last_put_ != '\n' && writer != last_writer_) append(Of::remark, {}, "\n");
  last_writer_ = writer;
}

// Notes whose the bytes are that were just put.
void Sink::own_up(Of of, InstanceId service, std::string_view bytes) {
  if (bytes.empty()) return;
  put_total_ += bytes.size();
  last_put_ = bytes.back();
  if (!shares_.empty() && shares_.back().of == of && shares_.back().service == service)
    shares_.back().bytes += bytes.size();
  else
    shares_.push_back({of, service, bytes.size()});
}

void Sink::append(Of of, InstanceId service, std::string_view bytes) {
  if (!views_.empty()) commit();
  pending_ += bytes;
  own_up(of, service, bytes);
}

void Sink::append_view(const Writer& writer, std::string_view bytes) {
  if (views_.size() == kViewsMax) commit();
  views_.push_back({.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()});
  own_up(Of::service, writer.service, bytes);
}

void Sink::commit() {
  if (transport_ == Transport::plain)
    commit_plain();
  else
    commit_stream();
}

void Sink::note_sent(std::size_t bytes) {
  if (ledger_ != nullptr) ledger_->sent(*outbox_, bytes);
}

void Sink::commit_stream() {
  if (ledger_ != nullptr && noted_ < pending_.size()) ledger_->put(*outbox_, std::string_view(pending_).substr(noted_));
  noted_ = pending_.size();
  while (has_pending()) {
    const Written written = write_now(file_, transport_, std::string_view(pending_).substr(sent_));
    if (written.error == EAGAIN || (written.error == 0 && written.bytes == 0)) break;
    if (written.error != 0) {
      reason_ = errno_text(written.error);
      fail(written.error, std::string_view(pending_).substr(sent_));
      note_sent(pending_.size() - sent_);
      sent_ = pending_.size();
      break;
    }
    note_sent(written.bytes);
    sent_ += written.bytes;
    last_written_ = pending_[sent_ - 1];
    drop_written(written.bytes);
    succeed();
  }
  // Memory goes back when nothing is pending, and the sent part when it is the greater one.
  if (sent_ * 2 < pending_.size() || sent_ == 0) return;
  pending_.erase(0, sent_);
  noted_ -= sent_;
  sent_ = 0;
  if (pending_.empty() && pending_.capacity() > kReadBytes) pending_.shrink_to_fit();
}

void Sink::drop_written(std::size_t bytes) {
  while (bytes > 0) {
    CHECK(first_share_ < shares_.size());
    Share& share = shares_[first_share_];
    const std::size_t part = std::min(bytes, share.bytes);
    share.bytes -= part;
    bytes -= part;
    if (share.bytes == 0) ++first_share_;
  }
  // The done ones go when they are the greater part.
  if (first_share_ * 2 < shares_.size()) return;
  shares_.erase(shares_.begin(), shares_.begin() + static_cast<std::ptrdiff_t>(first_share_));
  first_share_ = 0;
}

void Sink::succeed() {
  if (error_ == 0) return;
  error_ = 0;
  const std::string lost =
      lost_bytes_ == 0 ? "nothing was lost" : fmt::format("{} lines ({} bytes) were dropped", lost_lines_, lost_bytes_);
  notices_.push_back({Notice::Kind::recovered, fmt::format("writing {} works again: {}", title_, lost)});
  lost_lines_ = lost_bytes_ = 0;
}

void Sink::fail(int error, std::string_view lost) {
  lose(lost);
  shares_.clear();
  first_share_ = 0;
  last_put_ = last_written_;
  last_writer_ = ~std::uint64_t{0};  // Whoever comes next does not go on with a torn line.
  const bool is_news = std::exchange(error_, error) != error;
  if (is_news || (error != EPIPE && sys::monotonic_now() >= next_notice_)) tell_failure();
}

// Counts lines by their ends: a torn line is lost, since its end is.
void Sink::lose(std::string_view lost) {
  lost_total_ += lost.size();
  for (const Share& share : std::span(shares_).subspan(first_share_)) {
    const std::string_view bytes = lost.substr(0, share.bytes);
    lost.remove_prefix(bytes.size());
    if (share.of == Of::remark) continue;
    Loss loss{std::nullopt, count_lines(bytes), bytes.size()};
    if (share.of == Of::service) loss.service = share.service;
    lost_lines_ += loss.lines;
    lost_bytes_ += loss.bytes;
    losses_.push_back(loss);
  }
}

// A reader that is gone seldom comes back, so that is said once; other failures are said again every kNoticeInterval.
void Sink::tell_failure() {
  next_notice_ = sys::monotonic_now() + kNoticeInterval;
  notices_.push_back({Notice::Kind::trouble, fmt::format("cannot write {}: {}; {} lines ({} bytes) dropped so far",
                                                         title_, reason_, lost_lines_, lost_bytes_)});
}

std::vector<Loss> Sink::take_losses() { return std::exchange(losses_, {}); }
std::vector<Notice> Sink::take_notices() { return std::exchange(notices_, {}); }

}  // namespace sup::log
