// Hooks, stop commands, forking services, exit-when, pause: what starting and stopping consist of.
#include "engine_story.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

using Hooks = std::vector<Hook>;
Service with_hooks(Hooks pre_start, Hooks post_start, Hooks pre_stop, Hooks post_stop) {
  return Service("a").with([&](ServiceSpec& spec) {
    spec.pre_start = std::move(pre_start);
    spec.post_start = std::move(post_start);
    spec.pre_stop = std::move(pre_stop);
    spec.post_stop = std::move(post_stop);
  });
}

}  // namespace

TEST_CASE("hooks run one after another, around the start and around the stop") {
  Story s({with_hooks({hook("1"), hook("2")}, {hook("3")}, {hook("4")}, {hook("5"), hook("6")})});
  s.boot();
  REQUIRE(s.orders() == Names{"pre-start 1 of a"});
  REQUIRE(s.cause("a") == "pre-start 1/2");
  s.task_ends("a");
  REQUIRE(s.orders() == Names{"pre-start 2 of a"});
  s.task_ends("a");
  REQUIRE(s.orders() == Names{"spawn a"});
  s.spawned("a");
  REQUIRE(s.orders() == Names{"post-start 1 of a"});
  REQUIRE(s.state("a") == "starting");
  s.task_ends("a");
  REQUIRE(s.state("a") == "running");
  const ChangeId stop = s.stop({"a"});
  REQUIRE(s.orders() == Names{"pre-stop 1 of a"});
  s.task_ends("a", "exit 1");  // Is logged; the stop goes on.
  REQUIRE(s.orders() == Names{"TERM a"});
  s.ends("a");
  REQUIRE(s.orders() == Names{"post-stop 1 of a"});
  REQUIRE(s.state("a") == "stopping");
  s.task_ends("a").task_ends("a");
  REQUIRE(s.orders() == Names{"post-stop 2 of a"});
  REQUIRE(s.state("a") == "stopped");
  REQUIRE(s.reply(stop).starts_with("a=done"));
}

TEST_CASE("a failed pre-start hook is a failed start") {
  Story s({with_hooks({hook("mkdir"), hook("2")}, {}, {}, {}).restart(RestartWhen::on_failure, 5s)});
  s.boot().task_ends("a", "exit 3");
  REQUIRE(s.orders() == Names{"pre-start 1 of a"});
  REQUIRE(s.state("a") == "backoff");
  REQUIRE(s.cause("a") == "pre-start 1 (mkdir): exit 3");
  s.pass(5s);
  REQUIRE(s.orders() == Names{"pre-start 1 of a"});
}

TEST_CASE("post-stop hooks run after a failed start, too") {
  Story s({with_hooks({hook("1")}, {}, {}, {hook("clean")})});
  SECTION("of a hook") {
    s.boot().task_ends("a", "exit 3");
    REQUIRE(s.orders() == Names{"pre-start 1 of a", "post-stop 1 of a"});
  }
  SECTION("of the program") {
    s.boot().task_ends("a").spawn_fails("a", "exit 3");
    REQUIRE(s.orders() == Names{"pre-start 1 of a", "spawn a", "post-stop 1 of a"});
  }
  s.task_ends("a");
  REQUIRE(s.state("a") == "failed");
  REQUIRE(s.cause("a").find("exit 3") != std::string::npos);
}

TEST_CASE("post-stop hooks run after a crash, before the back-off") {
  Story s({with_hooks({}, {}, {hook("never")}, {hook("clean")}).restart(RestartWhen::always)});
  s.boot().run().orders();
  s.ends("a", signal(11));
  REQUIRE(s.orders() == Names{"post-stop 1 of a"});
  s.task_ends("a");
  REQUIRE(s.state("a") == "backoff");
  REQUIRE(s.cause("a") == "signal SEGV");
}

TEST_CASE("a hook that takes too long is killed and has failed") {
  Story s({with_hooks({hook("slow", 2s)}, {}, {}, {})});
  s.boot().pass(1999ms);
  REQUIRE(s.orders() == Names{"pre-start 1 of a"});
  s.pass(1ms);
  REQUIRE(s.orders() == Names{"kill tasks of a"});
  s.pass(1s);
  REQUIRE(s.orders() == Names{"kill tasks of a"});  // It may have come too early for a child of the hook.
  // A shell whose command was killed first may end well.
  s.task_ends("a", GENERATE("signal KILL", ""));
  REQUIRE(s.state("a") == "failed");
  REQUIRE(s.cause("a") == "pre-start 1 (slow): was not done within 2s");
}

TEST_CASE("a post-start hook that takes too long has failed, however it ends") {
  Story s({with_hooks({}, {hook("slow", 2s)}, {}, {})});
  s.boot().spawned("a").pass(2s).orders();
  s.task_ends("a", GENERATE("signal KILL", ""));
  REQUIRE(s.state("a") == "stopping");
  s.ends("a");
  REQUIRE(s.cause("a") == "post-start 1 (slow): was not done within 2s");
}

TEST_CASE("a failed post-start hook ends the run, which has failed") {
  Story s({with_hooks({}, {hook("warm-up")}, {hook("never")}, {})});
  s.boot().spawned("a").orders();
  s.task_ends("a", "exit 1");
  REQUIRE(s.state("a") == "stopping");
  REQUIRE(s.orders() == Names{"TERM a"});
  s.ends("a");
  REQUIRE(s.state("a") == "failed");
  REQUIRE(s.cause("a") == "post-start 1 (warm-up): exit 1");
}

TEST_CASE("a stop during the pre-start hooks ends them") {
  Story s({with_hooks({hook("slow"), hook("2")}, {}, {hook("never")}, {hook("clean")})});
  s.boot().orders();
  const ChangeId stop = s.stop({"a"});
  REQUIRE(s.orders() == Names{"TERM a (all)"});
  s.task_ends("a", "signal TERM");
  REQUIRE(s.orders() == Names{"post-stop 1 of a"});
  s.task_ends("a");
  REQUIRE(s.state("a") == "stopped");
  REQUIRE(s.reply(stop).starts_with("a=done"));
}

TEST_CASE("a stop during the post-start hooks kills them and stops the run") {
  Story s({with_hooks({}, {hook("slow")}, {}, {})});
  s.boot().spawned("a").orders();
  s.stop({"a"});
  REQUIRE(s.orders() == Names{"kill tasks of a", "TERM a"});
  s.task_ends("a", "signal KILL").ends("a");
  REQUIRE(s.state("a") == "stopped");
}

TEST_CASE("a kill during the post-start hooks kills them and the run") {
  Story s({with_hooks({}, {hook("slow")}, {}, {})});
  s.boot().spawned("a").orders();
  const ChangeId kill = s.kill({"a"});
  REQUIRE(s.orders() == Names{"KILL a"});
  s.task_ends("a", "signal KILL").ends("a", signal(9));
  REQUIRE(s.state("a") == "stopped");
  REQUIRE(s.reply(kill).starts_with("a=done"));
}

TEST_CASE("a restart during the post-stop hooks comes back after them") {
  Story s({with_hooks({}, {}, {}, {hook("clean")})});
  s.boot().run();
  s.stop({"a"});
  s.ends("a").orders();
  const ChangeId start = s.start({"a"});
  REQUIRE(s.state("a") == "stopping");
  s.task_ends("a").run();
  REQUIRE(s.state("a") == "running");
  REQUIRE(s.reply(start) == "a=done");
}

TEST_CASE("kill does not wait for hooks that run, but for those that clean up") {
  Story s({with_hooks({}, {}, {hook("drain")}, {hook("clean"), hook("2")})});
  s.boot().run();
  s.stop({"a"});
  s.orders();
  s.kill({"a"});
  REQUIRE(s.orders() == Names{"KILL a"});
  s.task_ends("a", "signal KILL").ends("a", signal(9));
  REQUIRE(s.orders() == Names{"post-stop 1 of a"});
  s.kill({"a"});
  REQUIRE(s.orders() == Names{"KILL a"});
  s.task_ends("a", "signal KILL");
  REQUIRE(s.state("a") == "stopped");  // The second hook is not begun.
}

TEST_CASE("at the end of the shutdown's budget no hooks are begun") {
  Story s({with_hooks({}, {}, {}, {hook("clean")})}, budget(5s));
  s.boot().run().orders();
  s.shutdown().pass(5s - 1ms);
  REQUIRE(s.state("a") == "killing");  // For the hook's share of the time.
  s.orders();
  s.pass(1ms);
  REQUIRE(s.orders() == Names{"KILL a"});
  s.ends("a", signal(9));
  REQUIRE(s.finished());
}

TEST_CASE("a stop step may be a command; what is left without the main process gets TERM") {
  Story s({Service("a").stop({command_step("bye", 5s), step(2, SignalTarget::main, 3s)})});
  s.boot().run().orders();
  s.stop({"a"});
  REQUIRE(s.orders() == Names{"stop 1 of a"});
  s.task_ends("a", "exit 1");
  REQUIRE(s.state("a") == "stopping");
  SECTION("in time") {
    s.main_exits("a", code(0));
    REQUIRE(s.orders() == Names{"TERM a (all)"});
    s.ends("a");
    REQUIRE(s.state("a") == "stopped");
  }
  SECTION("not in time") {
    s.pass(5s);
    REQUIRE(s.orders() == Names{"INT a (main)"});
    s.pass(3s);
    REQUIRE(s.orders() == Names{"KILL a"});
  }
}

TEST_CASE("a forking service is ready when its daemon is found") {
  Story s({Service("a").forking()});
  s.boot().spawned("a");
  REQUIRE(s.state("a") == "starting");
  s.orders();
  SECTION("found") {
    s.main_exits("a", code(0));
    REQUIRE(s.orders() == Names{"find main of a"});
    REQUIRE(s.cause("a") == "looking for its main process");
    s.main_found("a", 321);
    REQUIRE(s.state("a") == "running");
    REQUIRE(s.at("a").pid == 321);
    s.ends("a", code(4));
    REQUIRE(s.cause("a") == "exit 4");
  }
  SECTION("not found") {
    s.main_exits("a", code(0)).orders();
    s.main_lost("a", "pid-file '/run/a.pid': 1 is not a process of this service");
    REQUIRE(s.orders() == Names{"TERM a (all)"});
    s.ends("a", code(0));
    REQUIRE(s.state("a") == "failed");
    REQUIRE(s.cause("a") == "pid-file '/run/a.pid': 1 is not a process of this service");
  }
  SECTION("nothing is left") {
    s.ends("a", code(0));
    REQUIRE(s.state("a") == "failed");
    REQUIRE(s.cause("a") == "its command ended and left no process behind");
  }
  SECTION("its launcher fails") {
    s.main_exits("a", code(2));
    REQUIRE(s.orders() == Names{"TERM a (all)"});
    s.ends("a", code(2));
    REQUIRE(s.state("a") == "failed");
    REQUIRE(s.cause("a") == "exit 2");
  }
  SECTION("its launcher hangs") {
    s.pass(30s);
    REQUIRE(s.orders() == Names{"TERM a"});
    s.ends("a", signal(15));
    REQUIRE(s.state("a") == "failed");
    REQUIRE(s.cause("a") == "was not ready within 30s");
  }
  SECTION("the search takes too long") {
    s.main_exits("a", code(0)).pass(30s);
    REQUIRE(s.orders() == Names{"find main of a", "TERM a (all)"});
    s.main_lost("a", "late");
    s.ends("a");
    REQUIRE(s.cause("a") == "was not ready within 30s");
  }
}

TEST_CASE("with exit-when empty the main process may go before the others") {
  Story s({Service("a").with([](ServiceSpec& spec) { spec.exit_when = RunEndsWith::empty; })});
  s.boot().run().orders();
  s.main_exits("a", code(0));
  REQUIRE(s.state("a") == "running");
  REQUIRE(s.orders().empty());
  SECTION("the last process ends it") {
    s.ends("a", code(0));
    REQUIRE(s.state("a") == "completed");
  }
  SECTION("a stop reaches all") {
    s.stop({"a"});
    REQUIRE(s.orders() == Names{"TERM a (all)"});
  }
}

TEST_CASE("what runs can be paused, resumed, and stopped while it is paused") {
  Story s({Service("a"), Service("b").requires_({"a"})});
  s.boot().run().orders();
  REQUIRE(s.reply(s.pause({"a"})) == "a=done");
  REQUIRE(s.state("a") == "paused");
  REQUIRE(s.state("b") == "running");
  REQUIRE(s.orders() == Names{"freeze a"});
  REQUIRE(s.reply(s.pause({"a"})) == "a=done");
  REQUIRE(s.orders().empty());
  SECTION("resumed") {
    REQUIRE(s.reply(s.resume({"a"})) == "a=done");
    REQUIRE(s.orders() == Names{"thaw a"});
    REQUIRE(s.state("a") == "running");
  }
  SECTION("started") {
    REQUIRE(s.reply(s.start({"a"})) == "a=done");
    REQUIRE(s.orders() == Names{"thaw a"});
  }
  SECTION("stopped: the signal is there when it goes on") {
    s.stop({"b"});
    s.ends("b").orders();
    s.stop({"a"});
    REQUIRE(s.orders() == Names{"TERM a", "thaw a"});
  }
  SECTION("killed") {
    s.kill({"a"});
    REQUIRE(s.orders().front() == "KILL a");
  }
  SECTION("nothing new starts on it") {
    s.restart({"b"});
    s.ends("b");
    REQUIRE(s.state("b") == "waiting");
    s.resume({"a"});
    s.run();
    REQUIRE(s.state("b") == "running");
  }
}

TEST_CASE("what does not run cannot be paused or resumed") {
  Story s({Service("a")});
  REQUIRE(s.reply(s.pause({"a"})) == "a=failed (is not running)");
  s.boot();
  REQUIRE(s.reply(s.pause({"a"})) == "a=failed (only what is running can be paused)");
  REQUIRE(s.reply(s.resume({"a"})) == "a=failed (is not paused)");
}

TEST_CASE("a stop that KILL does not help says so and goes on") {
  Story s({Service("a").stop({step(15, SignalTarget::group, 1s)})});
  s.boot().run();
  const ChangeId stop = s.stop({"a"});
  s.pass(2s);
  REQUIRE(s.reply(stop) == "open");
  s.survives("a", "pid 12 is still alive after KILL (state D, wchan nfs_wait)");
  REQUIRE(s.reply(stop) == "a=failed (pid 12 is still alive after KILL (state D, wchan nfs_wait))");
  REQUIRE(s.cause("a") == "pid 12 is still alive after KILL (state D, wchan nfs_wait)");
  s.orders();
  s.pass(1s);
  REQUIRE(s.orders() == Names{"KILL a"});
  s.ends("a", signal(9));
  REQUIRE(s.state("a") == "stopped");
}

TEST_CASE("a restart that waits for what KILL does not end says so, and goes on") {
  Story s({Service("a").stop({step(15, SignalTarget::group, 1s)})});
  s.boot().run();
  const ChangeId restart = s.restart({"a"});
  s.pass(2s);
  REQUIRE(s.reply(restart) == "open");
  s.survives("a", "pid 12 is still alive after KILL (state D)");
  REQUIRE(s.reply(restart) == "a=failed (pid 12 is still alive after KILL (state D))");
  REQUIRE(s.reply(s.start({"a"})) == "a=failed (pid 12 is still alive after KILL (state D))");
  s.ends("a", signal(9)).run();
  REQUIRE(s.state("a") == "running");
}

TEST_CASE("a hook that KILL does not end fails the start or stop that waits for it, and is killed on") {
  const std::string what = "pid 12 is still alive after KILL (state D, wchan nfs_wait)";
  SECTION("before the start") {
    Story s({with_hooks({hook("slow", 2s)}, {}, {}, {})});
    const ChangeId start = s.start({"a"});
    s.survives("a", what);
    REQUIRE(s.reply(start) == "open");  // It was not killed yet.
    s.pass(2s).survives("a", what);
    REQUIRE(s.reply(start) == "a=failed (" + what + ")");
    REQUIRE(s.cause("a") == what);
    s.orders();
    s.pass(1s);
    REQUIRE(s.orders() == Names{"kill tasks of a"});
    s.task_ends("a", "signal KILL");
    REQUIRE(s.state("a") == "failed");
    REQUIRE(s.cause("a") == "pre-start 1 (slow): was not done within 2s");
  }
  SECTION("before the stop") {
    Story s({with_hooks({}, {}, {hook("slow", 2s)}, {})});
    s.boot().run();
    const ChangeId stop = s.stop({"a"});
    s.pass(2s).survives("a", what);
    REQUIRE(s.reply(stop) == "a=failed (" + what + ")");
    s.task_ends("a", "signal KILL");
    REQUIRE(s.cause("a") != what);
  }
}

TEST_CASE("what has just got KILL has not survived it") {
  Story s({Service("a")});
  s.boot().run();
  const ChangeId kill = s.kill({"a"});
  s.main_exits("a", signal(9)).survives("a", "pid 12 is still alive after KILL");
  REQUIRE(s.reply(kill) == "open");
  s.pass(1s).survives("a", "pid 12 is still alive after KILL");
  REQUIRE(s.reply(kill) == "a=failed (pid 12 is still alive after KILL)");
}

TEST_CASE("what survived KILL before is not told of the hooks after it") {
  Story s({with_hooks({}, {}, {}, {hook("clean")})});
  s.boot().run();
  s.kill({"a"});
  s.pass(1s).survives("a", "pid 12 is still alive after KILL").ends("a", signal(9));
  const ChangeId kill = s.kill({"a"});
  REQUIRE(s.reply(kill) == "open");
  s.task_ends("a", "signal KILL");
  REQUIRE(s.reply(kill).starts_with("a=done"));
}

TEST_CASE("post-stop hooks of what was paused are not frozen") {
  Story s({with_hooks({}, {}, {}, {hook("clean")})});
  s.boot().run();
  s.pause({"a"});
  s.orders();
  SECTION("and killed on request") {
    s.kill({"a"});
    REQUIRE(s.orders() == Names{"KILL a", "thaw a"});
    s.ends("a", signal(9));
    REQUIRE(s.orders() == Names{"post-stop 1 of a"});
  }
  SECTION("and killed by somebody else") {
    s.ends("a", signal(9));
    REQUIRE(s.orders() == Names{"thaw a", "post-stop 1 of a"});
  }
}

TEST_CASE("a start that failed stays a failure when the rest is killed") {
  Story s({Service("a").forking()}, code_from("a"));
  s.boot().spawned("a").pass(30s);
  REQUIRE(s.state("a") == "stopping");
  s.shutdown(ShutdownPace::at_once).ends("a", signal(9));
  REQUIRE(s.finished()->exit_code == 1);
}

TEST_CASE("after its pre-start hooks nothing is spawned that has to go down") {
  Story s({Service("db"), Service("a").requires_({"db"}).restart(RestartWhen::always, 1s).with([](ServiceSpec& spec) {
             spec.pre_start = {hook("1"), hook("2")};
           }),
           Service("web").requires_({"a"})});
  s.boot().run().task_ends("a").task_ends("a").run();
  s.ends("a", code(1)).pass(1100ms).orders();
  REQUIRE(s.state("a") == "starting");
  REQUIRE(s.state("web") == "running");  // So it may not be told to stop yet.
  SECTION("itself") {
    s.stop({"a"});
    s.task_ends("a");
    REQUIRE(s.orders() == Names{"TERM web"});
    REQUIRE(s.state("a") == "stopped");
  }
  SECTION("to be restarted") {
    s.restart({"a"});
    s.task_ends("a");
    REQUIRE(s.orders().front() == "TERM web");
    REQUIRE(s.state("a") == "starting");
    REQUIRE(s.cause("a") == "pre-start 1/2");
  }
  SECTION("for a requirement") {
    s.restart({"db"});
    s.task_ends("a");
    REQUIRE(s.orders() == Names{"TERM web", "TERM db"});
    REQUIRE(s.state("a") == "waiting");
  }
}
