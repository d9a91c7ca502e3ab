// Files, directories, names that vanish.
#include "sys/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sys/inotify.hpp"
#include "sys/socket.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

TEST_CASE("a file is read whole, up to the limit") {
  const TempDir dir;
  const std::string text(200'000, 'x');
  write_text(dir / "file", text);
  REQUIRE(must(read_file(dir / "file", 200'000)) == text);
  REQUIRE(read_file(dir / "file", 199'999).error().code == sup::Errc::limit);
  REQUIRE_FALSE(must(read_file("/proc/self/status", 1 << 20)).empty());  // Its size is said to be 0.
  REQUIRE(must(read_file("/dev/null", 10)).empty());
}

TEST_CASE("what cannot be read is told by kind, and a fifo does not hang us") {
  const TempDir dir;
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0644) == 0);
  REQUIRE(read_file(dir / "fifo", 10).error().code == sup::Errc::invalid);
  REQUIRE(read_file(dir.path(), 10).error().code == sup::Errc::invalid);
  REQUIRE(read_file(dir / "none", 10).error().code == sup::Errc::not_found);
  REQUIRE(read_file(dir / "none", 10).error().what ==
          "cannot read '" + (dir / "none") + "': No such file or directory");
  REQUIRE(open_read(dir / "none").error().sys_errno == ENOENT);
}

TEST_CASE("directories are made with their parents, once") {
  const TempDir dir;
  must(ensure_dir(dir / "a/b//c/", 0700));
  must(ensure_dir(dir / "a/b/c", 0755));
  struct stat facts{};
  REQUIRE(::stat((dir / "a/b/c").c_str(), &facts) == 0);
  REQUIRE((facts.st_mode & 07777) == 0700);
  must(ensure_dir("/", 0755));
  write_text(dir / "file", "");
  REQUIRE(ensure_dir(dir / "file", 0755).error().code == sup::Errc::invalid);
  REQUIRE_FALSE(ensure_dir(dir / "file/sub", 0755).has_value());
  REQUIRE(ensure_dir("", 0755).error().code == sup::Errc::invalid);
}

TEST_CASE("removing is content with nothing") {
  const TempDir dir;
  must(remove_file(dir / "none"));
  REQUIRE_FALSE(remove_file(dir.path()).has_value());
}

TEST_CASE("a name leads to the same file until something else is put there") {
  const TempDir dir;
  write_text(dir / "name", "");
  write_text(dir / "new", "");
  const FileIdentity before = must(identity_of(dir / "name"));
  REQUIRE(must(identity_of(dir / "name")) == before);
  REQUIRE(::rename((dir / "new").c_str(), (dir / "name").c_str()) == 0);
  REQUIRE_FALSE(must(identity_of(dir / "name")) == before);
  must(remove_file(dir / "name"));
  REQUIRE(identity_of(dir / "name").error().code == sup::Errc::not_found);
}

TEST_CASE("a name that goes is noticed, another is not") {
  const TempDir dir;
  NameWatch watch = must(NameWatch::create(dir / "name"));
  REQUIRE(must(watch.read()) == NameChange::none);
  write_text(dir / "name", "");
  write_text(dir / "other", "");
  must(remove_file(dir / "other"));
  REQUIRE(must(watch.read()) == NameChange::none);
  must(remove_file(dir / "name"));
  REQUIRE(must(watch.read()) == NameChange::removed);
  REQUIRE(must(watch.read()) == NameChange::none);

  write_text(dir / "name", "");
  write_text(dir / "new", "");
  REQUIRE(::rename((dir / "new").c_str(), (dir / "name").c_str()) == 0);
  REQUIRE(must(watch.read()) == NameChange::removed);
  REQUIRE(::rename((dir / "name").c_str(), (dir / "away").c_str()) == 0);
  REQUIRE(must(watch.read()) == NameChange::removed);
}

TEST_CASE("the end of the directory is noticed, a missing one is told") {
  const TempDir dir;
  must(ensure_dir(dir / "sub", 0755));
  NameWatch watch = must(NameWatch::create(dir / "sub/name"));
  REQUIRE(::rmdir((dir / "sub").c_str()) == 0);
  REQUIRE(must(watch.read()) == NameChange::directory);
  REQUIRE(NameWatch::create(dir / "sub/name").error().code == sup::Errc::not_found);
}
