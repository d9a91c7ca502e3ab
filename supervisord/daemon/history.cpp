#include "daemon/history.hpp"

#include <utility>

namespace sup {

void History::add(HistoryEntry entry) {
  entry.sequence = ++last_;
  if (entries_.size() == kKept) entries_.pop_front();
  entries_.push_back(std::move(entry));
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
