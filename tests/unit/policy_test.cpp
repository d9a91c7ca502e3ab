// The restart policy as questions.
#include "engine/policy.hpp"

#include <limits>

#include "base/check.hpp"

#include "catch.hpp"

using namespace sup;
using namespace std::chrono_literals;

namespace {

ServiceSpec spec_with(RestartWhen when, ServiceType type = ServiceType::simple) {
  ServiceSpec out;
  out.type = type;
  out.restart.when = when;
  return out;
}

constexpr ExitStatus kExit0{0, 0, false};
constexpr ExitStatus kExit1{1, 0, false};
constexpr ExitStatus kTerm{0, 15, false};

}  // namespace

TEST_CASE("auto is always for what should stay up, and never for what ends by design") {
  REQUIRE(effective_when(spec_with(RestartWhen::automatic)) == RestartWhen::always);
  REQUIRE(effective_when(spec_with(RestartWhen::automatic, ServiceType::oneshot)) == RestartWhen::never);
  ServiceSpec container = spec_with(RestartWhen::automatic);
  container.on_exit = OnExit::shutdown;
  REQUIRE(effective_when(container) == RestartWhen::never);
  container.restart.when = RestartWhen::on_failure;
  REQUIRE(effective_when(container) == RestartWhen::on_failure);
}

TEST_CASE("success is a matter of success-codes, signals counted from 128") {
  ServiceSpec spec;
  REQUIRE(is_success(spec, kExit0));
  REQUIRE_FALSE(is_success(spec, kExit1));
  REQUIRE_FALSE(is_success(spec, kTerm));
  REQUIRE_FALSE(is_success(spec, std::nullopt));
  spec.success_codes = {1, 143};
  REQUIRE_FALSE(is_success(spec, kExit0));
  REQUIRE(is_success(spec, kExit1));
  REQUIRE(is_success(spec, kTerm));
  REQUIRE(is_success(spec, ExitStatus{143, 0, false}));
}

TEST_CASE("what could not be started is restarted like a failure") {
  REQUIRE(wants_restart(spec_with(RestartWhen::always), std::nullopt));
  REQUIRE(wants_restart(spec_with(RestartWhen::on_failure), std::nullopt));
  REQUIRE_FALSE(wants_restart(spec_with(RestartWhen::never), std::nullopt));
}

TEST_CASE("the wait is delay times factor to the power of restarts, up to max-delay") {
  RestartSpec policy;
  policy.delay = 100ms;
  policy.factor = 3;
  policy.max_delay = 5s;
  REQUIRE(restart_delay(policy, 0, 0) == 100ms);
  REQUIRE(restart_delay(policy, 1, 0) == 300ms);
  REQUIRE(restart_delay(policy, 2, 0) == 900ms);
  REQUIRE(restart_delay(policy, 3, 0) == 2700ms);
  REQUIRE(restart_delay(policy, 4, 0) == 5s);
  REQUIRE(restart_delay(policy, std::numeric_limits<std::uint32_t>::max(), 0) == 5s);
}

TEST_CASE("jitter only makes it longer, by its fraction at most") {
  RestartSpec policy;
  policy.delay = 10s;
  policy.jitter = 0.2;
  REQUIRE(restart_delay(policy, 0, 0.0) == 10s);
  REQUIRE(restart_delay(policy, 0, 0.5) == 11s);
  REQUIRE(restart_delay(policy, 0, 1.0) == 12s);
}

TEST_CASE("no delay is no delay, after any number of restarts and with any factor") {
  RestartSpec policy;
  policy.delay = 0s;
  policy.factor = 100;
  for (const std::uint32_t in_row : {0U, 1U, 1'024U, 4'000'000'000U}) REQUIRE(restart_delay(policy, in_row, 1.0) == 0s);
}

TEST_CASE("a year of delay does not overflow") {
  RestartSpec policy;
  policy.delay = policy.max_delay = 366 * 24h;
  policy.jitter = 1;
  policy.factor = 100;
  REQUIRE(restart_delay(policy, 50, 1.0) == 2 * 366 * 24h);
}

TEST_CASE("max counts the restarts within the window, whose oldest moment is just outside") {
  RestartSpec policy;
  policy.within = 60s;
  const Instant start{1h};
  const std::vector<Instant> restarts = {start, start + 10s, start + 20s};
  REQUIRE_FALSE(is_exhausted(policy, restarts, start + 20s));
  policy.max.count = 3;
  REQUIRE(is_exhausted(policy, restarts, start + 59'999ms));
  REQUIRE_FALSE(is_exhausted(policy, restarts, start + 60s));
  policy.max.count = 0;
  REQUIRE(is_exhausted(policy, {}, start));
}

TEST_CASE("what follows an end") {
  const Instant now{1h};
  REQUIRE(after_end(spec_with(RestartWhen::always), kExit0, {}, now) == AfterEnd::restart);
  REQUIRE(after_end(spec_with(RestartWhen::on_failure), kExit0, {}, now) == AfterEnd::complete);
  REQUIRE(after_end(spec_with(RestartWhen::on_failure), kExit1, {}, now) == AfterEnd::restart);
  REQUIRE(after_end(spec_with(RestartWhen::never), kExit0, {}, now) == AfterEnd::complete);
  REQUIRE(after_end(spec_with(RestartWhen::never), kExit1, {}, now) == AfterEnd::fail);
  ServiceSpec limited = spec_with(RestartWhen::always);
  limited.restart.max.count = 1;
  const std::vector<Instant> restarts = {now - 1s};
  REQUIRE(after_end(limited, kExit1, restarts, now) == AfterEnd::exhausted);
}
