// The log thread and files: order, ends, sharing, failures.
#include <sys/resource.h>

#include "log/limits.hpp"
#include "log_bench.hpp"

using namespace sup;
using namespace sup::log_test;

TEST_CASE("log: lines arrive in the file in order, byte for byte") {
  const TempDir dir;
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, to_file(dir.file("a.log")));
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  const std::string text = numbered("line", 1, 20'000) + all_bytes + "\r\n\n" + numbered("more", 1, 10);
  write_all(out, text);
  REQUIRE(eventually([&] { return content(dir.file("a.log")).size() == text.size(); }));
  REQUIRE(content(dir.file("a.log")) == text);
  REQUIRE(thread->counters(InstanceId{1}).bytes == text.size());
  REQUIRE(thread->counters(InstanceId{1}).lines == 20'000 + 2 + 1 + 10);
  REQUIRE(thread->counters(InstanceId{1}).dropped_lines == 0);
}

TEST_CASE("log: a partial line waits for its end, for a flush or for the end of the pipe") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  UniqueFd out = attach(*thread, 1, to_file(path), Stream::out, 7);
  write_all(out, "whole\nhalf");
  REQUIRE(wait_for_lines(*thread, 1, 1));
  REQUIRE(content(path) == "whole\n");
  SECTION("end of the line") {
    write_all(out, " and half\n");
    REQUIRE(wait_for_lines(*thread, 1, 2));
    REQUIRE(eventually([&] { return content(path) == "whole\nhalf and half\n"; }));
  }
  SECTION("flush of its run, and only of its run") {
    thread->flush(RunId{8});
    thread->flush(RunId{7});
    REQUIRE(eventually([&] { return content(path) == "whole\nhalf"; }));
    REQUIRE(thread->counters(InstanceId{1}).lines == 2);
    // The same writer goes on where it was: its bytes stay as they were written.
    write_all(out, " goes on\n");
    REQUIRE(eventually([&] { return content(path) == "whole\nhalf goes on\n"; }));
  }
  SECTION("end of the pipe") {
    out.reset();
    REQUIRE(eventually([&] { return content(path) == "whole\nhalf"; }));
  }
  SECTION("drain") {
    REQUIRE(thread->drain(sys::monotonic_now() + std::chrono::seconds{20}) == log::Drained::completely);
    REQUIRE(content(path) == "whole\nhalf");
  }
  SECTION("destruction") {
    thread.reset();
    REQUIRE(content(path) == "whole\nhalf");
  }
}

TEST_CASE("log: a flush reads what is in the pipe first") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  for (std::uint64_t run = 1; run <= 50; ++run) {
    const UniqueFd out = attach(*thread, 1, to_file(path), Stream::out, run);
    write_all(out, "a\nb");
    thread->flush(RunId{run});
    REQUIRE(wait_for_lines(*thread, 1, run * 2));
  }
}

TEST_CASE("log: the next run does not continue the last line of the one before") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  {
    auto thread = start();
    for (std::uint64_t run = 1; run <= 3; ++run) {
      UniqueFd out = attach(*thread, 1, to_file(path), Stream::out, run);
      write_all(out, "run " + std::to_string(run));
      out.reset();
      REQUIRE(wait_for_lines(*thread, 1, run));
    }
  }
  auto later = start();
  const UniqueFd out = attach(*later, 1, to_file(path));
  write_all(out, "after a restart\n");
  REQUIRE(wait_for_lines(*later, 1, 1));
  REQUIRE(eventually([&] { return content(path) == "run 1\nrun 2\nrun 3\nafter a restart\n"; }));
}

TEST_CASE("log: the streams of a service in one file never share a line") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  UniqueFd out = attach(*thread, 1, to_file(path), Stream::out);
  UniqueFd err = attach(*thread, 1, to_file(path), Stream::err);
  std::thread writers[] = {
      std::thread([&] {
        for (int i = 0; i < 3000; ++i) {
          write_all(out, "out-");
          write_all(out, "-out\n");
        }
      }),
      std::thread([&] {
        for (int i = 0; i < 3000; ++i) {
          write_all(err, "err-");
          write_all(err, "-err\n");
        }
      }),
  };
  for (std::thread& writer : writers) writer.join();
  REQUIRE(wait_for_lines(*thread, 1, 6000));
  REQUIRE(eventually([&] { return content(path).size() == 6000 * 9; }));
  for (const std::string& line : split(content(path))) REQUIRE((line == "out--out" || line == "err--err"));
}

TEST_CASE("log: a line above the bound is split, without a byte changed in the file") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, to_file(path), Stream::out, 1, 1000);
  auto follower = thread->follow({.follow = log::Follow::yes});
  REQUIRE(follower.has_value());
  const std::string text = std::string(2500, 'x') + "\nshort\n";
  write_all(out, text);
  Reader reader{*thread, *follower};
  REQUIRE(reader.read_until(4));
  REQUIRE(reader.lines ==
          std::vector<std::string>{std::string(1000, 'x'), std::string(1000, 'x'), std::string(500, 'x'), "short"});
  REQUIRE(eventually([&] { return content(path) == text; }));
}

TEST_CASE("log: many megabytes without a newline cost no more than one line") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  UniqueFd out = attach(*thread, 1, to_file(path));
  const std::string part(1 << 20, 'y');
  for (int i = 0; i < 20; ++i) write_all(out, part);
  out.reset();
  REQUIRE(eventually([&] { return std::filesystem::file_size(path) == 20U << 20; }));
  REQUIRE(thread->counters(InstanceId{1}).lines == (20U << 20) / log::kLineMax);
}

TEST_CASE("log: a full disk blocks nobody, is counted exactly, said once, and ends by itself") {
  const TempDir dir;
  // A file that may not grow above 4096 bytes stands for a disk that is full: the kernel refuses with EFBIG. The limit
  // is the process's, so nothing else is written meanwhile.
  const std::string path = dir.file("a.log");
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, to_file(path));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::uint64_t lines = 0;
  for (; lines < 3000; lines += 100) write_all(out, numbered("line", lines + 1, lines + 100));
  const bool all_read = wait_for_lines(*thread, 1, lines);
  const bool all_counted = eventually([&] { return thread->counters(InstanceId{1}).dropped_lines > 0; });
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  REQUIRE(all_read);
  REQUIRE(all_counted);
  write_all(out, "after\n");
  REQUIRE(eventually([&] { return content(path).ends_with("\nafter\n"); }));
  const log::Counters counters = thread->counters(InstanceId{1});
  const auto kept = split(content(path));
  // Whole lines, then perhaps one torn line, then the line after.
  std::uint64_t whole = 0;
  while (kept[whole] == "line " + std::to_string(whole + 1)) ++whole;
  REQUIRE(whole > 300);
  REQUIRE(kept.size() - whole <= 2);
  REQUIRE(whole + counters.dropped_lines == lines);
  const auto notices = thread->take_notices();
  REQUIRE(notices.size() == 2);
  REQUIRE(notices[0].kind == log::Notice::Kind::trouble);
  REQUIRE(notices[0].text.find("cannot write log '" + path + "': File too large") == 0);
  REQUIRE(notices[1].kind == log::Notice::Kind::recovered);
  REQUIRE(notices[1].text.find(std::to_string(counters.dropped_lines) + " lines (" +
                               std::to_string(counters.dropped_bytes) + " bytes)") != std::string::npos);
}

TEST_CASE("log: /dev/full as a destination keeps the service going and the ring filled") {
  auto thread = start();
  UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full.is_open());
  const UniqueFd out = attach(*thread, 1, FileDestination{std::move(full), "/dev/full"});
  write_all(out, numbered("line", 1, 50'000));
  REQUIRE(wait_for_lines(*thread, 1, 50'000));
  REQUIRE(eventually([&] { return thread->counters(InstanceId{1}).dropped_lines == 50'000; }));
  auto follower = thread->follow({.last_lines = 1});
  Reader reader{*thread, follower.value()};
  REQUIRE(reader.read_until(1));
  REQUIRE(reader.lines == std::vector<std::string>{"line 50000"});
  REQUIRE(thread->take_notices().size() == 1);
}

TEST_CASE("log: 200 sources come and go, and every descriptor with them") {
  const TempDir dir;
  auto thread = start();
  const auto round = [&](std::uint64_t run) {
    std::vector<UniqueFd> writers;
    for (std::uint32_t service = 1; service <= 200; ++service)
      writers.push_back(attach(*thread, service, to_file(dir.file(std::to_string(service))), Stream::out, run));
    for (const UniqueFd& writer : writers) write_all(writer, "hello\n");
    for (std::uint32_t service = 1; service <= 200; ++service) REQUIRE(wait_for_lines(*thread, service, run));
  };
  const std::size_t before = count_descriptors();
  for (std::uint64_t run = 1; run <= 5; ++run) round(run);
  REQUIRE(eventually([&] { return count_descriptors() == before; }));
  REQUIRE(content(dir.file("200")) == "hello\nhello\nhello\nhello\nhello\n");
}

TEST_CASE("log: a forgotten service is read to the end, then its pipes, ring and counters are gone") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  const std::size_t before = count_descriptors();
  const UniqueFd out = attach(*thread, 1, to_file(path));
  auto follower = thread->follow({.services = {InstanceId{1}}, .follow = log::Follow::yes});
  write_all(out, "one\ntwo");
  thread->forget(InstanceId{1});
  REQUIRE(eventually([&] { return count_descriptors() == before + 1; }));
  REQUIRE(content(path) == "one\ntwo");
  Reader reader{*thread, follower.value()};
  REQUIRE(reader.read_until(3));
  REQUIRE(reader.at_end);
  REQUIRE(reader.lines == std::vector<std::string>{"one", "two"});
  REQUIRE(thread->counters(InstanceId{1}).lines == 0);
  auto late = thread->follow({});
  Reader nothing{*thread, late.value()};
  REQUIRE(nothing.read_until(1));
  REQUIRE(nothing.at_end);
  REQUIRE(nothing.lines.empty());
}
