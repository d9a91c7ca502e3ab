// The process tree: what parents and children mean to each other, and which end counts when all is done.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

Service child(std::string name, std::string parent) { return Service(std::move(name)).parent(std::move(parent)); }

}  // namespace

TEST_CASE("children start after their parent is ready, and are stopped before it", "[tree]") {
  Story s({Service("web").notify(), child("worker", "web"), child("probe", "web").daemon()});
  s.boot().run();
  REQUIRE(s.state("worker") == "waiting");
  REQUIRE(s.cause("probe") == "waiting for web (starting)");
  s.ready("web").run().orders();
  REQUIRE(s.state("worker") == "running");

  const ChangeId stop = s.stop({"web"});
  REQUIRE(s.orders() == Names{"TERM probe", "TERM worker"});
  s.ends("worker", signal(15)).ends("probe", signal(15));
  REQUIRE(s.orders() == Names{"TERM web"});
  s.ends("web", signal(15));
  REQUIRE(s.reply(stop) ==
          "web=done (signal TERM) probe<web=done (went down with web) worker<web=done (went down with web)");
}

TEST_CASE("a start brings up the children that are enabled, and theirs; a start of a child its parent alone",
          "[tree]") {
  const auto tree = [] {
    return Story({Service("web"), child("worker", "web"), child("helper", "worker"), child("spare", "web").disabled()});
  };
  Story s = tree();
  s.start({"web"});
  s.run();
  REQUIRE(s.state("helper") == "running");
  REQUIRE(s.state("spare") == "stopped");

  Story other = tree();
  other.start({"spare"});
  other.run();
  REQUIRE(other.state("web") == "running");
  REQUIRE(other.state("spare") == "running");
  REQUIRE(other.state("worker") == "stopped");

  Story only = tree();
  only.tell(Boot{{only.id("web")}}).run();
  REQUIRE(only.state("web") == "running");
  REQUIRE(only.state("worker") == "stopped");
}

TEST_CASE("a parent that has completed waits for its children, and terminates its daemons", "[tree]") {
  Story s({Service("web"), child("worker", "web"), child("probe", "web").daemon(),
           Service("report").requires_({"web"}, Until::completed)});
  s.boot().run().orders();
  const ChangeId done = s.wait(WaitFor::completed, {"web"});
  s.ends("web", code(0));
  REQUIRE(s.state("web") == "joining");
  REQUIRE(s.cause("web") == "waiting for its children probe (stopping), worker (running)");
  REQUIRE(s.why("web") == "its run has completed");
  REQUIRE(explain(s.engine().world(), s.id("web")).waits_for == Names{"probe (stopping)", "worker (running)"});
  REQUIRE(s.orders() == Names{"TERM probe"});
  s.ends("probe", signal(15));
  REQUIRE(s.state("probe") == "stopped");
  REQUIRE(s.cause("probe") == "went down with web");
  REQUIRE(s.reply(done) == "open");
  REQUIRE(s.state("report") == "waiting");

  s.ends("worker", code(1));
  REQUIRE(s.state("worker") == "failed");
  REQUIRE(s.state("web") == "completed");
  REQUIRE(s.reply(done) == "web=done (exit 0)");
  REQUIRE(s.state("report") == "starting");
}

TEST_CASE("daemons of one parent that require each other are dismissed together", "[tree]") {
  Story s({Service("web"), child("worker", "web"), child("probe", "web").daemon(),
           child("shipper", "web").daemon().requires_({"probe"})});
  s.boot().run().orders();
  s.ends("web", code(0));
  REQUIRE(s.orders() == Names{"TERM shipper"});
  s.ends("shipper", signal(15));
  REQUIRE(s.orders() == Names{"TERM probe"});
  s.ends("probe", signal(15)).ends("worker", code(0));
  REQUIRE(s.state("web") == "completed");
  REQUIRE(s.cause("shipper") == "went down with probe, which went down with web");
}

TEST_CASE("a daemon that waits for another one of its parent is dismissed with that", "[tree]") {
  Story s(
      {Service("web"), child("probe", "web").daemon().notify(), child("shipper", "web").daemon().requires_({"probe"})});
  s.boot().run().orders();
  REQUIRE(s.state("shipper") == "waiting");
  s.ends("web", code(0));
  REQUIRE(s.orders() == Names{"TERM probe", "stop awaiting probe"});
  REQUIRE(s.state("shipper") == "stopped");
}

TEST_CASE("a start of a daemon whose parent ends again at once is cancelled, and says with whom it went", "[tree]") {
  Story s({Service("web"), child("worker", "web"), child("probe", "web").daemon().notify()});
  s.boot().run().ends("web", code(0)).ends("probe", signal(15));
  const ChangeId start = s.start({"probe"});
  s.spawned("web").spawned("probe").ends("web", code(0));
  REQUIRE(s.reply(start) == "probe=cancelled (went down with web)");
}

TEST_CASE("children of several instances begin when each of these is ready, and daemons leave with the first that ends",
          "[tree]") {
  Story s({Service("web").instances(2), child("worker", "web"), child("probe", "web").daemon()});
  s.boot().spawned("web@1");
  REQUIRE(s.state("worker") == "waiting");
  s.run().orders();
  REQUIRE(s.state("worker") == "running");
  s.ends("web@1", code(0));
  REQUIRE(s.state("web@1") == "joining");
  REQUIRE(s.orders() == Names{"TERM probe"});
  s.ends("probe", signal(15)).ends("web@2", code(0)).ends("worker", code(0));
  REQUIRE(s.state("web@1") == "completed");
  REQUIRE(s.state("web@2") == "completed");
}

TEST_CASE("a parent whose children all rest has completed at once", "[tree]") {
  Story s({Service("web"), child("worker", "web"), child("probe", "web").daemon()});
  s.boot().run().ends("worker", code(0)).stop({"probe"});
  s.ends("probe", signal(15)).ends("web", code(0));
  REQUIRE(s.state("web") == "completed");
}

TEST_CASE("a child that is waited for is restarted by its policy although its parent has ended", "[tree]") {
  Story s({Service("web"), child("worker", "web").restart(RestartWhen::on_failure)});
  s.boot().run().ends("web", code(0)).ends("worker", code(1));
  REQUIRE(s.state("worker") == "backoff");
  REQUIRE(s.state("web") == "joining");
  s.pass(1s).run();
  REQUIRE(s.state("worker") == "running");
  s.ends("worker", code(0));
  REQUIRE(s.state("web") == "completed");
}

TEST_CASE("the children of a oneshot begin when it has done its work", "[tree]") {
  Story s({Service("setup").oneshot(), child("load", "setup").oneshot(), Service("app").requires_({"setup"})});
  s.boot();
  s.spawned("setup");
  REQUIRE(s.state("load") == "waiting");
  s.ends("setup", code(0)).run();
  REQUIRE(s.state("setup") == "joining");
  REQUIRE(s.state("load") == "starting");
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.reply(s.start({"setup"})) == "setup=done (waiting for its children load (starting))");
  s.ends("load", code(0));
  REQUIRE(s.state("setup") == "completed");
}

TEST_CASE("parents are waited for by theirs, and all of a tree end from the leaves up", "[tree]") {
  Story s({Service("a"), child("b", "a"), child("c", "b")});
  s.boot().run().ends("a", code(0)).ends("b", code(0));
  REQUIRE(s.state("a") == "joining");
  REQUIRE(s.state("b") == "joining");
  s.ends("c", code(0));
  REQUIRE(s.state("b") == "completed");
  REQUIRE(s.state("a") == "completed");
}

TEST_CASE("a crash that is repaired ends the daemons of a parent, and leaves its other children alone", "[tree]") {
  Story s({Service("web").restart(RestartWhen::on_failure), child("worker", "web"), child("probe", "web").daemon()});
  s.boot().run().orders();
  s.ends("web", code(1));
  REQUIRE(s.state("web") == "backoff");
  REQUIRE(s.orders() == Names{"TERM probe"});
  s.pass(1s);
  REQUIRE(s.cause("web") == "waiting for probe (stopping)");
  s.ends("probe", signal(15)).run();
  REQUIRE(s.orders() == Names{"spawn web", "spawn probe"});
  REQUIRE(s.state("worker") == "running");
}

TEST_CASE("a parent that fails for good takes its children down", "[tree]") {
  Story s({Service("web"), child("worker", "web")});
  s.boot().run().orders();
  s.ends("web", code(1));
  REQUIRE(s.state("web") == "failed");
  REQUIRE(s.orders() == Names{"TERM worker"});
  s.ends("worker", signal(15));
  REQUIRE(s.cause("worker") == "dependency web failed (exit 1)");
}

TEST_CASE("what is joining is stopped and restarted with its children", "[tree]") {
  const auto joining = [] {
    Story s({Service("web"), child("worker", "web")});
    s.boot().run().ends("web", code(0)).orders();
    return s;
  };
  Story s = joining();
  const ChangeId stop = s.stop({"web"});
  REQUIRE(s.state("web") == "joining");
  REQUIRE(s.orders() == Names{"TERM worker"});
  s.ends("worker", signal(15));
  REQUIRE(s.state("web") == "stopped");
  REQUIRE(s.reply(stop) == "web=done (exit 0) worker<web=done (went down with web)");

  Story again = joining();
  const ChangeId restart = again.restart({"web"});
  again.ends("worker", signal(15)).run();
  REQUIRE(again.state("worker") == "running");
  REQUIRE(again.reply(restart) == "web=done worker<web=done");

  Story up = joining();
  REQUIRE(up.reply(up.start({"web"})) == "open");
  up.run();
  REQUIRE(up.orders() == Names{"spawn web"});
  REQUIRE(up.state("worker") == "running");
}

TEST_CASE("who waits only for the start of a parent does not wait for its children", "[tree]") {
  Story s({Service("web"), child("worker", "web"), Service("late").requires_({"web"}, Until::started),
           Service("whole").requires_({"web"}, Until::completed)});
  s.boot().run();
  s.stop({"late"});
  s.ends("late", signal(15)).ends("web", code(0));
  REQUIRE(s.state("web") == "joining");
  s.start({"late"});
  REQUIRE(s.state("late") == "starting");
  REQUIRE(s.state("whole") == "waiting");
  s.run();
  REQUIRE(s.state("web") == "joining");  // It was not begun again for this.
  s.ends("worker", code(0));
  REQUIRE(s.state("web") == "completed");
  REQUIRE(s.state("late") == "running");
  REQUIRE(s.state("whole") == "starting");
}

TEST_CASE("what is bound to the start of a parent wants another run of it when that has ended", "[tree]") {
  Story s({Service("web"), child("worker", "web"), Service("bound").disabled().binds_to({"web"}, Until::started)});
  s.boot().run().ends("web", code(0));
  s.start({"bound"});
  REQUIRE(s.state("web") == "starting");
  REQUIRE(s.state("bound") == "waiting");
  s.run();
  REQUIRE(s.state("bound") == "running");
}

TEST_CASE("with exit = when-done daemons are side-cars, and the exit code is that of the work", "[tree]") {
  Story s({Service("work"), Service("sidecar").daemon().restart(RestartWhen::always), Service("broken").daemon()},
          when_done());
  s.boot().run().ends("broken", code(9)).ends("work", code(3));
  REQUIRE(s.shutdown_reason() == "all services are done");
  REQUIRE(s.state("sidecar") == "stopping");
  s.ends("sidecar", signal(15));
  REQUIRE(s.finished()->exit_code == 3);

  Story good({Service("work"), Service("broken").daemon()}, when_done());
  good.boot().run().ends("broken", code(9)).ends("work", code(0));
  REQUIRE(good.finished()->exit_code == 0);
}

TEST_CASE("with exit = when-done a target is no work", "[tree]") {
  Story s({Service("work"), Service("all").target().wants({"work"})}, when_done());
  s.boot().run();
  REQUIRE(s.state("all") == "running");
  s.ends("work", code(0));
  REQUIRE(s.finished().has_value());
}

TEST_CASE("on-exit of a parent waits for its children", "[tree]") {
  Story s({Service("web").on_exit_shutdown(), child("worker", "web"), Service("other")});
  s.boot().run().ends("web", code(0));
  REQUIRE(s.shutdown_reason().empty());
  s.ends("worker", code(0));
  REQUIRE(s.shutdown_reason() == "web is completed (exit 0)");
  REQUIRE(s.state("other") == "stopping");
}

TEST_CASE("what of a parent was alive in spite of KILL holds up nobody when it has ended", "[tree]") {
  Story s({Service("web").reload("reloader", 1s), child("worker", "web")});
  s.boot().run();
  s.reload({"web"});
  s.pass(1s).task_ends("web", "signal KILL").main_exits("web", code(0)).pass(12s).survives("web", "pid 12").ends("web");
  REQUIRE(s.state("web") == "joining");
  const ChangeId change = s.stop({"web"});
  REQUIRE(s.reply(change) == "open");
  s.ends("worker", signal(15));
  REQUIRE(s.reply(change) == "web=done (exit 0) worker<web=done (went down with web)");
}
