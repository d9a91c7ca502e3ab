// What one reader has not taken yet: bounded, and exact about what it lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "log/follow.hpp"
#include "log/record.hpp"
#include "log/ring.hpp"

namespace sup::log {

// Lines go in at one end, records come out at the other. A full queue loses its oldest lines and counts them, so that a
// slow reader sees the newest lines and, in front of them, how many are missing.
class FollowerQueue {
 public:
  explicit FollowerQueue(std::size_t limit_bytes) : ring_(limit_bytes) {}

  void push(const Origin& origin, std::string_view name, const Block& block);
  // Whether push() would lose nothing.
  [[nodiscard]] bool has_room(std::string_view name, std::size_t size) const {
    return ring_.has_room(name.size(), size);
  }
  [[nodiscard]] bool is_empty() const { return ring_.is_empty(); }
  // Lines that were lost on their way here; they belong in front of what is in the queue.
  void add_missed(std::uint64_t lines) { missed_ += lines; }
  // Nothing will be pushed any more.
  void close() { is_closed_ = true; }

  // Takes records of at most `max_bytes` (names and lines), but one at least. Its memory goes back when it is empty.
  [[nodiscard]] TakeResult take(std::size_t max_bytes);

 private:
  [[nodiscard]] std::size_t portion(const Ring::Entry& entry, std::size_t budget, bool is_first) const;

  Ring ring_;
  std::uint64_t missed_ = 0;
  bool is_closed_ = false;
};

}  // namespace sup::log
