#include "daemon/session.hpp"

#include <array>
#include <new>
#include <utility>

#include "base/check.hpp"
#include "base/refusable.hpp"
#include "sys/clock.hpp"
#include "sys/socket.hpp"

namespace sup {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;     // At a time, so that a client that sends without end lets others in.
constexpr std::size_t kBacklogBytes = 64 * 1024;  // Of calls that wait for a running task.

}  // namespace

Session::Session(loop::Loop& loop, SessionId id, UniqueFd socket, wire::Role role, Peer peer, Host& host)
    : id_(id),
      socket_(std::move(socket)),
      role_(role),
      peer_(std::move(peer)),
      host_(host),
      poll_(loop, socket_.get(), loop::Interest::readable, [this](loop::Readiness readiness) { on_ready(readiness); }) {
}

void Session::on_ready(loop::Readiness readiness) {
  attend([&] {
    if (readiness.readable) read_input();
    settle();
  });
}

void Session::attend(const std::function<void()>& action) {
  try {
    const Refusable scope;
    action();
  } catch (const std::bad_alloc&) {
    is_over_ = true;
    poll_.set(loop::Interest::nothing);
    host_.on_closed(id_);
  }
}

void Session::read_input() {
  std::array<char, kReadBytes> buffer;
  const auto got = sys::receive_with_fds(socket_, buffer, fds_);
  if (!got || got->state == sys::IoState::closed || fds_.size() > sys::kPassedFdsMax) {
    is_input_over_ = true;
    return;
  }
  input_.feed({buffer.data(), got->bytes});
}

// Calls are answered in order, so while a task runs the next ones wait; as they do while answers wait to be read.
void Session::take_messages() {
  while (task_ == nullptr && !is_over_ && has_room()) {
    const auto message = input_.next();
    if (!message) is_over_ = true;  // Longer than any message may be: what follows cannot be read either.
    if (!message || !*message) break;
    is_muted_ = false;
    host_.on_message(*this, **message);
    if (input_.pending() == 0) fds_.clear();  // Else they may be for a call behind this one.
  }
  if (input_.pending() == 0 || task_ != nullptr || !has_room()) {
    incomplete_since_.reset();
  } else if (!incomplete_since_) {
    incomplete_since_ = sys::monotonic_now();
    host_.on_incomplete();
  }
}

void Session::send(std::string_view encoded) {
  if (!is_muted_) output_ += encoded;
}

void Session::begin(std::unique_ptr<Task> task) {
  CHECK(task_ == nullptr);
  task_ = std::move(task);
  is_task_over_ = false;
}

void Session::finish(std::string_view encoded) {
  send(encoded);
  is_task_over_ = true;
}

void Session::flush() {
  if (is_held_) return;
  while (sent_ < output_.size()) {
    const auto result = sys::send_some(socket_, std::span(output_).subspan(sent_));
    if (!result || result->state == sys::IoState::closed) {
      is_over_ = true;
      return;
    }
    if (result->state == sys::IoState::would_block) return;
    sent_ += result->bytes;
  }
  output_ = std::string();  // A large reply's memory is not kept for an idle client.
  sent_ = 0;
}

// One round: end the task that is over, take up calls, let a task produce, send. Whether another round can do more.
bool Session::go_on() {
  if (is_task_over_) task_.reset();
  is_task_over_ = false;
  take_messages();
  const std::size_t before = output_.size();
  if (task_ != nullptr && !is_task_over_ && has_room()) task_->pump(*this);
  const bool has_produced = output_.size() != before;
  const bool was_full = !has_room();
  flush();
  return is_task_over_ || (has_produced && sent_ == output_.size()) || (was_full && has_room());
}

// A client that has closed its end of the connection gets what can be answered without a task; nobody waits for it in
// the middle of one. The end is reported last, since the session is destroyed by it.
void Session::settle() {
  while (!is_over_ && go_on()) {
  }
  const bool has_output = sent_ < output_.size();
  if (is_over_ || (is_input_over_ && (task_ != nullptr || !has_output))) {
    poll_.set(loop::Interest::nothing);
    return host_.on_closed(id_);
  }
  const bool wants_input = !is_input_over_ && has_room() && (task_ == nullptr || input_.pending() < kBacklogBytes);
  if (has_output)
    poll_.set(wants_input ? loop::Interest::both : loop::Interest::writable);
  else
    poll_.set(wants_input ? loop::Interest::readable : loop::Interest::hang_up);
}

}  // namespace sup
