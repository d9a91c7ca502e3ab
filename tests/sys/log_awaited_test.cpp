// The log thread looks for the line by which a run shows that it is ready.
#include "log_bench.hpp"

using namespace sup;
using namespace sup::log_test;

namespace {

UniqueFd attach_awaiting(LogThread& thread, const std::string& awaited, Stream stream, std::uint64_t run = 1,
                         std::size_t line_max = log::kLineMax, log::Destination destination = NullDestination{}) {
  sys::Pipe pipe = new_pipe();
  auto pattern = Pattern::compile(awaited);
  REQUIRE(pattern.has_value());
  REQUIRE(thread.attach({.service = InstanceId{1},
                         .name = "s",
                         .stream = stream,
                         .run = RunId{run},
                         .pipe = std::move(pipe.read_end),
                         .destination = std::move(destination),
                         .line_max = line_max,
                         .awaited = *std::move(pattern)}));
  return std::move(pipe.write_end);
}

std::vector<log::LineFound> wait_for_lines_found(LogThread& thread) {
  std::vector<log::LineFound> out;
  REQUIRE(eventually([&] {
    (void)thread.take_ready();
    out = thread.take_lines_found();
    return !out.empty();
  }));
  return out;
}

}  // namespace

TEST_CASE("log: an awaited line is told once, with its run, whichever stream it comes through") {
  const Stream stream = GENERATE(Stream::out, Stream::err);
  auto thread = start();
  const std::string awaited = "listening on port [0-9]+$";
  const UniqueFd out = attach_awaiting(*thread, awaited, Stream::out, 7);
  const UniqueFd err = attach_awaiting(*thread, awaited, Stream::err, 7);
  const UniqueFd& used = stream == Stream::out ? out : err;
  write_all(out, "not yet\nlistening on port \nlistening on port x1\n\n");
  write_all(err, "listening on port 80 soon\n\xff\x01\n");
  REQUIRE(wait_for_lines(*thread, 1, 6));
  REQUIRE(thread->take_lines_found().empty());
  write_all(used, "x\nlistening on port 80\r\nlistening on port 81\n");
  const auto found = wait_for_lines_found(*thread);
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].service == InstanceId{1});
  REQUIRE(found[0].run == RunId{7});
  write_all(out, "listening on port 82\n");
  write_all(err, "listening on port 83\n");
  REQUIRE(wait_for_lines(*thread, 1, 11));
  REQUIRE(thread->take_lines_found().empty());
}

TEST_CASE("log: an awaited line that is torn counts when its end has come") {
  auto thread = start();
  const UniqueFd out = attach_awaiting(*thread, "^ready$", Stream::out);
  write_all(out, "whole\nrea");
  REQUIRE(wait_for_lines(*thread, 1, 1));
  write_all(out, "dy");
  SECTION("by a newline") {
    REQUIRE(thread->take_lines_found().empty());
    write_all(out, "\nmore");
  }
  SECTION("by a flush") { thread->flush(RunId{1}); }
  REQUIRE(wait_for_lines_found(*thread).size() == 1);
}

TEST_CASE("log: of a line that is too long each piece is looked at") {
  auto thread = start();
  const UniqueFd out = attach_awaiting(*thread, "ready", Stream::out, 1, 100);
  write_all(out, std::string(250, 'x') + "ready");
  thread->flush(RunId{1});
  REQUIRE(wait_for_lines_found(*thread).size() == 1);
}

TEST_CASE("log: an awaited line of another run is not this one's") {
  auto thread = start();
  const std::string awaited = "ready";
  const UniqueFd old = attach_awaiting(*thread, awaited, Stream::out, 1);
  const UniqueFd now = attach_awaiting(*thread, awaited, Stream::out, 2);
  write_all(old, "ready\n");
  REQUIRE(wait_for_lines_found(*thread)[0].run == RunId{1});
  write_all(now, "ready\n");
  REQUIRE(wait_for_lines_found(*thread)[0].run == RunId{2});
}
