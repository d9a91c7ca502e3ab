// Log files that are rotated, deleted, moved and cleared while they are written.
#include <algorithm>
#include <utility>

#include "log_bench.hpp"

using namespace sup;
using namespace sup::log_test;
using log::FileDeed;
using log::Rotation;

namespace {

FileDestination rotated(const std::string& path, Rotation rotation) {
  return {.file = open_append(path), .path = path, .rotation = rotation};
}

std::vector<std::string> names_in(const TempDir& dir) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(dir.file(""))) out.push_back(entry.path().filename());
  std::ranges::sort(out);
  if (!out.empty()) std::ranges::rotate(out, out.begin() + 1);  // "a.log" comes last, as the newest.
  return out;
}

std::string joined(const TempDir& dir) {
  std::string out;
  for (const std::string& name : names_in(dir)) out += content(dir.file(name));
  return out;
}

// What failed.
std::vector<std::string> tend(LogThread& thread, FileDeed deed, const std::string& path) {
  const std::uint64_t ticket = thread.tend(deed, {{.path = path}}, {});
  std::vector<log::Tended> tended;
  REQUIRE(eventually([&] { return !(tended = thread.take_tended()).empty(); }));
  REQUIRE(tended.size() == 1);
  REQUIRE(tended[0].ticket == ticket);
  return tended[0].failures;
}

}  // namespace

TEST_CASE("log: rotation by size loses and doubles nothing, and ends files on line ends") {
  const TempDir dir;
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), {.max_size = 10'000}));
  const std::string text = numbered("line", 1, 20'000);
  write_all(out, text);
  REQUIRE(wait_for_lines(*thread, 1, 20'000));
  REQUIRE(eventually([&] { return joined(dir) == text; }));
  REQUIRE(names_in(dir).size() > text.size() / 10'000);
  for (const std::string& name : names_in(dir)) {
    REQUIRE(std::filesystem::file_size(dir.file(name)) <= 10'000);
    REQUIRE(content(dir.file(name)).back() == '\n');
  }
}

TEST_CASE("log: so many rotated files are kept, the newest, and their bytes are bounded") {
  const TempDir dir;
  auto thread = start();
  const std::string text = numbered("line", 1, 50'000);
  const bool by_count = GENERATE(true, false);
  const Rotation rotation =
      by_count ? Rotation{.max_size = 20'000, .keep = 3} : Rotation{.max_size = 20'000, .max_total = 110'000};
  const UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), rotation));
  write_all(out, text);
  REQUIRE(wait_for_lines(*thread, 1, 50'000));
  REQUIRE(eventually([&] { return text.ends_with(joined(dir)); }));
  REQUIRE(names_in(dir).size() >= 2);
  REQUIRE(eventually([&] { return names_in(dir).size() <= (by_count ? 4 : 6); }));
}

TEST_CASE("log: a line that is longer than a file may be is not torn, and has a file for itself") {
  const TempDir dir;
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), {.max_size = 1'000}));
  const std::string text = "short\n" + std::string(5'000, 'x') + "\nshort\n";
  write_all(out, text);
  REQUIRE(wait_for_lines(*thread, 1, 3));
  REQUIRE(eventually([&] { return joined(dir) == text; }));
  REQUIRE(names_in(dir).size() == 3);
}

TEST_CASE("log: a line without an end does not make the file grow without bound") {
  const TempDir dir;
  auto thread = start();
  UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), {.max_size = 100'000, .keep = 2}));
  for (int i = 0; i < 200; ++i) write_all(out, std::string(10'000, 'x'));
  out.reset();
  REQUIRE(eventually([&] { return thread->counters(InstanceId{1}).bytes == 2'000'000; }));
  // What is one file too many is removed a little later.
  REQUIRE(eventually([&] { return names_in(dir).size() == 3; }));
  for (const std::string& name : names_in(dir)) REQUIRE(std::filesystem::file_size(dir.file(name)) <= 300'000);
}

TEST_CASE("log: two streams of one file are rotated as one") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(path, {.max_size = 5'000}), Stream::out);
  const UniqueFd err = attach(*thread, 1, rotated(path, {.max_size = 5'000}), Stream::err);
  for (int i = 0; i < 500; ++i) {
    write_all(out, "out-" + std::to_string(i) + "\n");
    write_all(err, "err-" + std::to_string(i) + "\n");
  }
  REQUIRE(wait_for_lines(*thread, 1, 1'000));
  REQUIRE(eventually([&] { return split(joined(dir)).size() == 1'000; }));
  REQUIRE(names_in(dir).size() >= 2);
}

TEST_CASE("log: a file is rotated for its age, whether somebody writes or not") {
  const TempDir dir;
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), {.every = std::chrono::milliseconds{1'200}}));
  write_all(out, "one\n");
  REQUIRE(eventually([&] { return names_in(dir).size() == 2; }));
  write_all(out, "two\n");
  REQUIRE(eventually([&] { return joined(dir) == "one\ntwo\n"; }));
  REQUIRE(eventually([&] { return names_in(dir).size() == 3; }));
}

TEST_CASE("log: a file that was deleted or moved away is made anew") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(path, {}));
  write_all(out, "one\n");
  REQUIRE(eventually([&] { return content(path) == "one\n"; }));
  const bool is_moved = GENERATE(true, false);
  if (is_moved)
    std::filesystem::rename(path, dir.file("moved"));
  else
    std::filesystem::remove(path);
  int line = 0;
  REQUIRE(eventually([&] {
    write_all(out, "line " + std::to_string(line++) + "\n");
    return std::filesystem::exists(path) && content(path).ends_with("line " + std::to_string(line - 1) + "\n");
  }));
  if (is_moved) REQUIRE(content(dir.file("moved")).starts_with("one\nline 0\n"));
}

TEST_CASE("log: lines are counted while their directory is gone, and written again when it is back") {
  const TempDir dir;
  const std::string folder = dir.file("logs");
  std::filesystem::create_directory(folder);
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(folder + "/a.log", {}));
  write_all(out, "one\n");
  REQUIRE(wait_for_lines(*thread, 1, 1));
  std::filesystem::remove_all(folder);
  REQUIRE(eventually([&] {
    write_all(out, "lost\n");
    return thread->counters(InstanceId{1}).dropped_lines >= 3;
  }));
  std::vector<log::Notice> notices;
  REQUIRE(eventually([&] { return !(notices = thread->take_notices()).empty(); }));
  REQUIRE(notices[0].text.starts_with("cannot write log '" + folder + "/a.log': cannot open"));
  std::filesystem::create_directory(folder);
  REQUIRE(eventually([&] {
    write_all(out, "back\n");
    return content(folder + "/a.log").ends_with("back\n");
  }));
}

TEST_CASE("log: files are rotated, opened anew and cleared on request, whether somebody writes to them or not") {
  const TempDir dir;
  const std::string path = dir.file("a.log");
  auto thread = start();
  UniqueFd out = attach(*thread, 1, rotated(path, {}));
  write_all(out, "one\n");
  REQUIRE(wait_for_lines(*thread, 1, 1));
  const bool is_written = GENERATE(true, false);
  if (!is_written) out.reset();
  REQUIRE(thread->drain(sys::monotonic_now() + std::chrono::seconds{20}) == log::Drained::completely);
  const std::size_t files = is_written ? 2 : 1;  // A new one is begun for who writes.
  REQUIRE(tend(*thread, FileDeed::rotate, path).empty());
  REQUIRE(names_in(dir).size() == files);
  REQUIRE(tend(*thread, FileDeed::rotate, path).empty());  // An empty file stays.
  thread->reopen_files();
  REQUIRE(tend(*thread, FileDeed::reopen, path).empty());
  REQUIRE(names_in(dir).size() == files);
  REQUIRE(joined(dir) == "one\n");
  if (!is_written) std::ofstream(path) << "more\n";
  REQUIRE(tend(*thread, FileDeed::clear, path).empty());
  REQUIRE(names_in(dir) == std::vector<std::string>{"a.log"});
  REQUIRE(content(path).empty());
}

TEST_CASE("log: to clear a log that has only old files removes them, and makes none") {
  const TempDir dir;
  std::ofstream(dir.file("a.log.20261129T012802.123456Z")) << "old\n";
  std::ofstream(dir.file("a.log.20261129T012803.123456Z.gz")) << "older\n";
  std::ofstream(dir.file("a.log.notes")) << "somebody's\n";
  auto thread = start();
  REQUIRE(tend(*thread, FileDeed::clear, dir.file("a.log")).empty());
  REQUIRE(names_in(dir) == std::vector<std::string>{"a.log.notes"});
  REQUIRE(tend(*thread, FileDeed::clear, dir.file("none/a.log")).empty());
}

TEST_CASE("log: to clear empties the memory of a service, too") {
  const TempDir dir;
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), {}));
  write_all(out, "one\n");
  REQUIRE(wait_for_lines(*thread, 1, 1));
  (void)thread->tend(FileDeed::clear, {{.path = dir.file("a.log")}}, {InstanceId{1}});
  log::FollowRequest request;
  request.last_lines = 100;
  request.follow = log::Follow::no;
  const auto reader = thread->follow(std::move(request));
  REQUIRE(reader.has_value());
  log::TakeResult taken;
  REQUIRE(eventually([&] { return (taken = thread->take(*reader, 1000)).at_end; }));
  REQUIRE(taken.records.empty());
}
