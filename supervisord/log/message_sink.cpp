#include "log/message_sink.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "log/limits.hpp"
#include "sys/clock.hpp"
#include "sys/datagram.hpp"

namespace sup::log {
namespace {

// What stands before a message in the ledger.
struct NotedMessage {
  std::uint32_t service = 0;
  std::uint32_t line_bytes = 0;
};

Result<UniqueFd> connect_datagram(int family, const sockaddr* address, socklen_t size) {
  UniqueFd fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return fail_errno(errno, "cannot make a socket");
  if (::connect(fd.get(), address, size) != 0) return fail_errno(errno, "cannot connect");
  return fd;
}

Result<UniqueFd> connect_local(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail_errno(ENAMETOOLONG, "cannot connect");
  std::memcpy(address.sun_path, path.data(), path.size());
  return connect_datagram(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Result<UniqueFd> connect_udp(const sys::SocketAddress& address) {
  const int family = address.v4.sin_family;
  const socklen_t size = family == AF_INET ? sizeof address.v4 : sizeof address.v6;
  return connect_datagram(family, reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace

MessageSink::MessageSink(sys::EpollSet& epoll, std::uint64_t token, MessageAddress address)
    : epoll_(epoll), token_(token), address_(std::move(address)) {}

MessageSink::~MessageSink() {
  watch(0);
  if (ledger_ != nullptr) ledger_->leave_outbox(*outbox_);
}

void MessageSink::protect(Ledger& ledger) {
  ledger_ = &ledger;
  outbox_ = &ledger.outbox(address_.title);
  for (const std::string& piece : ledger.take_unsent(address_.title)) {
    NotedMessage noted;
    if (piece.size() < sizeof noted) continue;
    std::memcpy(&noted, piece.data(), sizeof noted);
    queue_.push_back({InstanceId{noted.service}, piece.substr(sizeof noted), noted.line_bytes});
    queued_bytes_ += queue_.back().bytes.size();
  }
}

void MessageSink::note(const Message& message) {
  if (ledger_ == nullptr) return;
  const NotedMessage noted{message.service.value, static_cast<std::uint32_t>(message.line_bytes)};
  ledger_->put(*outbox_, std::string(bytes_of(noted)) + message.bytes);
}

void MessageSink::put(InstanceId service, std::string message, std::size_t line_bytes) {
  if (address_.carrier == Carrier::tcp) message.insert(0, fmt::format("{} ", message.size()));
  const auto is_full = [&] { return !queue_.empty() && queued_bytes_ + message.size() > kPendingBytes; };
  if (is_full()) commit();
  if (is_full()) return lose(service, line_bytes);
  queued_bytes_ += message.size();
  queue_.push_back({service, std::move(message), line_bytes});
  note(queue_.back());
}

void MessageSink::commit() {
  if (queue_.empty()) return;
  if (state_ == State::closed) {
    if (sys::monotonic_now() < retry_at_) return;
    connect();
  }
  while (state_ == State::open && !queue_.empty())
    if (!send_first()) return;
  if (state_ == State::open) watch(address_.carrier == Carrier::tcp ? std::uint32_t{EPOLLIN} : 0U);
}

// Sends what goes of the first message. Whether there may be more at once.
bool MessageSink::send_first() {
  const Message& first = queue_.front();
  ssize_t sent =
      ::send(socket_.get(), first.bytes.data() + sent_, first.bytes.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno == EMSGSIZE && address_.carrier == Carrier::journal) {
    const auto done = sys::send_as_file(socket_, first.bytes);
    if (done)
      sent = static_cast<ssize_t>(first.bytes.size());
    else
      errno = done.error().sys_errno;
  }
  if (sent >= 0) {
    sent_ += static_cast<std::size_t>(sent);
    if (sent_ < first.bytes.size()) return true;
    pop_first();
    succeed();
    return true;
  }
  switch (errno) {
    case EINTR: return true;
    case EAGAIN:
    case ENOBUFS: watch(address_.carrier == Carrier::tcp ? EPOLLIN | EPOLLOUT : EPOLLOUT); return false;
    case EMSGSIZE:  // No datagram can be so large.
      lose(first.service, first.line_bytes);
      pop_first();
      return true;
    default: fail(errno); return false;
  }
}

void MessageSink::pop_first() {
  queued_bytes_ -= queue_.front().bytes.size();
  queue_.pop_front();
  if (ledger_ != nullptr) ledger_->sent_piece(*outbox_);
  sent_ = 0;
  if (queue_.empty()) queue_.shrink_to_fit();
}

void MessageSink::connect() {
  auto opened = open_socket();
  if (!opened) return fail(opened.error().sys_errno);
  socket_ = std::move(*opened);
  state_ = address_.carrier == Carrier::tcp ? State::connecting : State::open;
  if (state_ == State::connecting) watch(EPOLLOUT);
}

Result<UniqueFd> MessageSink::open_socket() {
  if (address_.carrier == Carrier::local || address_.carrier == Carrier::journal) return connect_local(address_.path);
  const sys::SocketAddress& host = address_.hosts[next_host_++ % address_.hosts.size()];
  return address_.carrier == Carrier::udp ? connect_udp(host) : sys::begin_connect(host);
}

// A server that says something is not listened to; one that has closed is connected to anew when there is something
// for it.
void MessageSink::on_ready() {
  if (state_ == State::connecting) {
    if (const auto connected = sys::connect_result(socket_); !connected) return fail(connected.error().sys_errno);
    state_ = State::open;
  } else if (address_.carrier == Carrier::tcp) {
    std::array<char, 4096> ignored;
    const ssize_t got = ::recv(socket_.get(), ignored.data(), ignored.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return fail(got == 0 ? ECONNRESET : errno);
  }
  commit();
}

void MessageSink::watch(std::uint32_t events) {
  if (events == watched_ || !socket_.is_open()) return;
  if (watched_ == 0)
    (void)epoll_.add(socket_, events, token_);
  else if (events == 0)
    (void)epoll_.remove(socket_);
  else
    (void)epoll_.modify(socket_, events, token_);
  watched_ = events;
}

std::optional<Instant> MessageSink::retry_at() const {
  if (state_ != State::closed || queue_.empty()) return std::nullopt;
  return retry_at_;
}

void MessageSink::lose(InstanceId service, std::size_t line_bytes) {
  losses_.push_back({service, 1, line_bytes});
  ++lost_lines_;
  lost_bytes_ += line_bytes;
}

// With nothing to send it is no trouble that a connection has ended.
void MessageSink::fail(int error) {
  watch(0);
  socket_.reset();
  state_ = State::closed;
  sent_ = 0;
  const Instant now = sys::monotonic_now();
  retry_at_ = now + kMessageRetry;
  if (queue_.empty() || (is_failing_ && now < next_notice_)) return;
  is_failing_ = true;
  next_notice_ = now + kNoticeInterval;
  notices_.push_back(
      {Notice::Kind::trouble, fmt::format("cannot send to {}: {}; {} bytes wait, {} lines ({} bytes) dropped so far",
                                          address_.title, errno_text(error), queued_bytes_, lost_lines_, lost_bytes_)});
}

void MessageSink::succeed() {
  if (!std::exchange(is_failing_, false)) return;
  notices_.push_back({Notice::Kind::recovered,
                      fmt::format("sending to {} works again: {} lines ({} bytes) were dropped", address_.title,
                                  std::exchange(lost_lines_, 0), std::exchange(lost_bytes_, 0))});
}

std::vector<Loss> MessageSink::take_losses() { return std::exchange(losses_, {}); }
std::vector<Notice> MessageSink::take_notices() { return std::exchange(notices_, {}); }

}  // namespace sup::log
