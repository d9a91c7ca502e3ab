// The log thread and supervisord's own standard output and error: prefixes, stalls, a reader that is gone.
#include <set>

#include "log/limits.hpp"
#include "log_bench.hpp"

using namespace sup;
using namespace sup::log_test;

namespace {

// A stand-in for what supervisord was started with: its writing end is "stdout" and "stderr" of the thread.
struct Console {
  sys::Pipe pipe = new_pipe();
  std::string text = {};
  [[nodiscard]] log::Options options() const {
    return {.stdout_fd = pipe.write_end.get(), .stderr_fd = pipe.write_end.get()};
  }
  void read() { text += read_some(pipe.read_end); }
};

}  // namespace

TEST_CASE("log: lines on standard output carry the name of their service") {
  Console console;
  auto thread = start(console.options());
  const UniqueFd out = attach(*thread, 1, StdoutDestination{});
  UniqueFd err = attach(*thread, 2, StdoutDestination{}, Stream::err);
  write_all(out, "one\n\ntwo\n");
  REQUIRE(eventually([&] { return console.read(), console.text == "s1 | one\ns1 | \ns1 | two\n"; }));
  console.text.clear();
  write_all(err, "no end");
  err.reset();
  REQUIRE(eventually([&] { return console.read(), console.text == "s2 | no end\n"; }));
}

TEST_CASE("log: the pieces of a line that was split are lines, and marked") {
  Console console;
  auto thread = start(console.options());
  const UniqueFd out = attach(*thread, 1, StdoutDestination{}, Stream::out, 1, 4);
  write_all(out, "abcdefghij\nk\n");
  REQUIRE(eventually([&] { return console.read(), console.text == "s1 | abcd\ns1 |+efgh\ns1 |+ij\ns1 | k\n"; }));
}

TEST_CASE("log: services and supervisord itself never mix within a line of one console") {
  Console console;
  auto thread = start(console.options());
  constexpr int kLines = 3000;
  const UniqueFd outs[] = {attach(*thread, 1, StdoutDestination{}), attach(*thread, 2, StdoutDestination{})};
  const std::string tail(200, 'x');
  std::vector<std::thread> writers;
  for (const UniqueFd& out : outs)
    writers.emplace_back([&out, &tail] {
      for (int i = 0; i < kLines; ++i) {
        const std::string line = std::to_string(i) + ":" + tail + "\n";
        write_all(out, line.substr(0, 100));
        write_all(out, line.substr(100));
      }
    });
  for (int i = 0; i < kLines; ++i) thread->write_own("own " + std::to_string(i));
  const std::size_t length = 2 * kLines * (5 + 202) + kLines * 5 + 3 * (10 + 2 * 90 + 3 * 900 + 4 * 2000);
  REQUIRE(eventually([&] { return console.read(), console.text.size() >= length; }));
  for (std::thread& writer : writers) writer.join();
  int next[] = {0, 0, 0};
  for (const std::string& line : split(console.text)) {
    if (line.starts_with("own ")) {
      REQUIRE(line == "own " + std::to_string(next[0]++));
    } else {
      const std::size_t service = line.starts_with("s1 | ") ? 1 : 2;
      REQUIRE(line == "s" + std::to_string(service) + " | " + std::to_string(next[service]++) + ":" + tail);
    }
  }
  REQUIRE((next[0] == kLines && next[1] == kLines && next[2] == kLines));
}

TEST_CASE("log: a stalled standard output pauses its own services only, and loses nothing") {
  const TempDir dir;
  Console console;
  auto thread = start(console.options());
  const UniqueFd stalled = attach(*thread, 1, StdoutDestination{});
  const UniqueFd free = attach(*thread, 2, to_file(dir.file("b.log")));
  constexpr std::uint64_t kLines = 40'000;
  std::thread writer([&] { write_all(stalled, numbered("line", 1, kLines, 30)); });
  // The writer comes to a halt: what the pipe and the pending buffer hold is much less than it has.
  std::uint64_t last = 0;
  REQUIRE(eventually([&] {
    const std::uint64_t lines = thread->counters(InstanceId{1}).lines;
    ::poll(nullptr, 0, 50);
    return lines > 0 && std::exchange(last, lines) == lines;
  }));
  REQUIRE(last < kLines / 2);
  write_all(free, numbered("free", 1, 20'000));
  REQUIRE(wait_for_lines(*thread, 2, 20'000));
  REQUIRE(eventually([&] { return content(dir.file("b.log")) == numbered("free", 1, 20'000); }));
  REQUIRE(thread->counters(InstanceId{1}).lines < kLines / 2);
  const std::size_t expected = numbered("s1 | line", 1, kLines, 30).size();
  REQUIRE(eventually([&] { return console.read(), console.text.size() >= expected; }));
  writer.join();
  REQUIRE(console.text == numbered("s1 | line", 1, kLines, 30));
  REQUIRE(thread->counters(InstanceId{1}).dropped_lines == 0);
}

TEST_CASE("log: own lines that a stalled console does not take are dropped, counted and announced") {
  Console console;
  auto thread = start(console.options());
  const std::string line(1000, 'o');
  constexpr int kSent = 3000;
  for (int i = 0; i < kSent; ++i) thread->write_own(line);
  REQUIRE(thread->drain(sys::monotonic_now() + std::chrono::milliseconds{100}) == log::Drained::partly);
  REQUIRE(eventually([&] { return console.read(), console.text.find("missing here") != std::string::npos; }));
  thread->write_own("last");
  REQUIRE(eventually([&] { return console.read(), console.text.ends_with("last\n"); }));
  std::size_t kept = 0;
  std::size_t dropped = 0;
  for (const std::string& got : split(console.text)) {
    if (got == line) ++kept;
    if (got.starts_with("supervisord: ")) dropped += std::stoul(got.substr(13));
  }
  REQUIRE(kept > 200);
  REQUIRE(kept + dropped == kSent);
}

TEST_CASE("log: a console whose reader is gone is survived, counted and said once") {
  Console console;
  auto thread = start(console.options());
  const UniqueFd out = attach(*thread, 1, StdoutDestination{});
  write_all(out, "before\n");
  REQUIRE(eventually([&] { return console.read(), console.text == "s1 | before\n"; }));
  console.pipe.read_end.reset();
  for (int i = 0; i < 100; ++i) {
    write_all(out, numbered("line", 1, 100));
    thread->write_own("own line");
  }
  REQUIRE(wait_for_lines(*thread, 1, 10'001));
  REQUIRE(eventually([&] { return thread->counters(InstanceId{1}).dropped_lines == 10'000; }));
  const auto notices = thread->take_notices();
  REQUIRE(notices.size() == 1);
  REQUIRE(notices[0].text.find("cannot write standard output: Broken pipe") == 0);
  auto follower = thread->follow({.last_lines = 1});
  Reader reader{*thread, follower.value()};
  REQUIRE(reader.read_until(1));
  REQUIRE(reader.lines.at(0) == "line 100");
}

TEST_CASE("log: a closed standard output is a destination that fails") {
  auto thread = start({.stdout_fd = -1, .stderr_fd = -1});
  const UniqueFd out = attach(*thread, 1, StdoutDestination{});
  write_all(out, "line\n");
  thread->write_own("own");
  REQUIRE(eventually([&] { return thread->counters(InstanceId{1}).dropped_lines == 1; }));
}

TEST_CASE("log: a terminal that is stopped does not stop the others") {
  const TempDir dir;
  UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(master.is_open());
  REQUIRE(::grantpt(master.get()) == 0);
  REQUIRE(::unlockpt(master.get()) == 0);
  const UniqueFd terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(terminal.is_open());
  auto thread = start({.stdout_fd = terminal.get(), .stderr_fd = terminal.get()});
  const UniqueFd stalled = attach(*thread, 1, StdoutDestination{});
  const UniqueFd free = attach(*thread, 2, to_file(dir.file("b.log")));
  constexpr std::uint64_t kLines = 20'000;
  std::thread writer([&] { write_all(stalled, numbered("line", 1, kLines, 30)); });
  REQUIRE(wait_for_lines(*thread, 1, 1000));
  for (int i = 0; i < 200; ++i) {
    write_all(free, numbered("free", 1, 10));
    REQUIRE(wait_for_lines(*thread, 2, static_cast<std::uint64_t>(i + 1) * 10));
  }
  REQUIRE(thread->counters(InstanceId{1}).lines < kLines);
  std::string shown;
  const auto expected =
      numbered("s1 | line", 1, kLines, 30).size() + kLines;  // The terminal makes "\r\n" of each "\n".
  REQUIRE(eventually([&] { return shown += read_some(master), shown.size() >= expected; }));
  writer.join();
  REQUIRE(shown.size() == expected);
}
