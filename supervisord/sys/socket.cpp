#include "sys/socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.hpp"
#include "base/text.hpp"
#include "sys/errors.hpp"
#include "sys/fd.hpp"

namespace sup::sys {

namespace {

constexpr mode_t kPermissions = 07777;

std::string quoted(const std::string& path) { return fmt::format("'{}'", printable(path, 4096)); }

Result<sockaddr_un> address_of(const std::string& path, std::string_view verb) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  static_assert(sizeof address.sun_path == kSocketPathMax + 1);
  // An empty path or one with a NUL would name an abstract socket, which has no permissions.
  if (path.empty() || path.find('\0') != std::string::npos)
    return fail(Errc::invalid, fmt::format("cannot {} {}: not a path", verb, quoted(path)));
  if (path.size() > kSocketPathMax)
    return fail(Errc::limit,
                fmt::format("cannot {} {}: the path of a socket may have at most {} bytes, this one has {}", verb,
                            quoted(path), kSocketPathMax, path.size()));
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<UniqueFd> make_stream_socket() {
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd.is_open()) return fail_errno(errno, "cannot make a socket");
  return fd;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// Adds what the umask took away. Through a descriptor of the name, so that no link can be followed.
Result<> correct_mode(const std::string& path, mode_t mode) {
  const UniqueFd name{::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
  struct stat facts{};
  if (!name.is_open() || ::fstat(name.get(), &facts) < 0)
    return fail_call(errno, fmt::format("cannot set the mode of {}", quoted(path)));
  if (!S_ISSOCK(facts.st_mode))
    return fail(Errc::invalid, fmt::format("cannot set the mode of {}: somebody has replaced it", quoted(path)));
  if ((facts.st_mode & kPermissions) == mode) return {};
  // fchmod(2) refuses an O_PATH descriptor; its entry in /proc is the way (see open(2)).
  if (::chmod(fmt::format("/proc/self/fd/{}", name.get()).c_str(), mode) < 0)
    return fail_call(errno, fmt::format("cannot set the mode of {}", quoted(path)));
  return {};
}

// What a socket call that moved no bytes means.
Result<IoResult> io_failure(int error_number, std::string_view verb) {
  if (error_number == EAGAIN || error_number == EINTR) return IoResult{IoState::would_block, 0};
  if (error_number == EPIPE || error_number == ECONNRESET) return IoResult{IoState::closed, 0};
  return fail_errno(error_number, fmt::format("cannot {}", verb));
}

Result<IoResult> received(ssize_t got) {
  if (got < 0) return io_failure(errno, "receive from a socket");
  if (got == 0) return IoResult{IoState::closed, 0};
  return IoResult{IoState::ok, static_cast<std::size_t>(got)};
}

Result<IoResult> sent(ssize_t count) {
  if (count < 0) return io_failure(errno, "send to a socket");
  return IoResult{IoState::ok, static_cast<std::size_t>(count)};
}

void collect_fds(msghdr& message, std::vector<UniqueFd>& out) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      out.emplace_back(fd);
    }
  }
}

union ControlBuffer {
  cmsghdr alignment;
  std::array<char, CMSG_SPACE(sizeof(int) * kPassedFdsMax)> bytes;
};

}  // namespace

Result<UniqueFd> listen_unix(const std::string& path, mode_t mode) {
  const sockaddr_un address = TRY(address_of(path, "listen on"));
  UniqueFd fd = TRY(make_stream_socket());
  // bind(2) on Linux creates the name with the mode of the socket's own inode less the umask (unix_bind in
  // net/unix/af_unix.c), so set there it never is wider than asked.
  if (::fchmod(fd.get(), mode) < 0) return fail_call(errno, fmt::format("cannot listen on {}", quoted(path)));
  if (::bind(fd.get(), generic(address), sizeof address) < 0) {
    const int error_number = errno;
    if (error_number == EADDRINUSE)
      return fail(Errc::busy, fmt::format("cannot listen on {}: something is there already", quoted(path)));
    return fail_call(error_number, fmt::format("cannot listen on {}", quoted(path)));
  }
  TRY(correct_mode(path, mode));
  if (::listen(fd.get(), SOMAXCONN) < 0) return fail_call(errno, fmt::format("cannot listen on {}", quoted(path)));
  return fd;
}

Result<SocketPlace> prepare_socket_path(const std::string& path) {
  const sockaddr_un address = TRY(address_of(path, "listen on"));
  const std::string what = fmt::format("cannot listen on {}", quoted(path));
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) < 0) {
    // A missing directory is found, with its better message, by who makes it or by bind(2).
    if (errno == ENOENT) return SocketPlace::was_free;
    return fail_call(errno, what);
  }
  if (!S_ISSOCK(facts.st_mode))
    return fail(Errc::invalid, what + ": a file that is no socket is there; it is left alone");
  const UniqueFd probe = TRY(make_stream_socket());
  const int error_number = ::connect(probe.get(), generic(address), sizeof address) < 0 ? errno : 0;
  switch (error_number) {
    case 0:
    case EAGAIN: return fail(Errc::busy, what + ": somebody listens there already");
    case ECONNREFUSED: break;
    case ENOENT: return SocketPlace::was_free;
    case EPROTOTYPE: return fail(Errc::invalid, what + ": a socket of another kind is there; it is left alone");
    default: return fail_call(error_number, what);
  }
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) return fail_call(errno, what + ": cannot remove the stale socket");
  return SocketPlace::was_stale;
}

Result<UniqueFd> connect_unix(const std::string& path) {
  const sockaddr_un address = TRY(address_of(path, "connect to"));
  UniqueFd fd = TRY(make_stream_socket());
  // Non-blocking, since a listener that is stopped with a full queue would hold us for ever.
  if (::connect(fd.get(), generic(address), sizeof address) < 0)
    return fail_call(errno, fmt::format("cannot connect to {}", quoted(path)));
  if (::fcntl(fd.get(), F_SETFL, 0) < 0) return fail_errno(errno, fmt::format("cannot connect to {}", quoted(path)));
  return fd;
}

Result<UniqueFd> accept_connection(const UniqueFd& listener) {
  UniqueFd fd{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (fd.is_open()) return fd;
  switch (errno) {
    case EAGAIN:
    case EINTR:
    case ECONNABORTED: return UniqueFd{};
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: {
      auto failure = fail_errno(errno, "cannot accept a connection");
      failure.error().code = Errc::limit;
      return failure;
    }
    default: return fail_errno(errno, "cannot accept a connection");
  }
}

Result<PeerCredentials> peer_credentials(const UniqueFd& connection) {
  ucred basic{};
  socklen_t size = sizeof basic;
  if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &basic, &size) < 0)
    return fail_errno(errno, "cannot get the credentials of a client");
  PeerCredentials out{basic.pid, basic.uid, basic.gid, {}};
#ifdef SO_PEERGROUPS
  // The kernel answers ERANGE with the size that it needs.
  out.groups.resize(32);
  for (;;) {
    size = static_cast<socklen_t>(out.groups.size() * sizeof(gid_t));
    const bool is_told = ::getsockopt(connection.get(), SOL_SOCKET, SO_PEERGROUPS, out.groups.data(), &size) == 0;
    const bool is_final = is_told || errno != ERANGE;
    out.groups.resize(is_final && !is_told ? 0 : size / sizeof(gid_t));
    if (is_final) break;
  }
#endif
  return out;
}

Result<IoResult> receive(const UniqueFd& socket, std::span<char> buffer) {
  CHECK(!buffer.empty());
  return received(::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT));
}

Result<IoResult> send_some(const UniqueFd& socket, std::span<const char> bytes) {
  CHECK(!bytes.empty());
  return sent(::send(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

Result<SocketPair> make_socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) < 0)
    return fail_call(errno, "cannot make a pair of sockets");
  return SocketPair{UniqueFd{fds[0]}, UniqueFd{fds[1]}};
}

Result<IoResult> receive_with_fds(const UniqueFd& socket, std::span<char> buffer, std::vector<UniqueFd>& fds) {
  CHECK(!buffer.empty());
  ControlBuffer control{};
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control.bytes;
  const ssize_t got = ::recvmsg(socket.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) return received(got);
  std::vector<UniqueFd> arrived;
  collect_fds(message, arrived);
  // The kernel has dropped what did not fit. It does the same when our own table is full.
  if ((message.msg_flags & MSG_CTRUNC) != 0)
    return fail(Errc::limit,
                fmt::format("cannot receive descriptors: more than {}, or no room for them", kPassedFdsMax));
  for (UniqueFd& fd : arrived) fds.push_back(std::move(fd));
  return received(got);
}

Result<IoResult> send_with_fds(const UniqueFd& socket, std::span<const char> bytes, std::span<const int> fds) {
  CHECK(!bytes.empty() && fds.size() <= kPassedFdsMax);
  if (fds.empty()) return send_some(socket, bytes);
  ControlBuffer control{};
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = CMSG_SPACE(fds.size_bytes());
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(fds.size_bytes());
  std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  return sent(::sendmsg(socket.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace sup::sys
