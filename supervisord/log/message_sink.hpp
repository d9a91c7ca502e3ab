// Where messages go: one connection to a syslog server or the journal, shared by all sources that send there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "log/ledger.hpp"
#include "log/report.hpp"
#include "log/sink.hpp"
#include "sys/address.hpp"
#include "sys/epoll_set.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

enum class Carrier : std::uint8_t {
  local,    // A datagram socket of the file system.
  journal,  // The same, which takes as a file what is too large for a datagram.
  udp,
  tcp,  // Octet counting, RFC 6587.
};

struct MessageAddress {
  Carrier carrier = Carrier::local;
  std::string path;                       // For Carrier::local and journal.
  std::vector<sys::SocketAddress> hosts;  // Else: one after the other is tried.
  std::string title;                      // "syslog 'udp://127.0.0.1:514'"; the same for equal addresses only.
};

// A server that does not answer delays nobody: up to kPendingBytes of messages, or one that is larger, wait for it;
// what comes then is lost with an exact count. It is tried again every kMessageRetry, as long as there is something for
// it. When a connection breaks, the message that was being sent is sent again; what the kernel had taken may be lost
// with it.
class MessageSink {
 public:
  // `token` is what the set says when the sink is to be told on_ready().
  MessageSink(sys::EpollSet& epoll, std::uint64_t token, MessageAddress address);
  ~MessageSink();
  MessageSink(const MessageSink&) = delete;
  MessageSink& operator=(const MessageSink&) = delete;

  [[nodiscard]] const std::string& title() const { return address_.title; }
  // Messages are noted in the ledger until they are sent; those of an earlier life are pending.
  void protect(Ledger& ledger);
  [[nodiscard]] const LedgerAccount* outbox() const { return outbox_; }
  // `line_bytes` is what counts when it is lost.
  void put(InstanceId service, std::string message, std::size_t line_bytes);
  // Sends what goes without waiting.
  void commit();
  void on_ready();

  [[nodiscard]] bool has_pending() const { return !queue_.empty(); }
  // Whether what is pending is likely to go soon.
  [[nodiscard]] bool is_in_touch() const { return state_ != State::closed; }
  // When commit() is to be called again though nothing has happened.
  [[nodiscard]] std::optional<Instant> retry_at() const;
  [[nodiscard]] std::vector<Loss> take_losses();
  [[nodiscard]] std::vector<Notice> take_notices();

 private:
  enum class State : std::uint8_t { closed, connecting, open };
  struct Message {
    InstanceId service;
    std::string bytes;
    std::size_t line_bytes = 0;
  };

  void note(const Message& message);
  void connect();
  [[nodiscard]] Result<UniqueFd> open_socket();
  void watch(std::uint32_t events);
  [[nodiscard]] bool send_first();
  void pop_first();
  void lose(InstanceId service, std::size_t line_bytes);
  void fail(int error);
  void succeed();

  Ledger* ledger_ = nullptr;
  LedgerAccount* outbox_ = nullptr;
  sys::EpollSet& epoll_;
  std::uint64_t token_;
  MessageAddress address_;
  State state_ = State::closed;
  UniqueFd socket_;
  std::uint32_t watched_ = 0;
  std::size_t next_host_ = 0;
  std::deque<Message> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t sent_ = 0;  // Of the first message.
  Instant retry_at_{};
  Instant next_notice_{};
  bool is_failing_ = false;
  std::uint64_t lost_lines_ = 0;
  std::uint64_t lost_bytes_ = 0;
  std::vector<Loss> losses_;
  std::vector<Notice> notices_;
};

}  // namespace sup::log
