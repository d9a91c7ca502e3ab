// The end of everything: order, budget, impatience, survivors, and the exit code.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

Names survivors(const Story& s) {
  Names out;
  for (const InstanceId id : s.finished()->survivors) out.push_back(s.engine().world().name(s.at(id)));
  return out;
}

}  // namespace

TEST_CASE("a shutdown stops everything in reverse order and then leaves") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("job").after({"web"})});
  s.boot().run().orders();
  s.shutdown();
  REQUIRE(s.shutdown_reason() == "asked to");
  REQUIRE(s.orders() == Names{"TERM job"});
  s.ends("job").ends("web").ends("db");
  REQUIRE(s.orders() == Names{"TERM web", "TERM db"});
  REQUIRE(s.finished()->exit_code == 0);
  REQUIRE(s.finished()->survivors.empty());
}

TEST_CASE("a shutdown with nothing alive leaves at once") {
  Story s({Service("web")});
  SECTION("before the boot") { s.shutdown(); }
  SECTION("while everything waits") {
    Story waiting({Service("db").restart(RestartWhen::always), Service("web").requires_({"db"})});
    waiting.boot().spawn_fails("db").shutdown();
    REQUIRE(waiting.finished());
    return;
  }
  REQUIRE(s.finished());
}

TEST_CASE("a shutdown during the boot starts nothing more") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().shutdown().spawned("db");
  REQUIRE(s.orders() == Names{"spawn db", "TERM db"});
  s.ends("db", signal(15));
  REQUIRE(s.finished()->exit_code == 0);
  REQUIRE(s.state("web") == "stopped");
}

TEST_CASE("what needs its time gets it in parallel") {
  Story s({Service("a"), Service("b"), Service("c").stop({step(15, SignalTarget::group, 2s)})}, budget(8s));
  s.boot().run().shutdown();
  s.pass(100ms).ends("a").pass(1900ms);
  REQUIRE(s.state("c") == "killing");
  s.ends("c", signal(9)).pass(1s).ends("b");
  REQUIRE(s.finished());
}

TEST_CASE("when the budget is over, everything that is alive gets KILL, and order does not matter any more") {
  Story s({Service("db"), Service("web").requires_({"db"})}, budget(5s));
  s.boot().run().shutdown().orders();
  s.pass(5s - 1ms);
  REQUIRE(s.state("web") == "killing");  // Its share is over.
  REQUIRE(s.state("db") == "running");
  s.orders();
  s.pass(1ms);
  REQUIRE(s.orders() == Names{"KILL db", "KILL web"});
  REQUIRE(s.why("db") == "out of time for the shutdown");
  REQUIRE(s.why("web") == "out of time for the shutdown");
  s.ends("web", signal(9)).ends("db", signal(9));
  REQUIRE(s.finished()->survivors.empty());
}

TEST_CASE("a second shutdown means now") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run().shutdown().orders();
  s.shutdown();
  REQUIRE(s.orders() == Names{"KILL db", "KILL web"});
  REQUIRE(s.why("web") == "killed on request");
}

TEST_CASE("a shutdown at once kills without asking") {
  Story s({Service("web")});
  s.boot().run().orders();
  s.shutdown(ShutdownPace::at_once);
  REQUIRE(s.orders() == Names{"KILL web"});
  s.ends("web", signal(9));
  REQUIRE(s.finished());
}

TEST_CASE("what survives KILL is named, and supervisord leaves all the same") {
  Story s({Service("stuck"), Service("web")}, budget(5s));
  s.boot().run().shutdown().ends("web");
  s.pass(5s + kSurvivorGrace - 1ms);
  REQUIRE_FALSE(s.finished());
  SECTION("in time") { s.pass(1ms); }
  SECTION("in time, however often one asks") { s.shutdown().shutdown().pass(1ms); }
  REQUIRE(s.finished());
  REQUIRE(survivors(s) == Names{"stuck"});
}

TEST_CASE("after the end nothing is answered, and no change is left open") {
  Story s({Service("stuck")}, budget(1s));
  s.boot().run();
  const ChangeId stop = s.stop({"stuck"});
  s.shutdown().pass(3s);
  REQUIRE(s.finished());
  REQUIRE(s.reply(stop) == "stuck=failed (supervisord exits)");
  s.orders();
  s.ends("stuck").start({"stuck"});
  s.pass(10s);
  REQUIRE(s.orders().empty());
  REQUIRE_FALSE(s.engine().next_deadline());
}

TEST_CASE("in a shutdown starts are refused, stops and waits are not") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run().shutdown();
  REQUIRE(s.reply(s.start({"web"})) == "web=failed (supervisord is shutting down)");
  REQUIRE(s.reply(s.restart({"web"})) == "web=failed (supervisord is shutting down)");
  const ChangeId stop = s.stop({"web"});
  const ChangeId wait = s.wait(WaitFor::stopped, {"db"});
  s.ends("web").ends("db");
  REQUIRE(s.reply(stop) == "web=done (exit 0)");
  REQUIRE(s.reply(wait) == "db=done (exit 0)");
}

TEST_CASE("a start that a shutdown overtakes is cancelled") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  const ChangeId start = s.start({"web"});
  s.shutdown();
  REQUIRE(s.reply(start) == "web=cancelled (superseded by a later command)");
}

TEST_CASE("on-exit shutdown: the end of a service that is not restarted ends everything, with its code") {
  Story s({Service("app").on_exit_shutdown(), Service("sidecar").restart(RestartWhen::always)});
  s.boot().run();
  SECTION("success") {
    s.ends("app", code(0));
    REQUIRE(s.shutdown_reason() == "app is completed (exit 0)");
    s.ends("sidecar", signal(15));
    REQUIRE(s.finished()->exit_code == 0);
  }
  SECTION("failure") {
    s.ends("app", code(3)).ends("sidecar", signal(15));
    REQUIRE(s.finished()->exit_code == 3);
  }
  SECTION("a signal") {
    s.ends("app", signal(11)).ends("sidecar", signal(15));
    REQUIRE(s.finished()->exit_code == 139);
  }
  SECTION("the main process ended, and the rest of it had to be ended") {
    s.main_exits("app", code(3)).ends("app", code(3)).ends("sidecar", signal(15));
    REQUIRE(s.finished()->exit_code == 3);
  }
  SECTION("stopped by command: nothing follows") {
    s.stop({"app"});
    s.ends("app", signal(15));
    REQUIRE_FALSE(s.finished());
    REQUIRE(s.shutdown_reason().empty());
  }
}

TEST_CASE("on-exit shutdown: a program that cannot be started ends everything with 1") {
  Story s({Service("app").on_exit_shutdown()});
  s.boot().spawn_fails("app");
  REQUIRE(s.finished()->exit_code == 1);
}

TEST_CASE("on-exit shutdown: nothing that waited for the end is started any more") {
  Story s({Service("app").oneshot().on_exit_shutdown(), Service("next").after({"app"})});
  s.boot().run_and_end("app", code(0));
  REQUIRE(s.orders() == Names{"spawn app"});
  REQUIRE(s.finished()->exit_code == 0);
}

TEST_CASE("when-done: it leaves when all have completed, failed or been stopped") {
  Story s({Service("job").oneshot(), Service("work")}, when_done());
  s.boot().run().ends("job", code(0));
  REQUIRE_FALSE(s.finished());
  SECTION("all well") {
    s.ends("work", code(0));
    REQUIRE(s.shutdown_reason() == "all services are done");
    REQUIRE(s.finished()->exit_code == 0);
  }
  SECTION("one failed") {
    s.ends("work", code(4));
    REQUIRE(s.finished()->exit_code == 4);
  }
  SECTION("one was stopped by a person") {
    s.stop({"work"});
    s.ends("work", signal(15));
    REQUIRE(s.finished()->exit_code == 0);
  }
}

TEST_CASE("when-done: back-off is not done") {
  Story s({Service("work").restart(RestartWhen::on_failure)}, when_done());
  s.boot().run_and_end("work", code(1));
  REQUIRE_FALSE(s.finished());
  s.pass(1s).run_and_end("work", code(0));
  REQUIRE(s.finished()->exit_code == 0);
}

TEST_CASE("when-done: with nothing to do it leaves after the boot") {
  Story s({Service("web").disabled()}, when_done());
  REQUIRE_FALSE(s.finished());
  s.boot();
  REQUIRE(s.finished()->exit_code == 0);
}

TEST_CASE("when-done: the code is that of the first that failed by itself") {
  Story s({Service("a").requires_({"c"}), Service("b"), Service("c").oneshot()}, when_done());
  s.boot().spawned("b").spawned("c").pass(1s);
  s.ends("c", code(5)).pass(1s).ends("b", code(6));
  REQUIRE(s.state("a") == "failed");
  REQUIRE(s.finished()->exit_code == 5);
}

TEST_CASE("when-done: what has failed is never 0") {
  SECTION("because it gave up") {
    Story s({Service("work").restart(RestartWhen::always).at_most(0, 60s)}, when_done());
    s.boot().run_and_end("work", code(0));
    REQUIRE(s.finished()->exit_code == 1);
  }
  SECTION("because 0 is not among its success-codes") {
    Story s({Service("work").success({7})}, when_done());
    s.boot().run_and_end("work", code(0));
    REQUIRE(s.finished()->exit_code == 1);
  }
  SECTION("because it could not be started") {
    Story s({Service("work")}, when_done());
    s.boot().spawn_fails("work");
    REQUIRE(s.finished()->exit_code == 1);
  }
}

TEST_CASE("exit-code-from decides, whoever ended everything") {
  SECTION("it had ended before") {
    Story s({Service("job").oneshot(), Service("web")}, code_from("job"));
    s.boot().run().ends("job", code(9)).shutdown().ends("web", signal(15));
    REQUIRE(s.finished()->exit_code == 9);
  }
  SECTION("it was told to end: 0") {
    Story s({Service("web")}, code_from("web"));
    s.boot().run().shutdown().ends("web", code(143));
    REQUIRE(s.finished()->exit_code == 0);
  }
  SECTION("it was killed after its patience: 0") {
    Story s({Service("web")}, code_from("web"));
    s.boot().run().shutdown().shutdown().ends("web", signal(9));
    REQUIRE(s.finished()->exit_code == 0);
  }
  SECTION("it had ended by itself, and only the rest of it was killed: its own") {
    Story s({Service("web")}, code_from("web"));
    s.boot().run().main_exits("web", code(3)).shutdown().shutdown().ends("web", code(3));
    REQUIRE(s.finished()->exit_code == 3);
  }
  SECTION("it never ran: 0") {
    Story s({Service("web").disabled(), Service("other")}, code_from("web"));
    s.boot().run().shutdown().ends("other");
    REQUIRE(s.finished()->exit_code == 0);
  }
  SECTION("it could not run for want of another: 1") {
    Story s({Service("db"), Service("web").requires_({"db"})}, code_from("web"));
    s.boot().spawn_fails("db").shutdown();
    REQUIRE(s.finished()->exit_code == 1);
  }
  SECTION("another ended everything") {
    Story s({Service("web").success({0, 4}), Service("app").on_exit_shutdown()}, code_from("web"));
    s.boot().run().ends("web", code(4)).ends("app", code(2));
    REQUIRE(s.finished()->exit_code == 4);
  }
}

TEST_CASE("what hangs has its share of the shutdown, and the next of the chain still gets its signal", "[budget]") {
  const std::vector<StopStep> minute = {step(15, SignalTarget::group, 60s)};
  Story s({Service("a").requires_({"b"}).stop(minute), Service("b").requires_({"c"}).stop(minute),
           Service("c").stop(minute)},
          budget(9s));
  s.boot().run().orders();
  s.shutdown();
  REQUIRE(s.orders() == Names{"TERM a"});
  s.pass(2900ms);
  REQUIRE(s.state("a") == "stopping");
  s.pass(200ms);
  REQUIRE(s.state("a") == "killing");
  REQUIRE(s.why("a") == "out of time for the shutdown");
  REQUIRE(s.orders() == Names{"KILL a"});
  s.ends("a", signal(9));
  REQUIRE(s.orders() == Names{"TERM b"});
  s.pass(3s).ends("b", signal(9));
  REQUIRE(s.orders() == Names{"KILL b", "TERM c"});
  s.pass(2700ms);
  REQUIRE(s.state("c") == "stopping");
  s.pass(199ms);
  REQUIRE(s.orders().empty());
  s.pass(1ms);
  REQUIRE(s.orders() == Names{"KILL c"});
}

TEST_CASE("who is quick leaves the time to the others, and nobody loses time of his own without need", "[budget]") {
  Story s({Service("a").requires_({"b"}).stop({step(15, SignalTarget::group, 4s)}),
           Service("b").stop({step(15, SignalTarget::group, 4s)})},
          budget(6s));
  s.boot().run().shutdown();
  s.pass(1s).ends("a", signal(15)).pass(3900ms);
  REQUIRE(s.state("b") == "stopping");
  s.pass(200ms);
  REQUIRE(s.state("b") == "killing");
  REQUIRE(s.why("b") == "did not end in time");
}

TEST_CASE("a stop that was under way when the shutdown began has its share as well, whatever it asks for", "[budget]") {
  Story s({Service("a").after({"b"}).notify().stop({step(15, SignalTarget::group, 60s)}),
           Service("b").stop({step(15, SignalTarget::group, 60s)})},
          budget(4s));
  s.boot().run().ready("a").stop({"a"});
  s.shutdown().asks_for("a", 90s).pass(2100ms);
  REQUIRE(s.state("a") == "killing");
}

TEST_CASE("hooks that follow a stop have their share, too", "[budget]") {
  Story s({Service("a").stop({step(15, SignalTarget::group, 10s)}).with([](ServiceSpec& spec) {
            spec.post_stop = {hook("cleanup", 10s)};
          })},
          budget(2s));
  s.boot().run().shutdown();
  s.pass(1s).ends("a", signal(9)).orders();
  REQUIRE(s.state("a") == "stopping");
  s.pass(900ms);
  REQUIRE(s.orders().empty());
  s.pass(200ms);
  REQUIRE(s.state("a") == "killing");
}

namespace {

// Whose hooks and steps have more time by their settings than the whole shutdown.
Service drained(const std::string& name) {
  return Service(name).stop({step(15, SignalTarget::group, 10s)}).with([](ServiceSpec& spec) {
    spec.pre_stop = {hook("drain", 10s), hook("again", 10s)};
  });
}

}  // namespace

TEST_CASE("a pre-stop hook that hangs has its share of the shutdown, and its stop steps have theirs", "[budget]") {
  Story s({drained("a").requires_({"b"}), Service("b").stop({step(15, SignalTarget::group, 10s)})}, budget(8s));
  s.boot().run().orders();
  s.shutdown();
  REQUIRE(s.orders() == Names{"pre-stop 1 of a"});
  s.pass(3500ms);
  REQUIRE(s.orders().empty());
  s.pass(500ms);
  REQUIRE(s.orders() == Names{"kill tasks of a", "TERM a"});
  REQUIRE(s.state("a") == "stopping");
  s.task_ends("a", "signal KILL");
  REQUIRE(s.orders().empty());  // The second hook is left out, and the steps are not begun again.
  s.pass(2s);
  REQUIRE(s.orders() == Names{"KILL a"});
  s.ends("a", signal(9));
  REQUIRE(s.orders() == Names{"TERM b"});
}

TEST_CASE("a pre-stop hook that hangs leaves time for the stop steps where nobody is stopped after it", "[budget]") {
  Story s({drained("a")}, budget(9s));
  s.boot().run().orders();
  s.shutdown();
  s.orders();
  s.pass(6s);
  REQUIRE(s.orders() == Names{"kill tasks of a", "TERM a"});
  s.ends("a", signal(15));
  REQUIRE(s.finished().has_value());
}

TEST_CASE("hooks and steps in their time lose none of it in a shutdown", "[budget]") {
  Story s({drained("a")}, budget(60s));
  s.boot().run().orders();
  s.shutdown();
  s.pass(9900ms);
  REQUIRE(s.orders() == Names{"pre-stop 1 of a"});
  s.pass(100ms);
  REQUIRE(s.orders() == Names{"kill tasks of a"});
  s.task_ends("a", "signal KILL");
  REQUIRE(s.orders() == Names{"pre-stop 2 of a"});
}

TEST_CASE("at the end of the shutdown's budget what is in its pre-stop hooks gets KILL", "[budget]") {
  Story s({drained("a")}, budget(9s));
  s.boot().run().shutdown();
  s.orders();
  s.shutdown();  // A second time: at once.
  REQUIRE(s.orders() == Names{"KILL a"});
}

TEST_CASE("what is last is stopped after all others, with what it requires or comes after", "[last]") {
  Story s({Service("web"), Service("net"), Service("db").requires_({"net"}),
           Service("shipper").last().requires_({"net"}), Service("helper").last()});
  s.boot().run().orders();
  s.shutdown();
  REQUIRE(s.orders() == Names{"TERM db", "TERM web"});
  s.ends("db", signal(15));
  REQUIRE(s.orders().empty());
  s.ends("web", signal(15));
  REQUIRE(s.orders() == Names{"TERM helper", "TERM shipper"});
  s.ends("shipper", signal(15)).ends("helper", signal(15));
  REQUIRE(s.orders() == Names{"TERM net"});
  s.ends("net", signal(15));
  REQUIRE(s.finished().has_value());
}

TEST_CASE("what is kept to the end goes in order even if one of it had to go before its turn", "[last]") {
  Story s({Service("link").external(), Service("db").binds_to({"link"}), Service("app").requires_({"db"}),
           Service("view").target().wants({"db"}), Service("shipper").last().requires_({"view"})});
  s.boot().probe("link").run().shutdown().orders();
  s.probe("link", "refused").probe("link", "refused");
  REQUIRE(s.state("db") == "running");  // It has to go, but app is still there.
  s.orders();
  s.ends("app");
  REQUIRE(s.orders() == Names{"TERM shipper"});
  s.ends("shipper");
  REQUIRE(s.state("view") == "stopped");
  REQUIRE(s.orders() == Names{"TERM db"});
  s.ends("db");
  REQUIRE(s.finished());
}

TEST_CASE("what is last is not begun again in a shutdown, and is in no way of a second signal", "[last]") {
  Story s({Service("web"), Service("shipper").last().restart(RestartWhen::always, 0s), Service("idle").last()});
  s.boot().run().stop({"idle"});
  s.ends("idle", signal(15)).orders();
  s.shutdown().ends("shipper", code(1));
  REQUIRE(s.orders() == Names{"TERM web"});
  REQUIRE(s.state("shipper") == "stopped");

  Story hasty({Service("web"), Service("shipper").last()});
  hasty.boot().run().shutdown().orders();
  hasty.shutdown();
  REQUIRE(hasty.orders() == Names{"KILL shipper", "KILL web"});
}
