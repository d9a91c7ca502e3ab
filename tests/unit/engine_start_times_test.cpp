// When starts came how far, and whose start made whose wait.
#include "engine/start_times.hpp"
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

const StartTimes& start_of(Story& s, const std::string& name) { return s.engine().world().at(s.id(name)).start; }

Names chain_to(Story& s, const std::string& name) {
  Names out;
  const World& w = s.engine().world();
  for (const InstanceId id : critical_chain(w, s.id(name))) out.push_back(w.name(w.at(id)));
  return out;
}

}  // namespace

TEST_CASE("start times: asked, allowed, spawned and ended are the moments of one start") {
  Story s({Service("db").oneshot(), Service("web").requires_({"db"}).notify()});
  s.boot();
  const Instant begin = start_of(s, "web").asked;
  REQUIRE(begin == start_of(s, "db").asked);
  REQUIRE(start_of(s, "web").allowed == kNever);
  s.pass(1s).spawned("db").pass(2s).ends("db");
  REQUIRE(start_of(s, "db").allowed == begin);
  REQUIRE(start_of(s, "db").spawned == begin + 1s);
  REQUIRE(start_of(s, "db").ended == begin + 3s);
  REQUIRE(start_of(s, "db").is_ready);
  s.pass(100ms).spawned("web").pass(1s);
  REQUIRE(start_of(s, "web").allowed == begin + 3s);
  REQUIRE(start_of(s, "web").spawned == begin + 3100ms);
  REQUIRE(start_of(s, "web").ended == kNever);
  s.ready("web");
  REQUIRE(start_of(s, "web").ended == begin + 4100ms);
  REQUIRE(start_of(s, "web").is_ready);
  REQUIRE(start_of(s, "web").held_by == s.id("db"));
  REQUIRE(start_of(s, "db").held_by == kNoInstance);
}

TEST_CASE("critical chain: of several that were awaited, the last one counts") {
  Story s({Service("disk").oneshot(), Service("db").requires_({"disk"}).notify(), Service("cache").notify(),
           Service("web").requires_({"cache"}).after({"db"})});
  s.boot().spawned("disk").spawned("cache").pass(1s).ready("cache").ends("disk");
  s.spawned("db").pass(1s).ready("db").spawned("web");
  REQUIRE(chain_to(s, "web") == Names{"web", "db", "disk"});
  REQUIRE(last_to_start(s.engine().world()) == s.id("web"));
}

TEST_CASE("critical chain: with until = started the other is awaited no longer than that") {
  Story s({Service("slow").notify(), Service("quick").oneshot(),
           Service("web").requires_({"slow"}, Until::started).after({"quick"})});
  s.boot().spawned("slow").pass(1s).run_and_end("quick", code(0)).pass(5s).ready("slow").spawned("web");
  REQUIRE(chain_to(s, "web") == Names{"web", "quick"});
}

TEST_CASE("critical chain: who was up already held nobody, and a later start of it ends the chain") {
  Story s({Service("db"), Service("web").requires_({"db"}).disabled(), Service("late").after({"db"})});
  s.boot().spawned("db").spawned("late").pass(1s);
  s.start({"web"});
  s.spawned("web");
  REQUIRE(chain_to(s, "web") == Names{"web"});
  REQUIRE_FALSE(began_at_boot(s.engine().world(), s.engine().world().at(s.id("web"))));
  REQUIRE(chain_to(s, "late") == Names{"late", "db"});
  s.stop({"web"});
  s.ends("web", signal(15));
  s.restart({"db"});
  s.ends("db", signal(15)).pass(1s).spawned("db");
  REQUIRE(chain_to(s, "late") == Names{"late"});
  REQUIRE_FALSE(began_at_boot(s.engine().world(), s.engine().world().at(s.id("db"))));
}

TEST_CASE("critical chain: while starts are under way it is what holds them now") {
  Story s({Service("db").notify(), Service("app").requires_({"db"}), Service("site").wants({"app"}).target(),
           Service("other")});
  s.boot().spawned("db").spawned("other").pass(1s);
  REQUIRE(last_to_start(s.engine().world()) == s.id("site"));
  REQUIRE(chain_to(s, "site") == Names{"site", "app", "db"});
  s.ready("db");
  REQUIRE(chain_to(s, "site") == Names{"site", "app", "db"});
}

TEST_CASE("start times: a start that fails has ended, and is not ready") {
  Story s({Service("web"), Service("app").requires_({"web"})});
  s.boot().pass(1s).spawn_fails("web");
  REQUIRE(start_of(s, "web").ended == start_of(s, "web").asked + 1s);
  REQUIRE_FALSE(start_of(s, "web").is_ready);
  REQUIRE(start_of(s, "web").spawned == kNever);
  REQUIRE(start_of(s, "app").allowed == kNever);
  REQUIRE(start_of(s, "app").ended == start_of(s, "app").asked + 1s);
}
