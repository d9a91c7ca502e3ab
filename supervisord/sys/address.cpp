#include "sys/address.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace sup::sys {
namespace {

SocketAddress ipv4(in_addr host, std::uint16_t port) {
  SocketAddress out{};
  out.v4.sin_family = AF_INET;
  out.v4.sin_port = htons(port);
  out.v4.sin_addr = host;
  return out;
}

SocketAddress ipv6(const in6_addr& host, std::uint16_t port) {
  SocketAddress out{};
  out.v6.sin6_family = AF_INET6;
  out.v6.sin6_port = htons(port);
  out.v6.sin6_addr = host;
  return out;
}

}  // namespace

Result<std::vector<SocketAddress>> addresses_of(const std::string& host, std::uint16_t port) {
  if (host == "localhost") return std::vector{ipv4({htonl(INADDR_LOOPBACK)}, port), ipv6(in6addr_loopback, port)};
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return std::vector{ipv4(v4, port)};
  in6_addr v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return std::vector{ipv6(v6, port)};
  return fail(Errc::invalid, "not an address");
}

Result<UniqueFd> begin_connect(const SocketAddress& address) {
  const int family = address.v4.sin_family;
  UniqueFd fd{::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd.is_open()) return fail_errno(errno, "cannot make a socket");
  const socklen_t size = family == AF_INET ? sizeof address.v4 : sizeof address.v6;
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) < 0 && errno != EINPROGRESS)
    return fail_errno(errno, "cannot connect");
  return fd;
}

namespace {

// To a port of the range that the kernel gives out where nobody listens, a connection can be made with itself.
bool is_own_end(const UniqueFd& socket) {
  SocketAddress own{}, other{};
  socklen_t own_size = sizeof own, other_size = sizeof other;
  const bool is_known = ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
                        ::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&other), &other_size) == 0;
  return is_known && own_size == other_size && std::memcmp(&own, &other, own_size) == 0;
}

}  // namespace

Result<> connect_result(const UniqueFd& socket) {
  int error_number = 0;
  socklen_t size = sizeof error_number;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error_number, &size) < 0) error_number = errno;
  if (error_number == 0 && is_own_end(socket)) error_number = ECONNREFUSED;
  if (error_number != 0) return fail_errno(error_number, "cannot connect");
  return {};
}

}  // namespace sup::sys
