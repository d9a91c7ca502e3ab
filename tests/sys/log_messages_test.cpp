// Lines on their way to a syslog server or the journal, and to several destinations.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "log/limits.hpp"
#include "log_bench.hpp"

using namespace sup;
using namespace sup::log_test;
using log::Carrier;
using log::MessageAddress;

namespace {

UniqueFd local_server(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

struct TcpServer {
  UniqueFd listener;
  std::uint16_t port = 0;

  explicit TcpServer(std::uint16_t wanted = 0)
      : listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const int yes = 1;
    REQUIRE(::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(wanted);
    REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener.get(), 5) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
  }

  [[nodiscard]] UniqueFd take() const {
    UniqueFd client;
    REQUIRE(eventually([&] {
      client = UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      return client.is_open();
    }));
    return client;
  }
};

log::FurtherDestination messages_to(MessageAddress address) {
  return {log::MessageDestination{std::move(address), {.identifier = "s1", .service = "s1", .name = "s1"}}, {}};
}

MessageAddress tcp(std::uint16_t port) {
  return {Carrier::tcp, {}, sys::addresses_of("127.0.0.1", port).value(), "syslog 'tcp'"};
}

// The service's end of a pipe whose lines go to these.
UniqueFd attach_to(LogThread& thread, std::vector<log::FurtherDestination> also,
                   log::Destination first = NullDestination{}) {
  sys::Pipe pipe = new_pipe();
  REQUIRE(thread.attach({.service = InstanceId{1},
                         .name = "s1",
                         .run = RunId{1},
                         .pipe = std::move(pipe.read_end),
                         .destination = std::move(first),
                         .also = std::move(also)}));
  return std::move(pipe.write_end);
}

std::string next_datagram(const UniqueFd& server) {
  std::string out;
  REQUIRE(eventually([&] { return !(out = read_some(server)).empty(); }));
  return out;
}

std::vector<log::FurtherDestination> only(log::FurtherDestination one) {
  std::vector<log::FurtherDestination> out;
  out.push_back(std::move(one));
  return out;
}

// Takes the message texts apart that came by octet counting.
std::vector<std::string> texts(std::string& bytes) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t blank = bytes.find(' ');
    if (blank == std::string::npos) return out;
    const std::size_t size = std::stoul(bytes.substr(0, blank));
    if (bytes.size() < blank + 1 + size) return out;
    const std::string message = bytes.substr(blank + 1, size);
    out.push_back(message.substr(message.find(" - ", message.find("stdout")) + 3));
    bytes.erase(0, blank + 1 + size);
  }
}

}  // namespace

TEST_CASE("log: each line is a datagram for a local server, which may come and go") {
  const TempDir dir;
  const std::string path = dir.file("log");
  auto thread = start();
  UniqueFd server = local_server(path);
  const UniqueFd out = attach_to(*thread, only(messages_to({Carrier::local, path, {}, "syslog 'local'"})));
  write_all(out, "one\ntwo\n");
  REQUIRE(next_datagram(server).ends_with(" s1 - stdout - one"));
  REQUIRE(next_datagram(server).ends_with(" s1 - stdout - two"));
  server.reset();
  std::filesystem::remove(path);
  write_all(out, "while it is away\n");
  std::vector<log::Notice> notices;
  REQUIRE(eventually([&] { return !(notices = thread->take_notices()).empty(); }));
  REQUIRE(notices[0].text.starts_with("cannot send to syslog 'local': "));
  server = local_server(path);
  REQUIRE(next_datagram(server).ends_with("while it is away"));
  REQUIRE(eventually([&] { return !(notices = thread->take_notices()).empty(); }));
  REQUIRE(notices[0].text == "sending to syslog 'local' works again: 0 lines (0 bytes) were dropped");
  REQUIRE(thread->counters(InstanceId{1}).dropped_lines == 0);
}

TEST_CASE("log: a tcp server gets every line in order, over a connection that breaks, too") {
  auto thread = start();
  auto server = std::make_unique<TcpServer>();
  const std::uint16_t port = server->port;
  const UniqueFd out = attach_to(*thread, only(messages_to(tcp(port))));
  write_all(out, numbered("line", 1, 1'000));
  UniqueFd client = server->take();
  std::string bytes;
  std::vector<std::string> lines;
  const auto read_until = [&](std::size_t count) {
    return eventually([&] {
      bytes += read_some(client);
      for (std::string& text : texts(bytes)) lines.push_back(std::move(text));
      return lines.size() >= count;
    });
  };
  REQUIRE(read_until(1'000));
  client.reset();
  server.reset();
  ::poll(nullptr, 0, 50);  // So that the log thread sees the end of the connection before the next line.
  write_all(out, numbered("line", 1'001, 2'000));
  REQUIRE(eventually([&] { return !thread->take_notices().empty(); }));
  server = std::make_unique<TcpServer>(port);
  client = server->take();
  bytes.clear();
  REQUIRE(read_until(2'000));
  for (std::size_t i = 0; i < 2'000; ++i) REQUIRE(lines[i] == "line " + std::to_string(i + 1));
  REQUIRE(thread->counters(InstanceId{1}).dropped_lines == 0);
}

TEST_CASE("log: a server that does not read costs a bounded memory and delays nobody, and what is lost is counted") {
  const TempDir dir;
  auto thread = start();
  const TcpServer server;
  const UniqueFd out = attach_to(*thread, only(messages_to(tcp(server.port))), to_file(dir.file("a.log")));
  const std::uint64_t count = 400'000;
  write_all(out, numbered("line", 1, count));  // As a service would, without being held up.
  REQUIRE(wait_for_lines(*thread, 1, count));
  REQUIRE(eventually([&] { return content(dir.file("a.log")).size() == thread->counters(InstanceId{1}).bytes; }));
  const std::uint64_t dropped = thread->counters(InstanceId{1}).dropped_lines;
  REQUIRE(dropped > 0);
  const UniqueFd client = server.take();
  std::string bytes;
  std::uint64_t got = 0;
  REQUIRE(eventually([&] {
    bytes += read_some(client);
    got += texts(bytes).size();
    return got + dropped >= count;
  }));
  REQUIRE(got + dropped == count);
}

TEST_CASE("log: lines go to a file, standard output and a server at once, each in its form") {
  const TempDir dir;
  const std::string path = dir.file("log");
  const UniqueFd server = local_server(path);
  const sys::Pipe out_pipe = new_pipe();
  auto thread = start({.stdout_fd = out_pipe.write_end.get()});
  std::vector<log::FurtherDestination> also;
  also.push_back({StdoutDestination{}, {}});
  also.push_back({to_file(dir.file("b.log")), {}});
  also.push_back(messages_to({Carrier::local, path, {}, "syslog"}));
  UniqueFd out = attach_to(*thread, std::move(also), to_file(dir.file("a.log")));
  write_all(out, "one\ntwo");
  out.reset();
  REQUIRE(next_datagram(server).ends_with("- one"));
  REQUIRE(next_datagram(server).ends_with("- two"));
  REQUIRE(thread->drain(sys::monotonic_now() + std::chrono::seconds{20}) == log::Drained::completely);
  REQUIRE(content(dir.file("a.log")) == "one\ntwo");
  REQUIRE(content(dir.file("b.log")) == "one\ntwo");
  REQUIRE(read_some(out_pipe.read_end).starts_with("one\ntwo"));
}
