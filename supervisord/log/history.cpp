#include "log/history.hpp"

#include <algorithm>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"

namespace sup::log {
namespace {

// A place in one ring.
struct Head {
  std::uint64_t sequence;
  const NamedRing* from;
  std::size_t at;
  // std::priority_queue has its greatest element on top: the oldest block is the greatest.
  friend bool operator<(const Head& a, const Head& b) { return a.sequence > b.sequence; }
};

}  // namespace

History::History(const FollowRequest& request, std::span<const NamedRing> rings, std::uint64_t next_sequence)
    : since_(request.since), streams_(request.streams) {
  if (request.follow == Follow::no) end_ = next_sequence;
  if (!request.last_lines) return;
  std::vector<Step> steps;
  for (const NamedRing& from : rings) append_last(steps, from, *request.last_lines);
  std::ranges::sort(steps, std::ranges::greater{}, &Step::sequence);
  std::size_t left = *request.last_lines;
  next_ = next_sequence;
  for (const Step& step : steps) {
    if (left == 0) break;
    next_ = step.sequence;
    next_lines_ = static_cast<std::uint32_t>(std::min<std::size_t>(left, step.lines));
    left -= next_lines_;
  }
}

// The blocks of one ring which hold its last `count` lines that are wanted.
void History::append_last(std::vector<Step>& steps, const NamedRing& from, std::size_t count) const {
  std::size_t lines = 0;
  const auto for_each_wanted = [&](auto&& visit) {
    for (std::size_t at = 0; at < from.ring->used(); at = from.ring->next(at)) {
      const Ring::Entry entry = from.ring->entry_at(at);
      if (wants(entry.origin)) visit(entry);
    }
  };
  for_each_wanted([&](const Ring::Entry& entry) { lines += entry.lines; });
  for_each_wanted([&](const Ring::Entry& entry) {
    lines -= entry.lines;
    if (lines < count) steps.push_back({entry.origin.sequence, entry.lines});
  });
}

bool History::wants(const Origin& origin) const {
  return origin.sequence >= next_ && origin.sequence < end_ && passes(streams_, origin.stream) &&
         (!since_ || origin.time >= *since_);
}

History::Progress History::pump(std::span<const NamedRing> rings, FollowerQueue& queue) {
  if (!queue.is_empty()) return Progress::queue_is_full;
  queue.add_missed(std::exchange(missed_, 0));
  // The first wanted block of a ring from `at` on joins the heads.
  std::priority_queue<Head> heads;
  const auto advance = [&](const NamedRing& from, std::size_t at) {
    for (; at < from.ring->used(); at = from.ring->next(at)) {
      const Ring::Entry entry = from.ring->entry_at(at);
      if (!wants(entry.origin)) continue;
      heads.push({entry.origin.sequence, &from, at});
      return;
    }
  };
  for (const NamedRing& from : rings) advance(from, 0);
  while (!heads.empty()) {
    const Head head = heads.top();
    const Ring::Entry entry = head.from->ring->entry_at(head.at);
    if (!queue.is_empty() && !queue.has_room(head.from->name, entry.size)) {
      if (next_ != head.sequence) next_lines_ = std::numeric_limits<std::uint32_t>::max();
      next_ = head.sequence;
      return Progress::queue_is_full;
    }
    push(*head.from, head.at, entry, queue);
    heads.pop();
    advance(*head.from, head.from->ring->next(head.at));
  }
  return Progress::caught_up;
}

void History::push(const NamedRing& from, std::size_t at, const Ring::Entry& entry, FollowerQueue& queue) {
  std::string bytes(entry.size, '\0');
  from.ring->copy(at, entry.label, entry.size, bytes.data());
  Block block{bytes, entry.lines, entry.marks};
  while (entry.origin.sequence == next_ && block.lines > next_lines_) {
    block.bytes.remove_prefix(block.bytes.find('\n') + 1);
    --block.lines;
    block.marks.continuation = false;
  }
  queue.push(entry.origin, from.name, block);
}

void History::on_drop(const Ring::Dropped& dropped) {
  if (!wants(dropped.origin)) return;
  if (dropped.origin.sequence != next_) {
    missed_ += dropped.lines;
    return;
  }
  const std::uint32_t wanted = std::min(next_lines_, dropped.lines + dropped.lines_left);
  const std::uint32_t left = std::min(wanted, dropped.lines_left);
  missed_ += wanted - left;
  next_lines_ = left;
}

}  // namespace sup::log
