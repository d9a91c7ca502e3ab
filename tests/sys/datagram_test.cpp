// Datagrams with the credentials of their senders.
#include "sys/datagram.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "support.hpp"

using namespace sup;
using namespace sup::sys;
using test::TempDir;

namespace {

void send_to(const std::string& address, std::string_view bytes) {
  const UniqueFd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, address.data(), address.size());
  const bool is_abstract = address.front() == '@';
  if (is_abstract) name.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() + (is_abstract ? 0 : 1));
  const auto* where = reinterpret_cast<const sockaddr*>(&name);
  REQUIRE(::sendto(fd.get(), bytes.data(), bytes.size(), 0, where, size) == static_cast<ssize_t>(bytes.size()));
}

}  // namespace

TEST_CASE("a datagram comes with its sender, one at a time, and then nothing") {
  const TempDir dir;
  for (const std::string& address : {dir / "socket", std::string("@supervisord-test/") + std::to_string(::getpid())}) {
    const auto socket = bind_datagram(address, std::nullopt);
    REQUIRE(socket);
    send_to(address, "one");
    send_to(address, "two");
    for (const char* expected : {"one", "two"}) {
      const auto got = receive_datagram(*socket);
      REQUIRE(got);
      REQUIRE(*got);
      REQUIRE((*got)->bytes == expected);
      REQUIRE((*got)->pid == ::getpid());
      REQUIRE((*got)->uid == ::getuid());
      REQUIRE((*got)->is_whole);
    }
    const auto none = receive_datagram(*socket);
    REQUIRE(none);
    REQUIRE_FALSE(*none);
  }
}

TEST_CASE("what is too long is not whole") {
  const TempDir dir;
  const std::string address = dir / "long";
  const auto socket = bind_datagram(address, std::nullopt);
  REQUIRE(socket);
  send_to(address, std::string(kDatagramBytes, 'x'));
  send_to(address, std::string(kDatagramBytes + 1, 'x'));
  REQUIRE((*receive_datagram(*socket))->is_whole);
  REQUIRE_FALSE((*receive_datagram(*socket))->is_whole);
}

TEST_CASE("the name belongs to its owner alone, and replaces what an earlier life left") {
  const TempDir dir;
  const std::string address = dir / "mine";
  {
    REQUIRE(bind_datagram(address, std::nullopt));
  }
  REQUIRE(bind_datagram(address, std::nullopt));
  struct stat facts{};
  REQUIRE(::stat(address.c_str(), &facts) == 0);
  REQUIRE((facts.st_mode & 0777) == 0600);
}

TEST_CASE("a name that is too long is refused") {
  const auto socket = bind_datagram("/" + std::string(200, 'x'), std::nullopt);
  REQUIRE_FALSE(socket);
  REQUIRE(socket.error().code == Errc::limit);
}

TEST_CASE("a datagram that is a file brings all bytes, and nobody can change them") {
  int pair[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
  const UniqueFd sender{pair[0]};
  const UniqueFd receiver{pair[1]};
  const std::string bytes(3 << 20, 'x');
  REQUIRE(send_as_file(sender, bytes));
  const auto got = receive_datagram(receiver);
  REQUIRE(got);
  REQUIRE(*got);
  REQUIRE((*got)->bytes.empty());
  REQUIRE((*got)->fds.size() == 1);
  const int file = (*got)->fds[0].get();
  std::string read(bytes.size() + 1, '\0');
  REQUIRE(::pread(file, read.data(), read.size(), 0) == static_cast<ssize_t>(bytes.size()));
  read.pop_back();
  REQUIRE(read == bytes);
  REQUIRE(::pwrite(file, "y", 1, 0) == -1);
  REQUIRE(::ftruncate(file, 0) == -1);
}
