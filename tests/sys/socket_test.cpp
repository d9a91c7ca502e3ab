// Unix sockets: permissions from birth, what may be at the path, who is at the other end, descriptors.
#include "sys/socket.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "sys/fd.hpp"
#include "sys/file.hpp"
#include "sys/limits.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
}

// A socket that nobody listens on any more.
void leave_stale(const std::string& path) { must(listen_unix(path)).reset(); }

struct Pair {
  sup::UniqueFd client;
  sup::UniqueFd server;
};

Pair connected(const TempDir& dir) {
  const sup::UniqueFd listener = must(listen_unix(dir / "pair"));
  sup::UniqueFd client = must(connect_unix(dir / "pair"));
  sup::UniqueFd server = must(accept_connection(listener));
  must(remove_file(dir / "pair"));
  REQUIRE(server.is_open());
  return {std::move(client), std::move(server)};
}

}  // namespace

TEST_CASE("a socket has its mode from birth: nobody else connects in the first microsecond") {
  if (!can_change_user()) return skip("needs root");
  const TempDir dir;
  const std::string path = dir / "socket";
  const mode_t umask_before = ::umask(0);
  Pipe stop = must(make_pipe());
  Pipe ready = must(make_pipe());
  // Given another user who tries to connect all the time,
  std::atomic<int> code = -1;
  std::thread other{[&] {
    code = in_forked_process([&] {
      stop.write_end.reset();
      if (::setgroups(0, nullptr) < 0 || ::setresuid(kNobody, kNobody, kNobody) < 0) return 1;
      if (::fcntl(stop.read_end.get(), F_SETFL, O_NONBLOCK) < 0 || ::write(ready.write_end.get(), "x", 1) != 1)
        return 2;
      bool was_refused = false;
      for (char byte = 0; ::read(stop.read_end.get(), &byte, 1) != 0;) {
        const auto connection = connect_unix(path);
        if (connection) return 3;
        // ECONNREFUSED would mean that he was let through to a socket that does not listen yet.
        const int error_number = connection.error().sys_errno;
        if (error_number != ENOENT && error_number != EACCES) return 4;
        was_refused |= error_number == EACCES;
      }
      return was_refused ? 0 : 5;
    });
  }};
  char byte = 0;
  REQUIRE(::read(ready.read_end.get(), &byte, 1) == 1);
  // when the socket is made again and again,
  for (int i = 0; i < 2000; ++i) {
    const sup::UniqueFd listener = must(listen_unix(path));
    REQUIRE(mode_of(path) == 0600);
    must(remove_file(path));
  }
  stop.write_end.reset();
  other.join();
  ::umask(umask_before);
  // then he never gets in, but has been turned away.
  REQUIRE(code == 0);
}

TEST_CASE("the mode of a socket does not depend on the umask") {
  const TempDir dir;
  const mode_t before = ::umask(0777);
  const auto listener = listen_unix(dir / "socket", 0660);
  ::umask(before);
  must(listener.has_value() ? sup::Result<>{} : sup::Result<>{std::unexpected(listener.error())});
  REQUIRE(mode_of(dir / "socket") == 0660);
}

TEST_CASE("a path that is too long for a socket is told") {
  const TempDir dir;
  const std::string path = dir / std::string(kSocketPathMax, 'x');
  const auto listener = listen_unix(path);
  REQUIRE(listener.error().code == sup::Errc::limit);
  REQUIRE(listener.error().what.find("at most 107 bytes") != std::string::npos);
  REQUIRE(connect_unix(path).error().code == sup::Errc::limit);
  const std::string longest = dir / std::string(kSocketPathMax - dir.path().size() - 1, 'y');
  REQUIRE(longest.size() == kSocketPathMax);
  const sup::UniqueFd good = must(listen_unix(longest));
  REQUIRE(connect_unix(longest).has_value());
}

TEST_CASE("connecting tells no socket, a stale one and a forbidden one apart") {
  const TempDir dir;
  REQUIRE(connect_unix(dir / "none").error().sys_errno == ENOENT);
  leave_stale(dir / "stale");
  REQUIRE(connect_unix(dir / "stale").error().sys_errno == ECONNREFUSED);
  if (!can_change_user()) return skip("needs root");
  const sup::UniqueFd listener = must(listen_unix(dir / "private"));
  const int code = in_forked_process([&] {
    if (::setresuid(kNobody, kNobody, kNobody) < 0) return 1;
    return connect_unix(dir / "private").error().sys_errno == EACCES ? 0 : 2;
  });
  REQUIRE(code == 0);
}

TEST_CASE("a stale socket makes room, a live one does not") {
  const TempDir dir;
  const std::string path = dir / "socket";
  REQUIRE(must(prepare_socket_path(path)) == SocketPlace::was_free);
  leave_stale(path);
  REQUIRE(listen_unix(path).error().code == sup::Errc::busy);
  REQUIRE(must(prepare_socket_path(path)) == SocketPlace::was_stale);
  const sup::UniqueFd listener = must(listen_unix(path));
  const auto prepared = prepare_socket_path(path);
  REQUIRE(prepared.error().code == sup::Errc::busy);
  REQUIRE(connect_unix(path).has_value());
}

TEST_CASE("what is no socket of ours stays where it is") {
  const TempDir dir;
  write_text(dir / "file", "precious");
  REQUIRE(::mkdir((dir / "directory").c_str(), 0755) == 0);
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0644) == 0);
  leave_stale(dir / "target");
  REQUIRE(::symlink("target", (dir / "link").c_str()) == 0);
  for (const char* name : {"file", "directory", "fifo", "link"}) {
    const auto prepared = prepare_socket_path(dir / name);
    INFO(name);
    REQUIRE(prepared.error().code == sup::Errc::invalid);
    REQUIRE(::access((dir / name).c_str(), F_OK) == 0);
    REQUIRE(listen_unix(dir / name).error().code == sup::Errc::busy);
  }
  const sup::UniqueFd datagram{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (dir / "datagram").c_str(), sizeof address.sun_path - 1);
  REQUIRE(::bind(datagram.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(prepare_socket_path(dir / "datagram").error().code == sup::Errc::invalid);
  REQUIRE(mode_of(dir / "datagram") != 0);
}

TEST_CASE("who connected is told with all groups") {
  const TempDir dir;
  const Pair pair = connected(dir);
  const PeerCredentials own = must(peer_credentials(pair.server));
  REQUIRE(own.pid == ::getpid());
  REQUIRE(own.uid == ::geteuid());
  REQUIRE(own.gid == ::getegid());

  if (!can_change_user()) return skip("needs root");
  const sup::UniqueFd listener = must(listen_unix(dir / "open", 0666));
  const int code = in_forked_process([&] {
    std::vector<gid_t> groups(100);
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<gid_t>(1000 + i);
    if (::setgroups(groups.size(), groups.data()) < 0 || ::setresgid(7, 7, 7) < 0) return 1;
    if (::setresuid(kNobody, kNobody, kNobody) < 0) return 2;
    return connect_unix(dir / "open") ? 0 : 3;
  });
  REQUIRE(code == 0);
  const PeerCredentials theirs = must(peer_credentials(must(accept_connection(listener))));
  REQUIRE(theirs.uid == kNobody);
  REQUIRE(theirs.gid == 7);
  REQUIRE(theirs.groups.size() == 100);
  REQUIRE(theirs.groups.back() == 1099);
}

TEST_CASE("accepting with nobody there gives nothing and does not wait") {
  const TempDir dir;
  const sup::UniqueFd listener = must(listen_unix(dir / "socket"));
  REQUIRE_FALSE(must(accept_connection(listener)).is_open());
}

TEST_CASE("bytes: some, would block, closed") {
  const TempDir dir;
  Pair pair = connected(dir);
  std::vector<char> buffer(100'000);
  // The client's descriptor blocks, yet neither call does.
  REQUIRE(must(receive(pair.client, buffer)).state == IoState::would_block);
  REQUIRE(must(send_some(pair.client, std::string_view{"hello"})).bytes == 5);
  const IoResult got = must(receive(pair.server, buffer));
  REQUIRE(got.state == IoState::ok);
  REQUIRE(std::string_view(buffer.data(), got.bytes) == "hello");
  IoResult sent;
  do sent = must(send_some(pair.client, buffer));
  while (sent.state == IoState::ok);
  REQUIRE(sent.state == IoState::would_block);
  pair.client.reset();
  IoResult last;
  do last = must(receive(pair.server, buffer));
  while (last.state == IoState::ok);
  REQUIRE(last.state == IoState::closed);
  REQUIRE(must(send_some(pair.server, std::string_view{"x"})).state == IoState::closed);  // And no SIGPIPE.
}

TEST_CASE("descriptors travel beside bytes, close-on-exec") {
  const TempDir dir;
  const Pair pair = connected(dir);
  Pipe pipe = must(make_pipe());
  const int passed[] = {pipe.write_end.get(), pipe.read_end.get()};
  REQUIRE(must(send_with_fds(pair.client, std::string_view{"two"}, passed)).bytes == 3);
  char buffer[16];
  std::vector<sup::UniqueFd> fds;
  const IoResult got = must(receive_with_fds(pair.server, buffer, fds));
  REQUIRE(std::string_view(buffer, got.bytes) == "two");
  REQUIRE(fds.size() == 2);
  REQUIRE((::fcntl(fds[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
  REQUIRE(::write(fds[0].get(), "x", 1) == 1);
  REQUIRE(::read(pipe.read_end.get(), buffer, 1) == 1);
}

TEST_CASE("more descriptors than allowed are refused and none stays open") {
  const TempDir dir;
  const Pair pair = connected(dir);
  // Sent by hand, since send_with_fds keeps to the limit.
  constexpr std::size_t kCount = kPassedFdsMax + 1;
  alignas(cmsghdr) char control[CMSG_SPACE(kCount * sizeof(int))] = {};
  char byte = 'x';
  iovec part{&byte, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(kCount * sizeof(int));
  for (std::size_t i = 0; i < kCount; ++i) {
    const int fd = pair.client.get();
    std::memcpy(CMSG_DATA(header) + i * sizeof fd, &fd, sizeof fd);
  }
  const std::size_t before = must(open_descriptor_count());
  REQUIRE(::sendmsg(pair.client.get(), &message, 0) == 1);
  std::vector<sup::UniqueFd> fds;
  char buffer[16];
  REQUIRE(receive_with_fds(pair.server, buffer, fds).error().code == sup::Errc::limit);
  REQUIRE(fds.empty());
  REQUIRE(must(open_descriptor_count()) == before);
}
