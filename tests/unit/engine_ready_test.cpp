// Readiness, reloads and watchdogs: what a run says of itself, and what comes of it when it says nothing.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

constexpr Signal kHup{1};

// A notify service that is up.
Story running(Service service) {
  Story s({std::move(service)});
  s.boot().run().ready("web").orders();
  return s;
}

}  // namespace

TEST_CASE("a dependent starts when readiness was confirmed, not when the program runs") {
  Story s({Service("db").notify(), Service("web").requires_({"db"})});
  s.boot().run();
  REQUIRE(s.orders() == Names{"spawn db", "await db"});
  REQUIRE(s.state("db") == "starting");
  REQUIRE(s.cause("db") == "not ready yet");
  s.ready("db");
  REQUIRE(s.state("db") == "running");
  REQUIRE(s.orders() == Names{"stop awaiting db", "spawn web"});
}

TEST_CASE("readiness that is told before we know that the program runs counts") {
  Story s({Service("web").notify()});
  s.boot().ready("web");
  REQUIRE(s.state("web") == "starting");
  s.run();
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.orders() == Names{"spawn web"});
}

TEST_CASE("readiness that is told twice is no news") {
  Story s = running(Service("web").notify());
  s.ready("web").ready("web");
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.orders().empty());
}

TEST_CASE("what is not ready in time has failed, and says what was seen last") {
  Story s({Service("web").notify().ready_within(5s)});
  const ChangeId change = s.start({"web"});
  s.run().tell(ReadyProbeFailed{s.id("web"), s.at("web").run, "tcp 127.0.0.1:80: connection refused"});
  REQUIRE(s.cause("web") == "not ready yet: tcp 127.0.0.1:80: connection refused");
  s.pass(4999ms);
  REQUIRE(s.state("web") == "starting");
  s.pass(1ms);
  REQUIRE(s.state("web") == "stopping");
  REQUIRE(s.orders() == Names{"spawn web", "await web", "TERM web", "stop awaiting web"});
  s.ends("web", signal(15));
  REQUIRE(s.state("web") == "failed");
  REQUIRE(s.reply(change) == "web=failed (was not ready within 5s: tcp 127.0.0.1:80: connection refused)");
}

TEST_CASE("what asks for more time gets it, but never less than it had") {
  Story s({Service("web").notify().ready_within(5s)});
  s.boot().run().asks_for("web", 1s).pass(4s).asks_for("web", 10s).pass(9s);
  REQUIRE(s.state("web") == "starting");
  s.pass(1s);
  REQUIRE(s.state("web") == "stopping");
}

TEST_CASE("what can never become ready is ended at once") {
  Story s({Service("web").notify()});
  s.boot().run().never_ready("web", "closed its readiness descriptor without a newline");
  REQUIRE(s.state("web") == "stopping");
  s.ends("web");
  REQUIRE(s.cause("web") == "closed its readiness descriptor without a newline");
}

TEST_CASE("what shows by its descriptor or its output that it is ready is not ready because it says so") {
  const auto shows = GENERATE(
      +[](ServiceSpec& spec) { spec.ready.edit().fd = 3; },
      +[](ServiceSpec& spec) { spec.ready.edit().log = "listening"; });
  Story s({Service("web").with(shows)});
  s.boot().run().ready("web");
  REQUIRE(s.state("web") == "starting");
  s.tell(BecameReady{s.id("web"), s.at("web").run, ReadyBy::seen});
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.orders() == Names{"spawn web", "await web", "stop awaiting web"});
}

TEST_CASE("readiness that comes after the order to stop changes nothing") {
  Story s({Service("web").notify()});
  s.boot().run();
  s.stop({"web"});
  s.ready("web");
  REQUIRE(s.state("web") == "stopping");
}

TEST_CASE("post-start hooks run when it is ready, and it is up after them") {
  Story s({Service("web").notify().with([](ServiceSpec& spec) { spec.post_start = {hook("warm")}; })});
  s.boot().run();
  s.orders();
  s.ready("web");
  REQUIRE(s.orders() == Names{"post-start 1 of web", "stop awaiting web"});
  REQUIRE(s.state("web") == "starting");
  s.task_ends("web");
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("a forking service with notify needs both: its main process, and the message") {
  Story s({Service("web").forking().with([](ServiceSpec& spec) { spec.ready.edit().notify = true; })});
  SECTION("the message first") {
    s.boot().run().ready("web").main_exits("web", code(0)).main_found("web");
    REQUIRE(s.state("web") == "running");
  }
  SECTION("the main process first") {
    s.boot().run().main_exits("web", code(0)).main_found("web");
    REQUIRE(s.state("web") == "starting");
    s.ready("web");
    REQUIRE(s.state("web") == "running");
  }
  SECTION("the time counts from the start of the launcher") {
    s.boot().run().pass(20s).main_exits("web", code(0)).main_found("web").pass(10s);
    REQUIRE(s.state("web") == "stopping");
  }
}

TEST_CASE("with a delay it is ready when it has run for so long") {
  Story s({Service("web").delay(2s)});
  s.boot().run().ready("web").pass(1999ms);
  REQUIRE(s.state("web") == "starting");
  s.pass(1ms);
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.orders() == Names{"spawn web"});
}

TEST_CASE("an end within the delay is a failed start") {
  Story s({Service("web").delay(2s)});
  s.boot().run().pass(1s).ends("web", code(3));
  REQUIRE(s.state("web") == "failed");
  REQUIRE(s.cause("web") == "exit 3");
}

// ---- reloads ----

TEST_CASE("a reload by signal is done when the signal was sent, if it cannot say so") {
  Story s({Service("web").reload(kHup)});
  s.boot().run();
  s.orders();
  const ChangeId change = s.reload({"web"});
  REQUIRE(s.orders() == Names{"HUP web (main)"});
  REQUIRE(s.reply(change) == "web=done");
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("a reload of a notify service is done when it says READY=1 again; its dependents stay") {
  Story s({Service("web").notify().reload(kHup), Service("api").requires_({"web"})});
  s.boot().run().ready("web").run();
  const ChangeId change = s.reload({"web"});
  REQUIRE(s.state("web") == "reloading");
  s.says("web", Notice::reloading).says("web", Notice::reloading);
  REQUIRE(s.reply(change) == "open");
  REQUIRE(s.state("api") == "running");
  s.ready("web");
  REQUIRE(s.reply(change) == "web=done");
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("a reload of which a notify service says nothing, and need not, is done at once") {
  Service by_signal = Service("signal").notify().reload(kHup);
  Service by_command = Service("command").notify().reload("reloader");
  by_signal.named.spec.reload.edit().notify = false;
  by_command.named.spec.reload.edit().notify = false;
  Story s({by_signal, by_command});
  s.boot().run().ready("signal").ready("command").run();
  REQUIRE(s.reply(s.reload({"signal"})) == "signal=done");
  const ChangeId change = s.reload({"command"});
  s.task_ends("command");
  REQUIRE(s.reply(change) == "command=done");
  s.says("command", Notice::reloading);
  REQUIRE(s.state("command") == "reloading");  // By itself: then it has to say the end of it, too.
}

TEST_CASE("a reload that takes too long has failed, and the service goes on") {
  Story s = running(Service("web").notify().reload(kHup, 10s));
  const ChangeId change = s.reload({"web"});
  s.pass(10s);
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.cause("web") ==
          "reload failed: did not say READY=1 within 10s (reload.notify = false is for those that never do)");
  REQUIRE(s.reply(change) ==
          "web=failed (did not say READY=1 within 10s (reload.notify = false is for those that never do))");
}

TEST_CASE("a reload command that fails, or hangs, has failed") {
  Story s({Service("web").reload("reloader", 10s)});
  s.boot().run();
  const ChangeId first = s.reload({"web"});
  REQUIRE(s.state("web") == "reloading");
  s.task_ends("web", "exit 1");
  REQUIRE(s.reply(first) == "web=failed (reloader: exit 1)");
  REQUIRE(s.state("web") == "running");
  const ChangeId second = s.reload({"web"});
  s.orders();
  s.pass(10s);
  REQUIRE(s.orders() == Names{"kill tasks of web"});
  s.task_ends("web", "signal KILL");
  REQUIRE(s.reply(second) == "web=failed (reloader: was not done within 10s)");
  const ChangeId third = s.reload({"web"});
  s.task_ends("web");
  REQUIRE(s.reply(third) == "web=done");
  REQUIRE(s.cause("web").empty());
}

TEST_CASE("a reload command of a notify service is done when both are") {
  Story s = running(Service("web").notify().reload("reloader"));
  SECTION("the command first") {
    const ChangeId change = s.reload({"web"});
    s.task_ends("web");
    REQUIRE(s.reply(change) == "open");
    s.ready("web");
    REQUIRE(s.reply(change) == "web=done");
  }
  SECTION("the message first") {
    const ChangeId change = s.reload({"web"});
    s.says("web", Notice::reloading).ready("web");
    REQUIRE(s.reply(change) == "open");
    s.task_ends("web");
    REQUIRE(s.reply(change) == "web=done");
  }
}

TEST_CASE("what does not run, reloads already, or does not know how, cannot be reloaded") {
  Story s({Service("down").disabled().reload(kHup), Service("mute"), Service("web").notify().reload(kHup)});
  s.boot().run();
  const ChangeId early = s.reload({"web"});
  REQUIRE(s.reply(early) == "web=failed (only what is running can be reloaded)");
  s.ready("web");
  s.reload({"web"});
  const ChangeId change = s.reload({"down", "mute", "web"});
  REQUIRE(s.reply(change) ==
          "down=failed (is not running) mute=failed (its settings do not say how: there is no `reload`) "
          "web=failed (is reloading already)");
}

TEST_CASE("a stop during a reload ends its command and the change") {
  Story s({Service("web").reload("reloader")});
  s.boot().run();
  const ChangeId change = s.reload({"web"});
  s.orders();
  s.stop({"web"});
  REQUIRE(s.orders() == Names{"kill tasks of web", "TERM web"});
  REQUIRE(s.reply(change) == "web=failed (was to end before it had reloaded)");
}

TEST_CASE("RELOADING=1 before the first READY=1 is no news, later it is a reload") {
  Story s({Service("web").notify()});
  s.boot().run().says("web", Notice::reloading);
  REQUIRE(s.state("web") == "starting");
  s.ready("web").says("web", Notice::reloading);
  REQUIRE(s.state("web") == "reloading");
  s.ready("web");
  REQUIRE(s.state("web") == "running");
}

// ---- the end that it tells of ----

TEST_CASE("what says that it stops is stopping, gets no signal, and has its time") {
  Story s = running(Service("web").notify().stop({step(15, SignalTarget::group, 10s)}));
  s.says("web", Notice::stopping);
  REQUIRE(s.state("web") == "stopping");
  REQUIRE(s.orders().empty());
  SECTION("it ends: by itself, as its policy sees it") {
    s.ends("web", code(3));
    REQUIRE(s.state("web") == "failed");
  }
  SECTION("it does not end") {
    s.pass(10s);
    REQUIRE(s.orders() == Names{"KILL web"});
  }
}

// ---- watchdogs ----

TEST_CASE("the watchdog counts from when it is ready, and each sign of life gives it the whole time") {
  Story s({Service("web").notify().watchdog(10s)});
  s.boot().run().pass(20s).ready("web").pass(9s).says("web", Notice::alive).pass(9s);
  REQUIRE(s.state("web") == "running");
  s.pass(1s);
  REQUIRE(s.state("web") == "stopping");
}

TEST_CASE("a missed watchdog is its signal, then the stop steps, and a failure for the policy") {
  Story s = running(
      Service("web").notify().watchdog(10s).stop({step(15, SignalTarget::group, 5s)}).restart(RestartWhen::on_failure));
  s.pass(10s);
  REQUIRE(s.orders() == Names{"ABRT web (main)"});
  s.pass(5s);
  REQUIRE(s.orders() == Names{"TERM web"});
  s.ends("web", code(0));
  REQUIRE(s.state("web") == "backoff");
  REQUIRE(s.cause("web") == "gave no sign of life within 10s");
}

TEST_CASE("a crash that the watchdog's signal brings about leaves dependents alone") {
  Story s({Service("db").notify().watchdog(10s).restart(RestartWhen::always), Service("web").requires_({"db"})});
  s.boot().run().ready("db").run().pass(10s).ends("db", signal(6));
  REQUIRE(s.state("db") == "backoff");
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("a watchdog is counted in a reload, not in a pause, and can be set by the program") {
  Story s = running(Service("web").notify().reload(kHup, 60s).watchdog(10s));
  SECTION("in a reload") {
    s.reload({"web"});
    s.pass(10s);
    REQUIRE(s.state("web") == "stopping");
  }
  SECTION("in a pause") {
    s.pause({"web"});
    s.pass(60s);
    s.resume({"web"});
    s.pass(9s);
    REQUIRE(s.state("web") == "running");
  }
  SECTION("set by the program") {
    s.tell(WatchdogSet{s.id("web"), s.at("web").run, 0s}).pass(60s);
    REQUIRE(s.state("web") == "running");
    s.tell(WatchdogSet{s.id("web"), s.at("web").run, 2s}).pass(2s);
    REQUIRE(s.state("web") == "stopping");
  }
}

TEST_CASE("a program can ask for its watchdog's signal") {
  Story s = running(Service("web").notify());
  s.says("web", Notice::unfit);
  REQUIRE(s.orders() == Names{"ABRT web (main)"});
  s.ends("web", signal(6));
  REQUIRE(s.cause("web") == "asked for the signal of its watchdog");
}

TEST_CASE("a program can have its restarts forgotten") {
  Story s({Service("web").notify().restart(RestartWhen::always).at_most(1, 60s)});
  s.boot().run().ready("web").ends("web", code(1)).pass(1s).run();
  s.says("web", Notice::restart_reset).ready("web").ends("web", code(1));
  REQUIRE(s.state("web") == "backoff");
}

TEST_CASE("what a run says is wrong with it explains its failure, and that of no other run", "[notify]") {
  Story s({Service("web").notify().ready_within(1s).restart(RestartWhen::on_failure)});
  s.boot().run().is_in_trouble("web", "Address already in use");
  SECTION("an exit") {
    s.ready("web").ends("web", code(1));
    REQUIRE(s.cause("web") == "exit 1; said: Address already in use");
    s.pass(1s).run().ready("web").ends("web", code(1));
    REQUIRE(s.cause("web") == "exit 1");
  }
  SECTION("the last word counts") {
    s.is_in_trouble("web", "Connection refused").ends("web", code(1));
    REQUIRE(s.cause("web") == "exit 1; said: Connection refused");
  }
  SECTION("it may be taken back") {
    s.is_in_trouble("web", "").ends("web", code(1));
    REQUIRE(s.cause("web") == "exit 1");
  }
  SECTION("a start that takes too long") {
    s.pass(1s);
    REQUIRE(s.at("web").failure->starts_with("was not ready within 1s"));
    s.ends("web", signal(15));
    REQUIRE(s.cause("web").find("; said: Address already in use") != std::string::npos);
  }
  SECTION("an end that is no failure needs none") {
    s.ready("web").stop({"web"});
    s.ends("web", signal(15));
    REQUIRE(s.cause("web") == "signal TERM");
  }
  SECTION("nor does success") {
    s.ready("web").ends("web", code(0));
    REQUIRE(s.cause("web") == "exit 0");
  }
}
