// What is told of files below a path.
#include "sys/tree_watch.hpp"

#include <filesystem>

#include "base/text.hpp"

#include "support.hpp"

using namespace sup;
using namespace test;

namespace {

bool has(const sys::TreeWatch::Changes& changes, const std::string& path) {
  return std::ranges::find(changes.paths, path) != changes.paths.end();
}

}  // namespace

TEST_CASE("what is written, renamed and removed below a directory is told", "[tree-watch]") {
  const TempDir dir;
  std::filesystem::create_directories(dir / "a/b");
  auto watch = must(sys::TreeWatch::create());
  must(watch.add(dir.path()));
  REQUIRE(watch.size() == 3);
  REQUIRE(must(watch.read()).paths.empty());
  write_text(dir / "a/b/file", "1");
  REQUIRE(has(must(watch.read()), dir / "a/b/file"));
  std::filesystem::rename(dir / "a/b/file", dir / "file");
  const auto moved = must(watch.read());
  REQUIRE(has(moved, dir / "a/b/file"));
  REQUIRE(has(moved, dir / "file"));
  std::filesystem::remove(dir / "file");
  REQUIRE(has(must(watch.read()), dir / "file"));
}

TEST_CASE("directories that come later are watched, by the name that they have", "[tree-watch]") {
  const TempDir dir;
  const TempDir elsewhere;
  auto watch = must(sys::TreeWatch::create());
  must(watch.add(dir.path()));
  std::filesystem::create_directories(dir / "new/below");
  (void)must(watch.read());
  REQUIRE(watch.size() == 3);
  write_text(dir / "new/below/file", "1");
  REQUIRE(has(must(watch.read()), dir / "new/below/file"));
  std::filesystem::rename(dir / "new", dir / "renamed");
  (void)must(watch.read());
  write_text(dir / "renamed/below/file", "2");
  REQUIRE(has(must(watch.read()), dir / "renamed/below/file"));
  std::filesystem::rename(dir / "renamed", elsewhere / "gone");
  (void)must(watch.read());
  (void)must(watch.read());  // That they are not watched any more.
  REQUIRE(watch.size() == 1);
  write_text(elsewhere / "gone/below/file", "3");
  REQUIRE(must(watch.read()).paths.empty());
}

TEST_CASE("of a file only that is told, also when it is replaced, and when it comes later", "[tree-watch]") {
  const TempDir dir;
  auto watch = must(sys::TreeWatch::create());
  must(watch.add(dir / "one.toml"));
  write_text(dir / "other.toml", "1");
  REQUIRE(must(watch.read()).paths.empty());
  write_text(dir / "one.toml", "1");
  REQUIRE(has(must(watch.read()), dir / "one.toml"));
  write_text(dir / "one.new", "2");
  std::filesystem::rename(dir / "one.new", dir / "one.toml");
  REQUIRE(must(watch.read()).paths == std::vector{dir / "one.toml"});
  must(watch.add(dir.path()));
  write_text(dir / "other.toml", "2");
  REQUIRE(has(must(watch.read()), dir / "other.toml"));
}

TEST_CASE("of a directory that is told what has a name that matches, and nothing below", "[tree-watch]") {
  const TempDir dir;
  std::filesystem::create_directories(dir / "below");
  auto watch = must(sys::TreeWatch::create());
  must(watch.add_matching(dir.path(), "*.toml"));
  must(watch.add(dir / "a[1].conf"));  // A name, although it looks like a pattern.
  REQUIRE(watch.size() == 1);
  write_text(dir / "web.json", "1");
  write_text(dir / "a1.conf", "1");
  write_text(dir / "below/web.toml", "1");
  REQUIRE(must(watch.read()).paths.empty());
  write_text(dir / "web.toml", "1");
  REQUIRE(has(must(watch.read()), dir / "web.toml"));
  write_text(dir / "a[1].conf", "1");
  REQUIRE(has(must(watch.read()), dir / "a[1].conf"));
}

TEST_CASE("a name is a pattern, and back", "[tree-watch]") {
  for (const char* name : {"", "web.toml", "a*b?[c]\\d", "\\"}) {
    REQUIRE(glob_match(sys::as_pattern(name), name));
    REQUIRE(sys::from_pattern(sys::as_pattern(name)) == name);
  }
  REQUIRE_FALSE(glob_match(sys::as_pattern("a*"), "ab"));
}

TEST_CASE("what is not there cannot be watched", "[tree-watch]") {
  const TempDir dir;
  auto watch = must(sys::TreeWatch::create());
  const auto added = watch.add(dir / "nowhere/file");
  REQUIRE_FALSE(added);
  REQUIRE(added.error().code == Errc::not_found);
}

TEST_CASE("links below are not followed", "[tree-watch]") {
  const TempDir dir;
  const TempDir other;
  std::filesystem::create_directory_symlink(other.path(), dir / "link");
  auto watch = must(sys::TreeWatch::create());
  must(watch.add(dir.path()));
  REQUIRE(watch.size() == 1);
}

TEST_CASE("what comes with a new directory has changed, and a link in its place is not followed", "[tree-watch]") {
  const TempDir dir;
  const TempDir other;
  auto watch = must(sys::TreeWatch::create());
  must(watch.add(dir.path()));
  std::filesystem::create_directories(other / "new/below");
  write_text(other / "new/below/file", "1");
  std::filesystem::rename(other / "new", dir / "new");
  REQUIRE(has(must(watch.read()), dir / "new/below/file"));
  REQUIRE(watch.size() == 3);
  std::filesystem::create_directory(dir / "trap");
  std::filesystem::remove(dir / "trap");
  std::filesystem::create_directory_symlink(other.path(), dir / "trap");
  (void)must(watch.read());
  REQUIRE(watch.size() == 3);
}

TEST_CASE("two files of one directory are two files, and no more", "[tree-watch]") {
  const TempDir dir;
  auto watch = must(sys::TreeWatch::create());
  must(watch.add(dir / "one"));
  must(watch.add(dir / "two"));
  write_text(dir / "three", "1");
  REQUIRE(must(watch.read()).paths.empty());
  write_text(dir / "one", "1");
  write_text(dir / "two", "1");
  const auto changes = must(watch.read());
  REQUIRE(has(changes, dir / "one"));
  REQUIRE(has(changes, dir / "two"));
}

TEST_CASE("a path that is exchanged for another thing is to be watched anew", "[tree-watch]") {
  const TempDir dir;
  auto watch = must(sys::TreeWatch::create());
  std::filesystem::create_directory(dir / "src");
  must(watch.add(dir / "src"));
  must(watch.add(dir / "later"));
  REQUIRE_FALSE(must(watch.read()).must_begin_anew);
  SECTION("it is removed") { std::filesystem::remove(dir / "src"); }
  SECTION("it is moved away") { std::filesystem::rename(dir / "src", dir / "old"); }
  SECTION("what was not there is a directory") { std::filesystem::create_directory(dir / "later"); }
  REQUIRE(must(watch.read()).must_begin_anew);
}

TEST_CASE("who changes files without end is told of in parts", "[tree-watch]") {
  const TempDir dir;
  auto watch = must(sys::TreeWatch::create());
  must(watch.add(dir.path()));
  for (int i = 0; i < 3'000; ++i) {
    std::filesystem::create_directory(dir / "flicker");
    std::filesystem::remove(dir / "flicker");
  }
  const auto changes = must(watch.read());
  REQUIRE(changes.paths.size() <= sys::TreeWatch::kMostPaths);
  REQUIRE(changes.is_incomplete);
}
