// The log thread between a pipe and its destination: records of several lines, rates, drops, the size of pipes.
#include <fcntl.h>

#include "log/limits.hpp"
#include "log_bench.hpp"

using namespace sup;
using namespace sup::log_test;
using namespace std::chrono_literals;

namespace {

// A source to a file, with what a test says of it.
log::Source source_to(const std::string& path, sys::Pipe& pipe) {
  return {.service = InstanceId{1},
          .name = "s1",
          .run = RunId{1},
          .pipe = std::move(pipe.read_end),
          .destination = to_file(path)};
}

log::Layout plain_layout() {
  using Slot = log::Layout::Slot;
  return {.parts = {{Slot::text, "s1 |"}, {Slot::mark}, {Slot::line}}};
}

log::Joining joining(const std::string& start, Duration wait) {
  auto pattern = Pattern::compile(start);
  REQUIRE(pattern.has_value());
  return {*std::move(pattern), wait};
}

bool shows(const std::string& path, const std::string& text) {
  return eventually([&] { return content(path) == text; });
}

}  // namespace

TEST_CASE("log: a record of several lines is complete when the next begins, when nothing comes, or at the end") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  sys::Pipe pipe = new_pipe();
  log::Source source = source_to(path, pipe);
  source.layout = plain_layout();
  SECTION("the next begins") {
    source.joining = joining("^\\S", 1h);
    REQUIRE(thread->attach(std::move(source)));
    write_all(pipe.write_end, "one\n  more\ntwo\n  more");
    REQUIRE(shows(path, "s1 | one\ns1 |+  more\n"));
    SECTION("the run ends") { thread->flush(RunId{1}); }
    SECTION("the pipe ends") { pipe.write_end.reset(); }
    REQUIRE(shows(path, "s1 | one\ns1 |+  more\ns1 | two\ns1 |+  more\n"));
  }
  SECTION("nothing comes") {
    source.joining = joining("^\\S", 1ms);
    REQUIRE(thread->attach(std::move(source)));
    write_all(pipe.write_end, "one\n  more\n");
    REQUIRE(shows(path, "s1 | one\ns1 |+  more\n"));
  }
}

TEST_CASE("log: with a rate and drop the rest is dropped, counted and announced, and readers have it") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  sys::Pipe pipe = new_pipe();
  log::Source source = source_to(path, pipe);
  source.overflow = log::Overflow::drop;
  source.rate = log::LineRate{3, 1h};
  REQUIRE(thread->attach(std::move(source)));
  write_all(pipe.write_end, numbered("n", 1, 10));
  const std::string announced = "supervisord: dropped 7 lines (29 bytes) here: more than 3/h\n";
  SECTION("after a while") {}
  SECTION("at the end of the run") { thread->flush(RunId{1}); }
  SECTION("at the end of the pipe") { pipe.write_end.reset(); }
  REQUIRE(shows(path, numbered("n", 1, 3) + announced));
  const log::Counters counters = thread->counters(InstanceId{1});
  REQUIRE(counters.lines == 10);
  REQUIRE(counters.dropped_lines == 7);
  REQUIRE(counters.dropped_bytes == 29);
  const auto follower = thread->follow({});
  Reader reader{*thread, *follower};
  REQUIRE(reader.read_until(10));
  REQUIRE(reader.lines.back() == "n 10");
}

TEST_CASE("log: a rate is that of all sources of the log, and begins anew with each piece of time") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  sys::Pipe pipes[] = {new_pipe(), new_pipe()};
  for (sys::Pipe& pipe : pipes) {
    log::Source source = source_to(path, pipe);
    source.overflow = log::Overflow::drop;
    source.rate = log::LineRate{4, 100ms};
    REQUIRE(thread->attach(std::move(source)));
  }
  write_all(pipes[0].write_end, "a\na\na\n");
  REQUIRE(shows(path, "a\na\na\n"));
  REQUIRE(eventually([&] {
    write_all(pipes[1].write_end, "b\n");
    return content(path).find("b\nsupervisord: dropped ") != std::string::npos &&
           content(path).rfind("b\n") > content(path).rfind("dropped");
  }));
}

TEST_CASE("log: with a rate and block the service waits, and nothing is lost") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  sys::Pipe pipe = new_pipe();
  log::Source source = source_to(path, pipe);
  source.rate = log::LineRate{10, 1h};
  REQUIRE(thread->attach(std::move(source)));
  const std::string first = numbered("n", 1, 10);
  write_all(pipe.write_end, first);
  REQUIRE(shows(path, first));
  write_all(pipe.write_end, "later\n");
  ::poll(nullptr, 0, 20);
  REQUIRE(content(path) == first);
  SECTION("all is read when supervisord ends") {
    REQUIRE(thread->drain(sys::monotonic_now() + 10s) == log::Drained::completely);
    REQUIRE(content(path) == first + "later\n");
  }
  SECTION("another run has another rate") {
    sys::Pipe next = new_pipe();
    REQUIRE(thread->attach(source_to(path, next)));
    write_all(next.write_end, "next\n");
    REQUIRE(eventually([&] { return content(path).size() == first.size() + 5 + 6; }));
  }
  REQUIRE(thread->counters(InstanceId{1}).dropped_lines == 0);
}

TEST_CASE("log: what a console does not take is dropped where that was asked for, and announced in its place") {
  sys::Pipe console = new_pipe();
  auto thread = start({.stdout_fd = console.write_end.get(), .stderr_fd = console.write_end.get()});
  sys::Pipe pipe = new_pipe();
  log::Source source{.service = InstanceId{1},
                     .name = "s1",
                     .run = RunId{1},
                     .pipe = std::move(pipe.read_end),
                     .destination = StdoutDestination{}};
  source.layout = plain_layout();
  source.overflow = log::Overflow::drop;
  REQUIRE(thread->attach(std::move(source)));
  constexpr std::uint64_t kLines = 100'000;
  write_all(pipe.write_end, numbered("n", 1, kLines));
  pipe.write_end.reset();
  REQUIRE(wait_for_lines(*thread, 1, kLines));
  const std::uint64_t dropped = thread->counters(InstanceId{1}).dropped_lines;
  REQUIRE(dropped > 0);
  std::string all;
  REQUIRE(eventually([&] {
    all += read_some(console.read_end);
    return std::count(all.begin(), all.end(), '\n') >= static_cast<std::ptrdiff_t>(kLines - dropped + 1);
  }));
  REQUIRE(all.find("s1 | supervisord: dropped " + std::to_string(dropped) + " lines (") != std::string::npos);
}

TEST_CASE("log: a pipe through which output flows gets more room, unless its size was asked for") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  sys::Pipe pipe = new_pipe();
  log::Source source = source_to(path, pipe);
  const auto size = [&] { return ::fcntl(pipe.write_end.get(), F_GETPIPE_SZ); };
  SECTION("it flows") {
    REQUIRE(thread->attach(std::move(source)));
    write_all(pipe.write_end, "a line\n");
    REQUIRE(wait_for_lines(*thread, 1, 1));
    REQUIRE(size() == static_cast<int>(log::kPipeBytes));
    REQUIRE(eventually([&] {
      write_all(pipe.write_end, numbered("n", 1, 1000, 100));
      return size() == static_cast<int>(log::kFlowPipeBytes);
    }));
  }
  SECTION("its size was asked for") {
    source.pipe_bytes = 16 * 1024;
    REQUIRE(thread->attach(std::move(source)));
    REQUIRE(eventually([&] { return size() == 16 * 1024; }));
    write_all(pipe.write_end, numbered("n", 1, 1000, 100));
    REQUIRE(wait_for_lines(*thread, 1, 1000));
    REQUIRE(size() == 16 * 1024);
  }
}
