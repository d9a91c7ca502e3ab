#include "loop/loop.hpp"

#include <uv.h>

#include <cstdlib>
#include <new>
#include <utility>

#include "base/check.hpp"
#include "base/refusable.hpp"

namespace sup::loop {

namespace detail {

// The heap block of one handle. `on_event` is empty once the owner is gone.
struct Box {
  union {
    uv_handle_t handle;
    uv_poll_t poll;
    uv_timer_t timer;
    uv_prepare_t prepare;
    uv_check_t check;
  };
  std::move_only_function<void(Readiness)> on_event;

  explicit Box(std::move_only_function<void(Readiness)> callback) : handle{}, on_event(std::move(callback)) {}
  ~Box() = default;

  // The callback may destroy the owner, so it is kept alive here until it returns.
  void call(Readiness readiness) noexcept {
    if (!on_event) return;
    auto running = std::move(on_event);
    running(readiness);
    if (uv_is_closing(&handle) == 0) on_event = std::move(running);
  }
};

namespace {
template <class UvHandle>
Box& box_of(UvHandle* handle) {
  return *static_cast<Box*>(handle->data);
}
}  // namespace

Handle::~Handle() {
  if (box_ == nullptr) return;
  box_->on_event = nullptr;
  uv_close(&box_->handle, [](uv_handle_t* handle) { delete static_cast<Box*>(handle->data); });
}

}  // namespace detail

using detail::Box;

namespace {

// libuv's init functions fail for want of memory or descriptors only; a daemon that cannot make its few handles at
// start cannot run, so these are checked.
Box* make_box(std::move_only_function<void(Readiness)> callback) { return new Box(std::move(callback)); }

int uv_events(Interest interest) {
  switch (interest) {
    case Interest::nothing: return 0;
    case Interest::hang_up: return UV_DISCONNECT;
    case Interest::readable: return UV_READABLE;
    case Interest::writable: return UV_WRITABLE;
    case Interest::both: return UV_READABLE | UV_WRITABLE;
  }
  return 0;
}

void on_poll(uv_poll_t* handle, int status, int events) {
  const bool is_broken = status < 0;
  detail::box_of(handle).call({.readable = is_broken || (events & (UV_READABLE | UV_DISCONNECT)) != 0,
                               .writable = !is_broken && (events & UV_WRITABLE) != 0});
}

// libuv ends the program when it gets no memory for a table of its own, and its frames are no place to throw through.
template <class Allocate>
void* insist(Allocate allocate) {
  const Indispensable whole;
  while (true) {
    if (void* memory = allocate()) return memory;
    const auto handler = std::get_new_handler();
    if (handler == nullptr) return nullptr;
    handler();
  }
}

void use_our_memory() {
  (void)uv_replace_allocator(
      [](std::size_t size) { return insist([=] { return std::malloc(size); }); },
      [](void* old, std::size_t size) { return insist([=] { return std::realloc(old, size); }); },
      [](std::size_t n, std::size_t size) { return insist([=] { return std::calloc(n, size); }); }, std::free);
}

}  // namespace

Loop::Loop() : loop_(std::make_unique<uv_loop_s>()) {
  use_our_memory();
  CHECK(uv_loop_init(loop_.get()) == 0);
}

Loop::~Loop() {
  uv_run(loop_.get(), UV_RUN_DEFAULT);  // Only closing handles are left: their close callbacks run.
  CHECK(uv_loop_close(loop_.get()) == 0);
}

void Loop::run() { uv_run(loop_.get(), UV_RUN_DEFAULT); }

void Loop::stop() { uv_stop(loop_.get()); }

Poll::Poll(Loop& loop, int fd, Interest interest, std::move_only_function<void(Readiness)> callback)
    : handle_(make_box(std::move(callback))) {
  Box* box = handle_.get();
  CHECK(uv_poll_init(loop.raw(), &box->poll, fd) == 0);
  box->handle.data = box;
  set(interest);
}

void Poll::set(Interest interest) {
  if (std::exchange(interest_, interest) == interest) return;
  Box* box = handle_.get();
  const int events = uv_events(interest);
  CHECK((events == 0 ? uv_poll_stop(&box->poll) : uv_poll_start(&box->poll, events, on_poll)) == 0);
}

Timer::Timer(Loop& loop, Callback callback)
    : handle_(make_box([call = std::move(callback)](Readiness) mutable { call(); })) {
  Box* box = handle_.get();
  CHECK(uv_timer_init(loop.raw(), &box->timer) == 0);
  box->handle.data = box;
}

void Timer::arm(Duration delay) {
  Box* box = handle_.get();
  uv_update_time(box->handle.loop);  // The loop's clock stands since the turn began.
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(delay);
  const std::uint64_t milliseconds = delay <= Duration{0} ? 0 : static_cast<std::uint64_t>(whole.count()) + 1;
  uv_timer_start(&box->timer, [](uv_timer_t* timer) { detail::box_of(timer).call({}); }, milliseconds, 0);
}

void Timer::disarm() { uv_timer_stop(&handle_.get()->timer); }

TurnEnd::TurnEnd(Loop& loop, Callback callback)
    : callback_(std::make_unique<Callback>(std::move(callback))),
      before_sleep_(make_box([call = callback_.get()](Readiness) { (*call)(); })),
      after_wake_(make_box([call = callback_.get()](Readiness) { (*call)(); })) {
  Box* before = before_sleep_.get();
  Box* after = after_wake_.get();
  uv_prepare_init(loop.raw(), &before->prepare);
  uv_check_init(loop.raw(), &after->check);
  before->handle.data = before;
  after->handle.data = after;
  uv_prepare_start(&before->prepare, [](uv_prepare_t* handle) { detail::box_of(handle).call({}); });
  uv_check_start(&after->check, [](uv_check_t* handle) { detail::box_of(handle).call({}); });
}

}  // namespace sup::loop
