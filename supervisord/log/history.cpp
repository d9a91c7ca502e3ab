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
    : request_(request) {
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
    const auto counted = static_cast<std::uint32_t>(std::min<std::size_t>(left, step.lines));
    next_lines_ = last_lines_with(step, counted);
    left -= counted;
  }
  has_enough_ = left == 0;
}

std::vector<RingStep> History::steps(std::span<const NamedRing> rings) const {
  std::vector<Step> steps;
  for (const NamedRing& from : rings) append_last(steps, from, std::numeric_limits<std::size_t>::max());
  std::ranges::sort(steps, {}, &Step::sequence);
  std::vector<RingStep> out;
  for (const Step& step : steps) out.push_back({step.time, step.lines});
  return out;
}

namespace {

// The lines of a block, from the last to the first, until `visit` says that it is enough.
template <class Visit>
void each_line_back(std::string_view bytes, Visit&& visit) {
  while (!bytes.empty()) {
    if (bytes.back() == '\n') bytes.remove_suffix(1);
    const std::size_t begin = bytes.rfind('\n') + 1;  // npos + 1 is 0.
    if (!visit(bytes.substr(begin))) return;
    bytes = bytes.substr(0, begin);
  }
}

std::string bytes_at(const Ring& ring, std::size_t at, const Ring::Entry& entry) {
  std::string bytes(entry.size, '\0');
  ring.copy(at, entry.label, entry.size, bytes.data());
  return bytes;
}

}  // namespace

// Those in which the pattern is found; all of them without one.
std::uint32_t History::counted_lines(const Ring& ring, std::size_t at) const {
  const Ring::Entry entry = ring.entry_at(at);
  if (!request_.grep) return entry.lines;
  std::uint32_t count = 0;
  each_line_back(bytes_at(ring, at, entry), [&](std::string_view line) {
    count += request_.grep->is_in(line) ? 1 : 0;
    return true;
  });
  return count;
}

// How many of the block's last lines are needed so that `count` of them count.
std::uint32_t History::last_lines_with(const Step& step, std::uint32_t count) const {
  if (!request_.grep) return count;
  const Ring::Entry entry = step.ring->entry_at(step.at);
  std::uint32_t lines = 0;
  each_line_back(bytes_at(*step.ring, step.at, entry), [&](std::string_view line) {
    ++lines;
    count -= request_.grep->is_in(line) ? 1 : 0;
    return count > 0;
  });
  return lines;
}

// The blocks of one ring which hold its last `count` lines that are wanted.
void History::append_last(std::vector<Step>& steps, const NamedRing& from, std::size_t count) const {
  std::size_t lines = 0;
  const auto for_each_wanted = [&](auto&& visit) {
    for (std::size_t at = 0; at < from.ring->used(); at = from.ring->next(at)) {
      const Ring::Entry entry = from.ring->entry_at(at);
      if (!wants(entry.origin)) continue;
      const std::uint32_t counted = counted_lines(*from.ring, at);
      if (counted > 0) visit(entry, at, counted);
    }
  };
  if (count != std::numeric_limits<std::size_t>::max())
    for_each_wanted([&](const Ring::Entry&, std::size_t, std::uint32_t counted) { lines += counted; });
  for_each_wanted([&](const Ring::Entry& entry, std::size_t at, std::uint32_t counted) {
    lines -= std::min<std::size_t>(lines, counted);
    if (lines < count) steps.push_back({entry.origin.sequence, entry.origin.time, counted, from.ring, at});
  });
}

bool History::wants(const Origin& origin) const {
  return origin.sequence >= next_ && origin.sequence < end_ && request_.wants(origin);
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
