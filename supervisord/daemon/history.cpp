#include "daemon/history.hpp"

#include <algorithm>
#include <utility>

namespace sup {

void History::add(HistoryEntry entry) {
  entry.sequence = ++last_;
  note(last_);
  if (entries_.size() == kKept) entries_.pop_front();
  entries_.push_back(std::move(entry));
}

void History::add_words(InstanceId instance, RunId run, std::vector<std::string> lines) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&](const HistoryEntry& entry) {
    return entry.awaits_words && entry.instance == instance && entry.run == run;
  });
  if (found == entries_.rend()) return;
  found->awaits_words = false;
  note(found->sequence);
  if (lines.empty()) return;
  found->words.edit() = std::move(lines);
  with_words_.push_back(found->sequence);
  if (with_words_.size() <= kWithWords) return;
  const std::uint64_t oldest = with_words_.front();
  with_words_.pop_front();
  if (oldest >= entries_.front().sequence)
    entries_[static_cast<std::size_t>(oldest - entries_.front().sequence)].words = {};
}

void History::depart(InstanceId instance, const std::string& name) {
  for (HistoryEntry& entry : entries_) {
    if (entry.instance != instance) continue;
    entry.instance = kNoInstance;
    entry.departed.edit() = name;
    note(entry.sequence);
  }
}

void History::add_cause(InstanceId instance, RunId run, State to, const std::string& cause) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&](const HistoryEntry& entry) {
    return entry.kind == Happening::state && entry.instance == instance && entry.run == run && entry.to == to;
  });
  if (found == entries_.rend()) return;
  std::string& text = found->cause.edit();
  text += (text.empty() ? "" : "; ") + cause;
  note(found->sequence);
}

void History::note(std::uint64_t sequence) {
  if (is_recorded_) changed_.push_back(sequence);
}

std::vector<std::uint64_t> History::take_changed() {
  if (!std::exchange(is_recorded_, true))
    for (const HistoryEntry& entry : entries_) changed_.push_back(entry.sequence);
  return std::exchange(changed_, {});
}

const HistoryEntry* History::find(std::uint64_t sequence) const {
  const HistoryEntry* entry = sequence == 0 ? nullptr : after(sequence - 1);
  return entry != nullptr && entry->sequence == sequence ? entry : nullptr;
}

// A number that is missing in between was damaged, and everything before it is left out: there are no gaps.
void History::restore(std::vector<HistoryEntry> entries) {
  entries_.clear();
  for (HistoryEntry& entry : entries) {
    if (!entries_.empty() && entry.sequence != last_ + 1) entries_.clear();
    last_ = entry.sequence;
    if (entry.words.is_written()) with_words_.push_back(entry.sequence);
    entries_.push_back(std::move(entry));
  }
}

const HistoryEntry* History::after(std::uint64_t sequence) const {
  if (entries_.empty() || sequence >= last_) return nullptr;
  const std::uint64_t first = entries_.front().sequence;
  return sequence < first ? &entries_.front() : &entries_[static_cast<std::size_t>(sequence + 1 - first)];
}

}  // namespace sup
