// Commands as changes: when they end, and with which answer.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

TEST_CASE("a start is done when the service is ready") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("job").oneshot()});
  const ChangeId web = s.start({"web"});
  const ChangeId job = s.start({"job"});
  s.spawned("db").spawned("job");
  REQUIRE(s.reply(web) == "open");
  REQUIRE(s.reply(job) == "open");
  s.spawned("web").ends("job");
  REQUIRE(s.reply(web) == "web=done");
  REQUIRE(s.reply(job) == "job=done (exit 0)");
}

TEST_CASE("a start of what is up is done at once") {
  Story s({Service("web")});
  s.boot().run().orders();
  REQUIRE(s.reply(s.start({"web"})) == "web=done");
  REQUIRE(s.orders().empty());
}

TEST_CASE("a start has failed with the first attempt, even if the policy tries again") {
  const Duration delay = GENERATE(as<Duration>{}, 0ms, 1s);
  Story s({Service("web").restart(RestartWhen::always, delay)});
  SECTION("asked for before") {
    const ChangeId start = s.start({"web"});
    s.spawn_fails("web", "exec 'web': No such file or directory");
    REQUIRE(s.reply(start) == "web=failed (exec 'web': No such file or directory)");
  }
  SECTION("asked for while the attempt is under way") {
    s.boot();
    const ChangeId start = s.start({"web"});
    s.spawn_fails("web", "exec 'web': No such file or directory");
    REQUIRE(s.reply(start) == "web=failed (exec 'web': No such file or directory)");
  }
  SECTION("asked for in the back-off of an earlier one") {
    s.boot().spawn_fails("web").pass(0s);
    const ChangeId start = s.start({"web"});
    REQUIRE(s.reply(start) == "open");
    s.spawn_fails("web", "again");
    REQUIRE(s.reply(start) == "web=failed (again)");
  }
}

TEST_CASE("a start that fails for want of a requirement names it") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  const ChangeId start = s.start({"web"});
  s.spawned("db").ends("db", code(3));
  s.ends("web");
  REQUIRE(s.reply(start) == "web=failed (dependency db failed (exit 3))");
}

TEST_CASE("one change for several services ends with the last of them and answers for each, once") {
  Story s({Service("a"), Service("b")});
  const ChangeId start = s.start({"b", "a", "b"});
  s.spawned("a");
  REQUIRE(s.reply(start) == "open");
  s.spawn_fails("b", "no");
  REQUIRE(s.reply(start) == "a=done b=failed (no)");
}

TEST_CASE("a command for nothing is done") {
  Story s({Service("a")});
  REQUIRE(s.reply(s.stop({})).empty());
}

TEST_CASE("a stop cancels a start, and a start a stop") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  const ChangeId start = s.start({"web"});
  const ChangeId stop = s.stop({"web"});
  REQUIRE(s.reply(start) == "web=cancelled (superseded by a later command)");
  REQUIRE(s.reply(stop) == "web=done");

  s.start({"web"});
  s.run();
  const ChangeId second_stop = s.stop({"db"});  // Waits for web.
  REQUIRE(s.reply(s.start({"db"})) == "db=done");
  REQUIRE(s.reply(second_stop) == "db=cancelled (superseded by a later command)");
  REQUIRE(s.state("db") == "running");
}

TEST_CASE("a stop of a requirement cancels the start of its dependent") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  const ChangeId start = s.start({"web"});
  s.stop({"db"});
  REQUIRE(s.reply(start) == "web=cancelled (went down with db)");
}

TEST_CASE("a restart is done when what it took down is back") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("proxy").requires_({"web"}), Service("other")});
  s.boot().run();
  const ChangeId restart = s.restart({"db"});
  s.ends("proxy", signal(15)).ends("web", signal(15)).ends("db", signal(15));
  s.spawned("db");
  REQUIRE(s.reply(restart) == "open");
  s.spawned("web").spawned("proxy");
  REQUIRE(s.reply(restart) == "db=done proxy<web=done web<db=done");
}

TEST_CASE("a restart has failed for what does not come back") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run();
  const ChangeId restart = s.restart({"db"});
  s.ends("web").ends("db").spawned("db").spawn_fails("web", "no");
  REQUIRE(s.reply(restart) == "db=done web<db=failed (no)");
}

TEST_CASE("a start leaves a oneshot that has done its work, a restart does it again") {
  Story s({Service("prepare").oneshot(), Service("web").requires_({"prepare"})});
  s.start({"web"});
  s.run_and_end("prepare", code(0)).spawned("web").orders();
  REQUIRE(s.reply(s.start({"prepare", "web"})) == "prepare=done (exit 0) web=done");
  s.stop({"web"});
  s.ends("web");
  s.start({"web"});
  s.run();
  REQUIRE(s.orders() == Names{"TERM web", "spawn web"});
  s.restart({"prepare"});
  REQUIRE(s.orders() == Names{"spawn prepare"});
  REQUIRE(s.state("web") == "running");
}

TEST_CASE("a start begins a simple service again that has ended with success") {
  Story s({Service("web")});
  s.boot().run_and_end("web", code(0)).orders();
  REQUIRE(s.state("web") == "completed");
  s.start({"web"});
  REQUIRE(s.orders() == Names{"spawn web"});
}

TEST_CASE("who gives up has its oneshot started again each time") {
  Story s({Service("alarm").oneshot().disabled(),
           Service("web").restart(RestartWhen::always, 0s).at_most(0, 60s).on_give_up(GiveUpAction::start, "alarm")});
  s.boot().run_and_end("web", code(1)).run_and_end("alarm", code(0)).orders();
  s.start({"web"});
  s.run_and_end("web", code(1));
  REQUIRE(s.orders() == Names{"spawn web", "spawn alarm"});
}

TEST_CASE("a signal is sent to what is alive, and fails for the rest") {
  Story s({Service("a"), Service("b").disabled()});
  s.boot().run().orders();
  REQUIRE(s.reply(s.send(Signal{10}, {"a", "b"})) == "a=done b=failed (is not running)");
  REQUIRE(s.orders() == Names{"USR1 a (main)"});
}

TEST_CASE("a signal that comes in the moment when a back-off ends was not sent to anybody") {
  Story s({Service("a").restart(RestartWhen::always)});
  s.boot().run_and_end("a", code(1)).orders();
  const ChangeId change = [&] {
    s.pass(999ms);
    return s.send(Signal{10}, {"a"});
  }();
  REQUIRE(s.reply(change) == "a=failed (is not running)");
}

TEST_CASE("a change that nobody wants to hear of any more is not answered, but carried out") {
  Story s({Service("a")});
  const ChangeId start = s.start({"a"});
  s.tell(ChangeForgotten{start});
  REQUIRE(s.engine().open_changes() == 0);
  s.run();
  REQUIRE(s.reply(start) == "open");
  REQUIRE(s.state("a") == "running");
}

// ---- waits ----

TEST_CASE("wait for ready") {
  Story s({Service("web"), Service("job").oneshot(), Service("down").disabled()});
  SECTION("is there already") {
    s.boot().run_and_end("job", code(0)).spawned("web");
    REQUIRE(s.reply(s.wait(WaitFor::ready, {"web", "job"})) == "job=done (exit 0) web=done");
  }
  SECTION("comes") {
    s.boot();
    const ChangeId wait = s.wait(WaitFor::ready, {"web"});
    s.spawned("web");
    REQUIRE(s.reply(wait) == "web=done");
  }
  SECTION("will not come: down") { REQUIRE(s.reply(s.wait(WaitFor::ready, {"down"})) == "down=failed"); }
  SECTION("will not come: fails meanwhile") {
    s.boot();
    const ChangeId wait = s.wait(WaitFor::ready, {"job"});
    s.run_and_end("job", code(2));
    REQUIRE(s.reply(wait) == "job=failed (exit 2)");
  }
}

TEST_CASE("nobody waits for the completion of what is started again after every end") {
  Story s({Service("web").restart(RestartWhen::always)});
  s.boot().run();
  REQUIRE(s.reply(s.wait(WaitFor::completed, {"web"})) ==
          "web=failed (is started again after every end (restart.when is always))");
}

TEST_CASE("wait for ready goes on through a back-off") {
  Story s({Service("web").restart(RestartWhen::always)});
  s.boot().spawn_fails("web");
  const ChangeId wait = s.wait(WaitFor::ready, {"web"});
  s.pass(1s).spawn_fails("web");
  REQUIRE(s.reply(wait) == "open");
  s.pass(2s).spawned("web");
  REQUIRE(s.reply(wait) == "web=done");
}

TEST_CASE("wait for exited") {
  Story s({Service("web").restart(RestartWhen::always, 0s), Service("db"), Service("app").requires_({"db"})});
  SECTION("the run that is alive ends, even if the next begins at once") {
    s.boot().run();
    const ChangeId wait = s.wait(WaitFor::exited, {"web"});
    REQUIRE(s.reply(wait) == "open");
    s.ends("web", code(3));
    REQUIRE(s.reply(wait) == "web=done (exit 3)");
  }
  SECTION("it had ended") {
    s.boot().run().ends("db", code(3));
    REQUIRE(s.reply(s.wait(WaitFor::exited, {"db"})) == "db=done (exit 3)");
  }
  SECTION("it never ran") { REQUIRE(s.reply(s.wait(WaitFor::exited, {"db"})) == "db=failed (has never run)"); }
  SECTION("it is about to run: that run is meant") {
    s.boot();
    const ChangeId wait = s.wait(WaitFor::exited, {"app"});
    s.spawned("db").spawned("app");
    REQUIRE(s.reply(wait) == "open");
    s.ends("app", code(6));
    REQUIRE(s.reply(wait) == "app=done (exit 6)");
  }
  SECTION("it was about to run, but does not any more") {
    s.boot();
    const ChangeId wait = s.wait(WaitFor::exited, {"app"});
    s.stop({"app"});
    REQUIRE(s.reply(wait) == "app=failed (has never run)");
  }
}

TEST_CASE("wait for stopped") {
  Story s({Service("web").restart(RestartWhen::on_failure)});
  s.boot().run();
  const ChangeId wait = s.wait(WaitFor::stopped, {"web"});
  s.ends("web", code(1));
  REQUIRE(s.reply(wait) == "open");  // It will be started again.
  s.pass(1s).run_and_end("web", code(0));
  REQUIRE(s.reply(wait) == "web=done (exit 0)");
}

TEST_CASE("wait for completed") {
  Story s({Service("job").oneshot(), Service("bad").oneshot()});
  s.boot();
  const ChangeId job = s.wait(WaitFor::completed, {"job"});
  const ChangeId bad = s.wait(WaitFor::completed, {"bad"});
  s.run_and_end("job", code(0)).run_and_end("bad", code(1));
  REQUIRE(s.reply(job) == "job=done (exit 0)");
  REQUIRE(s.reply(bad) == "bad=failed (exit 1)");
}

TEST_CASE("wait for any is over with the first that is there, and fails when none can be") {
  Story s({Service("a"), Service("b"), Service("c")});
  s.boot();
  const ChangeId any = s.wait(WaitFor::ready, {"a", "b", "c"}, WaitMode::any);
  const ChangeId none = s.wait(WaitFor::ready, {"a", "b"}, WaitMode::any);
  s.spawn_fails("a", "no");
  REQUIRE(s.reply(any) == "open");
  s.spawn_fails("b", "no");
  REQUIRE(s.reply(none) == "a=failed (no) b=failed (no)");
  s.spawned("c");
  REQUIRE(s.reply(any) == "a=failed (no) b=failed (no) c=done");
}

TEST_CASE("wait for all is over with the first that cannot be") {
  Story s({Service("a"), Service("b")});
  s.boot();
  const ChangeId wait = s.wait(WaitFor::ready, {"a", "b"});
  s.spawn_fails("b", "no");
  REQUIRE(s.reply(wait) == "b=failed (no)");
}

TEST_CASE("who names a service twice means it once") {
  Story s({Service("a")});
  s.boot().run().orders();
  REQUIRE(s.reply(s.send(Signal{1}, {"a", "a"})) == "a=done");
  REQUIRE(s.orders() == Names{"HUP a (main)"});
}

TEST_CASE("a wait for what failed for want of a requirement lasts as long as that may come, however far away") {
  Story s({Service("db").restart(RestartWhen::always).at_most(1, 60s), Service("web").requires_({"db"}),
           Service("proxy").requires_({"web"})});
  s.boot().spawn_fails("db").pass(1s).spawn_fails("db");
  REQUIRE(s.state("proxy") == "failed");
  REQUIRE(s.reply(s.wait(WaitFor::ready, {"proxy"})).starts_with("proxy=failed (dependency web failed"));
  s.start({"db"});
  const ChangeId wait = s.wait(WaitFor::ready, {"proxy"});
  REQUIRE(s.reply(wait) == "open");
  SECTION("it comes") {
    s.run();
    REQUIRE(s.reply(wait) == "proxy=done");
  }
  SECTION("it does not come") {
    s.spawn_fails("db").pass(1s);
    REQUIRE(s.reply(wait) == "open");
    s.spawn_fails("db");
    REQUIRE(s.reply(wait).starts_with("proxy=failed"));
  }
}
