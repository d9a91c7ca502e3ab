// How services come up: order, what is pulled along, how many at a time.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

TEST_CASE("at boot what is enabled is started, and what it requires or wants although that is not enabled") {
  Story s({Service("web").requires_({"db"}).wants({"cache"}), Service("db").disabled(), Service("cache").disabled(),
           Service("extra").disabled()});
  s.boot().run();
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.state("db") == "running");
  REQUIRE(s.state("cache") == "running");
  REQUIRE(s.state("extra") == "stopped");
}

TEST_CASE("a boot of only some starts these and what they need, enabled or not") {
  Story s({Service("web").requires_({"db"}), Service("db"), Service("other"), Service("rare").disabled()});
  s.tell(Boot{{s.id("web"), s.id("rare")}}).run();
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.state("db") == "running");
  REQUIRE(s.state("rare") == "running");
  REQUIRE(s.state("other") == "stopped");
}

TEST_CASE("a service starts when what it requires is ready, and not before") {
  Story s({Service("web").requires_({"db"}), Service("db")});
  s.boot();
  REQUIRE(s.orders() == Names{"spawn db"});
  REQUIRE(s.state("web") == "waiting");
  REQUIRE(s.cause("web") == "waiting for db (starting)");
  s.spawned("db");
  REQUIRE(s.orders() == Names{"spawn web"});
}

TEST_CASE("a oneshot is ready when it has ended with success") {
  Story s({Service("web").requires_({"migrate"}), Service("migrate").oneshot()});
  s.boot().spawned("migrate");
  REQUIRE(s.state("migrate") == "starting");
  REQUIRE(s.state("web") == "waiting");
  s.ends("migrate");
  REQUIRE(s.state("migrate") == "completed");
  REQUIRE(s.state("web") == "starting");
}

TEST_CASE("a oneshot whose success-codes name its code is ready") {
  Story s({Service("web").requires_({"migrate"}), Service("migrate").oneshot().success({0, 3})});
  s.boot().run_and_end("migrate", code(3)).run();
  REQUIRE(s.state("migrate") == "completed");
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("what has no relation does not wait for anything") {
  Story s({Service("slow"), Service("web").requires_({"slow"}), Service("other")});
  s.boot();
  REQUIRE(s.orders() == Names{"spawn other", "spawn slow"});
}

TEST_CASE("wants waits until the other is ready") {
  Story s({Service("web").wants({"cache"}), Service("cache")});
  s.boot();
  REQUIRE(s.orders() == Names{"spawn cache"});
  s.spawned("cache");
  REQUIRE(s.orders() == Names{"spawn web"});
}

TEST_CASE("wants does not mind that the other fails, for good or for now") {
  Story s({Service("web").wants({"cache"}), Service("cache"), Service("api").wants({"index"}),
           Service("index").restart(RestartWhen::always)});
  s.boot();
  s.spawn_fails("cache").spawn_fails("index");
  REQUIRE(s.state("cache") == "failed");
  REQUIRE(s.state("index") == "backoff");
  REQUIRE(s.state("web") == "starting");
  REQUIRE(s.state("api") == "starting");
}

TEST_CASE("after and before order those that are to run, and pull nothing along") {
  Story s({Service("web").after({"net", "missing"}), Service("net").before({"last"}), Service("last"),
           Service("missing").disabled()});
  s.boot();
  REQUIRE(s.orders() == Names{"spawn net"});
  s.spawned("net");
  REQUIRE(s.orders() == Names{"spawn last", "spawn web"});
  REQUIRE(s.state("missing") == "stopped");
}

TEST_CASE("a requirement that fails for good fails what requires it, and is named") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("proxy").requires_({"web"})});
  s.boot().spawn_fails("db", "working-dir '/srv/db': No such file or directory");
  REQUIRE(s.state("web") == "failed");
  REQUIRE(s.cause("web") == "dependency db failed (working-dir '/srv/db': No such file or directory)");
  REQUIRE(s.state("proxy") == "failed");
  REQUIRE(s.cause("proxy") ==
          "dependency web failed (dependency db failed (working-dir '/srv/db': No such file or directory))");
}

TEST_CASE("a requirement in back-off is waited for") {
  Story s({Service("db").restart(RestartWhen::always), Service("web").requires_({"db"})});
  s.boot().spawn_fails("db");
  REQUIRE(s.state("db") == "backoff");
  REQUIRE(s.state("web") == "waiting");
  s.pass(1s).run();
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("what failed for want of a requirement comes back with it") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("proxy").requires_({"web"})});
  s.boot().spawn_fails("db");
  REQUIRE(s.state("proxy") == "failed");
  s.start({"db"});
  s.run();
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.state("proxy") == "running");
}

TEST_CASE("what failed for want of two requirements comes back with the second, and names the one that is missing") {
  Story s({Service("a"), Service("b"), Service("web").requires_({"a", "b"})});
  s.boot().spawned("b").ends("b", code(1)).spawn_fails("a");
  REQUIRE(s.state("web") == "failed");
  s.start({"a"});
  s.run();
  REQUIRE(s.state("web") == "failed");
  s.start({"b"});
  s.run();
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("a start pulls what is required, and leaves alone what is up already") {
  Story s({Service("db").disabled(), Service("web").requires_({"db"}).disabled(), Service("up"),
           Service("job").requires_({"up"}).disabled()});
  s.boot().run().orders();
  s.start({"web", "job"});
  s.run();
  REQUIRE(s.orders() == Names{"spawn db", "spawn job", "spawn web"});
}

TEST_CASE("a requirement that is on its way down is brought up again by a start of its dependent") {
  Story s({Service("db"), Service("web").requires_({"db"}).disabled()});
  s.boot().run();
  s.stop({"db"});
  const ChangeId start = s.start({"web"});
  REQUIRE(s.state("db") == "stopping");
  s.ends("db").run();
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.reply(start) == "web=done");
}

TEST_CASE("a requirement that ends by itself is brought up again by a start of its dependent") {
  Story s({Service("db"), Service("web").requires_({"db"}).disabled()});
  s.boot().run();
  s.main_exits("db", code(1));  // Others of the run are alive; never restarted by policy.
  const ChangeId start = s.start({"web"});
  s.ends("db", code(1)).run();
  REQUIRE(s.reply(start) == "web=done");
}

TEST_CASE("no more are starting at a time than start-parallelism says, first come first served") {
  Story s({Service("a"), Service("b"), Service("c"), Service("d").oneshot()}, parallel(2));
  s.boot();
  REQUIRE(s.orders() == Names{"spawn a", "spawn b"});
  REQUIRE(s.cause("c") == "waiting for a start slot");
  s.spawned("b");
  REQUIRE(s.orders() == Names{"spawn c"});
  s.spawn_fails("a");
  REQUIRE(s.orders() == Names{"spawn d"});
}

TEST_CASE("a service that fails again and again does not keep others from their start slot") {
  Story s({Service("bad").restart(RestartWhen::always, 0s), Service("good")}, parallel(1));
  s.boot();
  REQUIRE(s.orders() == Names{"spawn bad"});
  s.spawn_fails("bad");
  REQUIRE(s.orders() == Names{"spawn good"});
}

TEST_CASE("a start slot that its first in line does not need any more goes to the next") {
  Story s({Service("a"), Service("b"), Service("c")}, parallel(1));
  s.boot();
  s.stop({"b"});
  s.orders();
  s.spawned("a");
  REQUIRE(s.orders() == Names{"spawn c"});
}

TEST_CASE("a start waits for its start-delay once all that it waits for is there, and holds no slot") {
  Story s({Service("db"), Service("web").requires_({"db"}).start_delay(2s), Service("x")}, parallel(1));
  s.boot();
  REQUIRE(s.orders() == Names{"spawn db"});
  REQUIRE(s.cause("web") == "waiting for db (starting)");
  s.spawned("db");
  REQUIRE(s.orders() == Names{"spawn x"});
  REQUIRE(s.state("web") == "waiting");
  REQUIRE(s.cause("web") == "waiting for its start-delay of 2s");
  s.pass(1999ms);
  REQUIRE(s.orders().empty());
  s.pass(1ms);
  REQUIRE(s.cause("web") == "waiting for a start slot");
  s.spawned("x");
  REQUIRE(s.orders() == Names{"spawn web"});
}

TEST_CASE("a stop ends a start-delay, and a command to start does not shorten it") {
  Story s({Service("web").start_delay(2s)});
  s.boot().pass(1s);
  const ChangeId start = s.start({"web"});
  s.pass(999ms);
  REQUIRE(s.state("web") == "waiting");
  const ChangeId stop = s.stop({"web"});
  REQUIRE(s.state("web") == "stopped");
  REQUIRE(s.reply(start) == "web=cancelled (superseded by a later command)");
  REQUIRE(s.reply(stop) == "web=done");
  s.pass(1min);
  REQUIRE(s.orders().empty());
}

TEST_CASE("each start has its start-delay, and one that something comes between begins anew") {
  Story s({Service("db").restart(RestartWhen::always, 1s),
           Service("web").requires_({"db"}).start_delay(2s).restart(RestartWhen::always, 1s)});
  s.boot().run().pass(1s).ends("db", code(1));
  REQUIRE(s.cause("web") == "waiting for db (backoff)");
  s.pass(1s).run();
  s.orders();
  s.pass(1999ms);
  REQUIRE(s.orders().empty());
  s.pass(1ms);
  REQUIRE(s.orders() == Names{"spawn web"});
  s.run().ends("web", code(1)).pass(1s);
  REQUIRE(s.cause("web") == "waiting for its start-delay of 2s");
  s.pass(2s);
  REQUIRE(s.orders() == Names{"spawn web"});
}

TEST_CASE("a shutdown does not wait for a start-delay") {
  Story s({Service("web").start_delay(1h)});
  s.boot().shutdown();
  REQUIRE(s.finished().has_value());
}

TEST_CASE("a failed start is handled like a crash") {
  Story s({Service("web").restart(RestartWhen::on_failure, 2s)});
  s.boot().spawn_fails("web", "fork: Resource temporarily unavailable");
  REQUIRE(s.state("web") == "backoff");
  REQUIRE(s.cause("web") == "fork: Resource temporarily unavailable");
  s.pass(2s);
  REQUIRE(s.state("web") == "starting");
}

TEST_CASE("events of an older run are dropped") {
  Story s({Service("web").restart(RestartWhen::always, 0s)});
  s.boot().spawned("web");
  const RunId old = s.at("web").run;
  s.ends("web", code(1)).spawned("web");
  REQUIRE(s.at("web").run > old);
  s.tell(Ended{s.id("web"), old, code(9)}).tell(MainExited{s.id("web"), old, code(9)});
  s.tell(SpawnFailed{s.id("web"), old, "late"}).tell(Spawned{s.id("web"), old, 7});
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.at("web").pid == 100);
}
