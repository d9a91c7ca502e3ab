// Names and bounds of rotated files.
#include "log/rotation.hpp"

#include <cstdlib>
#include <ctime>

#include "catch.hpp"

using namespace sup;
using namespace sup::log;
using namespace std::chrono_literals;

namespace {

WallTime at(std::int64_t seconds, std::int64_t micros = 0) {
  return WallTime{std::chrono::seconds{seconds} + std::chrono::microseconds{micros}};
}

}  // namespace

TEST_CASE("a rotated file is called by its moment, in UTC") {
  const std::string name = rotated_name("web.log", at(1'795'915'682, 123'456), {});
  REQUIRE(name == "web.log.20261129T012802.123456Z");
  REQUIRE(is_rotated_from(name, "web.log"));
  REQUIRE(is_rotated_from(name + ".gz", "web.log"));
  REQUIRE(is_rotated_from(name + ".zst", "web.log"));
  REQUIRE(stamp_of(name + ".zst", "web.log") == "20261129T012802.123456Z");
}

TEST_CASE("what only looks like a rotated file is none") {
  const std::string name = rotated_name("web.log", at(1'795'915'682), {});
  for (const std::string& other : {name + ".tmp", name + "x", std::string("web.log.1"), "x" + name,
                                   name.substr(0, name.size() - 1), std::string("web.log.20261129 012802.123456Z")})
    REQUIRE_FALSE(is_rotated_from(other, "web.log"));
  REQUIRE_FALSE(is_rotated_from(name, "web"));
  REQUIRE_FALSE(is_rotated_from(name, "web.log.2"));
}

TEST_CASE("names sort by age, also at one moment and when the clock is set back") {
  std::vector<std::string> names;
  for (const WallTime now : {at(100), at(100), at(100), at(50), at(10), at(101), at(4)})
    names.push_back(rotated_name("a", now, names));
  REQUIRE(std::ranges::is_sorted(names));
  REQUIRE(std::ranges::adjacent_find(names) == names.end());
  names.back() += ".gz";
  REQUIRE(rotated_name("a", at(1), names) > names.back());
}

TEST_CASE("a file is due when it has been written for so long") {
  const Rotation rotation{.every = 1h};
  REQUIRE(due_time(rotation, at(100), at(200)) == at(3700));
  REQUIRE(due_time(rotation, at(5000), at(200)) == at(3800));  // The clock was set back.
  REQUIRE(due_time({}, at(100), at(200)) == WallTime::max());
}

TEST_CASE("a file is due at a time of the day, each day, in local time") {
  ::setenv("TZ", "UTC-2", 1);
  ::tzset();
  const Rotation rotation{.at = 0min};
  const WallTime midnight = at(1'795'903'200);  // 2026-11-28T22:00:00Z
  REQUIRE(due_time(rotation, midnight - 1s, midnight - 1s) == midnight);
  REQUIRE(due_time(rotation, midnight, midnight) == midnight + 24h);
  REQUIRE(due_time(rotation, midnight - 100h, midnight + 1s) <= midnight);  // It was missed.
  REQUIRE(due_time({.at = 90min}, midnight, midnight) == midnight + 90min);
  REQUIRE(due_time({.every = 1h, .at = 90min}, midnight, midnight) == midnight + 1h);
  ::unsetenv("TZ");
  ::tzset();
}

TEST_CASE("the oldest are too many, or too large together with the one that is written") {
  const std::vector<KeptFile> kept = {{"a", 10}, {"b", 20}, {"c", 30}};
  REQUIRE(surplus({}, kept, 1'000'000) == 0);
  REQUIRE(surplus({.keep = 3}, kept, 5) == 0);
  REQUIRE(surplus({.keep = 2}, kept, 5) == 1);
  REQUIRE(surplus({.keep = 0}, kept, 5) == 3);
  REQUIRE(surplus({.max_total = 65}, kept, 5) == 0);
  REQUIRE(surplus({.max_total = 64}, kept, 5) == 1);
  REQUIRE(surplus({.max_total = 34}, kept, 5) == 3);
  REQUIRE(surplus({.keep = 1, .max_total = 35}, kept, 5) == 2);
  REQUIRE(surplus({.max_total = 1}, {}, 5) == 0);
}
