// What becomes of services that are defined anew for their next starts.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

// As it is defined the n-th time: so its program tells by which definition it lives.
Service edition(int n, std::string name) {
  Service out(std::move(name));
  out.named.spec.command.argv = {fmt::format("program-{}", n)};
  return out;
}
int edition_of(const Story& s, const std::string& name) {
  return s.at(name).definition->spec.command.argv[0].back() - '0';
}
std::vector<int> editions_of(const Story& s, const Names& names) {
  std::vector<int> out;
  for (const std::string& name : names) out.push_back(edition_of(s, name));
  return out;
}
using Editions = std::vector<int>;

}  // namespace

TEST_CASE("what runs is stopped as its own definition says, and begins again by the newest", "[redefined]") {
  Story s({edition(1, "a").stop({step(15, SignalTarget::group, 10s)})});
  s.boot().run();
  s.redefine_next({edition(2, "a").stop({step(1, SignalTarget::main, 3s)})});
  REQUIRE(s.state("a") == "running");
  REQUIRE(edition_of(s, "a") == 1);
  s.orders();
  s.restart({"a"});
  REQUIRE(s.orders() == Names{"TERM a"});
  s.pass(9999ms);
  REQUIRE(s.state("a") == "stopping");
  s.pass(1ms);
  REQUIRE(s.orders() == Names{"KILL a"});
  s.ends("a", signal(9));
  REQUIRE(edition_of(s, "a") == 2);
  s.run().orders();
  s.stop({"a"});
  REQUIRE(s.orders() == Names{"HUP a (main)"});
  s.pass(3s);
  REQUIRE(s.orders() == Names{"KILL a"});
}

TEST_CASE("the end of a run is judged by the definition of that run", "[redefined]") {
  SECTION("it restarts, and waits as the old one says; the next end is judged by the new one") {
    Story s({edition(1, "a").restart(RestartWhen::always, 5s)});
    s.boot().run().redefine_next({edition(2, "a").restart(RestartWhen::never)}).ends("a", code(1));
    REQUIRE(s.state("a") == "backoff");
    REQUIRE(edition_of(s, "a") == 2);
    s.pass(4999ms);
    REQUIRE(s.state("a") == "backoff");
    s.pass(1ms).run().ends("a", code(1));
    REQUIRE(s.state("a") == "failed");
  }
  SECTION("a success is one by the codes of its run") {
    Story s({edition(1, "a").success({3})});
    s.boot().run().redefine_next({edition(2, "a").success({0})}).ends("a", code(3));
    REQUIRE(s.state("a") == "completed");
  }
}

TEST_CASE("what rests takes its newest definition at once", "[redefined]") {
  Story s({edition(1, "a").disabled(), edition(1, "b")});
  s.boot().run().ends("b", code(1));
  s.redefine_next({edition(2, "a").forking(), edition(2, "b")});
  REQUIRE(editions_of(s, {"a", "b"}) == Editions{2, 2});
  s.start({"a"});
  s.run().ends("a");
  REQUIRE(s.cause("a") == "its command ended and left no process behind");
}

TEST_CASE("hooks are those of the definition that the run began with", "[redefined]") {
  Story s({edition(1, "a").with([](ServiceSpec& spec) { spec.post_stop = {hook("old")}; })});
  s.boot().run();
  s.redefine_next({edition(2, "a").with([](ServiceSpec& spec) {
    spec.pre_start = {hook("check"), hook("make")};
    spec.pre_stop = {hook("drain")};
  })});
  s.orders();
  s.restart({"a"});
  REQUIRE(s.orders() == Names{"TERM a"});
  s.ends("a");
  REQUIRE(s.orders() == Names{"post-stop 1 of a"});
  REQUIRE(edition_of(s, "a") == 1);
  s.task_ends("a");
  REQUIRE(s.orders() == Names{"pre-start 1 of a"});
  s.task_ends("a").task_ends("a").run().orders();
  s.stop({"a"});
  REQUIRE(s.orders() == Names{"pre-stop 1 of a"});
}

TEST_CASE("what waits for its back-off or its start-delay takes the newest definition", "[redefined]") {
  SECTION("in back-off the moment stays") {
    Story s({edition(1, "a").restart(RestartWhen::always, 10s)});
    s.boot().run().ends("a", code(1)).pass(4s);
    s.redefine_next({edition(2, "a").restart(RestartWhen::always, 1s)});
    REQUIRE(edition_of(s, "a") == 2);
    s.pass(6s - 1ms);
    REQUIRE(s.state("a") == "backoff");
    s.pass(1ms);
    REQUIRE(s.state("a") == "starting");
  }
  SECTION("a delay counts from when the waiting began") {
    Story s({edition(1, "a").start_delay(10s)});
    s.boot().pass(4s).redefine_next({edition(2, "a").start_delay(5s)}).pass(1s);
    REQUIRE(s.state("a") == "starting");
  }
}

TEST_CASE("a parent that has ended goes on by its definition until its children have", "[redefined]") {
  Story s({edition(1, "a").oneshot(), edition(1, "c").parent("a")});
  s.boot().run().ends("a");
  REQUIRE(s.state("a") == "joining");
  s.redefine_next({edition(2, "a").oneshot()});
  REQUIRE(edition_of(s, "a") == 1);
  s.ends("c");
  REQUIRE(s.state("a") == "completed");
  REQUIRE(edition_of(s, "a") == 2);
}

TEST_CASE("paused and reloading it is alive", "[redefined]") {
  Story s({edition(1, "a").reload(Signal{1}).notify(), edition(1, "b")});
  s.boot().run().ready("a").pause({"b"});
  s.reload({"a"});
  s.redefine_next({edition(2, "a"), edition(2, "b")});
  REQUIRE(s.state("a") == "reloading");
  REQUIRE(editions_of(s, {"a", "b"}) == Editions{1, 1});
  s.ready("a");
  REQUIRE(s.state("a") == "running");
  s.ends("a").ends("b");
  REQUIRE(editions_of(s, {"a", "b"}) == Editions{2, 2});
}

TEST_CASE("what a redefinition names and is not there is passed over", "[redefined]") {
  Story s({edition(1, "a")});
  s.boot().run();
  s.remove("a");
  s.redefine_next({edition(2, "a"), edition(2, "nobody")});
  s.ends("a");
  REQUIRE(s.orders().back() == "a has left");
}

TEST_CASE("redefined twice, only the newest counts", "[redefined]") {
  Story s({edition(1, "a").restart(RestartWhen::always, 0s)});
  s.boot().run();
  s.redefine_next({edition(2, "a").on_exit_shutdown()});
  s.redefine_next({edition(3, "a").restart(RestartWhen::always, 0s)});
  REQUIRE(edition_of(s, "a") == 1);
  s.ends("a", code(1)).run();
  REQUIRE(s.state("a") == "running");
  REQUIRE(edition_of(s, "a") == 3);
}

TEST_CASE("what changes in a definition while it runs reaches those only who live by it", "[redefined]") {
  const auto with_delay = [](int n, Duration delay) {
    return edition(n, "a").instances(2).restart(RestartWhen::always, delay);
  };
  Story s({with_delay(1, 1s)});
  s.boot().run().redefine_next({with_delay(2, 2s)}).ends("a@2", code(1)).pass(1s).run();
  REQUIRE(editions_of(s, {"a@1", "a@2"}) == Editions{1, 2});
  s.redefine(with_delay(3, 30s));
  REQUIRE(editions_of(s, {"a@1", "a@2"}) == Editions{1, 3});
  s.ends("a@1", code(1)).pass(1s).run();
  REQUIRE(s.state("a@1") == "running");
  REQUIRE(edition_of(s, "a@1") == 3);
  s.ends("a@2", code(1)).pass(29s);
  REQUIRE(s.state("a@2") == "backoff");
}

// ---- instances ----

TEST_CASE("newcomers live by the newest definition, and who is called back by its own", "[redefined]") {
  Story s({edition(1, "a").instances(2)});
  s.boot().run().redefine_next({edition(2, "a")}).scale({{"a", 3}});
  s.run();
  REQUIRE(editions_of(s, {"a@1", "a@2", "a@3"}) == Editions{1, 1, 2});
  s.scale({{"a", 1}});
  s.redefine_next({edition(3, "a")});
  s.scale({{"a", 2}});
  REQUIRE(editions_of(s, {"a@1", "a@2", "a@3"}) == Editions{1, 1, 2});
  s.ends("a@2", signal(15)).run();
  REQUIRE(s.state("a@2") == "running");
  REQUIRE(editions_of(s, {"a@1", "a@2"}) == Editions{1, 3});
}

TEST_CASE("who is to leave ends by its own definition", "[redefined]") {
  const auto with_hook = [](int n, std::vector<Hook> hooks) {
    return edition(n, "a").instances(2).with([&](ServiceSpec& spec) { spec.post_stop = std::move(hooks); });
  };
  Story s({with_hook(1, {hook("one"), hook("two")})});
  s.boot().run().scale({{"a", 1}});
  s.redefine_next({with_hook(2, {})});
  s.orders();
  SECTION("the manager lives on") { s.ends("a@2", signal(15)); }
  SECTION("the manager dies before the end") { s.die().ends("a@2", signal(15)); }
  SECTION("the manager dies after the first hook") {
    s.ends("a@2", signal(15)).task_ends("a@2").die();
    REQUIRE(s.orders() == Names{"post-stop 2 of a@2"});
    s.task_ends("a@2");
    REQUIRE(s.orders() == Names{"a@2 has left"});
    REQUIRE(edition_of(s, "a@1") == 1);
    return;
  }
  REQUIRE(s.orders().back() == "post-stop 1 of a@2");
  s.task_ends("a@2");
  REQUIRE(s.orders() == Names{"post-stop 2 of a@2"});
  s.task_ends("a@2");
  REQUIRE(s.orders() == Names{"a@2 has left"});
}

TEST_CASE("a rolling restart brings one instance after the other to the newest definition", "[redefined]") {
  Story s({edition(1, "a").instances(2)});
  s.boot().run().redefine_next({edition(2, "a")});
  s.roll({"a"});
  REQUIRE(s.state("a@1") == "stopping");
  s.ends("a@1", signal(15));
  REQUIRE(editions_of(s, {"a@1", "a@2"}) == Editions{2, 1});
  s.run();
  REQUIRE(s.state("a@2") == "stopping");
  s.ends("a@2", signal(15)).run();
  REQUIRE(editions_of(s, {"a@1", "a@2"}) == Editions{2, 2});
}

// ---- relations ----

TEST_CASE("an order that is turned round holds when nothing of the old one is alive", "[redefined]") {
  Story s({edition(1, "a").requires_({"b"}), edition(1, "b")});
  s.boot().run();
  s.redefine_next({edition(2, "a"), edition(2, "b").requires_({"a"})});
  SECTION("one of them is restarted by itself: by its own definition") {
    s.restart({"a"});
    s.ends("a", signal(15)).run();
    REQUIRE(editions_of(s, {"a", "b"}) == Editions{1, 1});
    s.stop({"b"});
    REQUIRE(s.state("a") == "stopping");
    REQUIRE(s.state("b") == "running");
  }
  SECTION("both are restarted: the old order holds for the stop, the new one for the start") {
    s.orders();
    s.restart({"b"});
    REQUIRE(s.orders() == Names{"TERM a"});
    s.ends("a", signal(15));
    REQUIRE(editions_of(s, {"a", "b"}) == Editions{1, 1});
    REQUIRE(s.orders() == Names{"TERM b"});
    s.ends("b", signal(15));
    REQUIRE(editions_of(s, {"a", "b"}) == Editions{2, 2});
    REQUIRE(s.orders() == Names{"spawn a"});
    s.run();
    REQUIRE(s.orders() == Names{"spawn b"});
    s.run();
    s.stop({"a"});
    REQUIRE(s.orders() == Names{"TERM b"});
  }
  SECTION("the last of them crashes") {
    s.stop({"a"});
    s.ends("a", signal(15)).ends("b", code(1));
    REQUIRE(editions_of(s, {"a", "b"}) == Editions{2, 2});
    s.start({"b"});
    REQUIRE(s.orders().back() == "spawn a");
  }
  SECTION("the last of them leaves") {
    s.stop({"a"});
    s.ends("a", signal(15)).remove("b");
    REQUIRE(edition_of(s, "a") == 1);
    s.ends("b", signal(15));
    REQUIRE(edition_of(s, "a") == 2);
  }
  SECTION("they are turned back before") {
    s.stop({"a"});
    s.ends("a", signal(15));
    s.redefine_next({edition(3, "b")});
    REQUIRE(editions_of(s, {"a", "b"}) == Editions{2, 1});
    s.redefine_next({edition(4, "a").requires_({"b"})});
    REQUIRE(editions_of(s, {"a", "b"}) == Editions{4, 1});
    s.ends("b", code(1));
    REQUIRE(edition_of(s, "b") == 3);
  }
}

TEST_CASE("while relations wait for each other, newcomers come with the old ones", "[redefined]") {
  Story s({edition(1, "a").requires_({"b"}), edition(1, "b")});
  s.boot().run();
  s.redefine_next({edition(2, "a"), edition(2, "b").requires_({"a"})});
  s.scale({{"b", 2}});
  s.run();
  REQUIRE(editions_of(s, {"a", "b@1", "b@2"}) == Editions{1, 1, 1});
  s.orders();
  s.stop({"b"});
  REQUIRE(s.orders() == Names{"TERM a"});
  s.ends("a", signal(15)).ends("b@1", signal(15)).ends("b@2", signal(15));
  REQUIRE(editions_of(s, {"a", "b@1", "b@2"}) == Editions{2, 2, 2});
  s.start({"b"});
  REQUIRE(s.orders().back() == "spawn a");
  s.run().run();
  REQUIRE(s.state("b@2") == "running");
}

TEST_CASE("who leaves with the old relations is waited for, too", "[redefined]") {
  Story s({edition(1, "a").instances(2).requires_({"b"}), edition(1, "b")});
  s.boot().run().scale({{"a", 1}});
  s.redefine_next({edition(2, "a"), edition(2, "b").requires_({"a"})});
  s.stop({"a", "b"});
  s.ends("a@1", signal(15));
  REQUIRE(edition_of(s, "a@1") == 1);
  s.ends("a@2", signal(15)).ends("b", signal(15));
  REQUIRE(editions_of(s, {"a", "b"}) == Editions{2, 2});
}

TEST_CASE("a requirement that is new is waited for", "[redefined]") {
  SECTION("by what crashed") {
    Story s({edition(1, "a").restart(RestartWhen::always, 1s), edition(1, "db").notify()});
    s.boot().run().ends("a", code(1));
    s.redefine_next({edition(2, "a").requires_({"db"})}).pass(1s);
    REQUIRE(s.cause("a") == "waiting for db (starting)");
    s.ready("db").run();
    REQUIRE(s.state("a") == "running");
  }
  SECTION("for ever it is a failure, which ends when it comes") {
    Story s({edition(1, "a").restart(RestartWhen::always, 1s), edition(1, "db").disabled()});
    s.boot().run().ends("a", code(1));
    s.redefine_next({edition(2, "a").requires_({"db"})}).pass(1s);
    REQUIRE(s.cause("a") == "dependency db stopped");
    s.start({"db"});
    s.run();
    REQUIRE(s.state("a") == "running");
  }
  SECTION("and pulled up by a start") {
    Story s({edition(1, "a").disabled(), edition(1, "db").disabled()});
    s.boot().redefine_next({edition(2, "a").requires_({"db"})});
    s.start({"a"});
    REQUIRE(s.orders() == Names{"spawn db"});
  }
}

TEST_CASE("who failed or waits for what it does not require any more is free", "[redefined]") {
  SECTION("it failed") {
    Story s({edition(1, "a").requires_({"db"}), edition(1, "db")});
    s.boot().spawn_fails("db");
    REQUIRE(s.state("a") == "failed");
    s.redefine_next({edition(2, "a")}).run();
    REQUIRE(s.state("a") == "running");
    REQUIRE(edition_of(s, "a") == 2);
  }
  SECTION("it waits") {
    Story s({edition(1, "a").requires_({"db"}), edition(1, "db").notify()});
    s.boot().run();
    REQUIRE(s.state("a") == "waiting");
    s.redefine_next({edition(2, "a")}).run();
    REQUIRE(s.state("a") == "running");
  }
}

TEST_CASE("what is alive keeps what it requires by its own definition", "[redefined]") {
  Story s({edition(1, "a").requires_({"db"}), edition(1, "db")});
  s.boot().run().redefine_next({edition(2, "a")});
  s.restart({"db"});
  REQUIRE(s.state("a") == "stopping");
  s.ends("a", signal(15));
  REQUIRE(edition_of(s, "a") == 2);
  REQUIRE(s.state("a") == "starting");
}

TEST_CASE("a conflict that is new is waited for, and makes nobody go", "[redefined]") {
  Story s({edition(1, "a").restart(RestartWhen::always, 1s), edition(1, "b")});
  s.boot().run().redefine_next({edition(2, "a").conflicts({"b"})});
  s.ends("a", code(1)).pass(1s);
  REQUIRE(s.cause("a") == "waiting for b (running)");
  s.ends("b");
  REQUIRE(s.state("a") == "starting");
}

TEST_CASE("how something external binds holds at once", "[redefined]") {
  Story s({Service("db").external(OnLost::none), edition(1, "a").requires_({"db"})});
  s.boot().probe("db").run();
  SECTION("it is not lost") {
    s.redefine_next({Service("db").external(OnLost::stop)});
    REQUIRE(s.state("a") == "running");
    s.probe("db", "gone").probe("db", "gone");
    REQUIRE(s.state("a") == "stopping");
  }
  SECTION("it is lost by then") {
    s.probe("db", "gone").probe("db", "gone");
    REQUIRE(s.state("a") == "running");
    s.redefine_next({Service("db").external(OnLost::stop)});
    REQUIRE(s.state("a") == "stopping");
  }
}

// ---- the ends of everything ----

TEST_CASE("a shutdown stops each by its own definition", "[redefined]") {
  Story s({edition(1, "a").requires_({"b"}), edition(1, "b").stop({step(2, SignalTarget::group, 1s)})});
  s.boot().run();
  s.redefine_next({edition(2, "a"), edition(2, "b").requires_({"a"})});
  s.orders();
  s.shutdown();
  REQUIRE(s.orders() == Names{"TERM a"});
  s.ends("a", signal(15));
  REQUIRE(s.orders() == Names{"INT b"});
  s.ends("b", signal(2));
  REQUIRE(s.finished().has_value());
}

TEST_CASE("what all is done of counts by the definition that each lives by", "[redefined]") {
  const auto aide = [](int n) { return edition(n, "a").daemon().restart(RestartWhen::always, 1s); };
  const auto worker = [](int n) { return edition(n, "a").restart(RestartWhen::always, 1s); };
  SECTION("work becomes none while it waits") {
    Story s({worker(1), edition(1, "b").oneshot()}, when_done());
    s.boot().run().redefine_next({aide(2)}).ends("b");
    REQUIRE_FALSE(s.finished());
    s.ends("a", code(1));
    REQUIRE(s.shutdown_reason() == "all services are done");
  }
  SECTION("what was none becomes work") {
    Story s({aide(1), edition(1, "b").oneshot()}, when_done());
    s.boot().run().redefine_next({worker(2)}).ends("a", code(1)).ends("b").pass(1s).run();
    REQUIRE(s.shutdown_reason().empty());
    s.stop({"a"});
    s.ends("a", signal(15));
    REQUIRE(s.shutdown_reason() == "all services are done");
  }
  SECTION("a service becomes a oneshot, and that a service") {
    Story s({worker(1), edition(1, "b")}, when_done());
    s.boot().run().redefine_next({edition(2, "a").oneshot()}).ends("a", code(1)).pass(1s).run();
    s.redefine_next({worker(3)}).ends("a");
    REQUIRE(s.state("a") == "completed");
    s.start({"a"});
    s.run().ends("b");
    REQUIRE(s.shutdown_reason().empty());
    s.die().stop({"a"});
    s.ends("a", signal(15));
    REQUIRE(s.shutdown_reason() == "all services are done");
  }
}

TEST_CASE("the next manager knows by which definition each lives", "[redefined]") {
  Story s({edition(1, "a").requires_({"b"}), edition(1, "b"), edition(1, "c").instances(2)});
  s.boot().run();
  s.redefine_next({edition(2, "a"), edition(2, "b").requires_({"a"}), edition(2, "c")});
  s.ends("c@2", code(1)).die();
  REQUIRE(editions_of(s, {"a", "b", "c@1", "c@2"}) == Editions{1, 1, 1, 2});
  s.orders();
  SECTION("the old order holds") {
    s.restart({"b"});
    REQUIRE(s.orders() == Names{"TERM a"});
    s.die().ends("a", signal(15));
    REQUIRE(editions_of(s, {"a", "b"}) == Editions{1, 1});
    s.die().ends("b", signal(15)).die();
    REQUIRE(editions_of(s, {"a", "b"}) == Editions{2, 2});
    REQUIRE(s.state("a") == "starting");
    REQUIRE(s.state("b") == "waiting");
    s.run();
    REQUIRE(s.state("b") == "running");
  }
  SECTION("newcomers come with the old relations") {
    s.scale({{"b", 2}});
    REQUIRE(edition_of(s, "b@2") == 1);
  }
  SECTION("newcomers of a service that has no instances come with the old relations") {
    s.scale({{"a", 0}});
    s.ends("a", signal(15)).die().scale({{"a", 1}});
    REQUIRE(edition_of(s, "a") == 1);
  }
  SECTION("what is not alive takes its definition when the last of them has ended") {
    s.stop({"a"});
    s.ends("a", signal(15)).die().ends("b", code(1));
    REQUIRE(editions_of(s, {"a", "b"}) == Editions{2, 2});
  }
}

TEST_CASE("a definition that nobody had told of is taken when the next manager begins", "[redefined]") {
  Story s({edition(1, "a").restart(RestartWhen::always, 1s)}, when_done());
  s.boot().run().ends("a", code(1));
  const auto former = std::make_shared<const NamedService>(*s.at("a").definition);
  s.live_again(s.engine().record(), {*s.engine().record_of(s.id("a"))}, {{"a@1", former}});
  REQUIRE(s.at("a").definition != former);
  s.pass(1s).run();
  REQUIRE(s.state("a") == "running");
}

TEST_CASE("each who may live by an earlier definition is told to be recorded", "[redefined]") {
  SpecSet set;
  set.services = {edition(1, "a").named, edition(1, "b").named};
  Engine engine(std::move(set), 1);
  engine.step(Instant{}, Boot{});
  (void)engine.take_dirty();
  engine.step(Instant{}, ServicesRedefined{{std::make_shared<const NamedService>(edition(2, "b").named)}});
  REQUIRE(engine.take_dirty() == std::vector{InstanceId{1}});
  REQUIRE(is_stale(engine.world(), engine.world().at(InstanceId{1})));
  engine.step(Instant{}, SpawnFailed{InstanceId{1}, engine.world().at(InstanceId{1}).run, "why"});
  REQUIRE(engine.take_dirty() == std::vector{InstanceId{1}});
  REQUIRE_FALSE(is_stale(engine.world(), engine.world().at(InstanceId{1})));
}
