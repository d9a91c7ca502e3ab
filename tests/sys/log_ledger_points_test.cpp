// A log thread that is killed at each point of what it does, and the next one.
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "log/limits.hpp"
#include "log_ledger_support.hpp"
#include "sys/terminal.hpp"

using namespace sup;
using namespace sup::log_test;
using log::LedgerMoment;

namespace {

constexpr std::uint64_t kLines = 6;

log::Layout layout_of(const std::string& name) { return with_name(name); }

// Several sources, and what is to become of what they have written.
struct Stage {
  TempDir dir;
  sys::Pipe raw = new_pipe();
  sys::Pipe text = new_pipe();
  sys::Pipe joined = new_pipe();
  sys::Pty pty = *sys::open_pty();
  std::string joined_lines;

  Stage() {
    write_all(raw.write_end, numbered("raw", 1, kLines) + "raw end");
    write_all(text.write_end, numbered("text", 1, kLines));
    for (std::uint64_t i = 1; i <= kLines; ++i) joined_lines += numbered("joined", i, i) + "  more\n";
    write_all(joined.write_end, joined_lines);
    write_all(pty.slave, numbered("terminal", 1, kLines));
  }

  [[nodiscard]] log::Source source(std::uint32_t number, const UniqueFd& pipe, log::Destination to) const {
    return {.service = InstanceId{number},
            .name = "s" + std::to_string(number),
            .run = RunId{number},
            .pipe = copy_of(pipe),
            .destination = std::move(to),
            .key = std::to_string(number) + "/out"};
  }

  void attach(LogThread& thread) const {
    log::Source first = source(1, raw.read_end, to_file_or_die(dir.file("shared")));
    first.also.push_back({to_file_or_die(dir.file("also"), {.max_size = 40}), layout_of("also")});
    attach_or_die(thread, std::move(first));
    log::Source second = source(2, text.read_end, to_file_or_die(dir.file("shared")));
    second.layout = layout_of("s2");
    attach_or_die(thread, std::move(second));
    log::Source third = source(3, joined.read_end, to_file_or_die(dir.file("joined"), {.max_size = 64}));
    third.layout = layout_of("s3");
    third.joining = {*Pattern::compile("^\\S"), std::chrono::hours{1}};
    attach_or_die(thread, std::move(third));
    log::Source fourth = source(4, pty.master, to_file_or_die(dir.file("terminal")));
    fourth.is_terminal = true;
    attach_or_die(thread, std::move(fourth));
  }

  [[nodiscard]] static std::vector<std::string> expected(const std::string& name, const std::string& last = "") {
    return split(numbered(name, 1, kLines) + last);
  }

  void check() const {
    const std::string shared = content(dir.file("shared"));
    REQUIRE(lines_of(shared, "raw") == lines_of(numbered("raw", 1, kLines) + "raw end\n", "raw"));
    REQUIRE(lines_of(shared, "s2 | ") == expected("text"));
    REQUIRE(split(shared).size() == 2 * kLines + 1);
    REQUIRE(lines_of(whole_log(dir.file("also")), "also | ") == expected("raw", "raw end"));
    std::string joined_expected;
    for (std::uint64_t i = 1; i <= kLines; ++i)
      joined_expected += "s3 | joined " + std::to_string(i) + "\ns3 |+  more\n";
    REQUIRE(whole_log(dir.file("joined")) == joined_expected);
    REQUIRE(split(content(dir.file("terminal"))) == expected("terminal"));
  }
};

// Dies when this has come so often.
log::LedgerWatch dies_at(LedgerMoment moment, int times) {
  return [moment, left = times](LedgerMoment now) mutable {
    if (now == moment && --left == 0) (void)::raise(SIGKILL);
  };
}

}  // namespace

TEST_CASE("log: a log thread that is killed at a point of its work has neither lost a line nor does one come twice") {
  constexpr LedgerMoment kAll[] = {LedgerMoment::before_read, LedgerMoment::after_read,   LedgerMoment::taken,
                                   LedgerMoment::put,         LedgerMoment::before_write, LedgerMoment::after_write,
                                   LedgerMoment::closed,      LedgerMoment::ended,        LedgerMoment::turned};
  for (const LedgerMoment moment : kAll) {
    int times = 1;
    for (bool has_died = true; has_died; ++times) {
      INFO("moment " << static_cast<int>(moment) << ", time " << times);
      REQUIRE(times < 200);
      const Stage stage;
      Lives lives([&](LogThread& thread) { stage.attach(thread); });
      lives.begin(Lives::Until::drained, dies_at(moment, times));
      has_died = !lives.wait();
      if (has_died) REQUIRE(lives.finish());
      stage.check();
    }
    REQUIRE(times > 2);  // It has come at least once.
  }
}

TEST_CASE("log: a log thread that is killed again and again, also while it takes up what was left, loses no line") {
  for (int step = 1; step < 60; ++step) {
    INFO("step " << step);
    const Stage stage;
    Lives lives([&](LogThread& thread) { stage.attach(thread); });
    bool has_died = true;
    for (int life = 0; has_died && life < 20; ++life) {
      lives.begin(Lives::Until::drained, [left = step](LedgerMoment) mutable {
        if (--left == 0) (void)::raise(SIGKILL);
      });
      has_died = !lives.wait();
    }
    if (has_died) REQUIRE(lives.finish());
    stage.check();
  }
}

TEST_CASE("log: of a write that was killed half-way the rest is written") {
  for (int times = 1; times <= 3; ++times) {
    const TempDir dir;
    const std::string path = dir.file("a.log");
    const std::string all = numbered("line", 1, 3 * kLines);
    const sys::Pipe pipe = new_pipe();
    write_all(pipe.write_end, all);
    Lives lives([&](LogThread& thread) {
      attach_or_die(thread, {.service = InstanceId{1},
                             .name = "s1",
                             .run = RunId{1},
                             .pipe = copy_of(pipe.read_end),
                             .destination = to_file_or_die(path, {.max_size = 60}),
                             .key = "1"});
    });
    // As the kernel would have done it: so many bytes are in the file, and nobody was told.
    lives.begin(Lives::Until::drained, [&, left = times](LedgerMoment now) mutable {
      if (now != LedgerMoment::before_write || --left > 0) return;
      const UniqueFd file(::open(path.c_str(), O_WRONLY | O_APPEND));
      (void)!::write(file.get(), all.data() + whole_log(path).size(), 5);
      (void)::raise(SIGKILL);
    });
    REQUIRE(!lives.wait());
    REQUIRE(lives.finish());
    REQUIRE(whole_log(path) == all);
  }
}

namespace {

// A source to a file, and a log thread that is killed when it has read what was there.
struct OneSource {
  TempDir dir;
  std::string path = dir.file("a.log");
  UniqueFd read_end;
  UniqueFd write_end;
  std::function<void(log::Source&)> change = [](log::Source&) {};

  OneSource() {
    sys::Pipe pipe = new_pipe();
    read_end = std::move(pipe.read_end);
    write_end = std::move(pipe.write_end);
  }

  [[nodiscard]] log::Source source() const {
    log::Source made{.service = InstanceId{1},
                     .name = "s1",
                     .run = RunId{1},
                     .pipe = copy_of(read_end),
                     .destination = to_file_or_die(path),
                     .key = "1"};
    change(made);
    return made;
  }
  Lives lives{[this](LogThread& thread) { attach_or_die(thread, source()); }};

  // It dies when it has done something `times` times.
  void live_until(LedgerMoment moment, int times = 1) {
    lives.begin(Lives::Until::killed, dies_at(moment, times));
    REQUIRE(!lives.wait());
  }
};

}  // namespace

TEST_CASE("log: the carriage return of a terminal whose newline comes in the next life is the program's") {
  OneSource one;
  auto pty = sys::open_pty();
  REQUIRE(pty.has_value());
  one.read_end = std::move(pty->master);
  one.change = [](log::Source& source) { source.is_terminal = true; };
  write_all(pty->slave, "one\r");
  one.live_until(LedgerMoment::ended);
  write_all(pty->slave, "\ntwo\n");
  REQUIRE(one.lives.finish());
  REQUIRE(content(one.path) == "one\r\ntwo\n");
}

TEST_CASE("log: a record of several lines that was complete is not joined with what comes in the next life") {
  OneSource one;
  one.change = [](log::Source& source) {
    source.layout = layout_of("s1");
    source.joining = {*Pattern::compile("^\\S"), std::chrono::milliseconds{1}};
  };
  write_all(one.write_end, "one\n  more\n");
  // A read, and then the alarm that tells that nothing more comes.
  SECTION("before it is noted") { one.live_until(LedgerMoment::ended); }
  SECTION("when it is noted") { one.live_until(LedgerMoment::put); }
  SECTION("when it is written") { one.live_until(LedgerMoment::after_write); }
  SECTION("when that is noted, too") { one.live_until(LedgerMoment::ended, 2); }
  write_all(one.write_end, "two\n");
  REQUIRE(one.lives.finish());
  REQUIRE(content(one.path) == "s1 | one\ns1 |+  more\ns1 | two\n");
}

TEST_CASE("log: pieces of a line that is too long go on in the next life as pieces") {
  OneSource one;
  one.change = [](log::Source& source) {
    source.layout = layout_of("s1");
    source.line_max = 10;
  };
  write_all(one.write_end, "0123456789abcde");
  one.live_until(LedgerMoment::ended);
  write_all(one.write_end, "fg\n");
  REQUIRE(one.lives.finish());
  REQUIRE(content(one.path) == "s1 | 0123456789\ns1 |+abcdefg\n");
}

TEST_CASE("log: lines that were dropped are told once though the log thread is killed") {
  for (int times = 1; times < 12; ++times) {
    INFO("time " << times);
    OneSource one;
    one.change = [](log::Source& source) {
      source.overflow = log::Overflow::drop;
      source.rate = log::LineRate{2, std::chrono::hours{1}};
    };
    write_all(one.write_end, numbered("line", 1, 5));
    one.lives.begin(Lives::Until::drained, [left = times](LedgerMoment) mutable {
      if (--left == 0) (void)::raise(SIGKILL);
    });
    if (!one.lives.wait()) REQUIRE(one.lives.finish());
    const auto lines = split(content(one.path));
    REQUIRE(lines_of(content(one.path), "supervisord: dropped ").size() <= 1);
    REQUIRE(lines_of(content(one.path), "line 1").size() == 1);
    REQUIRE(lines_of(content(one.path), "line 2").size() == 1);
    // What is allowed begins anew with a life, so there may be more lines, but none is missing without a word.
    const auto told = lines_of(content(one.path), "supervisord: dropped ");
    const std::size_t dropped = told.empty() ? 0 : static_cast<std::size_t>(std::atoi(told[0].c_str()));
    REQUIRE(lines.size() - told.size() + dropped == 5);
  }
}

TEST_CASE("log: that an awaited line was found is told by the next life, too") {
  OneSource one;
  one.change = [](log::Source& source) { source.awaited = *Pattern::compile("ready"); };
  write_all(one.write_end, "begin\nready\nmore\n");
  one.live_until(LedgerMoment::ended);
  log::Options options;
  options.ledger = one.lives.ledger().get();
  auto thread = start(options);
  REQUIRE(thread->attach(one.source()));
  REQUIRE(eventually([&] {
    const auto found = thread->take_lines_found();
    return !found.empty() && found[0].run == RunId{1};
  }));
}

TEST_CASE("log: what a reader of standard output has not taken comes in the next life, behind what it has") {
  sys::Pipe console = new_pipe();
  const TempDir dir;
  const sys::Pipe pipe = new_pipe();
  (void)sys::set_pipe_size(console.write_end, 4096);
  const std::string all = numbered("line", 1, 3000);  // More than the pipe holds.
  REQUIRE(all.size() < 64 * 1024);
  write_all(pipe.write_end, all);
  Lives lives(
      [&](LogThread& thread) {
        attach_or_die(thread, {.service = InstanceId{1},
                               .name = "s1",
                               .run = RunId{1},
                               .pipe = copy_of(pipe.read_end),
                               .destination = StdoutDestination{},
                               .key = "1"});
      },
      {.stdout_fd = console.write_end.get()});
  lives.begin(Lives::Until::killed, dies_at(LedgerMoment::ended, 1));
  REQUIRE(!lives.wait());
  std::string seen = read_some(console.read_end);
  REQUIRE(!seen.empty());
  REQUIRE(seen.size() < all.size());
  lives.begin(Lives::Until::drained);
  REQUIRE(eventually([&] { return (seen += read_some(console.read_end)).size() >= all.size(); }));
  REQUIRE(lives.wait());
  REQUIRE(seen == all);
}

TEST_CASE("log: what waits for a full disk waits in the next life, too") {
  OneSource one;
  one.change = [](log::Source& source) { std::get<FileDestination>(source.destination).on_full = log::OnFull::block; };
  const std::string all = numbered("line", 1, 100);
  write_all(one.write_end, all);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{300, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  one.lives.begin(Lives::Until::killed, dies_at(LedgerMoment::ended, 1));
  const bool has_drained = one.lives.wait();
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  REQUIRE(!has_drained);
  REQUIRE(content(one.path) == all.substr(0, 300));
  REQUIRE(one.lives.finish());
  REQUIRE(content(one.path) == all);
}

TEST_CASE("log: what nobody takes up in the next life is written where that can be, and else told") {
  OneSource one;
  const sys::Pipe notices = new_pipe();
  write_all(one.write_end, "one\ntwo\nhalf");
  SECTION("bytes for a file") { one.live_until(LedgerMoment::put); }
  SECTION("half a line") { one.live_until(LedgerMoment::ended); }
  Lives next([](LogThread&) {}, {}, copy_of(one.lives.ledger()));
  next.tell_to(notices.write_end);
  REQUIRE(next.finish());
  REQUIRE(content(one.path) == "one\ntwo\n");
  REQUIRE(read_some(notices.read_end).find("of the output '1' that were read before") != std::string::npos);
  REQUIRE(next.finish());
  REQUIRE(read_some(notices.read_end).empty());
}

TEST_CASE("log: a ledger that cannot be opened is told, and output is captured without it") {
  const TempDir dir;
  const UniqueFd wrong(::open(dir.file("wrong").c_str(), O_RDWR | O_CREAT, 0600));
  log::Options options;
  options.ledger = wrong.get();
  auto thread = start(options);
  std::vector<log::Notice> notices;
  REQUIRE(eventually([&] { return !(notices = thread->take_notices()).empty(); }));
  REQUIRE(notices[0].text.find("output is lost if supervisord is killed: cannot map") == 0);
  const UniqueFd pipe = attach(*thread, 1, to_file(dir.file("a.log")));
  write_all(pipe, "line\n");
  REQUIRE(eventually([&] { return content(dir.file("a.log")) == "line\n"; }));
}

TEST_CASE("log: a second source of the same key is captured, and told that it is not in the ledger") {
  const OneSource one;
  const TempDir dir;
  const sys::Pipe second = new_pipe();
  log::Options options;
  options.ledger = one.lives.ledger().get();
  auto thread = start(options);
  REQUIRE(thread->attach(one.source()));
  log::Source other = one.source();
  other.pipe = copy_of(second.read_end);
  other.destination = to_file(dir.file("b.log"));
  REQUIRE(thread->attach(std::move(other)));
  write_all(second.write_end, "line\n");
  REQUIRE(eventually([&] { return content(dir.file("b.log")) == "line\n"; }));
  const auto notices = thread->take_notices();
  REQUIRE(notices.size() == 1);
  REQUIRE(notices[0].text == "the output of s1 is lost if supervisord is killed: its key '1' is another source's");
}

TEST_CASE("log: messages that a server has not got are sent in the next life") {
  for (int times = 1; times < 15; ++times) {
    INFO("time " << times);
    OneSource one;
    const std::string place = one.dir.file("server");
    one.change = [&](log::Source& source) {
      source.also.push_back({log::MessageDestination{{log::Carrier::local, place, {}, "syslog 'local'"},
                                                     {.identifier = "s1", .service = "s1", .name = "s1"}},
                             {}});
    };
    write_all(one.write_end, "one\ntwo\n");
    one.lives.begin(Lives::Until::drained, [left = times](LedgerMoment) mutable {
      if (--left == 0) (void)::raise(SIGKILL);
    });
    (void)one.lives.wait();  // Or it has ended, and nobody was there.
    const UniqueFd server(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    place.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(one.lives.finish());
    REQUIRE(content(one.path) == "one\ntwo\n");
    std::string got;
    for (std::string message = read_some(server); !message.empty(); message = read_some(server)) got += message + "\n";
    REQUIRE(got.find(" - one\n") != std::string::npos);
    REQUIRE(got.find(" - two\n") != std::string::npos);
  }
}
