// What people are told of a stop that is under way.
#include "base/text.hpp"
#include "engine/stop_progress.hpp"
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

// "TERM 2s ago, KILL in 8s", as at this moment.
std::string progress(const Story& s, const std::string& name) {
  const Engine& engine = s.engine();
  const auto stop = stop_progress(engine.world(), s.at(name), engine.shutdown_deadline());
  if (!stop) return "none";
  std::string out = stop->signal + stop->command;
  if (!out.empty()) out += fmt::format(" {} ago", format_duration(engine.world().now - stop->told_at));
  if (stop->kill_at) out += fmt::format(", KILL in {}", format_duration(*stop->kill_at - engine.world().now));
  return out;
}

}  // namespace

TEST_CASE("of a stop the step under way is told, and when KILL follows all of them") {
  Story s({Service("web").stop({step(15, SignalTarget::group, 10s), step(2, SignalTarget::all, 5s)})});
  s.boot().run().pass(1s);
  REQUIRE(progress(s, "web") == "none");
  s.stop({"web"});
  s.pass(2s);
  REQUIRE(progress(s, "web") == "TERM 2s ago, KILL in 13s");
  s.pass(9s);
  REQUIRE(progress(s, "web") == "INT 1s ago, KILL in 4s");
  s.pass(4s);
  REQUIRE(s.state("web") == "killing");
  REQUIRE(progress(s, "web") == "KILL 0s ago");
  s.ends("web", signal(9));
  REQUIRE(progress(s, "web") == "none");
}

TEST_CASE("a stop command is told until its main process is gone, then the signal to the rest") {
  Story s({Service("web").stop({command_step("drain", 10s)})});
  s.boot().run().pass(1s).stop({"web"});
  s.pass(3s);
  REQUIRE(progress(s, "web") == "drain 3s ago, KILL in 7s");
  s.main_exits("web", code(0)).pass(1s);
  REQUIRE(progress(s, "web") == "TERM 1s ago, KILL in 6s");
}

TEST_CASE("what asks for more time in its stop gets KILL later, and was told when it was told") {
  Story s({Service("web").notify()});
  s.boot().run().ready("web").pass(1s).stop({"web"});
  s.pass(8s).asks_for("web", 20s);
  REQUIRE(progress(s, "web") == "TERM 8s ago, KILL in 20s");
}

TEST_CASE("what says itself that it ends was told nothing") {
  Story s({Service("web").notify()});
  s.boot().run().ready("web").pass(1s).says("web", Notice::stopping).pass(4s);
  REQUIRE(progress(s, "web") == ", KILL in 6s");
}

TEST_CASE("a missed watchdog has its signal, and then all the steps of a stop") {
  Story s({Service("web").notify().watchdog(2s)});
  s.boot().run().ready("web").pass(3s);
  REQUIRE(s.state("web") == "stopping");
  REQUIRE(progress(s, "web") == "ABRT 1s ago, KILL in 19s");
}

TEST_CASE("a hook before the start gets the signal and then KILL") {
  Story s({Service("web").with([](ServiceSpec& spec) { spec.pre_start = {hook("prepare")}; })});
  s.boot().pass(1s).stop({"web"});
  s.pass(4s);
  REQUIRE(progress(s, "web") == "TERM 4s ago, KILL in 6s");
  s.pass(6s);
  REQUIRE(progress(s, "web") == "none");
}

TEST_CASE("in a shutdown KILL does not come later than its time is over") {
  Story s({Service("web").stop({step(15, SignalTarget::group, 60s)})}, budget(5s));
  s.boot().run().pass(1s).shutdown().pass(2s);
  REQUIRE(progress(s, "web") == "TERM 2s ago, KILL in 3s");
}
