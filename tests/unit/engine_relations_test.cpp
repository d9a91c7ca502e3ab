// What services mean to each other beyond requires and order: bindings, conflicts, targets, and how far is far enough.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

TEST_CASE("what is bound to a service is stopped by every end of its run, and comes back with it") {
  Story s({Service("vpn").restart(RestartWhen::always, 1s), Service("app").binds_to({"vpn"}),
           Service("other").requires_({"vpn"})});
  s.boot().run();
  REQUIRE(s.state("app") == "running");
  s.orders();

  s.ends("vpn", code(1));
  REQUIRE(s.state("vpn") == "backoff");
  REQUIRE(s.orders() == Names{"TERM app"});
  REQUIRE(s.why("app") == "what it is bound to has ended");
  REQUIRE(s.state("other") == "running");

  s.ends("app", signal(15)).pass(1s).run();
  REQUIRE(s.orders() == Names{"spawn vpn", "spawn app"});
  REQUIRE(s.state("app") == "running");
}

TEST_CASE("a service does not begin its next run before what was bound to the last one is gone") {
  Story s({Service("vpn").restart(RestartWhen::always, 0s), Service("app").binds_to({"vpn"})});
  s.boot().run();
  s.orders();
  s.ends("vpn", code(1));
  REQUIRE(s.state("vpn") == "waiting");
  REQUIRE(s.cause("vpn") == "waiting for app (stopping)");
  REQUIRE(s.orders() == Names{"TERM app"});
  s.ends("app", signal(15)).run();
  REQUIRE(s.orders() == Names{"spawn vpn", "spawn app"});
}

TEST_CASE("starting a service stops what it conflicts with first, whichever of the two says so") {
  for (const bool is_said_by_old : {false, true}) {
    Service old("old"), fresh("new");
    (is_said_by_old ? old.conflicts({"new"}) : fresh.conflicts({"old"})).with([](ServiceSpec&) {});
    Story s({old, fresh.disabled(), Service("client").requires_({"old"})});
    s.boot().run();
    s.orders();

    const ChangeId start = s.start({"new"});
    REQUIRE(s.orders() == Names{"TERM client"});
    s.ends("client", signal(15));
    REQUIRE(s.orders() == Names{"TERM old"});
    REQUIRE(s.cause("new") == "waiting for old (stopping)");
    s.ends("old", signal(15)).run();
    REQUIRE(s.reply(start) == "new=done client<old=done (went down with old) old<new=done (conflict with new)");
    REQUIRE(s.state("old") == "stopped");
    REQUIRE(s.cause("old") == "conflict with new");
    REQUIRE(s.why("old") == "stopped");

    s.start({"old"});
    REQUIRE(s.orders() == Names{"spawn new", "TERM new"});
  }
}

TEST_CASE("what conflicts does not come back by itself while the other is up") {
  Story s({Service("db").restart(RestartWhen::never), Service("old").requires_({"db"}),
           Service("new").conflicts({"old"}).disabled()});
  s.boot().run().ends("db", code(1)).ends("old", signal(15));
  REQUIRE(s.state("old") == "failed");
  s.start({"new"});
  s.run();
  REQUIRE(s.state("old") == "stopped");
  s.start({"db"});
  s.run();
  REQUIRE(s.state("old") == "stopped");
  REQUIRE(s.state("new") == "running");
}

TEST_CASE("until = completed waits for the end of what runs, and then needs it no more") {
  Story s({Service("migrate"), Service("app").requires_({"migrate"}, Until::completed)});
  s.boot().run();
  REQUIRE(s.state("migrate") == "running");
  REQUIRE(s.cause("app") == "waiting for migrate (running)");
  s.ends("migrate", code(0)).run();
  REQUIRE(s.state("migrate") == "completed");
  REQUIRE(s.state("app") == "running");

  Story failing({Service("migrate"), Service("app").requires_({"migrate"}, Until::completed)});
  failing.boot().run().ends("migrate", code(3));
  REQUIRE(failing.state("app") == "failed");
  REQUIRE(failing.cause("app") == "dependency migrate failed (exit 3)");
}

TEST_CASE("until = healthy waits for the probes of the other, and its later sickness is no loss") {
  Story s({Service("db").health(HealthAction::none), Service("app").requires_({"db"}, Until::healthy),
           Service("tunnel").binds_to({"db"}, Until::healthy)});
  s.boot().run();
  REQUIRE(s.state("app") == "waiting");
  REQUIRE(s.cause("app") == "waiting for db (running, not healthy yet)");
  s.probe("db", "timed out").probe("db", "timed out");
  REQUIRE(s.cause("app") == "waiting for db (running, unhealthy (2 failures: timed out))");
  s.probe("db").run();
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.state("tunnel") == "running");
  s.probe("db", "timed out").probe("db", "timed out");
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.state("tunnel") == "running");
}

TEST_CASE("what only wants another with until = healthy goes on with any verdict of the probes") {
  Story s({Service("cache").health(HealthAction::none), Service("app").wants({"cache"}, Until::healthy),
           Service("late").after({"cache"}, Until::healthy)});
  s.boot().run();
  REQUIRE(s.state("app") == "waiting");
  REQUIRE(s.cause("late") == "waiting for cache (running, not healthy yet)");
  s.probe("cache", "timed out");
  REQUIRE(s.state("app") == "waiting");
  s.probe("cache", "timed out").run();
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.state("late") == "running");
}

TEST_CASE("until = started does not wait until the other is ready") {
  Story s({Service("job").oneshot(), Service("watcher").requires_({"job"}, Until::started),
           Service("late").after({"job"}, Until::started)});
  s.boot();
  REQUIRE(s.state("watcher") == "waiting");
  REQUIRE(s.state("late") == "waiting");
  s.spawned("job").run();
  REQUIRE(s.state("job") == "starting");
  REQUIRE(s.state("watcher") == "running");
  REQUIRE(s.state("late") == "running");
}

TEST_CASE("what only follows another with until = completed waits for its end, whatever that is") {
  Story s({Service("setup"), Service("app").after({"setup"}, Until::completed)});
  s.boot().run();
  REQUIRE(s.state("app") == "waiting");
  s.ends("setup", code(1)).run();
  REQUIRE(s.state("app") == "running");
}

TEST_CASE("a target is ready when what it requires is, and goes down and up with it without a process") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("site").target().requires_({"db", "web"}),
           Service("tests").oneshot().requires_({"site"})});
  s.boot();
  REQUIRE(s.state("site") == "waiting");
  s.run();
  REQUIRE(s.state("site") == "running");
  REQUIRE(s.state("tests") == "starting");
  s.ends("tests", code(0));
  s.orders();

  const ChangeId signalled = s.send(Signal{1}, {"site"});
  REQUIRE(s.reply(signalled) == "site=failed (has no process)");
  REQUIRE(s.reply(s.pause({"site"})) == "site=failed (has no process)");
  REQUIRE(s.orders().empty());

  REQUIRE(s.reply(s.stop({"site"})) == "site=done");
  REQUIRE(s.state("web") == "running");
  REQUIRE(s.reply(s.start({"site"})) == "site=done");
  s.stop({"web"});
  REQUIRE(s.state("site") == "stopped");
  REQUIRE(s.cause("site") == "went down with web");
}

TEST_CASE("a start names what gives way to it, and what goes down with that") {
  Story s({Service("old"), Service("app").requires_({"old"}), Service("new").conflicts({"old"}).disabled()});
  s.boot().run();
  const ChangeId change = s.start({"new"});
  REQUIRE(s.reply(change) == "open");
  s.ends("app", signal(15)).ends("old", signal(15)).spawned("new");
  REQUIRE(s.reply(change) == "new=done app<old=done (went down with old) old<new=done (conflict with new)");
}

TEST_CASE("a restart that a conflict has overtaken is cancelled, also for what went along and comes up again at once") {
  Story s({Service("new").conflicts({"old"}).disabled(), Service("old"), Service("top").requires_({"zapp"}),
           Service("zapp").requires_({"old"})});
  s.boot().run().orders();
  const ChangeId restart = s.restart({"zapp"});
  REQUIRE(s.orders() == Names{"TERM top"});
  s.start({"new", "old", "top", "zapp"});
  REQUIRE(s.state("zapp") == "running");
  s.ends("top", signal(15)).run();
  REQUIRE(s.reply(restart).starts_with("zapp=cancelled (went down with old)"));
}

TEST_CASE("a start of two that conflict is cancelled for the one that goes down, and done for the one that stays") {
  Story s({Service("new").conflicts({"old"}).disabled(), Service("old")});
  s.boot().run();
  const ChangeId change = s.start({"new", "old"});
  s.run();
  REQUIRE(s.state("old") == "running");
  REQUIRE(s.state("new") == "stopped");
  REQUIRE(s.reply(change) == "new=cancelled (conflict with old) old=done");
}
