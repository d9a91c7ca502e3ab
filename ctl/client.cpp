#include "ctl/client.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <cerrno>

#include "ctl/connect_failure.hpp"
#include "sys/clock.hpp"
#include "sys/process.hpp"
#include "sys/socket.hpp"

namespace sup::ctl {

namespace {

// Its descriptors are closed a little before it is gone.
bool ends_now(const UniqueFd& pidfd) {
  constexpr int kPatienceMs = 1'000;
  pollfd wanted{pidfd.get(), POLLIN, 0};
  return ::poll(&wanted, 1, kPatienceMs) > 0;
}

}  // namespace

std::unexpected<Failure> failure(ExitCode code, std::string text) {
  return std::unexpected(Failure{code, std::move(text)});
}

std::unexpected<Failure> failure(const wire::ErrorReply& error) {
  using namespace wire;
  ExitCode code = ExitCode::failed;
  if (is_error<NoSuchService>(error)) code = ExitCode::no_such_service;
  if (is_error<wire::PermissionDenied>(error)) code = ExitCode::denied;
  if (is_error<InterfaceNotFound>(error) || is_error<MethodNotFound>(error) || is_error<MethodNotImplemented>(error) ||
      is_error<InvalidParameter>(error) || is_error<ExpectedMore>(error))
    code = ExitCode::incompatible;
  return failure(code, describe_error(error));
}

Client::Client(UniqueFd socket, std::string path) : socket_(std::move(socket)), path_(std::move(path)) {
  if (const auto file = sys::identity_of(path_)) socket_id_.file = *file;
  if (const auto peer = sys::peer_credentials(socket_)) socket_id_.maker = peer->pid;
}

// Nothing of it in another pid namespace, nor of who goes on at the socket that another has made.
Client::Peer Client::look_at_peer() const {
  if (manager_ || socket_id_.maker <= 0) return Peer::unknown;
  const auto process = sys::open_process(socket_id_.maker);
  if (!process) return process.error().code == Errc::not_found ? Peer::ended : Peer::unknown;
  if (!process->pidfd.is_open()) return Peer::unknown;
  return ends_now(process->pidfd) ? Peer::ended : Peer::alive;
}

// The connection was closed in the middle of a call.
std::unexpected<Failure> Client::closed() const {
  const Peer peer = look_at_peer();
  if (!has_answered_ && peer != Peer::ended) return not_ours("it closed the connection without an answer");
  const char* const text =
      has_answered_ ? "supervisord closed the connection" : "supervisord has ended before it answered";
  return std::unexpected(Failure{ExitCode::failed, text, peer != Peer::alive});
}

OrFailure<Client> Client::connect(const std::string& path) {
  // A full queue of connections empties quickly, unless supervisord is stopped.
  constexpr Duration kPatience = std::chrono::seconds{5};
  constexpr int kPauseMs = 10;
  const Instant give_up = sys::monotonic_now() + kPatience;
  while (true) {
    auto socket = sys::connect_unix(path);
    if (socket) return Client(*std::move(socket), path);
    if (socket.error().sys_errno != EAGAIN || sys::monotonic_now() >= give_up)
      return std::unexpected(connect_failure(path, socket.error()));
    ::poll(nullptr, 0, kPauseMs);
  }
}

OrFailure<> Client::call(const wire::CommandRow& row, const wire::Arguments& arguments, wire::More more) {
  return send(wire::encode_call(row, arguments, more), {});
}

OrFailure<> Client::call_with_fds(const wire::CommandRow& row, const wire::Arguments& arguments,
                                  std::span<const int> fds) {
  return send(wire::encode_call(row, arguments), fds);
}

OrFailure<> Client::send(std::string_view rest, std::span<const int> fds) {
  while (!rest.empty()) {
    const auto sent = fds.empty() ? sys::send_some(socket_, rest) : sys::send_with_fds(socket_, rest, fds);
    if (!sent) return failure(ExitCode::failed, sent.error().what);
    if (sent->state == sys::IoState::closed) break;  // What it said before, if anything, is read by next().
    if (sent->state == sys::IoState::would_block) {
      pollfd wanted{socket_.get(), POLLOUT, 0};
      ::poll(&wanted, 1, 1000);
      if (deadline_ && sys::monotonic_now() >= *deadline_) return failure(ExitCode::timed_out, "timed out");
    }
    if (sent->bytes > 0) fds = {};  // They went with the first byte.
    rest.remove_prefix(sent->bytes);
  }
  return {};
}

// One blocking poll(2) until there is something to read, or until it is time for the pastime: no polling in a loop.
OrFailure<> Client::wait_readable(int fd) {
  while (true) {
    std::optional<Duration> rest;
    if (deadline_) rest = std::max(*deadline_ - sys::monotonic_now(), Duration::zero());
    const bool is_for_pastime = pastime_.call && (!rest || pastime_.every < *rest);
    if (is_for_pastime) rest = pastime_.every;
    timespec left{};
    if (rest) left = {.tv_sec = *rest / std::chrono::seconds{1}, .tv_nsec = (*rest % std::chrono::seconds{1}).count()};
    std::array wanted{pollfd{fd, POLLIN, 0}, pollfd{reader_fd_, 0, 0}};
    const int found = ::ppoll(wanted.data(), wanted.size(), rest ? &left : nullptr, nullptr);
    if (found > 0 && wanted[0].revents != 0) return {};
    if (found > 0 && (wanted[1].revents & (POLLERR | POLLHUP)) != 0) return failure(ExitCode::done, {});
    if (found > 0) reader_fd_ = -1;  // It is not open: there is nothing to watch.
    if (found == 0 && is_for_pastime) {
      pastime_.call();
      continue;
    }
    if (found == 0) return failure(ExitCode::timed_out, "timed out: supervisord has not answered");
    if (errno != EINTR) return failure(ExitCode::failed, fmt::format("cannot wait: {}", errno_text(errno)));
  }
}

OrFailure<Client::Got> Client::receive_some() {
  std::array<char, 64 * 1024> buffer;
  const auto received = sys::receive(socket_, buffer);
  if (!received) return failure(ExitCode::failed, received.error().what);
  if (received->state == sys::IoState::closed) return Got::end;
  splitter_.feed({buffer.data(), received->bytes});
  return Got::bytes;
}

std::unexpected<Failure> Client::not_ours(const std::string& what) const {
  return failure(ExitCode::incompatible, fmt::format("{} does not speak this protocol: {}", path_, what));
}

OrFailure<std::string> Client::next_message() {
  while (true) {
    const auto message = splitter_.next();
    if (!message) return not_ours(message.error().what);
    if (*message) return std::string(**message);
    if (auto readable = wait_readable(socket_.get()); !readable) return std::unexpected(std::move(readable).error());
    const auto got = receive_some();
    if (!got) return std::unexpected(got.error());
    if (*got == Got::bytes) continue;
    return closed();
  }
}

OrFailure<> Client::wait_until_gone() {
  // The reference is taken while the peer is certainly there. In another pid namespace there is none; then the end of
  // the connection has to do.
  const auto peer = sys::peer_credentials(socket_);
  auto process = peer && peer->pid > 0 ? sys::open_process(peer->pid) : fail(Errc::not_found, "");
  while (true) {
    if (auto readable = wait_readable(socket_.get()); !readable) return readable;
    const auto got = receive_some();
    if (!got) return std::unexpected(got.error());
    if (*got == Got::end) break;
  }
  if (!process || !process->pidfd.is_open()) return {};
  return wait_readable(process->pidfd.get());
}

}  // namespace sup::ctl
