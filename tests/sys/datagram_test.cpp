// Datagrams with the credentials of their senders.
#include "sys/datagram.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <fstream>

#include "support.hpp"
#include "sys/fd.hpp"
#include "sys/same_file.hpp"

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
    REQUIRE(datagram_address(*socket).value() == address);
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

namespace {

void send_with(const std::string& address, std::string_view bytes, int fd) {
  const UniqueFd from{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, address.data(), address.size());
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fd)> control{};
  msghdr message{};
  message.msg_name = &name;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() + 1);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  REQUIRE(::sendmsg(from.get(), &message, 0) == static_cast<ssize_t>(bytes.size()));
}

std::string looked_at(const UniqueFd& socket) {
  const auto got = look_at_datagram(socket);
  REQUIRE(got);
  return *got ? (*got)->bytes.substr(0, 8) : "nothing";
}

bool is_hung_up(const UniqueFd& pipe) {
  pollfd waited{pipe.get(), POLLIN, 0};
  return ::poll(&waited, 1, 0) == 1 && (waited.revents & POLLHUP) != 0;
}

}  // namespace

TEST_CASE("messages that are looked at stay, each is looked at once, and all again by who comes next") {
  const TempDir dir;
  const std::string address = dir / "looked-at";
  const auto socket = bind_datagram(address, std::nullopt);
  REQUIRE(socket);
  REQUIRE(look_from_the_first(*socket));
  for (const char* text : {"one", "two"}) send_to(address, text);
  REQUIRE(looked_at(*socket) == "one");
  REQUIRE(looked_at(*socket) == "two");
  REQUIRE(looked_at(*socket) == "nothing");
  send_to(address, "three");
  REQUIRE(looked_at(*socket) == "three");
  discard_datagrams(*socket, 2);
  REQUIRE(looked_at(*socket) == "nothing");
  REQUIRE(look_from_the_first(*socket));
  REQUIRE(looked_at(*socket) == "three");
  discard_datagrams(*socket, 1);
  REQUIRE_FALSE((*receive_datagram(*socket)).has_value());
}

TEST_CASE("what is too long is looked at once, and an empty one too") {
  const TempDir dir;
  const std::string address = dir / "long";
  const auto socket = bind_datagram(address, std::nullopt);
  REQUIRE(socket);
  REQUIRE(look_from_the_first(*socket));
  send_to(address, "before");
  send_to(address, std::string(kDatagramBytes + 100, 'x'));
  send_to(address, "");
  send_to(address, "behind");
  REQUIRE(looked_at(*socket) == "before");
  const auto cut = look_at_datagram(*socket);
  REQUIRE(cut);
  REQUIRE_FALSE((*cut)->is_whole);
  REQUIRE(looked_at(*socket) == "");
  REQUIRE(looked_at(*socket) == "behind");
  discard_datagrams(*socket, 4);
  send_to(address, "last");
  REQUIRE(looked_at(*socket) == "last");
}

TEST_CASE("whether the first message was looked at is known") {
  const TempDir dir;
  const std::string address = dir / "first";
  const auto socket = bind_datagram(address, std::nullopt);
  REQUIRE(socket);
  REQUIRE(look_from_the_first(*socket));
  send_to(address, "one");
  REQUIRE_FALSE(is_first_looked_at(*socket));
  REQUIRE(looked_at(*socket) == "one");
  REQUIRE(is_first_looked_at(*socket));
  discard_datagrams(*socket, 1);
  REQUIRE_FALSE(is_first_looked_at(*socket));
}

TEST_CASE("descriptors of a message that is looked at are copies, and go for good when it is discarded") {
  const TempDir dir;
  const std::string address = dir / "fds";
  const auto socket = bind_datagram(address, std::nullopt);
  REQUIRE(socket);
  REQUIRE(look_from_the_first(*socket));
  auto pipe = make_pipe();
  REQUIRE(pipe);
  send_with(address, "with", pipe->write_end.get());
  pipe->write_end.reset();
  for (int look = 0; look < 2; ++look) {
    REQUIRE(look_from_the_first(*socket));
    const auto got = look_at_datagram(*socket);
    REQUIRE(got);
    REQUIRE((*got)->fds.size() == 1);
    REQUIRE((::fcntl((*got)->fds[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
  }
  REQUIRE_FALSE(is_hung_up(pipe->read_end));
  discard_datagrams(*socket, 1);
  REQUIRE(is_hung_up(pipe->read_end));
}

TEST_CASE("the same open file is known under two descriptors, and another one of the same file is not") {
  const TempDir dir;
  std::ofstream(dir / "file") << "x";
  const UniqueFd first{::open((dir / "file").c_str(), O_RDONLY | O_CLOEXEC)};
  const UniqueFd copy{::fcntl(first.get(), F_DUPFD_CLOEXEC, 0)};
  const UniqueFd other{::open((dir / "file").c_str(), O_RDWR | O_CLOEXEC)};
  REQUIRE(*file_identity(first) == *file_identity(copy));
  REQUIRE(*file_identity(first) == *file_identity(other));
  REQUIRE(is_same_open_file(first, copy));
  REQUIRE_FALSE(is_same_open_file(first, other));
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
