// The way of a new reader through what the rings hold, until it has caught up.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/follow.hpp"
#include "log/follower_queue.hpp"
#include "log/ring.hpp"
#include "log/survey.hpp"

namespace sup::log {

// One service's ring with the name that readers see.
struct NamedRing {
  const Ring* ring = nullptr;
  std::string_view name;
};

// Merges rings by order of arrival into a reader's queue, as much at a time as the queue can take, so that a reader who
// wants a gigabyte costs one queue. New lines go into the rings meanwhile and are simply read later; what a ring drops
// before it was read is counted as missed.
class History {
 public:
  // `request`: must outlive this. `rings`: those of the services asked for. `next_sequence`: that of the next block to
  // come.
  History(const FollowRequest& request, std::span<const NamedRing> rings, std::uint64_t next_sequence);
  History(const FollowRequest&& request, std::span<const NamedRing> rings, std::uint64_t next_sequence) = delete;

  enum class Progress : std::uint8_t { queue_is_full, caught_up };
  // Fills an empty queue. The missed lines lie before what is pushed now: a queue that is not empty is left alone.
  Progress pump(std::span<const NamedRing> rings, FollowerQueue& queue);

  // Must be told of all lines that the rings drop.
  void on_drop(const Ring::Dropped& dropped);

  // Whether the rings hold as many last lines as were asked for, and from which block on.
  [[nodiscard]] bool has_enough() const { return has_enough_; }
  [[nodiscard]] std::uint64_t first() const { return next_; }
  // The lines that are wanted, in the order of arrival. To be asked before anything is pumped.
  [[nodiscard]] std::vector<RingStep> steps(std::span<const NamedRing> rings) const;

 private:
  // A block's place in the order of all blocks, with those of its lines that count.
  struct Step {
    std::uint64_t sequence;
    WallTime time;
    std::uint32_t lines;
    const Ring* ring;
    std::size_t at;
  };
  void append_last(std::vector<Step>& steps, const NamedRing& from, std::size_t count) const;
  [[nodiscard]] bool wants(const Origin& origin) const;
  [[nodiscard]] std::uint32_t counted_lines(const Ring& ring, std::size_t at) const;
  [[nodiscard]] std::uint32_t last_lines_with(const Step& step, std::uint32_t count) const;
  void push(const NamedRing& from, std::size_t at, const Ring::Entry& entry, FollowerQueue& queue);

  const FollowRequest& request_;
  std::uint64_t next_ = 0;                                                // The first block that was not pushed yet,
  std::uint32_t next_lines_ = std::numeric_limits<std::uint32_t>::max();  // and how many of its last lines are wanted.
  std::uint64_t end_ = std::numeric_limits<std::uint64_t>::max();         // Blocks from here on are not wanted.
  std::uint64_t missed_ = 0;
  bool has_enough_ = false;
};

}  // namespace sup::log
