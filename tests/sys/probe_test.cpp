// Probes against real sockets and files: what they find, what they say when they find something else, and
// that one which is given up leaves nothing behind.
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <latch>
#include <optional>
#include <thread>

#include "daemon/fd_stores.hpp"
#include "daemon/probe.hpp"
#include "spec/probe_fields.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "sys/process_tree.hpp"
#include "sys/socket.hpp"
#include "sys/support.hpp"

using namespace sup;
using namespace test;
using namespace std::chrono_literals;

namespace {

constexpr InstanceId kInstance{0};

// All that probes need of a daemon.
class Bench {
 public:
  // The failure that it tells; empty: it has succeeded.
  std::string ask(const ProbeSpec& spec, std::optional<WallTime> newer_than = {}) {
    std::optional<std::string> answer;
    const auto probe = begin(spec, answer, newer_than);
    REQUIRE_FALSE(answer);  // Never while it is begun.
    REQUIRE(run_until([&] { return answer.has_value(); }));
    return *answer;
  }
  std::unique_ptr<Probe> begin(const ProbeSpec& spec, std::optional<std::string>& answer,
                               std::optional<WallTime> newer_than = {}) {
    const ProbeContext context{loop_, *runs_, steps_, ++watch_, kInstance, newer_than};
    return begin_probe(context, spec, [&answer](std::string failure) { answer = std::move(failure); });
  }
  bool run_until(const std::function<bool()>& condition) {
    const Instant deadline = sys::monotonic_now() + 20s;
    loop::Timer look(loop_, [this] { loop_.stop(); });
    while (!condition()) {
      if (sys::monotonic_now() > deadline) return false;
      runs_->begin_launches();
      look.arm(1ms);
      loop_.run();
    }
    return true;
  }
  void run_for(Duration time) {
    const Instant end = sys::monotonic_now() + time;
    (void)run_until([&] { return sys::monotonic_now() >= end; });
  }
  ProbeSteps& steps() { return steps_; }
  // Commands have a place: that of something external.
  void host(ServiceSpec spec = {}) {
    const auto service =
        std::make_shared<const NamedService>(NamedService{.name = "db", .spec = std::move(spec), .file = 0, .line = 0});
    runs_->host(kInstance, RunId{1}, {"db", service});
  }
  void stop_hosting() { runs_->stop_hosting(kInstance); }

 private:
  static LaunchContext context(ContainmentTree& containment) {
    LaunchContext out;
    out.own_environment = {{"PATH", "/usr/bin:/bin"}};
    out.own_nofile = 1024;
    out.attribute_defaults.nofile = {1024, 1024};
    out.ignored_signals = sys::ignored_signals();
    out.containment = &containment;
    return out;
  }

  TempDir dir_;
  loop::Loop loop_;
  std::unique_ptr<Workers> workers_ = must(Workers::create(loop_));
  std::unique_ptr<log::LogThread> log_ = must(log::LogThread::start());
  ContainmentTree containment_ = must(ContainmentTree::choose(Containment::group, dir_.path()));
  StateRecords records_;
  std::unique_ptr<FdStores> stores_ = must(FdStores::create(loop_, records_, [](InstanceId, FdNews, std::string) {}));
  std::unique_ptr<Runs> runs_ =
      must(Runs::create(loop_, *workers_, *log_, records_, *stores_, context(containment_), [](Event) {}));
  ProbeSteps steps_{*workers_};
  std::uint64_t watch_ = 0;
};

// Listens on a free port of 127.0.0.1.
struct Listener {
  UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port = 0;

  Listener() {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), size) == 0);
    REQUIRE(::listen(socket.get(), 8) == 0);
    REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size) == 0);
    port = ntohs(name.sin_port);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port) + "/health"; }
};

// Takes one connection, and never answers.
class SilentServer {
 public:
  explicit SilentServer(const UniqueFd& listener)
      : thread_([this, fd = listener.get()] {
          const UniqueFd connection{::accept(fd, nullptr, nullptr)};
          while (!is_over_) ::usleep(1000);
        }) {}
  ~SilentServer() {
    is_over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

// Takes one connection after the other, hears it out, and answers with these pieces.
class Answerer {
 public:
  Answerer(const UniqueFd& listener, std::vector<std::string> pieces)
      : listener_(listener.get()), pieces_(std::move(pieces)), thread_([this] { serve(); }) {}
  ~Answerer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
  }
  [[nodiscard]] std::string request() const { return request_; }

 private:
  void serve() {
    while (true) {
      const UniqueFd connection{::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)};
      if (!connection.is_open()) return;
      std::string heard;
      char piece[512];
      ssize_t got = 1;
      while (heard.find("\r\n\r\n") == heard.npos && (got = ::read(connection.get(), piece, sizeof piece)) > 0)
        heard.append(piece, static_cast<std::size_t>(got));
      request_ = heard;
      for (const std::string& part : pieces_)
        if (::send(connection.get(), part.data(), part.size(), MSG_NOSIGNAL) < 0) break;
    }
  }

  int listener_;
  std::vector<std::string> pieces_;
  std::string request_;  // Read when the probe has its answer, which comes after it.
  std::thread thread_;
};

bool is_dead(pid_t pid) {
  const auto stat = sys::read_file(fmt::format("/proc/{}/stat", pid), 4096);
  return !stat || stat->find(") Z ") != stat->npos;
}

ProbeSpec exec(const std::string& script) {
  ProbeSpec out;
  out.exec.argv = {"sh", "-c", script};
  return out;
}
ProbeSpec tcp(const std::string& endpoint) {
  ProbeSpec out;
  out.tcp = endpoint;
  return out;
}
ProbeSpec unix_socket(const std::string& path) {
  ProbeSpec out;
  out.unix_ = path;
  return out;
}
ProbeSpec file(const std::string& path) {
  ProbeSpec out;
  out.file = path;
  return out;
}
ProbeSpec http(const std::string& url) {
  ProbeSpec out;
  out.http.edit().url = url;
  return out;
}
}  // namespace

TEST_CASE("probe: tcp", "[probe]") {
  Bench bench;
  std::string endpoint;
  {
    const Listener listener;
    endpoint = "127.0.0.1:" + std::to_string(listener.port);
    REQUIRE(bench.ask(tcp(endpoint)) == "");
    REQUIRE(bench.ask(tcp("localhost:" + std::to_string(listener.port))) == "");  // Also where ::1 comes first.
  }
  REQUIRE(bench.ask(tcp(endpoint)) == "Connection refused");
}

TEST_CASE("probe: unix", "[probe]") {
  Bench bench;
  const TempDir dir;
  REQUIRE(bench.ask(unix_socket(dir / "s")) == "No such file or directory");
  {
    const UniqueFd listener = must(sys::listen_unix(dir / "s"));
    REQUIRE(bench.ask(unix_socket(dir / "s")) == "");
  }
  REQUIRE(bench.ask(unix_socket(dir / "s")) == "Connection refused");
}

TEST_CASE("probe: file", "[probe]") {
  Bench bench;
  const TempDir dir;
  REQUIRE(bench.ask(file(dir / "f")) == "No such file or directory");
  write_text(dir / "f", "");
  REQUIRE(bench.ask(file(dir / "f")) == "");
  const WallTime later = must(sys::last_change_of(dir / "f")) + 1s;
  REQUIRE(bench.ask(file(dir / "f"), later) == "the file is from before this start");
  REQUIRE(bench.ask(file(dir / "f"), later - 1s) == "");
  REQUIRE(bench.ask(file(dir / "f/x")) == "Not a directory");
}

TEST_CASE("probe: http", "[probe]") {
  Bench bench;
  const auto answer = [&bench](std::vector<std::string> pieces, auto change) {
    const Listener listener;
    const Answerer server(listener.socket, std::move(pieces));
    ProbeSpec spec = http(listener.url());
    change(spec.http.edit());
    return bench.ask(spec);
  };
  const auto plain = [](HttpProbe&) {};
  const auto body = [](HttpProbe& probe) { probe.body = "all good"; };
  REQUIRE(answer({"HTTP/1.1 204 No Content\r\n\r\n"}, plain) == "");
  REQUIRE(answer({"HTTP/1.", "1 20", "0 OK\r\nContent-", "Length: 20\r\n\r\nit is all", " good now"}, body) == "");
  REQUIRE(answer({"HTTP/1.1 200 OK\r\n\r\n", "nothing is good"}, body) == "the body has no 'all good'");
  REQUIRE(answer({"HTTP/1.1 503 Busy\r\n\r\nall good"}, body) == "status 503");
  REQUIRE(answer({"HTTP/1.1 503 Busy\r\n\r\n"}, [](HttpProbe& probe) { probe.status.spans = {{503, 503}}; }) == "");
  REQUIRE(answer({"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"}, plain) == "status 302");
  REQUIRE(answer({}, plain) == "closed the connection without an answer");
  REQUIRE(answer({"220 mail.example ESMTP\r\n"}, plain).starts_with("the answer is not HTTP: '220 mail"));
}

TEST_CASE("probe: http asks for the path by its host, also through a socket of another name", "[probe]") {
  Bench bench;
  const TempDir dir;
  const UniqueFd listener = must(sys::listen_unix(dir / "s"));
  ProbeSpec spec = http("http://db.example:8008/health?full=1");
  spec.http.edit().unix_ = dir / "s";
  {
    // The listener does not block; the thread of the server waits in accept().
    REQUIRE(::fcntl(listener.get(), F_SETFL, 0) == 0);
    const Answerer server(listener, {"HTTP/1.0 200 OK\r\n\r\n"});
    REQUIRE(bench.ask(spec) == "");
    REQUIRE(server.request().starts_with("GET /health?full=1 HTTP/1.1\r\nHost: db.example:8008\r\n"));
  }
  spec.http.edit().unix_ = dir / "none";
  REQUIRE(bench.ask(spec) == "No such file or directory");
}

TEST_CASE("probe: a command", "[probe]") {
  Bench bench;
  REQUIRE(bench.ask(exec("true")) == "it has no main process");
  bench.host();
  REQUIRE(bench.ask(exec("true")) == "");
  REQUIRE(bench.ask(exec("exit 3")) == "exit 3");
  REQUIRE(bench.ask(exec("echo one; echo not yet >&2; exit 1")) == "exit 1: not yet");
  REQUIRE(bench.ask(exec("kill -KILL $$")) == "signal KILL");
  ProbeSpec missing;
  missing.exec.argv = {"no-such-program"};
  REQUIRE(bench.ask(missing).find("no-such-program") != std::string::npos);
  bench.stop_hosting();
}

TEST_CASE("probe: a command whose user has gone meanwhile", "[probe]") {
  if (::geteuid() != 0) {
    WARN("SKIPPED: only root takes other users");
    return;
  }
  ServiceSpec spec;
  spec.user.edit() = "no-such-user";
  Bench bench;
  bench.host(spec);
  REQUIRE(bench.ask(exec("true")).find("no-such-user") != std::string::npos);
  bench.stop_hosting();
}

TEST_CASE("probe: where nobody can be asked", "[probe]") {
  Bench bench;
  ProbeSpec spec;
  SECTION("the number of an instance makes a port of it that is none") {
    spec.tcp = "127.0.0.1:65536";
    REQUIRE(bench.ask(spec) == "'65536' is not a port, which is a number from 1 to 65535");
    spec.tcp.clear();
    spec.http.edit().url = "http://127.0.0.1:65536/";
    REQUIRE(bench.ask(spec) == "'65536' is not a port, which is a number from 1 to 65535");
  }
  SECTION("a path that no socket can have") {
    spec.unix_ = "/" + std::string(200, 'x');
    REQUIRE(bench.ask(spec).find("at most 107 bytes") != std::string::npos);
  }
}

TEST_CASE("probe: without a descriptor", "[probe]") {
  Bench bench;
  bench.host();
  ProbeSpec tcp;
  ProbeSpec unix_socket;
  tcp.tcp = "127.0.0.1:1";
  unix_socket.unix_ = "/run/none";
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const std::string said[] = {bench.ask(tcp), bench.ask(unix_socket), bench.ask(exec("true"))};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  for (const std::string& text : said) REQUIRE(text.find("Too many open files") != std::string::npos);
  REQUIRE(bench.ask(exec("true")) == "");
  bench.stop_hosting();
}

TEST_CASE("probe: a command that is given up dies with all that it has made", "[probe]") {
  Bench bench;
  bench.host();
  const TempDir dir;
  std::optional<std::string> answer;
  auto probe = bench.begin(exec("trap '' TERM; sleep 9611 & echo $! $$ >" + (dir / "pids") + "; wait"), answer);
  pid_t child = 0, shell = 0;
  REQUIRE(bench.run_until([&] {
    const std::string pids = sys::read_file(dir / "pids", 64).value_or("");
    return pids.ends_with('\n') && std::sscanf(pids.c_str(), "%d %d", &child, &shell) == 2;
  }));
  REQUIRE_FALSE(is_dead(child));
  probe.reset();
  REQUIRE(bench.run_until([&] { return is_dead(child) && is_dead(shell); }));
  REQUIRE_FALSE(answer);
  bench.stop_hosting();
}

TEST_CASE("probe: one that is given up says nothing any more", "[probe]") {
  Bench bench;
  const Listener listener;
  const SilentServer silent(listener.socket);
  const TempDir dir;
  write_text(dir / "f", "");
  for (const ProbeSpec& spec : {http(listener.url()), tcp("127.0.0.1:" + std::to_string(listener.port)),
                                unix_socket(dir / "s"), file(dir / "f")}) {
    std::optional<std::string> answer;
    bench.begin(spec, answer).reset();
    bench.run_for(50ms);
    REQUIRE_FALSE(answer);
  }
}

TEST_CASE("probe: a step that hangs answers the next probe of its watch, and only so many may hang", "[probe]") {
  std::latch gate{1};
  std::atomic<bool> is_asked = false;
  int answers = 0, stale = 0;
  Bench bench;
  const auto hang = [&gate]() -> Result<UniqueFd> {
    gate.wait();
    return UniqueFd{};
  };
  for (std::uint64_t watch = 100; watch < 100 + ProbeSteps::kMostAbandoned; ++watch) {
    REQUIRE(bench.steps().begin(watch, hang, [&](const Result<UniqueFd>&) { ++stale; }));
    bench.steps().abandon(watch);
    bench.steps().abandon(watch);  // Content.
  }
  REQUIRE_FALSE(bench.steps().begin(200, hang, [&](const Result<UniqueFd>&) { ++answers; }));
  // Of one that hangs already no second step is made.
  const auto never = [&is_asked]() -> Result<UniqueFd> {
    is_asked = true;
    return UniqueFd{};
  };
  REQUIRE(bench.steps().begin(100, never, [&](const Result<UniqueFd>&) { ++answers; }));
  gate.count_down();
  REQUIRE(bench.run_until([&] { return answers == 1; }));
  REQUIRE_FALSE(is_asked.load());
  REQUIRE(bench.run_until([&] { return bench.steps().begin(201, never, [](const Result<UniqueFd>&) {}); }));
  REQUIRE(bench.run_until([&] { return is_asked.load(); }));
  REQUIRE(stale == 0);
}
