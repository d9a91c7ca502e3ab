// Memory that outlives who wrote it.
#include "sys/memory_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "sys/fd.hpp"
#include "sys/support.hpp"

using sup::sys::MemoryFile;
using namespace test;

TEST_CASE("what is written to a memory file is there for who has a descriptor of it", "[memory-file]") {
  MemoryFile file = must(MemoryFile::create("test", 1 << 20));
  must(file.grow(10'000));
  REQUIRE(file.bytes().size() == 10'000);
  REQUIRE(file.bytes()[9'999] == std::byte{0});
  file.bytes()[9'999] = std::byte{7};
  const MemoryFile other = must(MemoryFile::adopt(must(sup::sys::dup_cloexec_above_stdio(file.file().get())), 1 << 20));
  REQUIRE(other.bytes().size() == 10'000);
  REQUIRE(other.bytes()[9'999] == std::byte{7});
  must(file.grow(500'000));  // What is mapped stays where it is.
  REQUIRE(file.bytes()[9'999] == std::byte{7});
}

TEST_CASE("a memory file has a bound, and nobody can make it smaller", "[memory-file]") {
  MemoryFile file = must(MemoryFile::create("test", 1 << 20));
  must(file.grow(1 << 20));
  REQUIRE(file.grow((1 << 20) + 1).error().code == sup::Errc::limit);
  REQUIRE(::ftruncate(file.file().get(), 0) != 0);
  REQUIRE_FALSE(MemoryFile::adopt(must(sup::sys::dup_cloexec_above_stdio(file.file().get())), 1000));
}

TEST_CASE("a copy of a memory file is another file", "[memory-file]") {
  MemoryFile file = must(MemoryFile::create("test", 1 << 20));
  must(file.grow(10'000));
  file.bytes()[9'999] = std::byte{7};
  const MemoryFile copy = must(MemoryFile::adopt(must(MemoryFile::copy(file.file(), "copy", 1 << 20)), 1 << 20));
  REQUIRE(copy.bytes().size() == 10'000);
  REQUIRE(copy.bytes()[9'999] == std::byte{7});
  copy.bytes()[9'999] = std::byte{8};
  REQUIRE(file.bytes()[9'999] == std::byte{7});
  REQUIRE_FALSE(MemoryFile::copy(file.file(), "copy", 1000));
}
