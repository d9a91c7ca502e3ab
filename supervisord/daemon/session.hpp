// Session: one client on the control socket. Bytes in and out, one call after the other.
//
// Nothing a client does grows us: what it sends is bounded by the message limit, what it does not read is bounded
// because tasks produce only while there is room, and it can have one call in progress.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "engine/effect.hpp"
#include "log/archive.hpp"
#include "log/follow.hpp"
#include "log/report.hpp"
#include "loop/loop.hpp"
#include "sys/unique_fd.hpp"
#include "wire/framing.hpp"
#include "wire/roles.hpp"

namespace sup {

class Session;

// Lines of log files on their way to the reader that asked for them.
struct OldLogLines {
  log::FollowerId follower;
  std::unique_ptr<log::Archive> archive;
  std::vector<log::Archive::Line> lines;  // They refer to the archive.
};

// A call that is not answered at once. The session owns it; it ends with Session::finish(), or when the client goes
// away.
class Task {
 public:
  virtual ~Task() = default;
  // There is room for more output: produce some.
  virtual void pump(Session&) {}
  virtual void on_state_changed(Session&, const StateChanged&) {}
  virtual void on_change_done(Session&, const ChangeDone&) {}
  // The instance has left: its id will mean another.
  virtual void on_vacated(InstanceId) {}
  // The log thread has something for this reader.
  virtual void on_log_ready(Session&, log::FollowerId) {}
  // A worker has read the next lines of log files.
  virtual void on_old_lines(Session&, OldLogLines&) {}
  // What was asked of log files is done.
  virtual void on_tended(Session&, const log::Tended&) {}
  // supervisord has ended everything and is about to leave: say what is left to say, and finish.
  virtual void wind_up(Session&) = 0;
};

class Session {
 public:
  // A task produces while less than this waits to be read by the client.
  static constexpr std::size_t kOutputMark = std::size_t{256} << 10;

  struct Host;

  struct Peer {
    std::uint32_t uid = 0;
    std::string text;  // "uid 1000, pid 4711", for the log.
  };

  Session(loop::Loop& loop, SessionId id, UniqueFd socket, wire::Role role, Peer peer, Host& host);

  [[nodiscard]] SessionId id() const { return id_; }
  [[nodiscard]] wire::Role role() const { return role_; }
  [[nodiscard]] const std::string& peer() const { return peer_.text; }
  [[nodiscard]] std::uint32_t uid() const { return peer_.uid; }
  // It has sent the beginning of a message and not its end, since then.
  [[nodiscard]] std::optional<Instant> incomplete_since() const { return incomplete_since_; }
  [[nodiscard]] bool is_idle() const { return task_ == nullptr; }
  [[nodiscard]] int fd() const { return socket_.get(); }

  // The descriptors that came with the call in progress; those that nobody takes are closed.
  [[nodiscard]] std::vector<UniqueFd> take_fds() { return std::exchange(fds_, {}); }
  // The call in progress wants no reply: nothing is sent until the next one.
  void mute() { is_muted_ = true; }
  // Encoded messages, in order.
  void send(std::string_view encoded);
  [[nodiscard]] bool has_room() const { return output_.size() - sent_ < kOutputMark; }
  void begin(std::unique_ptr<Task> task);
  // The call in progress is answered by another task, or at once.
  [[nodiscard]] std::unique_ptr<Task> drop_task() { return std::exchange(task_, nullptr); }
  // The final reply of the task; the next call is taken up.
  void finish(std::string_view encoded);
  [[nodiscard]] Task* task() { return is_task_over_ ? nullptr : task_.get(); }
  // What was sent is held back until release(): what it says has happened may still be lost with this process.
  void hold() { is_held_ = true; }
  void release() { is_held_ = false; }
  // Gone after what was sent so far, as far as the client takes it at once.
  void hang_up() { is_over_ = true; }
  // Does something for this client alone. If there is no memory for it, the client is sent away.
  void attend(const std::function<void()>& action);
  // To be called after anything was done with the session from outside: sends, goes on, reports the end.
  void settle();

 private:
  void on_ready(loop::Readiness readiness);
  void read_input();
  void take_messages();
  bool go_on();
  void flush();

  SessionId id_;
  UniqueFd socket_;
  wire::Role role_;
  Peer peer_;
  Host& host_;
  wire::MessageSplitter input_;
  std::vector<UniqueFd> fds_;  // Received, at most sys::kPassedFdsMax.
  std::string output_;
  std::size_t sent_ = 0;  // Of output_.
  std::unique_ptr<Task> task_;
  std::optional<Instant> incomplete_since_;
  bool is_muted_ = false;
  bool is_held_ = false;
  bool is_task_over_ = false;
  bool is_input_over_ = false;
  bool is_over_ = false;
  loop::Poll poll_;
};

// What a session asks of its server.
struct Session::Host {
  std::move_only_function<void(Session&, std::string_view)> on_message;  // Answer it, begin a task, or hang up.
  std::move_only_function<void(SessionId)> on_closed;                    // Forget it, but not before this call returns.
  std::move_only_function<void()> on_incomplete;                         // It has sent the beginning of a message.
};

}  // namespace sup
