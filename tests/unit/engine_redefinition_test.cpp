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

TEST_CASE("what is changed for who lives by an earlier definition is for nobody else", "[redefinition]") {
  const auto waiting = [](int edition, Duration wait) {
    Service out = Service("a").instances(2).stop({step(15, SignalTarget::group, wait)});
    out.named.spec.command.argv = {fmt::format("program-{}", edition)};
    return out;
  };
  const auto stop_wait = [](const Story& s, const std::string& name) {
    return s.at(name).definition->spec.stop->steps.front().wait;
  };
  Story s({waiting(1, 1s)});
  s.boot().run().redefine_next({waiting(2, 2s)}).ends("a@2", code(1));
  s.start({"a@2"});
  s.run();
  s.tell(DefinitionChanged{.service = std::make_shared<const NamedService>(waiting(1, 7s).named),
                           .former = s.at("a@1").definition});
  REQUIRE(stop_wait(s, "a@1") == 7s);
  REQUIRE(stop_wait(s, "a@2") == 2s);
  s.stop({"a@1"});
  s.ends("a@1", signal(15));
  REQUIRE(stop_wait(s, "a@1") == 2s);
}

TEST_CASE("newcomers whose relations wait come with what was changed for who is there", "[redefinition]") {
  const auto edition = [](int n, Duration wait) {
    Service out = Service("a").stop({step(15, SignalTarget::group, wait)});
    if (n == 2) out.requires_({"b"});
    return out;
  };
  Story s({edition(1, 1s), Service("b")});
  s.boot().run().redefine_next({edition(2, 1s)});
  s.tell(DefinitionChanged{.service = std::make_shared<const NamedService>(edition(1, 7s).named),
                           .former = s.at("a").definition});
  s.scale({{"a", 2}});
  REQUIRE(s.at("a@2").definition == s.at("a@1").definition);
}

TEST_CASE("more start slots are taken at once", "[redefinition]") {
  DaemonSpec daemon;
  daemon.start_parallelism = 1;
  Story s({Service("a"), Service("b"), Service("c")}, daemon);
  s.boot();
  REQUIRE(s.orders() == Names{"spawn a"});
  daemon.start_parallelism = 2;
  s.tell(SettingsChanged{.daemon = daemon, .groups = {}, .files = {}});
  REQUIRE(s.orders() == Names{"spawn b"});
  daemon.start_parallelism = 0;
  s.tell(SettingsChanged{.daemon = daemon, .groups = {}, .files = {}});
  REQUIRE(s.orders() == Names{"spawn c"});
}

TEST_CASE("what has nothing left to do ends when it is told to end so", "[redefinition]") {
  Story s({Service("a").oneshot()});
  s.boot().run().ends("a");
  REQUIRE(s.shutdown_reason().empty());
  DaemonSpec daemon;
  daemon.exit = ExitWhen::when_done;
  s.tell(SettingsChanged{.daemon = daemon, .groups = {}, .files = {}});
  REQUIRE(s.shutdown_reason() == "all services are done");
}

TEST_CASE("the end of all work is none while more is about to come, whoever is told of it", "[redefinition]") {
  DaemonSpec daemon;
  daemon.exit = ExitWhen::when_done;
  const bool dies = GENERATE(false, true);
  Story s({Service("a").oneshot(), Service("b").oneshot().disabled()}, daemon);
  s.boot().run().tell(EndHeld{true}).ends("a");
  if (dies) s.die();
  REQUIRE(s.shutdown_reason().empty());
  s.start({"b"});
  s.run().tell(EndHeld{false});
  REQUIRE(s.shutdown_reason().empty());
  s.ends("b");
  REQUIRE(s.shutdown_reason() == "all services are done");
}
