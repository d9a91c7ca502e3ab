// Rolling restarts: instances are replaced by and by, while the others serve.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

Story up(std::vector<Service> services) {
  Story s(std::move(services));
  s.boot().run();
  (void)s.orders();
  return s;
}

}  // namespace

TEST_CASE("a rolling restart replaces one after the other, each when the one before is ready", "[engine][rolling]") {
  Story s = up({Service("web").instances(3)});
  const ChangeId change = s.roll({"web"});
  CHECK(s.orders() == Names{"TERM web@1"});
  s.ends("web@1", signal(15));
  CHECK(s.orders() == Names{"spawn web@1"});
  CHECK(s.state("web@2") == "running");
  s.run();
  CHECK(s.orders() == Names{"TERM web@2"});
  s.ends("web@2", signal(15)).run();
  CHECK(s.orders() == Names{"spawn web@2", "TERM web@3"});
  CHECK(s.reply(change) == "open");
  s.ends("web@3", signal(15)).run();
  CHECK(s.reply(change) == "web@1=done web@2=done web@3=done");
}

TEST_CASE("as many at a time as may be unavailable", "[engine][rolling]") {
  Story s = up({Service("web").instances(5)});
  const ChangeId change = s.roll({"web"}, 2);
  CHECK(s.orders() == Names{"TERM web@1", "TERM web@2"});
  s.ends("web@2").run();
  CHECK(s.orders() == Names{"spawn web@2", "TERM web@3"});
  s.ends("web@1").ends("web@3").run();
  CHECK(s.orders() == Names{"spawn web@1", "spawn web@3", "TERM web@4", "TERM web@5"});
  s.ends("web@4").ends("web@5").run();
  CHECK(s.reply(change) == "web@1=done web@2=done web@3=done web@4=done web@5=done");
}

TEST_CASE("the first that does not become ready is the last that is replaced", "[engine][rolling]") {
  Story s = up({Service("web").instances(4).notify().ready_within(5s)});
  for (const char* name : {"web@1", "web@2", "web@3", "web@4"}) s.ready(name);
  (void)s.orders();
  const ChangeId change = s.roll({"web"});
  s.ends("web@1").run().ready("web@1");
  s.ends("web@2").run();
  CHECK(s.reply(change) == "open");
  s.pass(5s).ends("web@2");
  CHECK(s.reply(change) ==
        "web@1=done web@2=failed (was not ready within 5s) web@3=cancelled (left as it is, since web@2 did not become "
        "ready) web@4=cancelled (left as it is, since web@2 did not become ready)");
  CHECK(s.state("web@3") == "running");
  CHECK(s.state("web@4") == "running");
}

TEST_CASE("those that are under way when one fails are waited for", "[engine][rolling]") {
  Story s = up({Service("web").instances(4)});
  const ChangeId change = s.roll({"web"}, 2);
  s.ends("web@1").ends("web@2");
  s.spawn_fails("web@1");
  CHECK(s.reply(change) == "open");
  s.run();
  const std::string left = "cancelled (left as it is, since web@1 did not become ready)";
  CHECK(s.reply(change) ==
        "web@1=failed (exec 'program': Permission denied) web@2=done web@3=" + left + " web@4=" + left);
}

TEST_CASE("what requires the service stays up during a rolling restart", "[engine][rolling]") {
  Story s = up({Service("web").instances(2), Service("proxy").requires_({"web"})});
  s.roll({"web"});
  s.ends("web@1").run();
  CHECK(s.state("proxy") == "running");
  s.ends("web@2").run();
  CHECK(s.state("proxy") == "running");
  CHECK(s.at("proxy").run == RunId{3});
}

TEST_CASE("what is bound to the service goes with it, and comes back", "[engine][rolling]") {
  Story s = up({Service("vpn").instances(2), Service("app").binds_to({"vpn"})});
  s.roll({"vpn"});
  CHECK(s.state("app") == "stopping");
  s.ends("app").ends("vpn@1").run();
  CHECK(s.state("vpn@1") == "running");
}

TEST_CASE("a stop ends a rolling restart", "[engine][rolling]") {
  Story s = up({Service("web").instances(3)});
  const ChangeId change = s.roll({"web"});
  s.stop({"web"});
  for (const char* name : {"web@1", "web@2", "web@3"}) s.ends(name, signal(15));
  const std::string cancelled = "cancelled (superseded by a later command)";
  CHECK(s.reply(change) == "web@1=" + cancelled + " web@2=" + cancelled + " web@3=" + cancelled);
  CHECK(s.state("web@3") == "stopped");
  CHECK(s.at("web@3").run == RunId{3});
}

TEST_CASE("an instance that leaves is not replaced", "[engine][rolling]") {
  Story s = up({Service("web").instances(3)});
  const ChangeId change = s.roll({"web"});
  s.scale({{"web", 2}});
  s.ends("web@3").ends("web@1").run();
  s.ends("web@2").run();
  CHECK(s.reply(change) == "web@1=done web@2=done web@3=cancelled (is being removed)");
}

TEST_CASE("a rolling restart goes on when nobody waits for it", "[engine][rolling]") {
  Story s = up({Service("web").instances(2)});
  const ChangeId change = s.roll({"web"});
  s.tell(ChangeForgotten{change});
  s.ends("web@1").run();
  s.ends("web@2").run();
  CHECK(s.at("web@2").run == RunId{4});
  CHECK(s.reply(change) == "web@1=done web@2=done");
  CHECK(s.engine().open_changes() == 0);
}

TEST_CASE("what is down, done or paused is replaced, too", "[engine][rolling]") {
  Story s = up({Service("a"), Service("b").oneshot(), Service("c"), Service("d").target()});
  s.ends("b");
  s.stop({"a"});
  s.ends("a");
  s.pause({"c"});
  (void)s.orders();
  const ChangeId change = s.roll({"a", "b", "c", "d"}, 4);
  CHECK(s.orders() == Names{"TERM c", "thaw c", "spawn a", "spawn b"});
  s.run().ends("b").ends("c").run();
  CHECK(s.reply(change) == "a=done b=done (exit 0) c=done d=done");
}

TEST_CASE("a shutdown ends a rolling restart", "[engine][rolling]") {
  Story s = up({Service("web").instances(2)});
  const ChangeId change = s.roll({"web"});
  s.shutdown();
  s.ends("web@1").ends("web@2");
  CHECK(s.finished().has_value());
  CHECK(s.reply(change).find("done") == std::string::npos);
  CHECK(s.reply(s.roll({"web"})) == "open");
}
