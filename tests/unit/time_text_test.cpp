// Moments as text.
#include "base/time_text.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

constexpr WallTime kMoment{Duration{1'795'216'958'412'345'678}};  // 2026-11-20T23:22:38.412345678Z

std::string text_of(std::string_view format, WallTime time, TimePrecision precision, UtcOffset offset = {}) {
  const auto parsed = TimeText::parse(format);
  INFO(format << (parsed ? "" : ": " + parsed.error().what));
  REQUIRE(parsed.has_value());
  std::string out;
  parsed->append(out, time, precision, offset);
  return out;
}

std::string mistake_in(std::string_view format) {
  const auto parsed = TimeText::parse(format);
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error().what;
}

}  // namespace

TEST_CASE("time: iso is RFC 3339, in UTC and beside it, as fine as is wanted") {
  REQUIRE(text_of("iso", kMoment, TimePrecision::s) == "2026-11-20T23:22:38Z");
  REQUIRE(text_of("iso", kMoment, TimePrecision::ms) == "2026-11-20T23:22:38.412Z");
  REQUIRE(text_of("iso", kMoment, TimePrecision::us) == "2026-11-20T23:22:38.412345Z");
  REQUIRE(text_of("iso", kMoment, TimePrecision::ns) == "2026-11-20T23:22:38.412345678Z");
  REQUIRE(text_of("iso", kMoment, TimePrecision::ms, {3600, "CET"}) == "2026-11-21T00:22:38.412+01:00");
  REQUIRE(text_of("iso", kMoment, TimePrecision::ms, {-12'600, "NST"}) == "2026-11-20T19:52:38.412-03:30");
}

TEST_CASE("time: a fraction keeps its zeros, also before 1970") {
  REQUIRE(text_of("iso", WallTime{Duration{5'000'007}}, TimePrecision::ms) == "1970-01-01T00:00:00.005Z");
  REQUIRE(text_of("iso", WallTime{Duration{-1}}, TimePrecision::ns) == "1969-12-31T23:59:59.999999999Z");
}

TEST_CASE("time: unix is a number, tai64n the label of daemontools") {
  REQUIRE(text_of("unix", kMoment, TimePrecision::ms) == "1795216958.412");
  REQUIRE(text_of("unix", kMoment, TimePrecision::s) == "1795216958");
  REQUIRE(text_of("tai64n", WallTime{Duration{1'000'000'001}}, TimePrecision::s) == "@400000000000000b00000001");
  REQUIRE(TimeText::parse("unix")->is_number());
  REQUIRE_FALSE(TimeText::parse("iso")->is_number());
  REQUIRE_FALSE(TimeText::parse("%s")->is_number());
}

TEST_CASE("time: a pattern means what it means to date(1)") {
  REQUIRE(text_of("%d/%b/%Y:%H:%M:%S %z", kMoment, TimePrecision::ms, {7200, "EET"}) == "21/Nov/2026:01:22:38 +0200");
  REQUIRE(text_of("%a %e %y %j %m %F %T%f %s %Z %:z %%", kMoment, TimePrecision::us) ==
          "Fri 20 26 324 11 2026-11-20 23:22:38.412345 1795216958 UTC +00:00 %");
  REQUIRE(text_of("%e|%j", WallTime{}, TimePrecision::s) == " 1|001");
}

TEST_CASE("time: what means nothing is said, with what would be right") {
  REQUIRE(mistake_in("unx").find("did you mean 'unix'?") != std::string::npos);
  REQUIRE(mistake_in("%Q").find("'%Q' means nothing in a time") != std::string::npos);
  REQUIRE(mistake_in("%H%").find("'%' means nothing") != std::string::npos);
  REQUIRE(mistake_in("%H\n").find("control characters") != std::string::npos);
  REQUIRE(mistake_in("%H\"").find("quotes") != std::string::npos);
}
