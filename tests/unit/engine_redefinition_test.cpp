// What becomes of a service whose definition changes while it runs.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

Service with_exit_when(RunEndsWith end) {
  return Service("a").with([=](ServiceSpec& spec) { spec.exit_when = end; });
}
Service with_delay(Duration delay) {
  return Service("a").with([=](ServiceSpec& spec) { spec.start_delay = delay; });
}
Service with_bound(std::uint32_t max) {
  return Service("a").restart(RestartWhen::always, 0s).with([=](ServiceSpec& spec) {
    spec.restart.max.count = max;
    spec.restart.within = 60s;
  });
}

}  // namespace

TEST_CASE("what goes on without its main process is ended when that is no reason any more", "[redefinition]") {
  Story s({with_exit_when(RunEndsWith::empty)});
  s.boot().run().main_exits("a", code(0));
  REQUIRE(s.state("a") == "running");
  s.orders();
  s.redefine(with_exit_when(RunEndsWith::main));
  REQUIRE(s.state("a") == "stopping");
  REQUIRE(s.orders() == Names{"TERM a (all)"});
}

TEST_CASE("a start-delay that changes counts from when the waiting for it began", "[redefinition]") {
  Story s({with_delay(10s)});
  s.boot().pass(3s);
  SECTION("it is shorter") {
    s.redefine(with_delay(4s)).pass(999ms);
    REQUIRE(s.state("a") == "waiting");
    s.pass(1ms);
    REQUIRE(s.state("a") == "starting");
  }
  SECTION("it has passed") {
    s.redefine(with_delay(2s));
    REQUIRE(s.state("a") == "starting");
  }
  SECTION("it is longer") {
    s.redefine(with_delay(20s)).pass(17s - 1ms);
    REQUIRE(s.state("a") == "waiting");
    s.pass(1ms);
    REQUIRE(s.state("a") == "starting");
  }
}

TEST_CASE("what stands in line for a start slot waits for a start-delay that it has got", "[redefinition]") {
  const auto delayed = [](Duration delay) {
    return Service("b").with([=](ServiceSpec& spec) { spec.start_delay = delay; });
  };
  DaemonSpec daemon;
  daemon.start_parallelism = 1;
  Story s({Service("a"), delayed(0s)}, daemon);
  s.boot();
  REQUIRE(s.state("b") == "waiting");
  s.redefine(delayed(5s)).spawned("a").pass(4999ms);
  REQUIRE(s.state("b") == "waiting");
  s.pass(1ms);
  REQUIRE(s.state("b") == "starting");
}

TEST_CASE("restarts are counted anew by another bound", "[redefinition]") {
  Story s({with_bound(2)});
  s.boot().run().ends("a", code(1)).run().ends("a", code(1)).run();
  s.redefine(with_bound(1)).ends("a", code(1));
  REQUIRE(s.state("a") == "starting");
  s.run().ends("a", code(1));
  REQUIRE(s.state("a") == "failed");
}

TEST_CASE("a reload command that is taken out of the definition while it runs may fail", "[redefinition]") {
  const auto reloading = [](const Names& argv) {
    return Service("a").with([=](ServiceSpec& spec) {
      spec.reload.edit().command.argv = argv;
      spec.reload.edit().notify = false;
    });
  };
  Story s({reloading({"reloader"})});
  s.boot().run();
  s.reload({"a"});
  REQUIRE(s.state("a") == "reloading");
  s.redefine(reloading({})).task_ends("a", "exit 1");
  REQUIRE(s.state("a") == "running");
  REQUIRE(s.cause("a") == "reload failed: its reload command: exit 1");
}
