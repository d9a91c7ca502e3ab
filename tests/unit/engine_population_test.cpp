// Services and instances that come and go while the others live on.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

Scaling to(std::string service, std::uint32_t instances) { return {std::move(service), instances}; }

bool is_there(const Story& s, const std::string& name) {
  return find_instance(s.engine().world(), name) != kNoInstance;
}

Story three_workers() {
  Story s({Service("worker")});
  s.boot().run();
  s.scale({to("worker", 3)});
  s.run();
  (void)s.orders();
  return s;
}

}  // namespace

TEST_CASE("an added service is started, with what it needs", "[engine][population]") {
  Story s({Service("db").disabled()});
  s.boot();
  const ChangeId change = s.add(Service("web").requires_({"db"}));
  CHECK(s.orders() == Names{"spawn db"});
  s.run();
  CHECK(s.state("web") == "running");
  CHECK(s.reply(change) == "web=done");
}

TEST_CASE("a service that others name already is theirs when it is added", "[engine][population]") {
  Story s({Service("web").after({"cache"})});
  s.boot().run();
  s.add(Service("cache"));
  s.run();
  s.restart({"web", "cache"});
  CHECK(s.orders() == Names{"spawn web", "spawn cache", "TERM web"});
  s.ends("web");
  CHECK(s.orders() == Names{"TERM cache"});
}

TEST_CASE("a name is taken once", "[engine][population]") {
  Story s({Service("web")});
  CHECK(s.reply(s.add(Service("web"))).empty());
  CHECK(s.engine().world().by_name.size() == 1);
}

TEST_CASE("a removed service is stopped and leaves when it rests", "[engine][population]") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run();
  (void)s.orders();
  const ChangeId change = s.remove("db");
  CHECK(s.orders() == Names{"TERM web"});
  CHECK(s.reply(s.start({"db"})) == "db=cancelled (is being removed)");
  s.ends("web");
  CHECK(is_there(s, "db"));
  s.ends("db");
  CHECK(s.reply(change) == "db=done (exit 0) web<db=done (went down with db)");
  CHECK(s.orders() == Names{"TERM db", "db has left"});
  CHECK(!is_there(s, "db"));
  CHECK(s.cause("web") == "went down with a dependency that was removed");
  s.start({"web"});
  s.run();
  CHECK(s.state("web") == "running");
}

TEST_CASE("waits for what leaves end", "[engine][population]") {
  Story s({Service("job").oneshot()});
  s.boot().run();
  const ChangeId wait = s.wait(WaitFor::ready, {"job"});
  const ChangeId other = s.wait(WaitFor::completed, {"job"});
  s.remove("job");
  CHECK(s.reply(wait) == "open");
  s.ends("job", signal(15));
  CHECK(s.reply(wait) == "job=failed (signal TERM)");
  CHECK(s.reply(other) == "job=failed (signal TERM)");
  CHECK(!is_there(s, "job"));
}

TEST_CASE("a slot is used again, and late news of who was in it are not heard", "[engine][population]") {
  Story s({Service("old")});
  s.boot().run();
  const InstanceId slot = s.id("old");
  const RunId run = s.at("old").run;
  s.remove("old");
  s.ends("old");
  s.pass(1s);
  s.add(Service("new"));
  s.run();
  CHECK(s.id("new") == slot);
  s.tell(Ended{slot, run, code(1)});
  CHECK(s.state("new") == "running");
  CHECK(s.at("new").run > run);
}

TEST_CASE("scaling up starts the new ones; all are called by number then", "[engine][population]") {
  Story s({Service("worker")});
  s.boot().run();
  (void)s.orders();
  const ChangeId change = s.scale({to("worker", 3)});
  CHECK(s.orders() == Names{"spawn worker@2", "spawn worker@3"});
  s.run();
  CHECK(s.reply(change) == "worker@2=done worker@3=done");
  CHECK(find_instances(s.engine().world(), "worker").size() == 3);
  CHECK(!is_there(s, "worker@4"));
  CHECK(!is_there(s, "worker@0"));
  CHECK(!is_there(s, "worker@"));
  CHECK(!is_there(s, "worker@x"));
}

TEST_CASE("a service has as many instances as its settings say", "[engine][population]") {
  Story s({Service("worker").instances(3)});
  s.boot();
  CHECK(s.orders() == Names{"spawn worker@1", "spawn worker@2", "spawn worker@3"});
  s.run().stop({"worker@2"});
  CHECK(s.orders() == Names{"TERM worker@2"});
  CHECK(place_of(s.engine().world(), s.at("worker@2")) == InstancePlace{2, 3});
}

TEST_CASE("scaling down stops the highest numbers first; they leave from the top", "[engine][population]") {
  Story s = three_workers();
  const ChangeId change = s.scale({to("worker", 1)});
  CHECK(s.orders() == Names{"TERM worker@3", "TERM worker@2"});
  CHECK(place_of(s.engine().world(), s.at("worker@1")) == InstancePlace{1, 1});
  s.ends("worker@2");
  CHECK(is_there(s, "worker@2"));
  s.ends("worker@3");
  CHECK(s.orders() == Names{"worker@3 has left", "worker@2 has left"});
  CHECK(s.reply(change) == "worker@2=done (exit 0) worker@3=done (exit 0)");
  CHECK(s.state("worker") == "running");
}

TEST_CASE("scaling to nothing and back", "[engine][population]") {
  Story s({Service("worker"), Service("web").requires_({"worker"})});
  s.boot().run();
  (void)s.orders();
  s.scale({to("worker", 0)});
  s.ends("worker");
  CHECK(s.state("web") == "running");
  CHECK(find_instances(s.engine().world(), "worker").empty());
  s.scale({to("worker", 1)});
  CHECK(s.orders() == Names{"TERM worker", "worker has left", "spawn worker"});
  s.run();
  CHECK(s.state("web") == "running");
}

TEST_CASE("who is called back while it leaves stays", "[engine][population]") {
  Story s = three_workers();
  const ChangeId down = s.scale({to("worker", 1)});
  const ChangeId up = s.scale({to("worker", 3)});
  CHECK(s.reply(down) ==
        "worker@2=cancelled (superseded by a later command) worker@3=cancelled (superseded by a later command)");
  s.ends("worker@2").ends("worker@3").run();
  CHECK(s.reply(up) == "worker@2=done worker@3=done");
  CHECK(s.state("worker@3") == "running");
}

TEST_CASE("a service that was stopped stays down when it is scaled", "[engine][population]") {
  Story s({Service("worker")});
  s.boot().run();
  s.stop({"worker"});
  s.ends("worker");
  (void)s.orders();
  CHECK(s.reply(s.scale({to("worker", 2)})) == "worker@2=done");
  CHECK(s.orders().empty());
  s.start({"worker"});
  CHECK(s.orders() == Names{"spawn worker@1", "spawn worker@2"});
}

TEST_CASE("who requires a service requires all its instances", "[engine][population]") {
  Story s({Service("worker"), Service("web").requires_({"worker"})});
  s.scale({to("worker", 2)});
  s.boot();
  s.spawned("worker@1");
  CHECK(s.state("web") == "waiting");
  s.spawned("worker@2");
  CHECK(s.state("web") == "starting");
  s.run();
  // Another one does not take it down, neither on its way up nor when it leaves.
  s.scale({to("worker", 3)});
  CHECK(s.state("web") == "running");
  s.run();
  s.scale({to("worker", 2)});
  s.ends("worker@3");
  CHECK(s.state("web") == "running");
  CHECK(s.at("web").counts.unready_requirements == 0);
  s.stop({"worker@1"});
  CHECK(s.state("web") == "stopping");
}

TEST_CASE("a shutdown keeps what leaves until the end", "[engine][population]") {
  Story s = three_workers();
  s.scale({to("worker", 2)});
  s.shutdown();
  const ChangeId late = s.scale({to("worker", 9)});
  CHECK(s.reply(late).empty());
  s.ends("worker@1").ends("worker@2").ends("worker@3");
  CHECK(s.finished().has_value());
}

TEST_CASE("slots do not grow with who comes and goes", "[engine][population]") {
  Story s({Service("db")});
  s.boot().run();
  for (int n = 0; n < 200; ++n) {
    const std::string name = fmt::format("run-{}", n);
    s.add(Service(name).requires_({"db"}));
    s.run().ends(name);
    s.remove(name);
  }
  const World& w = s.engine().world();
  CHECK(w.instances.size() <= 4);
  CHECK(w.services.size() <= 4);
  CHECK(w.relations(s.at("db")).required_by.empty());
  CHECK(s.at("db").counts.live_dependents == 0);
}

TEST_CASE("a transient service leaves when it has ended with success", "[engine][population]") {
  Story s({});
  const auto transient = [](std::string name, Transience transience) {
    Service out(std::move(name));
    out.named.transience = transience;
    return out;
  };
  s.add(transient("good", Transience::until_success));
  s.run().ends("good");
  CHECK(!is_there(s, "good"));
  s.add(transient("bad", Transience::until_success));
  s.run().ends("bad", code(3));
  CHECK(s.state("bad") == "failed");
  CHECK(s.reply(s.stop({"bad"})) == "bad=done (exit 3)");
  CHECK(!is_there(s, "bad"));
  s.add(transient("kept", Transience::until_stopped));
  s.run().ends("kept");
  CHECK(s.state("kept") == "completed");
  s.stop({"kept"});
  CHECK(!is_there(s, "kept"));
  s.add(transient("gone", Transience::until_end));
  s.run().ends("gone", code(3));
  CHECK(!is_there(s, "gone"));
  s.add(transient("stopped", Transience::until_success));
  s.run().stop({"stopped"});
  s.ends("stopped", signal(15));
  CHECK(!is_there(s, "stopped"));
}

TEST_CASE("what conflicts with one that leaves waits until it has left", "[engine][population]") {
  Story s({Service("old")});
  s.boot().run();
  (void)s.orders();
  s.remove("old");
  const ChangeId change = s.add(Service("new").conflicts({"old"}));
  CHECK(s.state("new") == "waiting");
  s.ends("old").run();
  CHECK(s.orders() == Names{"TERM old", "spawn new", "old has left"});
  CHECK(s.reply(change) == "new=done");
}

TEST_CASE("an instance that comes by scaling takes the place of what says that it conflicts with it",
          "[engine][population]") {
  Story s({Service("new"), Service("old").conflicts({"new"})});
  s.scale({to("new", 0)});
  s.start({"old"});
  s.run();
  (void)s.orders();
  s.scale({to("new", 1)});
  CHECK(s.orders() == Names{"TERM old"});
  s.ends("old", signal(15)).run();
  CHECK(s.state("new") == "running");
  CHECK(s.cause("old") == "conflict with new");
}

TEST_CASE("what fails for one who failed for what has left says so", "[engine][population]") {
  Story s({Service("a"), Service("b"), Service("app").requires_({"a", "b"}),
           Service("web").requires_({"app"}).restart(RestartWhen::always, 10s)});
  s.boot().run().run().run().ends("web", code(1));
  s.ends("a", code(1)).ends("app", signal(15)).ends("b", code(1));
  CHECK(s.state("app") == "failed");
  s.remove("a");
  CHECK(!is_there(s, "a"));
  s.pass(10s);
  CHECK(s.state("web") == "failed");
  CHECK(s.cause("web") == "dependency app failed");
}
