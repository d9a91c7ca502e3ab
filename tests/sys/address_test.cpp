// Connecting by address: what answers, what refuses, and that nothing waits.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include "sys/address.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

// A listener on a port of 127.0.0.1 that the kernel has chosen.
struct Listener {
  sup::UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port = 0;

  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(fd.get(), 1) == 0);
    REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
  }
};

sup::Result<> connect_and_wait(const SocketAddress& address) {
  auto socket = begin_connect(address);
  if (!socket) return std::unexpected(socket.error());
  pollfd writable{socket->get(), POLLOUT, 0};
  REQUIRE(::poll(&writable, 1, 5000) == 1);
  return connect_result(*socket);
}

}  // namespace

TEST_CASE("addresses are digits or localhost, never names") {
  REQUIRE(must(addresses_of("127.0.0.1", 80)).size() == 1);
  REQUIRE(must(addresses_of("::1", 80)).front().v6.sin6_family == AF_INET6);
  const auto local = must(addresses_of("localhost", 80));
  REQUIRE(local.size() == 2);
  REQUIRE(local[0].v4.sin_family == AF_INET);
  for (const char* name : {"example.com", "", "127.1", "127.0.0.1.", "fe80::1%lo", "LOCALHOST"})
    REQUIRE_FALSE(addresses_of(name, 80).has_value());
}

TEST_CASE("a connection is made where somebody listens, and refused where nobody does") {
  std::uint16_t port = 0;
  {
    const Listener listener;
    port = listener.port;
    REQUIRE(connect_and_wait(must(addresses_of("127.0.0.1", port)).front()).has_value());
  }
  const auto refused = connect_and_wait(must(addresses_of("127.0.0.1", port)).front());
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().sys_errno == ECONNREFUSED);
}

TEST_CASE("a connection with itself is none") {
  // Bound to the port that it connects to, it does what the kernel does by chance.
  sup::UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof own;
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&own), size) == 0);
  REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0);
  REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&own), size) == 0);
  const auto result = connect_result(socket);
  REQUIRE_FALSE(result.has_value());
  REQUIRE(result.error().sys_errno == ECONNREFUSED);
}
