// Opening logs where somebody else decides what a name leads to.
#include "sys/log_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/socket.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

constexpr FileOwner kOwner{kNobody, kNobody};

struct stat facts_of(const std::string& path) {
  struct stat facts{};
  REQUIRE(::lstat(path.c_str(), &facts) == 0);
  return facts;
}

void give_to_nobody(const std::string& path) { REQUIRE(::lchown(path.c_str(), kNobody, kNobody) == 0); }

LogDirectory directory(const TempDir& dir) { return must(LogDirectory::open(dir.path())); }

}  // namespace

TEST_CASE("a log is made private, appended to, and not inherited") {
  const TempDir dir;
  const mode_t before = ::umask(022);
  for (const char* line : {"one\n", "two\n"}) {
    const sup::UniqueFd log = must(open_log(dir / "log"));
    REQUIRE(::write(log.get(), line, 4) == 4);
    REQUIRE((::fcntl(log.get(), F_GETFD) & FD_CLOEXEC) != 0);
  }
  ::umask(before);
  REQUIRE((facts_of(dir / "log").st_mode & 07777) == 0640);
  REQUIRE(must(read_file(dir / "log", 100)) == "one\ntwo\n");
}

TEST_CASE("a log may be a file, a fifo with a reader or a device, nothing else") {
  const TempDir dir;
  REQUIRE(open_log("/dev/null").has_value());
  REQUIRE(open_log(dir.path()).error().what == "cannot open log '" + dir.path() + "': it is a directory");
  REQUIRE(::symlink("/etc/passwd", (dir / "link").c_str()) == 0);
  REQUIRE(open_log(dir / "link").error().what == "cannot open log '" + (dir / "link") + "': it is a symbolic link");
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0644) == 0);
  REQUIRE(open_log(dir / "fifo").error().code == sup::Errc::invalid);
  const sup::UniqueFd reader{::open((dir / "fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  REQUIRE(open_log(dir / "fifo").has_value());
  const sup::UniqueFd listener = must(listen_unix(dir / "socket"));
  REQUIRE(open_log(dir / "socket").error().code == sup::Errc::invalid);
  REQUIRE(open_log(dir / "none/log").error().code == sup::Errc::not_found);
  REQUIRE(open_log(dir / "none/log").error().what ==
          "cannot open log '" + (dir / "none/log") + "': No such file or directory");
}

TEST_CASE("root does not write to a file that has a second name") {
  if (::geteuid() != 0) return skip("needs root");
  const TempDir dir;
  write_text(dir / "target", "");
  REQUIRE(::link((dir / "target").c_str(), (dir / "log").c_str()) == 0);
  REQUIRE(open_log(dir / "log").error().code == sup::Errc::invalid);
  must(remove_file(dir / "target"));
  REQUIRE(open_log(dir / "log").has_value());
}

TEST_CASE("a log that is made is its owner's, one that is there stays whose it is") {
  if (::geteuid() != 0) return skip("needs root");
  const TempDir dir;
  REQUIRE(open_log(dir / "new", kOwner).has_value());
  REQUIRE(facts_of(dir / "new").st_uid == kNobody);
  REQUIRE(facts_of(dir / "new").st_gid == kNobody);
  write_text(dir / "old", "");
  REQUIRE(open_log(dir / "old", kOwner).has_value());
  REQUIRE(facts_of(dir / "old").st_uid == 0);
}

TEST_CASE("root follows a link on the way only where nobody else can have made it") {
  if (::geteuid() != 0) return skip("needs root");
  const TempDir dir;
  const std::string mine = dir / "mine";
  REQUIRE(::mkdir(mine.c_str(), 0755) == 0);
  REQUIRE(::mkdir((dir / "logs").c_str(), 0755) == 0);
  REQUIRE(::symlink("../logs", (mine + "/link").c_str()) == 0);
  REQUIRE(open_log(mine + "/link/a").has_value());
  REQUIRE_FALSE(must(read_file(dir / "logs/a", 100)).size());
  SECTION("the link is a user's") {
    give_to_nobody(mine + "/link");
    REQUIRE(open_log(mine + "/link/a").error().code == sup::Errc::invalid);
  }
  SECTION("its directory is a user's") {
    give_to_nobody(mine);
    REQUIRE(open_log(mine + "/link/a").error().code == sup::Errc::invalid);
  }
  SECTION("others may write to its directory") {
    REQUIRE(::chmod(mine.c_str(), 0777) == 0);
    REQUIRE(open_log(mine + "/link/a").error().code == sup::Errc::invalid);
    REQUIRE(::chmod(mine.c_str(), 01777) == 0);
    REQUIRE(open_log(mine + "/link/a").has_value());
  }
  SECTION("links without an end") {
    REQUIRE(::symlink("loop", (mine + "/loop").c_str()) == 0);
    REQUIRE(open_log(mine + "/loop/a").error().sys_errno == ELOOP);
  }
}

TEST_CASE("a log is never renamed onto something, nor made over it") {
  const TempDir dir;
  write_text(dir / "a", "a");
  write_text(dir / "b", "b");
  REQUIRE(directory(dir).rename("a", "b").error().sys_errno == EEXIST);
  REQUIRE(directory(dir).create("b", 0640, {}).error().sys_errno == EEXIST);
  must(directory(dir).rename("a", "c"));
  REQUIRE(must(read_file(dir / "c", 10)) == "a");
}

TEST_CASE("regular files are listed by the beginning of their names, in order, with what they take of the disk") {
  const TempDir dir;
  write_text(dir / "log.2", std::string(5000, 'x'));
  write_text(dir / "log.1", "");
  write_text(dir / "other", "");
  REQUIRE(::symlink("other", (dir / "log.3").c_str()) == 0);
  const auto entries = must(directory(dir).list("log."));
  REQUIRE(entries.size() == 2);
  REQUIRE(entries[0].name == "log.1");
  REQUIRE(entries[0].bytes == 0);
  REQUIRE(entries[1].bytes >= 5000);
}

TEST_CASE("an old log is read only as a regular file of one name") {
  if (::geteuid() != 0) return skip("needs root");
  const TempDir dir;
  write_text(dir / "secret", "");
  REQUIRE(::link((dir / "secret").c_str(), (dir / "hard").c_str()) == 0);
  REQUIRE(::symlink("secret", (dir / "soft").c_str()) == 0);
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0644) == 0);
  for (const char* name : {"hard", "soft", "fifo"})
    REQUIRE(directory(dir).open_old(name).error().code == sup::Errc::invalid);
}
