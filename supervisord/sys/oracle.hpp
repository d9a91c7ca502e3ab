// Questions that the kernel may never answer.
//
// What a process keeps in its own memory (its environment, its arguments) is read through that memory, under the lock
// of its map. Who waits for a dead disk may hold that lock (state D), and whoever reads then hangs, too. So such a
// question is asked on a thread of its own, and given up.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace sup::sys {

// For one thread. The thread that asks is made with the first question.
class Oracle {
 public:
  using Question = std::move_only_function<std::string()>;

  // So many threads may hang at a time. After that nothing is asked until one of them comes back.
  static constexpr std::size_t kMostHanging = 4;

  explicit Oracle(Duration patience);
  // Threads that hang are left behind.
  ~Oracle();
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  // The answer; nothing if it does not come in time, or if too many hang. Where no thread is to be had the caller asks
  // by itself.
  [[nodiscard]] std::optional<std::string> ask(Question question);

 private:
  struct Room;  // What the two threads share.

  [[nodiscard]] bool make_room();
  void leave();

  Duration patience_;
  std::unique_ptr<Room> room_;
};

}  // namespace sup::sys
