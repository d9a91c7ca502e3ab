// restart-with: who is restarted since another has a newer run, and how often.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

Service kept(std::string name) { return Service(std::move(name)).restart(RestartWhen::always); }

}  // namespace

TEST_CASE("when the other has crashed and is ready again it is restarted, once", "[restart-with]") {
  Story s({kept("db").notify(), kept("app").restart_with({"db"})});
  s.boot().run();
  REQUIRE(s.state("app") == "waiting");
  s.ready("db").run().orders();
  REQUIRE(s.state("app") == "running");

  s.ends("db", signal(9));
  REQUIRE(s.orders().empty());
  s.pass(1s).run();
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.orders() == Names{"spawn db", "await db"});
  s.ready("db");
  REQUIRE(s.orders() == Names{"stop awaiting db", "TERM app"});
  REQUIRE(s.why("app") == "what it is restarted with has a newer run");
  REQUIRE(s.cause("app") == "restarts with db");
  s.ends("app", signal(15)).run();
  REQUIRE(s.orders() == Names{"spawn app"});
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.cause("app").empty());
  REQUIRE(s.at("app").restarts_total == 0);
  s.pass(60s);
  REQUIRE(s.orders().empty());
}

TEST_CASE("a restart by command takes it along after the other is ready; a stop does not", "[restart-with]") {
  Story s({Service("db").notify(), Service("app").restart_with({"db"})});
  s.boot().run().ready("db").run().orders();
  const ChangeId restart = s.restart({"db"});
  REQUIRE(s.orders() == Names{"TERM db"});
  s.ends("db", signal(15)).run();
  REQUIRE(s.orders() == Names{"spawn db", "await db"});
  s.ready("db");
  REQUIRE(s.reply(restart) == "db=done");
  REQUIRE(s.orders() == Names{"stop awaiting db", "TERM app"});
  s.ends("app", signal(15)).run().orders();

  s.stop({"db"});
  s.ends("db", signal(15)).pass(60s);
  REQUIRE(s.orders() == Names{"TERM db"});
  REQUIRE(s.state("app") == "running");
  // It begins anew after all.
  s.start({"db"});
  s.run().ready("db");
  REQUIRE(s.orders() == Names{"spawn db", "await db", "stop awaiting db", "TERM app"});
}

TEST_CASE("together with requires a restart by command is one restart", "[restart-with]") {
  Story s({Service("db").notify(), Service("app").requires_({"db"}).restart_with({"db"})});
  s.boot().run().ready("db").run().orders();
  s.restart({"db"});
  REQUIRE(s.orders() == Names{"TERM app"});
  s.ends("app", signal(15));
  REQUIRE(s.cause("app") == "waiting for db (stopping)");
  s.ends("db", signal(15)).run().ready("db").run();
  REQUIRE(s.orders() == Names{"TERM db", "spawn db", "await db", "stop awaiting db", "spawn app"});
  s.pass(60s);
  REQUIRE(s.orders().empty());
  REQUIRE(s.state("app") == "running");
}

TEST_CASE("a chain is restarted link by link, each once, with those that name two of it", "[restart-with]") {
  Story s({kept("db"), Service("app").restart_with({"db"}), Service("web").restart_with({"app", "db"})});
  s.boot().run().orders();
  s.ends("db", signal(9)).pass(1s).run();
  // web has to go for db; since it comes after app, it goes before it, and comes back when app is there.
  REQUIRE(s.orders() == Names{"spawn db", "TERM web"});
  s.ends("web", signal(15));
  REQUIRE(s.orders() == Names{"TERM app"});
  REQUIRE(s.state("web") == "waiting");
  s.ends("app", signal(15)).run();
  REQUIRE(s.orders() == Names{"spawn app", "spawn web"});
  s.pass(60s);
  REQUIRE(s.orders().empty());
}

TEST_CASE("starts that fail before the other is ready restart nothing", "[restart-with]") {
  Story s({kept("db").notify(), Service("app").restart_with({"db"})});
  s.boot().run().ready("db").run().orders();
  s.ends("db", signal(9)).pass(1s).run().ends("db", code(1)).pass(2s).run().ends("db", code(1)).pass(4s).run();
  REQUIRE(std::ranges::count(s.orders(), "TERM app") == 0);
  s.ready("db");
  REQUIRE(s.orders() == Names{"stop awaiting db", "TERM app"});
}

TEST_CASE("what begins while the other is ready by an older run is left alone, and so is what rests",
          "[restart-with]") {
  Story s({kept("db"), Service("app").restart_with({"db"}), Service("job").oneshot().restart_with({"db"}),
           Service("off").disabled().restart_with({"db"})});
  s.boot().run().ends("job").orders();
  s.ends("app", code(1));
  REQUIRE(s.state("app") == "failed");
  s.ends("db", signal(9)).pass(1s).run();
  REQUIRE(s.orders() == Names{"spawn db"});
  REQUIRE(s.state("job") == "completed");
  s.start({"app"});
  s.run().pass(60s);
  REQUIRE(s.orders() == Names{"spawn app"});
}

TEST_CASE("what it is restarted with may come first while it runs, and it may be paused or starting",
          "[restart-with]") {
  Story s(
      {Service("db").disabled(), Service("app").restart_with({"db"}), Service("slow").notify().restart_with({"db"})});
  s.boot().run();
  s.pause({"app"});
  s.orders();
  s.start({"db"});
  s.run();
  REQUIRE(s.state("app") == "stopping");
  REQUIRE(s.state("slow") == "stopping");
  s.ends("app", signal(15)).ends("slow", signal(15)).run();
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.state("slow") == "starting");
}

TEST_CASE("what requires it goes down with it and comes back, as in any restart", "[restart-with]") {
  Story s({kept("db"), Service("app").restart_with({"db"}), Service("web").requires_({"app"})});
  s.boot().run().orders();
  s.ends("db", signal(9)).pass(1s).run();
  REQUIRE(s.orders() == Names{"spawn db", "TERM web"});
  s.ends("web", signal(15)).ends("app", signal(15)).run();
  REQUIRE(s.orders() == Names{"TERM app", "spawn app", "spawn web"});
}

TEST_CASE("a stop or a shutdown in the middle of it wins", "[restart-with]") {
  Story s({kept("db"), Service("app").restart_with({"db"})});
  s.boot().run();
  s.ends("db", signal(9)).pass(1s).run();
  REQUIRE(s.state("app") == "stopping");
  const ChangeId stop = s.stop({"app"});
  s.ends("app", signal(15));
  REQUIRE(s.reply(stop) == "app=done (signal TERM)");
  REQUIRE(s.state("app") == "stopped");

  s.start({"app"});
  s.run().ends("db", signal(9)).pass(2s).run();
  REQUIRE(s.state("app") == "stopping");
  s.shutdown();
  s.ends("app", signal(15)).ends("db", signal(15));
  REQUIRE(s.finished().has_value());
}

TEST_CASE("who it restarts with may be removed meanwhile", "[restart-with]") {
  Story s({Service("app").restart_with({"db"}), kept("db")});
  s.boot().run();
  s.ends("db", signal(9)).pass(1s).run();
  REQUIRE(s.cause("app") == "restarts with db");
  s.remove("db");
  s.ends("db", signal(15));
  REQUIRE(s.cause("app") == "restarts with a service that was removed");
  s.ends("app", signal(15)).run();
  REQUIRE(s.state("app") == "running");
}

TEST_CASE("a rolling restart of the other takes it along, and it comes back when that is done", "[restart-with]") {
  Story s({Service("db").instances(2), Service("app").requires_({"db"}).restart_with({"db"})});
  s.boot().run().orders();
  const ChangeId roll = s.roll({"db"});
  REQUIRE(s.orders() == Names{"TERM db@1"});
  s.ends("db@1", signal(15)).run().ends("app", signal(15)).run();
  REQUIRE(s.state("app") == "waiting");
  s.ends("db@2", signal(15)).run();
  REQUIRE(s.reply(roll).starts_with("db@1=done db@2=done"));
  Names orders = s.orders();
  REQUIRE(std::ranges::count(orders, "TERM app") == 1);
  REQUIRE(std::ranges::count(orders, "spawn app") == 1);
  REQUIRE(s.state("app") == "running");
  s.pass(60s);
  REQUIRE(s.orders().empty());
}
