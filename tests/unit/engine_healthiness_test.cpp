// What comes of the verdict of probes: restarts, stops, the end of everything, waits.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

// A service that is up, with what requires it.
Story running(HealthAction action, RestartWhen when = RestartWhen::always) {
  Story s({Service("web").health(action).restart(when), Service("user").requires_({"web"})});
  s.boot().run().run().orders();
  return s;
}

Story& fail_twice(Story& s) { return s.probe("web", "timed out").probe("web", "timed out"); }

}  // namespace

TEST_CASE("what is up is probed, again after each answer, and no more when it goes down", "[health]") {
  Story s({Service("web").health(HealthAction::none)});
  s.boot().run();
  REQUIRE(s.orders() == Names{"spawn web", "probe web"});
  s.probe("web");
  REQUIRE(s.orders() == Names{"web is healthy", "probe web"});
  s.probe("web").probe("web", "timed out");
  REQUIRE(s.orders() == Names{"probe web", "probe web"});
  s.stop({"web"});
  REQUIRE(s.orders() == Names{"TERM web", "probe no more web"});
}

TEST_CASE("the unhealthy is ended as a failure, and its dependents stay", "[health]") {
  Story s = running(HealthAction::restart);
  fail_twice(s);
  REQUIRE(s.orders() ==
          Names{"probe web", "web is unhealthy (2 failures: timed out)", "TERM web", "probe no more web"});
  REQUIRE(s.state("web") == "stopping");
  s.ends("web", code(0));
  REQUIRE(s.state("web") == "backoff");
  REQUIRE(s.cause("web") == "unhealthy (2 failures: timed out)");
  REQUIRE(s.state("user") == "running");
  s.pass(1s).run();
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.cause("web").empty());
  REQUIRE_FALSE(s.at("web").facts.is_healthy);
}

TEST_CASE("with action stop the restart policy is not asked", "[health]") {
  Story s = running(HealthAction::stop);
  fail_twice(s).ends("web", code(0));
  REQUIRE(s.state("web") == "failed");
  REQUIRE(s.cause("web") == "unhealthy (2 failures: timed out)");
  REQUIRE(s.state("user") == "stopping");
  s.ends("user", signal(15)).start({"web"});
  s.run();
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("with action shutdown everything ends, with code 1", "[health]") {
  Story s = running(HealthAction::shutdown);
  fail_twice(s).ends("web", code(0)).ends("user", signal(15));
  REQUIRE(s.shutdown_reason() == "web is failed (unhealthy (2 failures: timed out))");
  REQUIRE(s.finished()->exit_code == 1);
}

TEST_CASE("with action none it is only called unhealthy, and may recover", "[health]") {
  Story s = running(HealthAction::none);
  fail_twice(s);
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.cause("web") == "unhealthy (2 failures: timed out)");
  s.probe("web");
  REQUIRE(s.cause("web").empty());
  REQUIRE(s.at("web").facts.is_healthy);
}

TEST_CASE("what is paused is not probed, and begins anew after that", "[health]") {
  Story s = running(HealthAction::restart);
  s.probe("web").probe("web", "timed out").orders();
  s.pause({"web"});
  REQUIRE(s.orders() == Names{"freeze web", "probe no more web"});
  s.probe("web", "timed out");  // It was under way.
  REQUIRE(s.state("web") == "paused");
  s.resume({"web"});
  REQUIRE(s.orders() == Names{"thaw web", "probe web"});
  s.probe("web", "timed out");
  REQUIRE(s.state("web") == "running");
  s.probe("web", "timed out");
  REQUIRE(s.state("web") == "stopping");
}

TEST_CASE("what has to go down is not ended for its health as well", "[health]") {
  Story s = running(HealthAction::restart);
  const ChangeId stop = s.stop({"web"});
  REQUIRE(s.state("web") == "running");  // Until its dependent has ended.
  fail_twice(s);
  REQUIRE(s.state("web") == "running");
  s.ends("user", signal(15)).ends("web", signal(15));
  REQUIRE(s.state("web") == "stopped");
  REQUIRE(s.reply(stop).find("web=done") != std::string::npos);
}

TEST_CASE("a probe of an older run says nothing", "[health]") {
  Story s = running(HealthAction::restart);
  const RunId old = s.at("web").run;
  fail_twice(s).ends("web", code(0)).pass(1s).run().orders();
  for (int i = 0; i < 3; ++i) s.tell(HealthProbed{s.id("web"), old, "timed out"});
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.orders().empty());
}

TEST_CASE("a wait for health ends with the verdict, or when it cannot come", "[health]") {
  Story s = running(HealthAction::stop);
  const ChangeId wait = s.wait(WaitFor::healthy, {"web"});
  REQUIRE(s.reply(wait) == "open");
  s.probe("web");
  REQUIRE(s.reply(wait) == "web=done");
  REQUIRE(s.reply(s.wait(WaitFor::healthy, {"user"})) ==
          "user=failed (is never asked how it is: its settings have no `health`)");
  s.probe("web", "x").probe("web", "x");
  const ChangeId vain = s.wait(WaitFor::healthy, {"web"});
  REQUIRE(s.reply(vain) == "open");
  s.ends("web", code(0));
  REQUIRE(s.reply(vain) == "web=failed (unhealthy (2 failures: x))");
}
