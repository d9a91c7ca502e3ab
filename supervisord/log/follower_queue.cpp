#include "log/follower_queue.hpp"

#include <algorithm>
#include <utility>

namespace sup::log {
namespace {

// The lines of (the first part of) a block as records without newlines.
void append_records(std::vector<Record>& records, const Ring::Entry& entry, std::string_view name,
                    std::string_view lines) {
  const bool is_whole = lines.size() == entry.size;
  Record record{entry.origin.time, entry.origin.service, entry.origin.run, entry.origin.stream, {}, name, {}};
  record.marks.continuation = entry.marks.continuation;
  while (!lines.empty()) {
    const std::size_t newline = std::min(lines.find('\n'), lines.size());
    record.bytes = lines.substr(0, newline);
    lines.remove_prefix(std::min(newline + 1, lines.size()));
    record.marks.truncated = is_whole && lines.empty() && entry.marks.truncated;
    records.push_back(record);
    record.marks.continuation = false;
  }
}

}  // namespace

void FollowerQueue::push(const Origin& origin, std::string_view name, const Block& block) {
  ring_.append(origin, name, block, [this](const Ring::Dropped& dropped) { missed_ += dropped.lines; });
}

// How many bytes of the oldest block's lines to take: whole lines within the budget; if the first line alone is above
// it, that line for the first block of a take, and nothing for a later one.
std::size_t FollowerQueue::portion(const Ring::Entry& entry, std::size_t budget, bool is_first) const {
  if (entry.size <= budget) return entry.size;
  std::string bytes(entry.size, '\0');
  ring_.copy(0, entry.label, entry.size, bytes.data());
  const std::size_t last_end = budget == 0 ? std::string::npos : bytes.rfind('\n', budget - 1);
  if (last_end != std::string::npos) return last_end + 1;
  if (!is_first) return 0;
  return std::min(bytes.find('\n'), bytes.size() - 1) + 1;
}

TakeResult FollowerQueue::take(std::size_t max_bytes) {
  TakeResult result;
  result.missed = std::exchange(missed_, 0);
  if (!ring_.is_empty()) {
    const Ring::Entry oldest = ring_.entry_at(0);
    result.storage.resize(std::min(ring_.used(), std::max(max_bytes, std::size_t{oldest.label} + oldest.size)));
  }
  std::size_t filled = 0;
  while (!ring_.is_empty()) {
    const Ring::Entry entry = ring_.entry_at(0);
    const std::size_t left = max_bytes > filled + entry.label ? max_bytes - filled - entry.label : 0;
    const std::size_t size = portion(entry, left, filled == 0);
    if (size == 0) break;
    char* out = result.storage.data() + filled;
    ring_.copy(0, 0, entry.label + size, out);
    append_records(result.records, entry, {out, entry.label}, {out + entry.label, size});
    filled += entry.label + size;
    (void)ring_.drop_front(size);  // Taken, not lost.
  }
  if (ring_.is_empty()) ring_.clear();
  result.at_end = is_closed_ && ring_.is_empty();
  return result;
}

}  // namespace sup::log
