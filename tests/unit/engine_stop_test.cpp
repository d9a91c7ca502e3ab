// How services go down: order, steps, KILL, what is left of a run.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

TEST_CASE("a stop ends when nothing of the run is alive") {
  Story s({Service("web")});
  s.boot().run().orders();
  const ChangeId stop = s.stop({"web"});
  REQUIRE(s.orders() == Names{"TERM web"});
  REQUIRE(s.state("web") == "stopping");
  REQUIRE(s.cause("web").empty());
  REQUIRE(s.reply(stop) == "open");
  s.ends("web", signal(15));
  REQUIRE(s.state("web") == "stopped");
  REQUIRE(s.reply(stop) == "web=done (signal TERM)");
}

TEST_CASE("what is required is stopped after all that requires it") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("api").requires_({"db"}),
           Service("proxy").requires_({"web", "api"})});
  s.boot().run().orders();
  const ChangeId stop = s.stop({"db"});
  REQUIRE(s.orders() == Names{"TERM proxy"});
  s.ends("proxy");
  REQUIRE(s.orders() == Names{"TERM api", "TERM web"});
  s.ends("api");
  REQUIRE(s.orders().empty());
  REQUIRE(s.state("db") == "running");
  s.ends("web");
  REQUIRE(s.orders() == Names{"TERM db"});
  s.ends("db");
  REQUIRE(s.reply(stop) ==
          "db=done (exit 0) api<db=done (went down with db) "
          "proxy<api=done (went down with api, which went down with db) web<db=done (went down with db)");
  REQUIRE(s.state("proxy") == "stopped");
}

TEST_CASE("what was stopped along with a requirement does not come back with it") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run();
  s.stop({"db"});
  s.ends("web").ends("db");
  s.start({"db"});
  s.run();
  REQUIRE(s.state("db") == "running");
  REQUIRE(s.state("web") == "stopped");
  REQUIRE(s.cause("web") == "went down with db");
  REQUIRE(left_down_by(s.engine().world(), {s.id("db")}) == std::vector{s.id("web")});
  s.start({"web"});
  s.run();
  REQUIRE(s.cause("web").empty());
  REQUIRE(left_down_by(s.engine().world(), {s.id("db")}).empty());
}

TEST_CASE("what was stopped along with a requirement, and then for its own sake, is down for its own sake") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run();
  s.stop({"db"});
  s.ends("web", code(3)).ends("db");
  REQUIRE(s.reply(s.stop({"web"})) == "web=done (exit 3)");
  REQUIRE(s.cause("web") == "exit 3");
  REQUIRE(left_down_by(s.engine().world(), {s.id("db")}).empty());
}

TEST_CASE("what waits, or waits for its next try, goes down with its requirement") {
  Story s({Service("gate").oneshot(), Service("db"), Service("web").requires_({"db", "gate"}),
           Service("api").requires_({"db"}).restart(RestartWhen::always)});
  s.boot().run().ends("api", code(1));
  const ChangeId stop = s.stop({"db"});
  REQUIRE(s.state("web") == "stopped");
  REQUIRE(s.why("web") == "asked down with a requirement before it was started");
  s.ends("db");
  REQUIRE(s.reply(stop).starts_with("db=done (exit 0) api<db=done"));
}

TEST_CASE("each service of a stop has its own time") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run();
  const ChangeId stop = s.stop({"db"});
  s.pass(3s).ends("web").pass(1s).ends("db");
  REQUIRE(s.took(stop, "web") == 3s);
  REQUIRE(s.took(stop, "db") == 1s);
}

TEST_CASE("order alone: of those that stop, the later goes first; the others are left alone") {
  Story s({Service("net"), Service("web").after({"net"}), Service("job").wants({"net"})});
  s.boot().run().orders();
  s.stop({"net", "web"});
  REQUIRE(s.orders() == Names{"TERM web"});
  s.ends("web");
  REQUIRE(s.orders() == Names{"TERM net"});
  s.ends("net");
  REQUIRE(s.state("job") == "running");
}

TEST_CASE("independent services stop at the same time") {
  Story s({Service("a"), Service("b"), Service("c")});
  s.boot().run().orders();
  s.stop({"a", "b", "c"});
  Names orders = s.orders();
  std::ranges::sort(orders);
  REQUIRE(orders == Names{"TERM a", "TERM b", "TERM c"});
}

TEST_CASE("stop steps follow each other with their signals, targets and patience; then comes KILL, again and again") {
  Story s({Service("web").stop(
      {step(3, SignalTarget::main, 5s), step(15, SignalTarget::group, 2s), step(2, SignalTarget::all, 1s)})});
  s.boot().run().orders();
  s.stop({"web"});
  REQUIRE(s.orders() == Names{"QUIT web (main)"});
  s.pass(4999ms);
  REQUIRE(s.orders().empty());
  s.pass(1ms);
  REQUIRE(s.orders() == Names{"TERM web"});
  s.pass(2s);
  REQUIRE(s.orders() == Names{"INT web (all)"});
  s.pass(1s);
  REQUIRE(s.orders() == Names{"KILL web"});
  REQUIRE(s.state("web") == "killing");
  s.pass(3s);
  REQUIRE(s.orders() == Names{"KILL web", "KILL web", "KILL web"});
  s.ends("web", signal(9));
  REQUIRE(s.state("web") == "stopped");
  REQUIRE(s.cause("web") == "signal KILL");
}

TEST_CASE("no patience at all means KILL at once after the signal") {
  Story s({Service("web").stop({step(15, SignalTarget::group, 0s)})});
  s.boot().run().orders();
  s.stop({"web"});
  REQUIRE(s.orders() == Names{"TERM web", "KILL web"});
}

TEST_CASE("when the main process follows the stop, the rest gets the same signal and the rest of the time") {
  Story s({Service("web")});
  s.boot().run();
  const ChangeId stop = s.stop({"web"});
  s.pass(4s).orders();
  s.main_exits("web", code(0));
  REQUIRE(s.orders() == Names{"TERM web (all)"});
  REQUIRE(s.state("web") == "stopping");
  REQUIRE(s.reply(stop) == "open");
  s.pass(5999ms);
  REQUIRE(s.orders().empty());
  s.pass(1ms);
  REQUIRE(s.orders() == Names{"KILL web"});
  s.ends("web", code(0));
  REQUIRE(s.reply(stop) == "web=done (exit 0)");
}

TEST_CASE("when the main process ends by itself, the rest is ended before the policy is asked") {
  Story s({Service("web").restart(RestartWhen::on_failure)});
  s.boot().run().orders();
  s.main_exits("web", code(3));
  REQUIRE(s.orders() == Names{"TERM web (all)"});
  REQUIRE(s.state("web") == "stopping");
  REQUIRE(s.cause("web") == "exit 3");
  s.pass(10s);
  REQUIRE(s.orders() == Names{"KILL web"});
  s.main_exits("web", code(3)).orders();
  s.ends("web", code(3));
  REQUIRE(s.state("web") == "backoff");
}

TEST_CASE("a stop is obeyed in every state") {
  Story s({Service("db").disabled(), Service("web").requires_({"db"}), Service("job").restart(RestartWhen::always),
           Service("once").oneshot(), Service("bad")});
  SECTION("waiting") {
    s.boot();
    const ChangeId stop = s.stop({"web"});
    REQUIRE(s.state("web") == "stopped");
    REQUIRE(s.reply(stop) == "web=done");
    s.spawned("db");
    REQUIRE(s.state("web") == "stopped");
  }
  SECTION("starting, before its program runs") {
    s.boot().orders();
    const ChangeId stop = s.stop({"job"});
    REQUIRE(s.orders() == Names{"TERM job"});
    s.spawned("job");
    REQUIRE(s.state("job") == "stopping");
    s.ends("job", signal(15));
    REQUIRE(s.reply(stop) == "job=done (signal TERM)");
  }
  SECTION("starting, and its program never runs") {
    s.boot();
    const ChangeId stop = s.stop({"job"});
    s.spawn_fails("job", "killed");
    REQUIRE(s.state("job") == "stopped");
    REQUIRE(s.reply(stop) == "job=done (killed)");
  }
  SECTION("a oneshot at work") {
    s.boot().spawned("once");
    s.stop({"once"});
    REQUIRE(s.state("once") == "stopping");
    s.ends("once", signal(15));
    REQUIRE(s.state("once") == "stopped");
  }
  SECTION("backoff") {
    s.boot().run_and_end("job", code(1));
    REQUIRE(s.state("job") == "backoff");
    const ChangeId stop = s.stop({"job"});
    REQUIRE(s.state("job") == "stopped");
    REQUIRE(s.reply(stop) == "job=done (exit 1)");
    s.pass(60s);
    REQUIRE(s.state("job") == "stopped");
  }
  SECTION("failed and completed") {
    s.boot().run_and_end("bad", code(1)).run_and_end("once", code(0));
    s.stop({"bad", "once"});
    REQUIRE(s.state("bad") == "stopped");
    REQUIRE(s.state("once") == "stopped");
  }
  SECTION("stopped") {
    const ChangeId stop = s.stop({"web"});
    REQUIRE(s.reply(stop) == "web=done");
  }
  SECTION("stopping by itself, with the policy wanting it back") {
    s.boot().spawned("job").main_exits("job", code(1));
    s.stop({"job"});
    s.ends("job", code(1));
    REQUIRE(s.state("job") == "stopped");
  }
}

TEST_CASE("an end by itself while it waits for its dependents to stop is the end of the stop") {
  Story s({Service("db").restart(RestartWhen::always), Service("web").requires_({"db"})});
  s.boot().run();
  const ChangeId stop = s.stop({"db"});
  s.ends("db", code(1));
  REQUIRE(s.state("db") == "stopped");
  REQUIRE(s.reply(stop) == "open");
  s.ends("web");
  REQUIRE(s.reply(stop) == "db=done (exit 1) web<db=done (went down with db)");
}

TEST_CASE("kill spares no time, but lets dependents go in peace") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run().orders();
  const ChangeId kill = s.kill({"db"});
  REQUIRE(s.orders() == Names{"KILL db", "TERM web"});
  REQUIRE(s.state("db") == "killing");
  s.ends("db", signal(9));
  REQUIRE(s.state("db") == "stopped");
  s.ends("web");
  REQUIRE(s.reply(kill) == "db=done (signal KILL) web<db=done (went down with db)");
}

TEST_CASE("kill works in every state") {
  Story s({Service("web").restart(RestartWhen::always), Service("once").oneshot()});
  SECTION("stopped") {
    REQUIRE(s.reply(s.kill({"web"})) == "web=done");
    REQUIRE(s.orders().empty());
  }
  SECTION("starting: the process gets it when it is there") {
    s.boot().orders();
    const ChangeId kill = s.kill({"web"});
    REQUIRE(s.orders() == Names{"KILL web"});
    s.spawned("web");
    REQUIRE(s.state("web") == "killing");
    s.ends("web", signal(9));
    REQUIRE(s.reply(kill) == "web=done (signal KILL)");
  }
  SECTION("stopping") {
    s.boot().run();
    s.stop({"web"});
    s.orders();
    s.kill({"web"});
    REQUIRE(s.orders() == Names{"KILL web"});
  }
  SECTION("backoff, completed, failed") {
    s.boot().run_and_end("web", code(1)).run_and_end("once", code(0)).orders();
    REQUIRE(s.reply(s.kill({"web", "once"})) == "once=done (exit 0) web=done (exit 1)");
    REQUIRE(s.orders().empty());
  }
  SECTION("killing: once more") {
    s.boot().run();
    s.kill({"web"});
    s.orders();
    s.kill({"web"});
    REQUIRE(s.orders() == Names{"KILL web"});
  }
}

TEST_CASE("a requirement that ends for good stops what requires it, dependents first") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("proxy").requires_({"web"})});
  s.boot().run().orders();
  s.ends("db", code(4));
  REQUIRE(s.state("db") == "failed");
  REQUIRE(s.orders() == Names{"TERM proxy"});
  s.ends("proxy");
  REQUIRE(s.orders() == Names{"TERM web"});
  s.ends("web");
  REQUIRE(s.state("web") == "failed");
  REQUIRE(s.cause("web") == "dependency db failed (exit 4)");
  REQUIRE(s.cause("proxy") == "dependency web failed (dependency db failed (exit 4))");
}

TEST_CASE("a requirement that is simple and ends with success is gone as well") {
  Story s({Service("db").restart(RestartWhen::on_failure), Service("web").requires_({"db"})});
  s.boot().run().ends("db", code(0));
  REQUIRE(s.state("db") == "completed");
  REQUIRE(s.state("web") == "stopping");
  s.ends("web");
  REQUIRE(s.cause("web") == "dependency db completed (exit 0)");
}

TEST_CASE("a crash that the requirement's own policy repairs leaves its dependents alone") {
  Story s({Service("db").restart(RestartWhen::on_failure), Service("web").requires_({"db"})});
  s.boot().run().orders();
  SECTION("everything of it ends at once") { s.ends("db", signal(11)); }
  SECTION("others of its run outlive the main process") {
    s.main_exits("db", signal(11));
    REQUIRE(s.orders() == Names{"TERM db (all)"});
    s.ends("db", signal(11));
  }
  s.pass(1s).run();
  REQUIRE(s.orders() == Names{"spawn db"});
  REQUIRE(s.state("web") == "running");
}
