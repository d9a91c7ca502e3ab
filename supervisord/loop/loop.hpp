// The event loop: libuv behind RAII. This room is the only one that knows <uv.h>.
//
// libuv's contract is that a handle's memory is released in its close callback or later. It is met once, in Handle: a
// box on the heap holds the uv handle and the callback; the owner's destructor closes the handle and empties the
// callback, the close callback frees the box. So owners hold these classes as plain members, may be destroyed inside a
// callback, and are never called back afterwards.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "base/time.hpp"

struct uv_loop_s;

namespace sup::loop {

using Callback = std::move_only_function<void()>;

// One thread's loop. Everything made from it is used on that thread only and destroyed before it.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until stop() is called.
  void run();
  // run() returns after the current turn.
  void stop();
  [[nodiscard]] uv_loop_s* raw() { return loop_.get(); }

 private:
  std::unique_ptr<uv_loop_s> loop_;
};

namespace detail {
struct Box;
// Owns a box; closes its handle on destruction.
class Handle {
 public:
  Handle() = default;
  explicit Handle(Box* box) : box_(box) {}
  Handle(Handle&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(box_, other.box_);
    return *this;
  }
  ~Handle();
  [[nodiscard]] Box* get() const { return box_; }

 private:
  Box* box_ = nullptr;
};
}  // namespace detail

// What to wait for on a descriptor. `hang_up`: only for the other end of a socket to close.
enum class Interest : std::uint8_t { nothing, hang_up, readable, writable, both };

// What has happened on a descriptor. Hang-ups and errors count as readable: the read tells.
struct Readiness {
  bool readable = false;
  bool writable = false;
};

// Watches one descriptor, level-triggered. The descriptor stays its owner's, who destroys the Poll before closing it.
class Poll {
 public:
  Poll(Loop& loop, int fd, Interest interest, std::move_only_function<void(Readiness)> callback);
  void set(Interest interest);

 private:
  detail::Handle handle_;
  Interest interest_ = Interest::nothing;
};

// One moment to be called at. Precise to a millisecond, never early.
class Timer {
 public:
  Timer(Loop& loop, Callback callback);
  // Replaces an earlier moment. Without delay: in the next turn.
  void arm(Duration delay);
  void disarm();

 private:
  detail::Handle handle_;
};

// Calls back at the end of each loop turn, before the loop sleeps: the place where what the callbacks have posted is
// worked off. Does not keep the loop awake.
class TurnEnd {
 public:
  TurnEnd(Loop& loop, Callback callback);

 private:
  std::unique_ptr<Callback> callback_;  // Shared by the two handles, which die first.
  detail::Handle before_sleep_;
  detail::Handle after_wake_;
};

}  // namespace sup::loop
