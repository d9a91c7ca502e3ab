#include "log/archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "log/rotation.hpp"

namespace sup::log {
namespace {

constexpr std::size_t kBlocks = 1 << 20;  // Memory for what is read of all logs at a time,
constexpr std::size_t kMostOfOne = 64 * 1024;
constexpr std::size_t kLeastOfOne = 4 * 1024;

std::size_t block_for(std::size_t logs) {
  return std::clamp(kBlocks / std::max<std::size_t>(logs, 1), kLeastOfOne, kMostOfOne);
}

}  // namespace

Archive::Archive(ArchiveRequest request) : request_(std::move(request)) {}

Archive::Directory* Archive::directory_of(const std::string& path) {
  auto [found, is_new] = directories_.try_emplace(path);
  if (is_new) {
    auto directory = sys::LogDirectory::open(path);
    auto files = directory ? directory->list("") : std::unexpected(directory.error());
    if (files)
      found->second.emplace(Directory{*std::move(directory), *std::move(files)});
    else if (files.error().code != Errc::not_found)
      notes_.push_back(files.error().what);
  }
  return found->second ? &*found->second : nullptr;
}

// Oldest first. A file that is compressed at this moment is there twice.
std::vector<OldFile> Archive::files_of(const OldLog& log) {
  const sys::LogName name = sys::split_log_path(log.path);
  Directory* const directory = directory_of(name.directory);
  if (directory == nullptr) return {};
  const auto& all = directory->files;
  std::vector<OldFile> out;
  bool is_there = false;
  for (auto at = std::ranges::lower_bound(all, name.file, {}, &sys::LogDirectory::Entry::name);
       at != all.end() && at->name.starts_with(name.file); ++at) {
    is_there |= at->name == name.file;
    if (!is_rotated_from(at->name, name.file)) continue;
    // Compressed, and the other has not gone yet.
    if (!out.empty() && stamp_of(at->name, name.file) == stamp_of(out.back().name(), name.file)) continue;
    out.emplace_back(directory->directory, at->name, false);
  }
  if (is_there) out.emplace_back(directory->directory, name.file, true);
  std::erase_if(out, [&](OldFile& file) {
    const auto looked = file.look();
    if (!looked && looked.error().code != Errc::not_found) notes_.push_back(looked.error().what);
    return !looked;
  });
  return out;
}

void Archive::open(const OldLog& log) {
  std::vector<OldFile> files = files_of(log);
  if (files.empty()) return;
  Reader& reader =
      readers_.emplace_back(&log, OldLines(log, request_.wanted, std::move(files), block_for(request_.logs.size())));
  if (const auto opened = reader.lines.open(); !opened) return give_up(reader, opened.error());
  if (reader.lines.is_empty()) return;
  if (!log.shared_with.empty() && !log.tells_whose) {
    notes_.push_back(fmt::format(
        "{}: its log file is also that of {}, and does not say whose a line is (log.format), so what is older than "
        "memory is left out",
        log.name, log.shared_with));
    return;
  }
  if ((request_.wanted.since || request_.wanted.until) && !log.form.has(LineForm::Slot::time)) {
    notes_.push_back(fmt::format(
        "{}: there are no times in its log file (log.format), so what is older than memory is left out", log.name));
    return;
  }
  step_back(reader);
}

void Archive::give_up(Reader& reader, const Error& error) {
  notes_.push_back(fmt::format("{}: {}", reader.log->name, error.what));
  reader.head.reset();
}

void Archive::step_back(Reader& reader) {
  auto line = reader.lines.previous();
  if (!line) return give_up(reader, line.error());
  reader.head = *std::move(line);
}

void Archive::step_on(Reader& reader) {
  auto line = reader.lines.next();
  if (!line) return give_up(reader, line.error());
  reader.head = *std::move(line);
}

// From the youngest line of all backwards, until there are enough.
void Archive::find() {
  readers_.reserve(request_.logs.size());
  for (const OldLog& log : request_.logs) open(log);
  const auto is_older = [this](std::size_t a, std::size_t b) { return readers_[a].head->key < readers_[b].head->key; };
  for (std::size_t i = 0; i < readers_.size(); ++i)
    if (readers_[i].head) order_.push_back(i);
  std::ranges::make_heap(order_, is_older);
  std::size_t left = request_.last_lines.value_or(~std::size_t{0});
  std::size_t steps = request_.steps.size();
  while (left > 0 && (steps > 0 || !order_.empty())) {
    const bool is_step =
        steps > 0 && (order_.empty() || request_.steps[steps - 1].time >= readers_[order_.front()].head->key);
    if (is_step) {
      const RingStep& step = request_.steps[--steps];
      const std::size_t taken = std::min<std::size_t>(left, step.lines);
      left -= taken;
      unwanted_steps_ += step.lines - taken;
      continue;
    }
    std::ranges::pop_heap(order_, is_older);
    Reader& reader = readers_[order_.back()];
    reader.lines.begin_here();
    if (--left == 0) break;
    step_back(reader);
    if (reader.head)
      std::ranges::push_heap(order_, is_older);
    else
      order_.pop_back();
  }
  for (; steps > 0; --steps) unwanted_steps_ += request_.steps[steps - 1].lines;
  note_streams();
  note_order();
}

// Lines without times of one log are in order, but not among those of others.
void Archive::note_order() {
  if (request_.logs.size() < 2) return;
  std::string names;
  for (const Reader& reader : readers_) {
    if (!reader.lines.has_begin() || reader.log->form.has(LineForm::Slot::time)) continue;
    if (!names.empty()) names += ", ";
    names += reader.log->name;
  }
  if (!names.empty())
    notes_.push_back(fmt::format(
        "{}: there are no times in the log file (log.format), so what is older than memory stands together", names));
}

void Archive::note_streams() {
  for (const Reader& reader : readers_)
    if (reader.lines.lacks_stream())
      notes_.push_back(fmt::format(
          "{}: its log file does not say which stream a line is from, so what is older than memory is left out",
          reader.log->name));
}

std::vector<Archive::Line> Archive::next(std::size_t bytes) {
  const auto is_younger = [this](std::size_t a, std::size_t b) {
    return std::pair(readers_[a].head->key, a) > std::pair(readers_[b].head->key, b);
  };
  if (!std::exchange(is_reading_on_, true)) {
    order_.clear();
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      step_on(readers_[i]);
      if (readers_[i].head) order_.push_back(i);
    }
    std::ranges::make_heap(order_, is_younger);
  }
  std::vector<Line> out;
  for (std::size_t size = 0; size < bytes && !order_.empty();) {
    std::ranges::pop_heap(order_, is_younger);
    Reader& reader = readers_[order_.back()];
    size += reader.head->line.bytes.size() + 1;
    out.push_back({reader.log, *std::move(reader.head)});
    step_on(reader);
    if (reader.head)
      std::ranges::push_heap(order_, is_younger);
    else
      order_.pop_back();
  }
  return out;
}

std::vector<std::string> Archive::take_notes() { return std::exchange(notes_, {}); }

std::uint64_t Archive::bytes_read() const {
  std::uint64_t out = 0;
  for (const Reader& reader : readers_) out += reader.lines.bytes_read();
  return out;
}

}  // namespace sup::log
