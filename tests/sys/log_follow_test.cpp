// The log thread and readers of output; and what it costs when nothing happens.
#include "log/limits.hpp"
#include "log_bench.hpp"

using namespace sup;
using namespace sup::log_test;

namespace {

bool is_readable(int fd, int timeout_ms) {
  pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&readable, 1, timeout_ms) > 0;
}

// The log thread's own directory under /proc, found by its name.
std::string thread_status_path() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
    if (content(task.path() / "comm") == "log\n") return task.path() / "status";
  return {};
}

std::uint64_t context_switches(const std::string& status_path) {
  std::uint64_t sum = 0;
  for (const std::string& line : split(content(status_path)))
    if (const std::size_t colon = line.find("ctxt_switches:"); colon != std::string::npos)
      sum += std::stoull(line.substr(colon + 14));
  return sum;
}

}  // namespace

TEST_CASE("log: a reader gets the last lines, then what comes, woken once for it") {
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, NullDestination{});
  const UniqueFd err = attach(*thread, 2, NullDestination{}, Stream::err);
  write_all(out, "a1\na2\n");
  REQUIRE(wait_for_lines(*thread, 1, 2));
  write_all(err, "b1\n");
  REQUIRE(wait_for_lines(*thread, 2, 1));
  auto follower = thread->follow({.last_lines = 2, .follow = log::Follow::yes});
  REQUIRE(is_readable(thread->wake_fd(), 20'000));
  REQUIRE(thread->take_ready() == std::vector<log::FollowerId>{*follower});
  const log::TakeResult taken = thread->take(*follower, 1000);
  REQUIRE(taken.records.size() == 2);
  REQUIRE(taken.records[0].bytes == "a2");
  REQUIRE(taken.records[0].name == "s1");
  REQUIRE(taken.records[0].run == RunId{1});
  REQUIRE(taken.records[1].bytes == "b1");
  REQUIRE(taken.records[1].stream == Stream::err);
  REQUIRE(taken.records[1].service == InstanceId{2});
  REQUIRE_FALSE(taken.at_end);
  REQUIRE_FALSE(is_readable(thread->wake_fd(), 0));
  write_all(out, "new\n");
  REQUIRE(is_readable(thread->wake_fd(), 20'000));
  REQUIRE(thread->take_ready().size() == 1);
  REQUIRE(thread->take(*follower, 1000).records.at(0).bytes == "new");
}

TEST_CASE("log: a reader who takes nothing causes one wake-up, however much is written") {
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, NullDestination{});
  auto follower = thread->follow({.follow = log::Follow::yes});
  REQUIRE(is_readable(thread->wake_fd(), 20'000));
  REQUIRE(thread->take_ready().size() == 1);
  write_all(out, numbered("line", 1, 10'000));
  REQUIRE(wait_for_lines(*thread, 1, 10'000));
  REQUIRE_FALSE(is_readable(thread->wake_fd(), 0));
  REQUIRE(thread->take_ready().empty());
  (void)follower;
}

TEST_CASE("log: a reader of one stream of one service gets nothing else, and is at its end after the last line") {
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, NullDestination{});
  const UniqueFd err = attach(*thread, 1, NullDestination{}, Stream::err);
  const UniqueFd other = attach(*thread, 2, NullDestination{}, Stream::err);
  write_all(out, "out\n");
  write_all(err, "err\n");
  write_all(other, "other\n");
  REQUIRE(wait_for_lines(*thread, 1, 2));
  REQUIRE(wait_for_lines(*thread, 2, 1));
  auto follower = thread->follow({.services = {InstanceId{1}}, .streams = log::StreamFilter::err});
  Reader reader{*thread, follower.value()};
  REQUIRE(reader.read_until(100));
  REQUIRE(reader.at_end);
  REQUIRE(reader.lines == std::vector<std::string>{"err"});
}

TEST_CASE("log: a reader who comes behind a flush gets all that was written before it") {
  auto thread = start();
  for (std::uint64_t run = 1; run <= 200; ++run) {
    sys::Pipe pipe = new_pipe();
    write_all(pipe.write_end, "first\nlast words");
    pipe.write_end.reset();
    const InstanceId service{static_cast<std::uint32_t>(run)};
    REQUIRE(thread->attach({.service = service,
                            .name = "s",
                            .stream = Stream::err,
                            .run = RunId{run},
                            .pipe = std::move(pipe.read_end),
                            .destination = NullDestination{}}));
    thread->flush(RunId{run});
    Reader reader{*thread, thread->follow({.services = {service}, .last_lines = 20}).value()};
    REQUIRE(reader.read_until(100));
    REQUIRE(reader.lines == std::vector<std::string>{"first", "last words"});
    thread->unfollow(reader.id);
  }
}

TEST_CASE("log: all that the rings hold comes through a bounded queue, without a hole") {
  auto thread = start();
  std::vector<UniqueFd> writers;
  constexpr std::uint64_t kLines = 800;
  for (std::uint32_t service = 1; service <= 20; ++service) {
    writers.push_back(attach(*thread, service, NullDestination{}));
    write_all(writers.back(), numbered("line", 1, kLines, 50));
  }
  for (std::uint32_t service = 1; service <= 20; ++service) REQUIRE(wait_for_lines(*thread, service, kLines));
  auto follower = thread->follow({});
  Reader reader{*thread, follower.value()};
  REQUIRE(reader.read_until(20 * kLines + 1));
  REQUIRE(reader.at_end);
  REQUIRE(reader.missed == 0);
  REQUIRE(reader.lines.size() == 20 * kLines);
}

TEST_CASE("log: stopped readers delay nothing and miss an exact number of lines") {
  const TempDir dir;
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, to_file(dir.file("a.log")));
  std::vector<Reader> stopped;
  for (int i = 0; i < 50; ++i) stopped.push_back({*thread, thread->follow({.follow = log::Follow::yes}).value()});
  constexpr std::uint64_t kLines = 50'000;
  write_all(out, numbered("line", 1, kLines, 20));
  REQUIRE(eventually([&] { return content(dir.file("a.log")).size() == numbered("line", 1, kLines, 20).size(); }));
  for (Reader& reader : stopped) {
    REQUIRE(reader.read_until(kLines));
    REQUIRE(reader.missed > kLines / 2);
    REQUIRE(reader.missed + reader.lines.size() == kLines);
    REQUIRE(reader.lines.back() == "line 50000" + std::string(20, 'x'));
    REQUIRE(reader.lines.front() == "line " + std::to_string(reader.missed + 1) + std::string(20, 'x'));
  }
}

TEST_CASE("log: readers are limited in number, and leave") {
  auto thread = start();
  std::vector<log::FollowerId> ids;
  for (std::size_t i = 0; i < log::kMaxFollowers; ++i) ids.push_back(thread->follow({}).value());
  const auto refused = thread->follow({});
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().code == Errc::limit);
  thread->unfollow(ids.back());
  REQUIRE(thread->take(ids.back(), 1000).at_end);
  REQUIRE(thread->follow({}).has_value());
}

TEST_CASE("log: at rest the thread does not wake up") {
  const TempDir dir;
  auto thread = start();
  std::vector<UniqueFd> writers;
  for (std::uint32_t service = 1; service <= 100; ++service)
    writers.push_back(attach(*thread, service, to_file(dir.file(std::to_string(service)))));
  auto follower = thread->follow({.follow = log::Follow::yes});
  for (const UniqueFd& writer : writers) write_all(writer, "hello\nhalf a line");
  for (std::uint32_t service = 1; service <= 100; ++service) REQUIRE(wait_for_lines(*thread, service, 1));
  const std::string status = thread_status_path();
  REQUIRE_FALSE(status.empty());
  // It has gone to sleep when the count stands still; after that any change is a wake-up.
  std::uint64_t before = 0;
  REQUIRE(eventually([&] {
    ::poll(nullptr, 0, 20);
    const std::uint64_t now = context_switches(status);
    return std::exchange(before, now) == now;
  }));
  ::poll(nullptr, 0, 300);
  REQUIRE(context_switches(status) == before);
  write_all(writers.front(), "!\n");
  REQUIRE(wait_for_lines(*thread, 1, 2));
  REQUIRE(context_switches(status) > before);
  (void)follower;
}
