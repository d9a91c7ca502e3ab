// The directories of credentials: whole or not at all, and nobody else's.
#include "daemon/credentials.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "sys/file.hpp"

#include "support.hpp"

using namespace sup;
using namespace test;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat info{};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

uid_t owner_of(const std::string& path) {
  struct stat info{};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_uid;
}

std::size_t count_in(const std::string& path) {
  const std::filesystem::directory_iterator all(path);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("credentials are copied to who they are for", "[credentials]") {
  const TempDir dir;
  write_text(dir / "source", std::string("a\0b\n", 4), 0600);
  const std::string place = dir / "place";
  const CredentialsOwner owner = can_change_user() ? CredentialsOwner{kNobody, kNobody} : CredentialsOwner{};
  must(provide_credentials(place + "/web.1", {{{"key", dir / "source"}, {"empty", "/dev/null"}}}, owner));
  REQUIRE(must(sys::read_file(place + "/web.1/key", 100)) == std::string("a\0b\n", 4));
  REQUIRE(must(sys::read_file(place + "/web.1/empty", 100)).empty());
  REQUIRE(mode_of(place + "/web.1/key") == 0400);
  REQUIRE(owner_of(place + "/web.1/key") == owner.uid.value_or(::geteuid()));
  REQUIRE(owner_of(place + "/web.1") == ::geteuid());
  REQUIRE(mode_of(place) == 0711);
  // A run has one: what has changed since is for the next.
  write_text(dir / "source", "new", 0600);
  must(provide_credentials(place + "/web.1", {{{"key", dir / "source"}}}, owner));
  REQUIRE(must(sys::read_file(place + "/web.1/key", 100)).size() == 4);
  remove_credentials(place + "/web.1");
  REQUIRE(count_in(place) == 0);
  remove_credentials(place + "/web.1");
}

TEST_CASE("of credentials that cannot be had nothing is left", "[credentials]") {
  const TempDir dir;
  write_text(dir / "good", "1", 0600);
  const std::string place = dir / "place";
  SECTION("a source is missing") {
    const auto made = provide_credentials(place + "/a", {{{"x", dir / "good"}, {"y", dir / "nowhere"}}}, {});
    REQUIRE_FALSE(made);
    REQUIRE(made.error().code == Errc::not_found);
    REQUIRE(made.error().what.find("credentials.y") != std::string::npos);
  }
  SECTION("a source is no file") {
    REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    REQUIRE_FALSE(provide_credentials(place + "/a", {{{"x", dir / "good"}, {"y", dir / "fifo"}}}, {}));
  }
  SECTION("together they are too much") {
    write_text(dir / "half", std::string(kMaxCredentialBytes / 2 + 1, 'x'), 0600);
    const auto made = provide_credentials(place + "/a", {{{"x", dir / "half"}, {"y", dir / "half"}}}, {});
    REQUIRE_FALSE(made);
    REQUIRE(made.error().code == Errc::limit);
  }
  REQUIRE(count_in(place) == 0);
}

TEST_CASE("credentials are put into no directory of somebody else", "[credentials]") {
  const TempDir dir;
  write_text(dir / "good", "1", 0600);
  const std::string place = dir / "place";
  SECTION("others may write there") {
    REQUIRE(::mkdir(place.c_str(), 0700) == 0);
    REQUIRE(::chmod(place.c_str(), 0777) == 0);
  }
  SECTION("it is a link") {
    REQUIRE(::mkdir((dir / "real").c_str(), 0700) == 0);
    REQUIRE(::symlink((dir / "real").c_str(), place.c_str()) == 0);
  }
  SECTION("it is another user's") {
    if (!can_change_user()) return skip("only root can give something away");
    REQUIRE(::mkdir(place.c_str(), 0700) == 0);
    REQUIRE(::chown(place.c_str(), kNobody, kNobody) == 0);
  }
  REQUIRE_FALSE(provide_credentials(place + "/a", {{{"x", dir / "good"}}}, {}));
}

TEST_CASE("what an earlier supervisord has left of credentials goes", "[credentials]") {
  const TempDir dir;
  write_text(dir / "good", "1", 0600);
  const std::string place = dir / "place";
  must(provide_credentials(place + "/a", {{{"x", dir / "good"}}}, {}));
  must(provide_credentials(place + "/b", {{{"x", dir / "good"}}}, {}));
  remove_credentials_but(place, std::vector<std::string>{"b"});
  REQUIRE(count_in(place) == 1);
  REQUIRE(std::filesystem::exists(place + "/b/x"));
  remove_credentials_but(place, {});
  REQUIRE_FALSE(std::filesystem::exists(place));
  remove_credentials_but(place, {});
}

TEST_CASE("a variable gets a file without its last newline", "[credentials]") {
  const TempDir dir;
  write_text(dir / "text", "two\nlines\n\n");
  REQUIRE(must(read_secret(dir / "text")) == "two\nlines\n");
  write_text(dir / "text", std::string("a\0b", 3));
  REQUIRE(read_secret(dir / "text").error().code == Errc::invalid);
}
