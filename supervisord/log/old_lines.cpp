#include "log/old_lines.hpp"

#include <algorithm>
#include <utility>

namespace sup::log {
namespace {

// A line that is longer comes in pieces: what has no line ends must not fill memory.
constexpr std::size_t kLongest = 1 << 20;

// As precisely as lines have it.
WallTime cut(WallTime time, TimePrecision precision) {
  constexpr std::int64_t kUnits[] = {1'000'000'000, 1'000'000, 1'000, 1};
  const std::int64_t unit = kUnits[static_cast<std::size_t>(precision)];
  return time - Duration{time.time_since_epoch().count() % unit};
}

}  // namespace

Result<> OldLines::open() {
  if (files_.empty()) return {};
  const FilePart& part = log_.part;
  std::size_t last = files_.size() - 1;
  Place written{last, TRY(files_[last].size())};
  for (std::size_t i = 0; part.current && i < files_.size(); ++i)
    if (files_[i].identity() == *part.current) written = {i, std::min(part.size, TRY(files_[i].size()))};
  begin_ = part.begin_back ? TRY(back_from(written, *part.begin_back)) : Place{};
  const bool is_raw = log_.form.parts.empty();
  const std::uint64_t back = part.end_back - (is_raw ? std::min(part.gone_bytes, part.end_back) : 0);
  end_ = part.goes_by_time ? written : TRY(back_from(written, back));
  if (!is_raw && part.gone_lines > 0 && !part.goes_by_time) TRY(skip_gone_lines(written));
  cursor_ = end_ = std::max(begin_, end_);
  return {};
}

Result<OldLines::Place> OldLines::back_from(Place place, std::uint64_t bytes) {
  while (bytes > place.at) {
    if (place.file == 0) return Place{};
    bytes -= place.at;
    auto size = files_[place.file - 1].size();
    if (!size && size.error().code == Errc::not_found) return Place{place.file, 0};
    --place.file;
    place.at = TRY(std::move(size));
  }
  return Place{place.file, place.at - bytes};
}

// The first lines of what was read at once are gone from memory, and how long they are in the file tells only the file.
Result<> OldLines::skip_gone_lines(const Place& written) {
  cursor_ = end_;
  for (std::uint32_t line = 0; line < log_.part.gone_lines; ++line)
    if (!TRY(bytes_behind(written))) break;
  end_ = cursor_;
  window_.clear();
  used_ = 0;
  return {};
}

// To the end of the file before. False if there is none that is wanted. The oldest files are removed while others are
// written, so one that is gone is where this log begins.
Result<bool> OldLines::step_back() {
  window_.clear();
  files_[cursor_.file].rest();
  if (cursor_.file <= begin_.file) return false;
  --cursor_.file;
  // A file holds what was written between the rotation before it and its own.
  const bool has_times = log_.form.has(LineForm::Slot::time);
  while (has_times && wanted_.until && cursor_.file > begin_.file && files_[cursor_.file - 1].until() >= *wanted_.until)
    --cursor_.file;
  if (has_times && wanted_.since && files_[cursor_.file].until() < *wanted_.since) return false;
  auto size = files_[cursor_.file].size();
  if (!size && size.error().code == Errc::not_found) return false;
  cursor_.at = TRY(std::move(size));
  return true;
}

Result<std::optional<std::string>> OldLines::bytes_before() {
  while (true) {
    const std::uint64_t least = cursor_.file == begin_.file ? begin_.at : 0;
    if (cursor_.at <= least) {
      if (!TRY(step_back())) return std::nullopt;
      continue;
    }
    const std::size_t newline = window_.size() > 1 ? window_.rfind('\n', window_.size() - 2) : window_.npos;
    const std::uint64_t left = cursor_.at - least - window_.size();
    if (newline != window_.npos || (!window_.empty() && (left == 0 || window_.size() >= kLongest))) {
      std::string out = newline == window_.npos ? std::exchange(window_, {}) : window_.substr(newline + 1);
      if (newline != window_.npos) window_.resize(newline + 1);
      cursor_.at -= out.size();
      return out;
    }
    std::string block(static_cast<std::size_t>(std::min<std::uint64_t>(block_, left)), '\0');
    const std::uint64_t from = cursor_.at - window_.size() - block.size();
    auto got = files_[cursor_.file].read(from, block);
    if (!got && got.error().code == Errc::not_found) return std::nullopt;
    if (TRY(std::move(got)) != block.size())
      return fail(Errc::sys, "log '" + log_.path + "' was cut short while it is read");
    window_.insert(0, block);
  }
}

// Of one that is gone: nothing.
std::uint64_t OldLines::size_of(std::size_t file) {
  const auto size = files_[file].size();
  return size ? *size : 0;
}

Result<std::optional<std::string>> OldLines::bytes_behind(const Place& end) {
  while (cursor_ < end) {
    const std::uint64_t most = cursor_.file == end.file ? end.at : size_of(cursor_.file);
    const std::size_t held = window_.size() - used_;
    const std::uint64_t left = most - std::min(most, cursor_.at + held);
    const std::size_t newline = window_.find('\n', used_);
    if (newline != window_.npos || (held > 0 && (left == 0 || held >= kLongest))) {
      std::string out = window_.substr(used_, newline == window_.npos ? newline : newline + 1 - used_);
      used_ += out.size();
      line_start_ = cursor_;
      cursor_.at += out.size();
      return out;
    }
    if (left == 0) {
      if (cursor_.file == end.file) break;
      files_[cursor_.file].rest();
      cursor_ = {cursor_.file + 1, 0};
      continue;
    }
    window_.erase(0, std::exchange(used_, 0));
    std::string block(static_cast<std::size_t>(std::min<std::uint64_t>(block_, left)), '\0');
    auto got = files_[cursor_.file].read(cursor_.at + window_.size(), block);
    if (!got && got.error().code == Errc::not_found && cursor_.file < end.file) {
      window_.clear();
      cursor_ = {cursor_.file + 1, 0};
      continue;
    }
    block.resize(TRY(std::move(got)));
    if (block.empty()) return fail(Errc::sys, "log '" + log_.path + "' was cut short while it is read");
    window_ += block;
  }
  return std::nullopt;
}

OldLines::Line OldLines::read_line(std::string bytes, std::size_t file) {
  const bool has_end = bytes.ends_with('\n');
  if (has_end) bytes.pop_back();
  Line out;
  out.line = log_.form.take_apart(bytes);
  // A piece, or the beginning of a line that goes on in memory.
  if (!has_end && (bytes.size() >= kLongest || log_.part.end_back > 0)) out.line.marks.truncated = true;
  if (!out.line.stream) out.line.stream = log_.stream;
  const bool has_times = log_.form.has(LineForm::Slot::time);
  if (out.line.time) last_time_ = out.line.time;
  out.key = has_times && last_time_ ? *last_time_ : files_[file].until();
  if (log_.oldest) out.key = std::min(out.key, *log_.oldest);
  return out;
}

bool OldLines::is_wanted(const OldLine& line) {
  if (!log_.shared_with.empty() && !line.is_of_form) return false;
  if (wanted_.until && last_time_ && *last_time_ >= *wanted_.until) return false;
  if (wanted_.since && last_time_ && *last_time_ < *wanted_.since) return false;
  if (wanted_.streams != StreamFilter::both && !line.stream) {
    lacks_stream_ = true;
    return false;
  }
  if (line.stream && !passes(wanted_.streams, *line.stream)) return false;
  return !wanted_.grep || wanted_.grep->is_in(line.bytes);
}

bool OldLines::is_in_memory(const Line& line) const {
  return log_.part.goes_by_time && log_.oldest && line.line.time &&
         *line.line.time >= cut(*log_.oldest, log_.form.precision);
}

Result<std::optional<OldLines::Line>> OldLines::previous() {
  if (files_.empty()) return std::nullopt;
  while (auto bytes = TRY(bytes_before())) {
    line_start_ = cursor_;
    Line line = read_line(*std::move(bytes), cursor_.file);
    if (is_in_memory(line)) {
      end_ = cursor_;
      continue;
    }
    if (wanted_.since && line.line.time && *line.line.time < *wanted_.since) return std::nullopt;
    if (is_wanted(line.line)) return line;
  }
  return std::nullopt;
}

Result<std::optional<OldLines::Line>> OldLines::next() {
  if (!start_) return std::nullopt;
  if (!std::exchange(is_reading_on_, true)) {
    cursor_ = *start_;
    window_.clear();
    used_ = 0;
    last_time_.reset();
  }
  while (auto bytes = TRY(bytes_behind(end_))) {
    Line line = read_line(*std::move(bytes), line_start_.file);
    if (is_wanted(line.line)) return line;
  }
  return std::nullopt;
}

std::uint64_t OldLines::bytes_read() const {
  std::uint64_t out = 0;
  for (const OldFile& file : files_) out += file.bytes_read();
  return out;
}

}  // namespace sup::log
