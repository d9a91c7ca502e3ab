#include "sys/memory.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include "catch.hpp"

using namespace sup::sys;

namespace {

// KiB of files that are mapped here and cannot be written to.
std::size_t resident_clean() {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  std::size_t out = 0;
  bool is_wanted = false;
  while (std::getline(maps, line)) {
    std::istringstream words(line);
    std::string first;
    std::string second;
    words >> first >> second;
    if (first.find('-') != std::string::npos) is_wanted = line.find('/') != std::string::npos && second[1] == '-';
    if (is_wanted && first == "Rss:") out += std::stoul(second);
  }
  return out;
}

}  // namespace

TEST_CASE("sys: code that is not used any more takes no memory, and comes back when it is") {
  const std::size_t before = resident_clean();
  release_clean_pages();
  const std::size_t after = resident_clean();
  REQUIRE(after < before / 2);
  REQUIRE(std::stod("0.5") == 0.5);  // From the library, whose pages went, too.
}
