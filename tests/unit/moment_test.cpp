// Moments as people write them.
#include "base/moment.hpp"

#include <string>

#include "catch.hpp"

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using sup::UtcOffset;
using sup::WallTime;

// 2026-11-29 13:20:30 UTC
const WallTime kNow{seconds{1795958430}};

// Where the clock is an hour ahead.
WallTime moment(std::string_view text) {
  const auto out = sup::parse_moment(text, kNow, [](WallTime) { return UtcOffset{3600, "CET"}; });
  INFO(text);
  if (!out) FAIL(out.error().what);
  return *out;
}

std::string mistake(std::string_view text) {
  const auto out = sup::parse_moment(text, kNow, [](WallTime) { return UtcOffset{3600, "CET"}; });
  INFO(text);
  REQUIRE_FALSE(out);
  return out.error().what;
}

}  // namespace

TEST_CASE("moment: so long ago, and words") {
  REQUIRE(moment("10m") == kNow - minutes{10});
  REQUIRE(moment("1h30m") == kNow - minutes{90});
  REQUIRE(moment("0") == kNow);
  REQUIRE(moment("now") == kNow);
  REQUIRE(moment("today") == WallTime{seconds{1795910400 - 3600}});
  REQUIRE(moment("yesterday") == moment("today") - hours{24});
  REQUIRE(moment("@1795946400") == WallTime{seconds{1795946400}});
}

TEST_CASE("moment: without a zone it is that of the clock on the wall") {
  REQUIRE(moment("2026-11-29") == moment("today"));
  REQUIRE(moment("2026-11-29T10:00:00") == WallTime{seconds{1795946400 - 3600}});
  REQUIRE(moment("2026-11-29 10:00") == moment("2026-11-29T10:00:00"));
  REQUIRE(moment("10:00") == moment("2026-11-29T10:00:00"));
  REQUIRE(moment("10:00:00.25") == moment("10:00") + milliseconds{250});
}

TEST_CASE("moment: with a zone") {
  REQUIRE(moment("2026-11-29T10:00:00Z") == WallTime{seconds{1795946400}});
  REQUIRE(moment("2026-11-29T10:00:00+02:00") == WallTime{seconds{1795946400 - 7200}});
  REQUIRE(moment("2026-11-29T10:00:00-0130") == WallTime{seconds{1795946400 + 5400}});
}

TEST_CASE("moment: around a change of the clock it is what the clock shows then") {
  // Summer time ends at 01:00 UTC on 2026-10-25.
  const WallTime change{seconds{1792890000}};
  const auto zone = [&](WallTime at) { return UtcOffset{at < change ? 7200 : 3600, ""}; };
  REQUIRE(*sup::parse_moment("2026-10-25 00:30", kNow, zone) == change - minutes{150});
  REQUIRE(*sup::parse_moment("2026-10-25 04:30", kNow, zone) == change + minutes{150});
}

TEST_CASE("moment: mistakes say where and what would be right") {
  using Catch::Matchers::Contains;
  REQUIRE_THAT(mistake("tody"), Contains("column 1: did you mean 'today'?"));
  REQUIRE_THAT(mistake("soon"), Contains("column 1: write 10m, 14:30"));
  REQUIRE_THAT(mistake("2026-13-01"), Contains("column 6: a month from 01 to 12 is wanted, not '13'"));
  REQUIRE_THAT(mistake("2026-02-29"), Contains("column 9: a day from 01 to 28 is wanted, not '29'"));
  REQUIRE_THAT(mistake("2026-11-29T10:61"), Contains("column 15: a minute from 00 to 59 is wanted"));
  REQUIRE_THAT(mistake("2026-11-29X"), Contains("column 11: nothing more is wanted, not 'X'"));
  REQUIRE_THAT(mistake("2026-11-29T"), Contains("column 12: an hour"));
  REQUIRE_THAT(mistake("10:00:00."), Contains("column 10: a digit is wanted"));
  REQUIRE_THAT(mistake("@x"), Contains("column 2: Unix seconds"));
  REQUIRE_THAT(mistake("10x"), Contains("write 10m, 14:30"));
}
