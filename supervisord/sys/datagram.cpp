#include "sys/datagram.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {
namespace {

struct Address {
  sockaddr_un name{};
  socklen_t size = 0;
};

// An abstract name is not ended by a NUL, so its size is exact.
Result<Address> address_of(const std::string& text) {
  Address out;
  out.name.sun_family = AF_UNIX;
  if (text.size() >= sizeof out.name.sun_path)
    return fail(Errc::limit, fmt::format("cannot listen on '{}': the name of a socket may have at most {} bytes",
                                         printable(text), sizeof out.name.sun_path - 1));
  std::memcpy(out.name.sun_path, text.data(), text.size());
  const bool is_abstract = text.starts_with('@');
  if (is_abstract) out.name.sun_path[0] = '\0';
  out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size() + (is_abstract ? 0 : 1));
  return out;
}

union ControlBuffer {
  cmsghdr alignment;
  std::array<char, CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(sizeof(int) * kDatagramFds)> bytes;
};

void read_part(cmsghdr* part, Datagram& out) {
  if (part->cmsg_level != SOL_SOCKET) return;
  if (part->cmsg_type == SCM_CREDENTIALS) {
    ucred sender{};
    std::memcpy(&sender, CMSG_DATA(part), sizeof sender);
    out.pid = sender.pid;
    out.uid = sender.uid;
  }
  if (part->cmsg_type != SCM_RIGHTS) return;
  const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (std::size_t i = 0; i < count; ++i) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
    out.fds.emplace_back(fd);
  }
}

}  // namespace

Result<UniqueFd> bind_datagram(const std::string& address, std::optional<uid_t> owner) {
  const Address where = TRY(address_of(address));
  const auto failed = [&] { return fail_call(errno, fmt::format("cannot listen on '{}'", printable(address))); };
  UniqueFd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  constexpr int kOn = 1;
  if (!fd.is_open() || ::setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &kOn, sizeof kOn) < 0) return failed();
  const bool is_path = !address.starts_with('@');
  if (is_path && ::unlink(address.c_str()) < 0 && errno != ENOENT) return failed();
  // The name gets the mode of the socket's own inode, see listen_unix.
  if (is_path && ::fchmod(fd.get(), 0600) < 0) return failed();
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&where.name), where.size) < 0) return failed();
  // Nobody but us may change the directory, so no link can be followed.
  if (is_path && owner && ::lchown(address.c_str(), *owner, static_cast<gid_t>(-1)) < 0) return failed();
  return fd;
}

Result<std::string> datagram_address(const UniqueFd& socket) {
  Address own{.name = {}, .size = sizeof own.name};
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own.name), &own.size) < 0)
    return fail_errno(errno, "cannot tell where a socket is");
  constexpr std::size_t kBefore = offsetof(sockaddr_un, sun_path);
  std::string out(own.name.sun_path, own.size < kBefore ? 0 : own.size - kBefore);
  const bool is_abstract = out.starts_with('\0');
  if (is_abstract) out[0] = '@';
  return is_abstract ? out : out.substr(0, out.find('\0'));  // A path is ended by one.
}

namespace {

// The offset of looking goes on by what was copied, and would stand within a message that is longer.
Result<> pass_over(const UniqueFd& socket, std::size_t bytes) {
  int offset = 0;
  socklen_t size = sizeof offset;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEEK_OFF, &offset, &size) == 0) {
    offset += static_cast<int>(bytes);
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset) == 0) return {};
  }
  return fail_errno(errno, "cannot look at a message");
}

// With MSG_TRUNC the length of the message is told, not that of what was copied.
Result<std::optional<Datagram>> get_datagram(const UniqueFd& socket, int flags) {
  std::array<char, kDatagramBytes> buffer;
  ControlBuffer control{};
  iovec bytes{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control.bytes;
  const ssize_t got = ::recvmsg(socket.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC | MSG_TRUNC | flags);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (got < 0) return fail_errno(errno, "cannot receive a message");
  Datagram out;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part))
    read_part(part, out);
  const std::size_t length = static_cast<std::size_t>(got);
  out.bytes.assign(buffer.data(), std::min(length, buffer.size()));
  out.is_whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  if ((flags & MSG_PEEK) != 0 && length > buffer.size()) TRY(pass_over(socket, length - buffer.size()));
  return out;
}

}  // namespace

Result<std::optional<Datagram>> receive_datagram(const UniqueFd& socket) { return get_datagram(socket, 0); }

Result<> look_from_the_first(const UniqueFd& socket) {
  constexpr int kFirst = 0;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_PEEK_OFF, &kFirst, sizeof kFirst) == 0) return {};
  return fail_errno(errno, "cannot look at messages");
}

Result<std::optional<Datagram>> look_at_datagram(const UniqueFd& socket) { return get_datagram(socket, MSG_PEEK); }

bool is_first_looked_at(const UniqueFd& socket) noexcept {
  int offset = 0;
  socklen_t size = sizeof offset;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_PEEK_OFF, &offset, &size) == 0 && offset > 0;
}

void discard_datagrams(const UniqueFd& socket, std::size_t count) noexcept {
  for (; count > 0; --count) (void)!::recv(socket.get(), nullptr, 0, MSG_DONTWAIT);
}

namespace {

Result<UniqueFd> sealed_file(std::string_view bytes) {
  UniqueFd file(::memfd_create("entry", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.is_open()) return fail_errno(errno, "cannot make a file in memory");
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail_errno(written == 0 ? EIO : errno, "cannot write a file in memory");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    return fail_errno(errno, "cannot seal a file in memory");
  return file;
}

}  // namespace

Result<> send_as_file(const UniqueFd& socket, std::string_view bytes) {
  const UniqueFd file = TRY(sealed_file(bytes));
  const int fd = file.get();
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fd)> control{};
  msghdr message{};
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (::sendmsg(socket.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    return fail_errno(errno, "cannot send a file");
  return {};
}

}  // namespace sup::sys
