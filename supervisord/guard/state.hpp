// What a guard knows: the descriptors that it holds, the ends that nobody has confirmed, the asks for its own end. All
// of it has a fixed size, begins as zeros, and is touched only as far as it is used: an untouched page costs nothing.
// Managers are forked and find a copy of it in their memory.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "guard/message.hpp"

namespace sup::guard {

// Descriptors under names. Their order says nothing.
class Shelf {
 public:
  // What is not needed any more and is to be closed: what was held under that name before, or `fd` itself if there is
  // no room; else -1.
  [[nodiscard]] int put(std::string_view name, int fd) noexcept;
  // What was held under that name; -1: nothing.
  [[nodiscard]] int drop(std::string_view name) noexcept;
  // How many it may hold; none before this is said.
  void limit(std::size_t most) noexcept { most_ = most < kMostHeld ? most : kMostHeld; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] std::string_view name(std::size_t at) const noexcept {
    return {entries_[at].name, static_cast<std::size_t>(entries_[at].length)};
  }
  [[nodiscard]] int fd(std::size_t at) const noexcept { return entries_[at].fd; }

 private:
  struct Entry {
    int fd;
    unsigned char length;
    char name[kNameBytes];
  };
  [[nodiscard]] std::size_t find(std::string_view name, std::uint32_t hash) const noexcept;  // count_: nowhere.

  std::size_t count_ = 0;
  std::size_t most_ = 0;
  std::uint32_t hashes_[kMostHeld] = {};  // Apart from the names, so that looking for one reads four bytes of each.
  Entry entries_[kMostHeld] = {};
};

// Ends in the order of their reaping, numbered from 1 without a gap.
class Journal {
 public:
  [[nodiscard]] bool is_full() const noexcept { return count_ == kJournalLength; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t first() const noexcept { return gone_ + 1; }  // The number of at(0).
  [[nodiscard]] const Ended& at(std::size_t index) const noexcept {
    return entries_[(begin_ + index) % kJournalLength];
  }
  void add(const Ended& ended) noexcept;  // Not when it is full.
  // Forgets those up to this number.
  void confirm(std::uint64_t sequence) noexcept;

  // Those that the present manager has not been told; a new one knows all from its birth.
  [[nodiscard]] std::size_t untold() const noexcept { return static_cast<std::size_t>(gone_ + count_ - told_); }
  [[nodiscard]] std::uint64_t first_untold() const noexcept { return told_ + 1; }
  void tell(std::size_t count) noexcept { told_ += count; }
  // An empty one whose next entry has this number.
  void begin_with(std::uint64_t first) noexcept { gone_ = told_ = first > 0 ? first - 1 : 0; }

 private:
  std::uint64_t gone_ = 0;  // The number of the last that is forgotten,
  std::uint64_t told_ = 0;  // and of the last that was told; never less.
  std::size_t begin_ = 0;
  std::size_t count_ = 0;
  Ended entries_[kJournalLength] = {};
};

// What was asked of the whole supervisord: signals for which asks_to_end().
struct Asks {
  std::uint32_t count = 0;
  std::int32_t signal = 0;  // Of the last one.
  std::int32_t pid = 0;
};

// A signal that came.
struct Arrived {
  bool is_waiting = false;  // For a manager to come.
  pid_t sender = 0;
  uid_t user = 0;
};

// Programs that can be executed (O_PATH); -1: none.
struct Programs {
  int own = 0;     // What this process executes.
  int former = 0;  // What it executed before, as long as it is not sure that this one is good.
  int next = 0;    // What a manager wants to be gone on with.
  int said = 0;    // Where that says what it has to say, in its trial.
};

// The limit of open files with which supervisord was started.
struct Files {
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

struct State {
  Shelf shelf;
  Journal journal;
  Asks asks;
  Arrived arrived[NSIG];
  Programs programs;
  Files files;
  std::uint32_t managers = 0;  // So many were begun.
  Ended previous;              // How the last of them ended; its pid is 0 before there was one.
  // Of the present manager.
  bool is_up = false;
  std::optional<int> goodbye;
  bool is_on_trial = false;   // The next program is to be tried.
  bool is_replacing = false;  // When this manager has ended the next program goes on.

  // Does what a message asks for. All descriptors that come with it belong to the state then, and those that it has no
  // use for are closed by `close`. What cannot be held is told by `refuse`: why, and the names as they came.
  using Close = void (*)(int fd);
  using Refuse = void (*)(int error_number, std::string_view names);
  void take(std::string_view bytes, std::span<const int> fds, Close close, Refuse refuse) noexcept;

 private:
  void put(std::string_view names, std::span<const int> fds, Close close, Refuse refuse) noexcept;
  void propose(std::span<const int> fds, Close close) noexcept;
};

// How a manager finds what it was born with.
struct Inheritance {
  int socket = -1;  // -1: this process has no guard.
  pid_t guard = 0;
  const State* state = nullptr;
};
[[nodiscard]] const Inheritance& inheritance() noexcept;

}  // namespace sup::guard
