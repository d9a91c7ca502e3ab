// Files that are replaced as a whole.
#include "sys/durable_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sys/file.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

TEST_CASE("replace_file puts the new content in the place of the old, and leaves nothing beside it", "[file]") {
  const TempDir dir;
  const std::string path = dir / "kept";
  REQUIRE(replace_file(path, "one", 0640));
  REQUIRE(replace_file(path, "two, and longer", 0640));
  REQUIRE(*read_file(path, 100) == "two, and longer");
  struct stat facts{};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  REQUIRE((facts.st_mode & 07777) == 0640);
  REQUIRE(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

TEST_CASE("replace_file goes on where a killed writer left its half", "[file]") {
  const TempDir dir;
  const std::string path = dir / "kept";
  std::ofstream(path + ".new") << "half";
  REQUIRE(replace_file(path, "whole", 0644));
  REQUIRE(*read_file(path, 100) == "whole");
  REQUIRE_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_CASE("replace_file that fails leaves the old content", "[file]") {
  const TempDir dir;
  const std::string path = dir / "kept";
  REQUIRE(replace_file(path, "old", 0644));
  std::filesystem::create_directory(path + ".new");  // So that nothing can be written beside it.
  std::ofstream(path + ".new/x") << "x";
  const auto failed = replace_file(path, "new", 0644);
  REQUIRE_FALSE(failed);
  REQUIRE(failed.error().what.find("cannot write '" + path + "'") == 0);
  REQUIRE(*read_file(path, 100) == "old");
  REQUIRE_FALSE(replace_file(dir / "missing/kept", "new", 0644));
}

TEST_CASE("lock_directory wants a directory", "[file]") {
  const TempDir dir;
  REQUIRE(lock_directory(dir.path()));
  REQUIRE_FALSE(lock_directory(dir / "missing"));
}

TEST_CASE("rewrite_file keeps the mode, and follows links to what they lead to", "[file]") {
  const TempDir dir;
  std::ofstream(dir / "real") << "old";
  REQUIRE(::chmod((dir / "real").c_str(), 0604) == 0);
  std::filesystem::create_symlink("real", dir / "link");
  REQUIRE(rewrite_file(dir / "link", "new"));
  REQUIRE(std::filesystem::is_symlink(dir / "link"));
  REQUIRE(*read_file(dir / "real", 100) == "new");
  struct stat facts{};
  REQUIRE(::stat((dir / "real").c_str(), &facts) == 0);
  REQUIRE((facts.st_mode & 07777) == 0604);
  REQUIRE(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 2);
}

TEST_CASE("rewrite_file keeps the owner", "[file]") {
  if (::geteuid() != 0) {
    WARN("SKIPPED: needs root");
    return;
  }
  const TempDir dir;
  std::ofstream(dir / "theirs") << "old";
  REQUIRE(::chown((dir / "theirs").c_str(), 65534, 12345) == 0);
  REQUIRE(rewrite_file(dir / "theirs", "new"));
  struct stat facts{};
  REQUIRE(::stat((dir / "theirs").c_str(), &facts) == 0);
  REQUIRE(facts.st_uid == 65534);
  REQUIRE(facts.st_gid == 12345);
}

TEST_CASE("rewrite_file refuses what has other names, is no file, or is not there", "[file]") {
  const TempDir dir;
  std::ofstream(dir / "one") << "old";
  std::filesystem::create_hard_link(dir / "one", dir / "two");
  REQUIRE(rewrite_file(dir / "one", "new").error().code == sup::Errc::invalid);
  REQUIRE(*read_file(dir / "two", 100) == "old");
  REQUIRE(rewrite_file(dir.path(), "new").error().code == sup::Errc::invalid);
  REQUIRE(rewrite_file(dir / "none", "new").error().code == sup::Errc::not_found);
  REQUIRE(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 2);
}
