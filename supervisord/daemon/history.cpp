#include "daemon/history.hpp"

#include <algorithm>
#include <utility>

namespace sup {

void History::add(HistoryEntry entry) {
  entry.sequence = ++last_;
  if (entries_.size() == kKept) entries_.pop_front();
  entries_.push_back(std::move(entry));
}

void History::add_words(InstanceId instance, RunId run, std::vector<std::string> lines) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&](const HistoryEntry& entry) {
    return entry.awaits_words && entry.instance == instance && entry.run == run;
  });
  if (found == entries_.rend()) return;
  found->awaits_words = false;
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
  }
}

const HistoryEntry* History::after(std::uint64_t sequence) const {
  if (entries_.empty() || sequence >= last_) return nullptr;
  const std::uint64_t first = entries_.front().sequence;
  return sequence < first ? &entries_.front() : &entries_[static_cast<std::size_t>(sequence + 1 - first)];
}

}  // namespace sup
