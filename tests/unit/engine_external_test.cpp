// What is external: it gates what needs it, and is asked all the time whether it is there.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

TEST_CASE("what needs something external waits until that is there", "[external]") {
  const auto needs = GENERATE(
      +[](Service& s) { s.requires_({"db"}); }, +[](Service& s) { s.wants({"db"}); },
      +[](Service& s) { s.after({"db"}); }, +[](Service& s) { s.binds_to({"db"}); });
  Service web("web");
  needs(web);
  Story s({Service("db").external(), web});
  s.boot();
  REQUIRE(s.orders() == Names{"probe db"});
  REQUIRE(s.state("db") == "waiting");
  REQUIRE(s.cause("web") == "waiting for db (is being asked for)");
  s.probe("db", "Connection refused");
  REQUIRE(s.orders() == Names{"probe db"});
  REQUIRE(s.cause("web") == "waiting for db (not there: Connection refused)");
  REQUIRE(s.cause("db") == "not there: Connection refused");
  s.probe("db");
  REQUIRE(s.state("db") == "running");
  REQUIRE(s.orders() == Names{"db is healthy", "probe db", "spawn web"});
}

TEST_CASE("what requires something external stays when that is lost, and is not started without it", "[external]") {
  Story s({Service("db").external(), Service("web").requires_({"db"}).restart(RestartWhen::always, 1s)});
  s.boot().probe("db").run().probe("db", "timed out");
  REQUIRE(s.state("db") == "running");
  s.probe("db", "timed out");
  REQUIRE(s.state("db") == "waiting");
  REQUIRE(s.why("db") == "is not there any more");
  REQUIRE(s.state("web") == "running");
  s.ends("web", code(1)).pass(1s);
  REQUIRE(s.state("web") == "waiting");
  s.probe("db").run();
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("with on-lost = stop, or bound to it, it is stopped and comes back", "[external]") {
  const bool is_bound = GENERATE(false, true);
  Service web("web");
  is_bound ? web.binds_to({"db"}) : web.requires_({"db"});
  Story s({Service("db").external(is_bound ? OnLost::none : OnLost::stop), web});
  s.boot().probe("db").run().probe("db", "timed out");
  s.orders();
  s.probe("db", "timed out");
  REQUIRE(s.orders() == Names{"db is unhealthy (2 failures: timed out)", "probe db", "TERM web"});
  s.probe("db").ends("web", signal(15));
  REQUIRE(s.orders() == Names{"db is healthy", "probe db", "spawn web"});
}

TEST_CASE("what is external takes no start slot, and is no work that supervisord waits for", "[external]") {
  DaemonSpec daemon = parallel(1);
  daemon.exit = ExitWhen::when_done;
  Story s({Service("db").external(), Service("gone").external(), Service("job").oneshot().requires_({"db"})}, daemon);
  s.boot().probe("gone", "No route to host").probe("db");
  REQUIRE(s.orders().back() == "spawn job");
  s.run_and_end("job", code(0));
  REQUIRE(s.finished().has_value());
  REQUIRE(s.finished()->survivors.empty());
  REQUIRE(s.finished()->exit_code == 0);
}

TEST_CASE("a shutdown asks no more, after what needs it is gone", "[external]") {
  Story s({Service("db").external(), Service("web").requires_({"db"})});
  s.boot().probe("db").run();
  s.orders();
  s.shutdown();
  REQUIRE(s.orders() == Names{"TERM web"});
  REQUIRE(s.state("db") == "running");
  s.ends("web", signal(15));
  REQUIRE(s.orders() == Names{"probe no more db"});
  REQUIRE(s.state("db") == "stopped");
  REQUIRE(s.finished()->survivors.empty());
}

TEST_CASE("an answer of an earlier time says nothing", "[external]") {
  Story s({Service("db").external()});
  s.boot();
  const RunId old = s.at("db").run;
  s.stop({"db"});
  s.start({"db"});
  s.tell(HealthProbed{s.id("db"), old, ""});
  REQUIRE(s.state("db") == "waiting");
  s.probe("db");
  REQUIRE(s.state("db") == "running");
}

TEST_CASE("what is external has no process to pause or to wait for", "[external]") {
  Story s({Service("db").external()});
  s.boot().probe("db");
  REQUIRE(s.reply(s.pause({"db"})) == "db=failed (has no process)");
  REQUIRE(s.reply(s.wait(WaitFor::exited, {"db"})) == "db=failed (has no process)");
  REQUIRE(s.reply(s.wait(WaitFor::healthy, {"db"})) == "db=done");
}
