// The connection to supervisord: blocking, one call at a time.
#pragma once

#include <sys/types.h>

#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "sys/file.hpp"
#include "sys/unique_fd.hpp"
#include "wire/varlink.hpp"

namespace sup::ctl {

using wire::ExitCode;

// Why a verb ends without having done its work: what the exit code says, and one line for standard error.
struct Failure {
  ExitCode code = ExitCode::failed;
  std::string text;
  bool is_lost = false;  // Who was asked is gone without a last word; another may go on in its place.
  bool is_over = false;  // Nobody goes on: supervisord has ended in order meanwhile, and its socket is gone.
};
template <class T = void>
using OrFailure = std::expected<T, Failure>;

[[nodiscard]] std::unexpected<Failure> failure(ExitCode code, std::string text);
// An error that supervisord answered.
[[nodiscard]] std::unexpected<Failure> failure(const wire::ErrorReply& error);

// How long an answer may take that does not depend on services, when no --timeout says it.
inline constexpr Duration kAnswerTimeout = std::chrono::seconds{30};

// What is done now and then while one waits.
struct Pastime {
  Duration every{};
  std::function<void()> call = {};
};

class Client {
 public:
  // Connects to the socket at `path`. The failures tell apart: no socket, nobody listens, not allowed, no socket at
  // all.
  [[nodiscard]] static OrFailure<Client> connect(const std::string& path);

  // When waiting for replies ends with ExitCode::timed_out; nothing: never.
  void set_deadline(std::optional<Instant> deadline) { deadline_ = deadline; }

  void set_pastime(Pastime pastime) { pastime_ = std::move(pastime); }

  // From now on waiting also ends when nobody reads `fd` any more, with ExitCode::done: what is said seldom would else
  // not be noticed to be said to nobody (`ctl logs -f | grep -m 1 ready`).
  void watch_reader(int fd) { reader_fd_ = fd; }

  [[nodiscard]] OrFailure<> call(const wire::CommandRow& row, const wire::Arguments& arguments,
                                 wire::More more = wire::More::no);
  // The same, and these descriptors with it.
  [[nodiscard]] OrFailure<> call_with_fds(const wire::CommandRow& row, const wire::Arguments& arguments,
                                          std::span<const int> fds);

  // The process that answers, as it calls itself. Before that only the one is known that has made the socket, which may
  // be a manager that has ended long ago.
  void know_manager(std::int64_t pid) { manager_ = pid; }
  [[nodiscard]] const std::optional<std::int64_t>& manager() const { return manager_; }
  // Whether both have connected to the very same socket, whoever answers there.
  [[nodiscard]] bool is_at_socket_of(const Client& other) const { return socket_id_ == other.socket_id_; }

  // Another way has shown that the peer speaks our protocol: when it closes the connection, that is not the reason.
  void trust() { has_answered_ = true; }

  // Readable when a reply has come, or the end. For those who wait for more than that.
  [[nodiscard]] int fd() const { return socket_.get(); }

  // One reply to a call: the message, and whether more follow.
  template <class T>
  struct Received {
    T message;
    bool continues = false;
  };
  // Waits for the next reply. An error that was answered is a Failure.
  template <wire::MessageStruct T>
  [[nodiscard]] OrFailure<Received<T>> next();
  // call() and the one reply.
  template <wire::MessageStruct T>
  [[nodiscard]] OrFailure<T> ask(const wire::CommandRow& row, const wire::Arguments& arguments);

  // Waits until the peer is gone: its end of the connection, then, where the kernel tells, its process.
  [[nodiscard]] OrFailure<> wait_until_gone();

 private:
  // The file, and who listens on it.
  struct SocketId {
    sys::FileIdentity file;
    pid_t maker = 0;
    friend bool operator==(const SocketId&, const SocketId&) = default;
  };
  Client(UniqueFd socket, std::string path);

  [[nodiscard]] OrFailure<> send(std::string_view message, std::span<const int> fds);
  [[nodiscard]] OrFailure<std::string> next_message();
  [[nodiscard]] OrFailure<> wait_readable(int fd);
  enum class Got : unsigned char { bytes, end };
  [[nodiscard]] OrFailure<Got> receive_some();
  [[nodiscard]] std::unexpected<Failure> not_ours(const std::string& what) const;
  enum class Peer : unsigned char { ended, alive, unknown };
  [[nodiscard]] Peer look_at_peer() const;
  [[nodiscard]] std::unexpected<Failure> closed() const;

  UniqueFd socket_;
  std::string path_;
  SocketId socket_id_;
  std::optional<std::int64_t> manager_;
  std::optional<Instant> deadline_;
  Pastime pastime_;
  int reader_fd_ = -1;  // Where the replies go to, if its reader is watched.
  wire::MessageSplitter splitter_{wire::kMaxReplyBytes};
  bool has_answered_ = false;  // The peer has proved to speak our protocol.
};

template <wire::MessageStruct T>
OrFailure<Client::Received<T>> Client::next() {
  auto message = next_message();
  if (!message) return std::unexpected(std::move(message).error());
  auto reply = wire::parse_reply<T>(*message);
  if (!reply) return not_ours(reply.error().what);
  has_answered_ = true;
  if (reply->error) return failure(*reply->error);
  return Received<T>{std::move(reply->message), reply->continues};
}

template <wire::MessageStruct T>
OrFailure<T> Client::ask(const wire::CommandRow& row, const wire::Arguments& arguments) {
  if (auto sent = call(row, arguments); !sent) return std::unexpected(std::move(sent).error());
  auto received = next<T>();
  if (!received) return std::unexpected(std::move(received).error());
  return std::move(received->message);
}

}  // namespace sup::ctl
