// Restarts: by command, and by policy.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

// The waits before the next `count` restarts of a service that ends as soon as it runs.
std::vector<Duration> waits(Story& s, const std::string& name, int count) {
  std::vector<Duration> out;
  for (int n = 0; n < count; ++n) {
    s.spawned(name).ends(name, code(1));
    const Instance& i = s.at(name);
    if (i.state != State::backoff) break;
    out.push_back(i.deadline - i.since);
    s.pass(out.back());
  }
  return out;
}

}  // namespace

// ---- by command ----

TEST_CASE("a restart is a stop and a start of a new run") {
  Story s({Service("web")});
  s.boot().run().orders();
  const RunId old = s.at("web").run;
  const ChangeId restart = s.restart({"web"});
  s.ends("web", signal(15));
  REQUIRE(s.told_end(old) == signal(15));  // Although the next run has begun in the same step.
  REQUIRE(s.reply(restart) == "open");
  s.run();
  REQUIRE(s.orders() == Names{"TERM web", "spawn web"});
  REQUIRE(s.reply(restart) == "web=done");
  REQUIRE(s.at("web").run > old);
}

TEST_CASE("a restart of a requirement takes its dependents down first and brings them back") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("proxy").requires_({"web"}), Service("other")});
  s.boot().run().orders();
  const ChangeId restart = s.restart({"db"});
  s.ends("proxy").ends("web").ends("db").run();
  REQUIRE(s.orders() == Names{"TERM proxy", "TERM web", "TERM db", "spawn db", "spawn web", "spawn proxy"});
  REQUIRE(s.reply(restart) == "db=done proxy<web=done web<db=done");
  REQUIRE(s.state("proxy") == "running");
}

TEST_CASE("a restart of several keeps their order, down and up") {
  Story s({Service("net"), Service("web").after({"net"})});
  s.boot().run().orders();
  const ChangeId restart = s.restart({"net", "web"});
  s.ends("web").ends("net").run();
  REQUIRE(s.orders() == Names{"TERM web", "TERM net", "spawn net", "spawn web"});
  REQUIRE(s.reply(restart) == "net=done web=done");
}

TEST_CASE("in a restart of several the quick do not wait for the slow") {
  Story s({Service("a"), Service("slow")});
  s.boot().run().orders();
  const ChangeId restart = s.restart({"a", "slow"});
  s.ends("a").run();
  REQUIRE(s.state("a") == "running");
  REQUIRE(s.reply(restart) == "open");
  s.pass(5s).ends("slow").run();
  REQUIRE(s.reply(restart) == "a=done slow=done");
}

TEST_CASE("a restart works in every state") {
  Story s({Service("db").disabled(), Service("web").requires_({"db"}), Service("job").restart(RestartWhen::always),
           Service("once").oneshot(), Service("bad")});
  SECTION("stopped") {
    const ChangeId restart = s.restart({"job"});
    s.run();
    REQUIRE(s.reply(restart) == "job=done");
  }
  SECTION("waiting") {
    s.boot();
    const ChangeId restart = s.restart({"web"});
    s.run();
    REQUIRE(s.reply(restart) == "web=done");
  }
  SECTION("starting") {
    s.boot();
    const RunId old = s.at("job").run;
    const ChangeId restart = s.restart({"job"});
    s.spawned("job").ends("job", signal(15)).run();
    REQUIRE(s.reply(restart) == "job=done");
    REQUIRE(s.at("job").run > old);
  }
  SECTION("starting, and its program never runs") {
    s.boot();
    const ChangeId restart = s.restart({"bad"});
    s.spawn_fails("bad").run();
    REQUIRE(s.reply(restart) == "bad=done");
  }
  SECTION("stopping") {
    s.boot().run();
    s.stop({"job"});
    const ChangeId restart = s.restart({"job"});
    s.ends("job").run();
    REQUIRE(s.reply(restart) == "job=done");
  }
  SECTION("killing") {
    s.boot().run();
    s.kill({"job"});
    const ChangeId restart = s.restart({"job"});
    s.ends("job", signal(9)).run();
    REQUIRE(s.reply(restart) == "job=done");
  }
  SECTION("stopping by itself, and the policy would leave it down") {
    s.boot().run().main_exits("bad", code(0));
    const ChangeId restart = s.restart({"bad"});
    s.ends("bad", code(0)).run();
    REQUIRE(s.reply(restart) == "bad=done");
  }
  SECTION("killed after it ended by itself, and the policy would leave it down") {
    s.boot().run().main_exits("bad", code(0)).pass(10s);
    REQUIRE(s.state("bad") == "killing");
    const ChangeId restart = s.restart({"bad"});
    s.ends("bad", code(0)).run();
    REQUIRE(s.reply(restart) == "bad=done");
  }
  SECTION("backoff: at once") {
    s.boot().run_and_end("job", code(1));
    const ChangeId restart = s.restart({"job"});
    s.run();
    REQUIRE(s.reply(restart) == "job=done");
  }
  SECTION("completed and failed") {
    s.boot().run_and_end("once", code(0)).run_and_end("bad", code(1));
    const ChangeId restart = s.restart({"once", "bad"});
    s.run_and_end("once", code(0)).spawned("bad");
    REQUIRE(s.reply(restart) == "bad=done once=done (exit 0)");
  }
}

TEST_CASE("what is to be restarted and ends by itself meanwhile comes back all the same") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run();
  const ChangeId restart = s.restart({"db"});  // Waits for web.
  SECTION("everything of it") { s.ends("db", code(0)); }
  SECTION("its main process first") { s.main_exits("db", code(0)).ends("db", code(0)); }
  s.run();
  REQUIRE(s.state("db") == "running");
  REQUIRE(s.reply(restart) == "open");
  s.ends("web").run();
  REQUIRE(s.reply(restart) == "db=done web<db=done");
}

TEST_CASE("a start of what is about to be restarted waits for the restart and does not undo it") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run().orders();
  const ChangeId restart = s.restart({"db"});  // Waits for web.
  const ChangeId start = s.start({"db"});
  REQUIRE(s.reply(start) == "open");
  s.ends("web").ends("db").run();
  REQUIRE(s.orders() == Names{"TERM web", "TERM db", "spawn db", "spawn web"});
  REQUIRE(s.reply(restart) == "db=done web<db=done");
  REQUIRE(s.reply(start) == "db=done");
}

TEST_CASE("start while it stops: it is started when it has stopped") {
  Story s({Service("web")});
  s.boot().run();
  const ChangeId stop = s.stop({"web"});
  const ChangeId start = s.start({"web"});
  REQUIRE(s.reply(stop) == "web=cancelled (superseded by a later command)");
  REQUIRE(s.state("web") == "stopping");
  s.ends("web").run();
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.reply(start) == "web=done");
}

TEST_CASE("start while it ends by itself brings it up again, whatever its policy says") {
  Story s({Service("web")});
  s.boot().run().main_exits("web", code(0));
  const ChangeId start = s.start({"web"});
  s.ends("web", code(0)).run();
  REQUIRE(s.reply(start) == "web=done");
}

// ---- by policy ----

TEST_CASE("waits grow by the factor up to max-delay") {
  Story s({Service("web").restart(RestartWhen::always, 100ms).with([](ServiceSpec& spec) {
    spec.restart.factor = 2;
    spec.restart.max_delay = 1s;
  })});
  s.boot();
  REQUIRE(waits(s, "web", 7) == std::vector<Duration>{100ms, 200ms, 400ms, 800ms, 1s, 1s, 1s});
}

TEST_CASE("without any setting no more than ten starts are made in ten seconds") {
  Story s({Service("web").with([](ServiceSpec& spec) { spec.restart = {}; })});
  s.boot();
  Duration sum{};
  int starts = 1;
  for (const Duration wait : waits(s, "web", 12))
    if ((sum += wait) < 10s) ++starts;
  REQUIRE(starts <= 10);
}

TEST_CASE("a delay of 0 stays 0, however often it is multiplied") {
  Story s({Service("web").restart(RestartWhen::always, 0s)});
  s.boot();
  for (int n = 0; n < 3'000; ++n) s.run_and_end("web", code(1));
  REQUIRE(s.state("web") == "starting");
  REQUIRE(s.at("web").restarts_total == 3'000);
}

TEST_CASE("jitter makes waits longer by up to its fraction, and not all by the same") {
  std::vector<Service> services;
  for (int n = 0; n < 50; ++n)
    services.push_back(Service(fmt::format("s{}", n)).restart(RestartWhen::always, 1s).with([](ServiceSpec& spec) {
      spec.restart.jitter = 0.5;
    }));
  Story s(std::move(services));
  s.boot();
  Duration least = 1h;
  Duration most{};
  for (int n = 0; n < 50; ++n) {
    const std::string name = fmt::format("s{}", n);
    s.run_and_end(name, code(1));
    const Duration wait = s.at(name).deadline - s.at(name).since;
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  REQUIRE(least >= 1s);
  REQUIRE(most <= 1500ms);
  REQUIRE(most - least > 200ms);
}

TEST_CASE("a run of reset-after starts the waits afresh") {
  Story s({Service("web").restart(RestartWhen::always, 1s).with([](ServiceSpec& spec) {
    spec.restart.reset_after = 10s;
  })});
  s.boot();
  REQUIRE(waits(s, "web", 3) == std::vector<Duration>{1s, 2s, 4s});
  SECTION("long enough") {
    s.spawned("web").pass(10s).ends("web", code(1));
    REQUIRE(s.at("web").deadline - s.at("web").since == 1s);
  }
  SECTION("not quite") {
    s.spawned("web").pass(9'999ms).ends("web", code(1));
    REQUIRE(s.at("web").deadline - s.at("web").since == 8s);
  }
  SECTION("a slow start does not count") {
    s.pass(60s).spawned("web").ends("web", code(1));
    REQUIRE(s.at("web").deadline - s.at("web").since == 8s);
  }
  SECTION("the time that the rest of it takes to end does not count either") {
    s.spawned("web").main_exits("web", code(1)).pass(30s).ends("web", code(1));
    REQUIRE(s.at("web").deadline - s.at("web").since == 8s);
  }
}

TEST_CASE("max within: after so many restarts it gives up, however long the program lives in between") {
  const Duration life = GENERATE(as<Duration>{}, 0ms, 900ms, 5s);
  Story s({Service("web").at_most(5, 60s).with([](ServiceSpec& spec) {
    spec.restart.when = RestartWhen::always;
    spec.restart.delay = 1s;
  })});
  s.boot();
  int restarts = 0;
  while (restarts <= 5) {
    s.spawned("web").pass(life).ends("web", code(1));
    if (s.state("web") != "backoff") break;
    ++restarts;
    s.pass(s.at("web").deadline - s.at("web").since);
  }
  REQUIRE(s.state("web") == "failed");
  REQUIRE(restarts == 5);
}

TEST_CASE("giving up says so, and a service that lives longer than the window never does") {
  Story s({Service("web").restart(RestartWhen::always, 0s).at_most(2, 60s)});
  s.boot();
  SECTION("short lives") {
    s.run_and_end("web", code(1)).run_and_end("web", code(1)).run_and_end("web", code(7));
    REQUIRE(s.state("web") == "failed");
    REQUIRE(s.cause("web") == "exit 7; gave up: 2 restarts in 1m");
    REQUIRE(s.at("web").restarts_total == 2);
  }
  SECTION("long lives") {
    for (int n = 0; n < 20; ++n) {
      s.spawned("web").pass(61s).ends("web", code(1));
      REQUIRE(s.state("web") == "starting");
    }
  }
}

TEST_CASE("a start by a person always works, and the policy counts from the beginning") {
  Story s({Service("web").restart(RestartWhen::always, 1s).at_most(1, 60s)});
  s.boot().run_and_end("web", code(1)).pass(1s).run_and_end("web", code(1));
  REQUIRE(s.state("web") == "failed");
  s.start({"web"});
  REQUIRE(waits(s, "web", 3) == std::vector<Duration>{1s});
  REQUIRE(s.state("web") == "failed");
}

TEST_CASE("start in back-off tries at once") {
  Story s({Service("web").restart(RestartWhen::always, 30s)});
  s.boot().run_and_end("web", code(1));
  const ChangeId start = s.start({"web"});
  REQUIRE(s.state("web") == "starting");
  s.spawned("web");
  REQUIRE(s.reply(start) == "web=done");
}

TEST_CASE("after its back-off a service waits for its requirements again") {
  Story s({Service("db"), Service("web").requires_({"db"}).restart(RestartWhen::always)});
  s.boot().run().ends("web", code(1)).ends("db", code(1));
  REQUIRE(s.state("web") == "backoff");
  s.pass(1s);
  REQUIRE(s.state("web") == "failed");
  REQUIRE(s.cause("web") == "dependency db failed (exit 1)");
}

TEST_CASE("what giving up leads to") {
  SECTION("fail: nothing further") {
    Story s({Service("web").restart(RestartWhen::always, 0s).at_most(0, 60s), Service("other")});
    s.boot().run().ends("web", code(3));
    REQUIRE(s.state("web") == "failed");
    REQUIRE(s.state("other") == "running");
    REQUIRE_FALSE(s.finished());
  }
  SECTION("shutdown: with the code of the service") {
    Story s({Service("web").restart(RestartWhen::always).at_most(0, 60s).on_give_up(GiveUpAction::shutdown),
             Service("other")});
    s.boot().run().ends("web", code(3));
    REQUIRE(s.shutdown_reason() == "web is failed (exit 3; gave up: 0 restarts in 1m)");
    s.ends("other", signal(15));
    REQUIRE(s.finished()->exit_code == 3);
  }
  SECTION("start: another service") {
    Story s({Service("web").restart(RestartWhen::always).at_most(0, 60s).on_give_up(GiveUpAction::start, "page"),
             Service("page").disabled()});
    s.boot().run().ends("web", code(3)).run();
    REQUIRE(s.state("web") == "failed");
    REQUIRE(s.state("page") == "running");
  }
}

TEST_CASE("an end that we asked for is no failure") {
  Story s({Service("web").restart(RestartWhen::on_failure)});
  s.boot().run();
  s.stop({"web"});
  s.ends("web", signal(15));
  REQUIRE(s.state("web") == "stopped");
  REQUIRE(s.at("web").restarts_total == 0);
}

TEST_CASE("a signal by command is no stop: the policy has its say") {
  Story s({Service("web").restart(RestartWhen::always)});
  s.boot().run().orders();
  const ChangeId change = s.send(Signal{15}, {"web"});
  REQUIRE(s.orders() == Names{"TERM web (main)"});
  REQUIRE(s.reply(change) == "web=done");
  s.ends("web", signal(15));
  REQUIRE(s.state("web") == "backoff");
}
