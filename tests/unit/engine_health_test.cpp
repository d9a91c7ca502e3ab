// How probes are counted: thresholds, the grace at the start, and what people read of it.
#include "engine/health.hpp"

#include <string>

#include "catch.hpp"

using namespace sup;
using namespace std::chrono_literals;

namespace {

// One run with its probes, a second apart.
struct Story {
  HealthSpec spec;
  Instant now{Duration{1'000s}};
  HealthRecord record;

  explicit Story(Duration grace = 0s, std::uint32_t failures = 3, std::uint32_t successes = 1) {
    spec.start_grace = grace;
    spec.failures = failures;
    spec.successes = successes;
    record = begin_health(spec, now);
  }
  // "unhealthy" if the probe has made it so, "" if it has changed nothing.
  std::string probe(std::string failure) {
    now += 1s;
    return note_probe(record, spec, now, std::move(failure)) ? std::string(enum_name(record.verdict)) : "";
  }
  std::string good() { return probe(""); }
  std::string bad() { return probe("timed out"); }
};

}  // namespace

TEST_CASE("so many failures in a row make it unhealthy, told once", "[health]") {
  Story s;
  REQUIRE(s.good() == "healthy");
  REQUIRE(s.bad().empty());
  REQUIRE(s.bad().empty());
  REQUIRE(s.bad() == "unhealthy");
  REQUIRE(s.bad().empty());
  REQUIRE(health_text(s.record) == "unhealthy (4 failures: timed out)");
}

TEST_CASE("a success in between begins the count anew", "[health]") {
  Story s;
  for (int round = 0; round < 5; ++round) {
    REQUIRE(s.bad().empty());
    REQUIRE(s.bad().empty());
    REQUIRE(s.good() == (round == 0 ? "healthy" : ""));
  }
}

TEST_CASE("so many successes in a row make it healthy again", "[health]") {
  Story s(0s, 1, 2);
  REQUIRE(s.bad() == "unhealthy");
  REQUIRE(s.good().empty());
  REQUIRE(health_text(s.record) == "unhealthy (timed out)");
  REQUIRE(s.bad().empty());
  REQUIRE(s.good().empty());
  REQUIRE(s.good() == "healthy");
  REQUIRE(health_text(s.record) == "healthy");
}

TEST_CASE("failures in the grace do not count, and those after it do", "[health]") {
  Story s(10s);
  for (int i = 0; i < 9; ++i) REQUIRE(s.bad().empty());
  REQUIRE(s.record.failures == 0);
  REQUIRE(health_text(s.record) == "unknown");
  REQUIRE(s.record.last_failure == "timed out");
  REQUIRE(s.bad().empty());  // The 10 s are over.
  REQUIRE(s.bad().empty());
  REQUIRE(s.bad() == "unhealthy");
}

TEST_CASE("the first success ends the grace", "[health]") {
  Story s(1h);
  REQUIRE(s.bad().empty());
  REQUIRE(s.good() == "healthy");
  REQUIRE(s.bad().empty());
  REQUIRE(s.bad().empty());
  REQUIRE(s.bad() == "unhealthy");
}

TEST_CASE("what was counted before a pause does not count after it", "[health]") {
  Story s;
  REQUIRE(s.good() == "healthy");
  REQUIRE(s.bad().empty());
  REQUIRE(s.bad().empty());
  resume_health(s.record);
  REQUIRE(s.record.verdict == Health::healthy);
  REQUIRE(s.bad().empty());
  REQUIRE(s.bad().empty());
  REQUIRE(s.bad() == "unhealthy");
}
