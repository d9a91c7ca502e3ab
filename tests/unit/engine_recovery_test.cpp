// The engine is lost, and another one goes on: the same world, and each effect that is owed told again.
#include <set>

#include "engine/record.hpp"
#include "engine_story.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

// All that can be known of each instance, by its name: what is recorded, and what is derived from that.
struct Known {
  InstanceRecord record;
  Facts facts;
};
std::map<std::string, Known> known(const Engine& engine) {
  std::map<std::string, Known> out;
  const World& w = engine.world();
  for (const Instance& i : w.present()) out[recorded_name(w, w.id(i))] = {*engine.record_of(w.id(i)), i.facts};
  return out;
}

std::vector<std::uint32_t> numbers(const Counts& c) {
  return {c.unready_requirements, c.gone_requirements, c.leaving_requirements, c.coming_predecessors, c.live_dependents,
          c.leaving_followers,    c.broken_bindings,   c.live_bindings,        c.busy_children,       c.live_conflicts};
}

void require_same(const Engine& before, const Engine& after) {
  const auto was = known(before);
  const auto is = known(after);
  REQUIRE(was.size() == is.size());
  for (const auto& [name, one] : was) {
    INFO(name);
    REQUIRE(is.count(name) == 1);
    CHECK(one.record == is.at(name).record);
    CHECK(one.facts == is.at(name).facts);
    const auto counts_in = [&](const Engine& engine) {
      return numbers(engine.world().at(find_instance(engine.world(), name)).counts);
    };
    CHECK(counts_in(before) == counts_in(after));
  }
  CHECK(before.record() == after.record());
  CHECK(before.next_deadline() == after.next_deadline());
  CHECK(before.world().starting_count == after.world().starting_count);
  CHECK(before.is_shutting_down() == after.is_shutting_down());
}

// What is told again in the state that the story has come to, after a death that changes nothing else.
Names owed(Story& s) {
  const Engine before = s.engine();
  s.die();
  require_same(before, s.engine());
  return s.orders();
}
Names owed(Story&& s) { return owed(s); }

Service hooked() {
  return Service("a").with([](ServiceSpec& spec) {
    spec.pre_start = {hook("1"), hook("2")};
    spec.post_start = {hook("3"), hook("4")};
    spec.pre_stop = {hook("5"), hook("6")};
    spec.post_stop = {hook("7"), hook("8")};
  });
}
Story running_hooked() {
  Story s({hooked()});
  s.boot().task_ends("a").task_ends("a").spawned("a").task_ends("a").task_ends("a");
  return s;
}
Story up(Service service) {
  Story s({std::move(service)});
  s.boot().run();
  return s;
}

}  // namespace

TEST_CASE("what rests or only waits owes nothing", "[engine][recovery]") {
  CHECK(owed(Story({Service("a")})) == Names{});
  CHECK(owed(std::move(Story({Service("a")}).boot().run())) == Names{});
  CHECK(owed(std::move(Story({Service("a")}).boot().run_and_end("a", code(0)))) == Names{});
  CHECK(owed(std::move(Story({Service("a")}).boot().run_and_end("a", code(1)))) == Names{});
  Story requirement({Service("db"), Service("web").requires_({"db"})});
  requirement.boot().spawn_fails("db");
  CHECK(owed(requirement) == Names{});
  CHECK(requirement.cause("web") == "dependency db failed (exec 'program': Permission denied)");
  Story backoff({Service("a").restart(RestartWhen::always, 5s)});
  backoff.boot().run_and_end("a", code(1));
  CHECK(owed(backoff) == Names{});
  CHECK(backoff.pass(5s).orders() == Names{"spawn a"});
  Story joining({Service("p").oneshot(), Service("c").parent("p")});
  joining.boot().run_and_end("p", code(0)).run();
  REQUIRE(joining.state("p") == "joining");
  CHECK(owed(joining) == Names{});
  CHECK(joining.ends("c").state("p") == "completed");
}

TEST_CASE("a start-delay and the line for start slots go on", "[engine][recovery]") {
  Story delayed({Service("a").start_delay(5s)});
  delayed.boot().pass(2s);
  CHECK(owed(delayed) == Names{});
  CHECK(delayed.pass(2s).orders() == Names{});
  CHECK(delayed.pass(1s).orders() == Names{"spawn a"});
  Story line({Service("a"), Service("b"), Service("c").disabled()}, parallel(1));
  line.boot();
  CHECK(owed(line) == Names{"spawn a"});
  CHECK(line.spawned("a").orders() == Names{"spawn b"});
}

TEST_CASE("each step of a start is told again", "[engine][recovery]") {
  Story s({hooked()});
  s.boot();
  CHECK(owed(s) == Names{"pre-start 1 of a"});
  s.task_ends("a");
  CHECK(owed(s) == Names{"pre-start 2 of a"});
  s.pass(60s);  // It takes too long.
  CHECK(owed(s) == Names{"pre-start 2 of a", "kill tasks of a"});
  Story later({hooked()});
  later.boot().task_ends("a").task_ends("a");
  CHECK(owed(later) == Names{"spawn a"});
  later.spawned("a");
  CHECK(owed(later) == Names{"post-start 1 of a"});
  later.task_ends("a");
  CHECK(owed(later) == Names{"post-start 2 of a"});
  CHECK(later.task_ends("a").state("a") == "running");
  CHECK(owed(later) == Names{});
}

TEST_CASE("what readiness waits for is looked for again", "[engine][recovery]") {
  CHECK(owed(up(Service("a").notify())) == Names{"await a"});
  Story early({Service("a").notify()});
  early.boot().ready("a");
  CHECK(owed(early) == Names{"spawn a"});
  CHECK(early.spawned("a").state("a") == "running");
  Story delay = up(Service("a").delay(3s));
  CHECK(owed(delay) == Names{});
  CHECK(delay.pass(3s).state("a") == "running");
  Story forking = up(Service("a").forking());
  CHECK(owed(forking) == Names{});
  forking.main_exits("a", code(0));
  CHECK(owed(forking) == Names{"find main of a"});
  CHECK(forking.main_found("a").state("a") == "running");
  CHECK(owed(up(Service("a").oneshot())) == Names{});
}

TEST_CASE("probes come when they would have come", "[engine][recovery]") {
  Story s = up(Service("a").health(HealthAction::restart));
  CHECK(owed(s) == Names{"probe a"});
  s.probe("a", "refused");
  CHECK(owed(s) == Names{"probe a"});
  CHECK(s.probe("a", "refused").state("a") == "stopping");  // The second failure in a row.
  Story external({Service("db").external(), Service("web").requires_({"db"})});
  external.boot();
  CHECK(owed(external) == Names{"probe db"});
  external.probe("db").run();
  CHECK(owed(external) == Names{"probe db"});
  CHECK(external.state("web") == "running");
}

TEST_CASE("the delay of a probe that is told again is what is left of it", "[engine][recovery]") {
  Story s = up(Service("a").health(HealthAction::restart));
  s.probe("a").pass(400ms);
  const Engine& old = s.engine();
  SpecSet set;
  set.services = {*old.world().definition(s.at("a"))};
  Engine next(set, 1);
  (void)next.recover(s.now(), old.record(), {*old.record_of(s.id("a"))});
  const std::vector<Effect> effects = next.take_effects();
  REQUIRE(effects.size() == 1);
  CHECK(std::get<AskHealth>(effects.front()).delay == 600ms);
}

TEST_CASE("a watchdog has a whole interval after a death", "[engine][recovery]") {
  Story s = up(Service("a").watchdog(10s));
  s.pass(9s).die();
  CHECK(s.orders() == Names{});
  CHECK(s.pass(9s).state("a") == "running");
  CHECK(s.pass(1s).state("a") == "stopping");
  CHECK(owed(s) == Names{"ABRT a (main)"});
}

TEST_CASE("a reload goes on, and its signal is told again while it is awaited", "[engine][recovery]") {
  Story command = up(Service("a").reload("reload", 30s));
  command.reload({"a"});
  CHECK(owed(command) == Names{"reload 1 of a"});
  command.pass(30s);
  CHECK(owed(command) == Names{"reload 1 of a", "kill tasks of a"});
  CHECK(command.task_ends("a").state("a") == "running");
  Story awaited({Service("a").notify().reload(Signal{1})});
  awaited.boot().run().ready("a");
  awaited.reload({"a"});
  CHECK(owed(awaited) == Names{"HUP a (main)"});
  CHECK(awaited.ready("a").state("a") == "running");
  awaited.says("a", Notice::reloading);
  CHECK(owed(awaited) == Names{});
  Story unawaited = up(Service("a").reload(Signal{1}));
  unawaited.reload({"a"});
  CHECK(owed(unawaited) == Names{});
}

TEST_CASE("what is paused is frozen again, and what was frozen thawed", "[engine][recovery]") {
  Story s = up(Service("a"));
  s.pause({"a"});
  CHECK(owed(s) == Names{"freeze a"});
  s.resume({"a"});
  CHECK(owed(s) == Names{"thaw a"});
  s.stop({"a"});
  CHECK(owed(s) == Names{"TERM a", "thaw a"});
}

TEST_CASE("each step of a stop is told again", "[engine][recovery]") {
  Story s = running_hooked();
  s.stop({"a"});
  CHECK(owed(s) == Names{"kill tasks of a", "pre-stop 1 of a"});
  s.task_ends("a");
  CHECK(owed(s) == Names{"kill tasks of a", "pre-stop 2 of a"});
  s.pass(60s);
  CHECK(owed(s) == Names{"kill tasks of a", "pre-stop 2 of a", "kill tasks of a"});
  s.task_ends("a");
  CHECK(owed(s) == Names{"kill tasks of a", "TERM a"});
  s.main_exits("a", code(0));
  CHECK(owed(s) == Names{"kill tasks of a", "TERM a (all)"});
  s.ends("a");
  CHECK(owed(s) == Names{"post-stop 1 of a"});
  s.task_ends("a").pass(60s);
  CHECK(owed(s) == Names{"post-stop 2 of a", "kill tasks of a"});
  CHECK(s.task_ends("a").state("a") == "stopped");
}

TEST_CASE("the later stop steps are told again, whatever they are", "[engine][recovery]") {
  Story s = up(
      Service("a").stop({step(15, SignalTarget::main, 2s), command_step("quit", 3s), step(3, SignalTarget::all, 4s)}));
  s.stop({"a"});
  CHECK(owed(s) == Names{"TERM a (main)"});
  s.pass(2s);
  CHECK(owed(s) == Names{"stop 2 of a"});
  s.pass(3s);
  CHECK(owed(s) == Names{"QUIT a (all)"});
  s.pass(4s);
  CHECK(owed(s) == Names{"KILL a"});
  CHECK(s.pass(1s).orders() == Names{"KILL a"});
  CHECK(s.ends("a", signal(9)).state("a") == "stopped");
}

TEST_CASE("a stop that was followed by itself owes no signal", "[engine][recovery]") {
  Story s = up(Service("a").notify());
  s.ready("a").says("a", Notice::stopping);
  REQUIRE(s.state("a") == "stopping");
  CHECK(owed(s) == Names{});
}

TEST_CASE("what is stopped before its program ran is begun and told, since nobody knows what was",
          "[engine][recovery]") {
  Story launch({Service("a")});
  launch.boot();
  launch.stop({"a"});
  CHECK(owed(launch) == Names{"spawn a", "TERM a"});
  launch.kill({"a"});
  CHECK(owed(launch) == Names{"spawn a", "KILL a"});
  CHECK(launch.spawn_fails("a").state("a") == "stopped");
  Story hook_before({hooked()});
  hook_before.boot();
  hook_before.stop({"a"});
  CHECK(owed(hook_before) == Names{"pre-start 1 of a", "TERM a (all)"});
  hook_before.pass(10s);
  CHECK(owed(hook_before) == Names{"pre-start 1 of a", "kill tasks of a", "TERM a (all)"});
  hook_before.kill({"a"});
  CHECK(owed(hook_before) == Names{"pre-start 1 of a", "KILL a"});
  hook_before.task_ends("a");
  CHECK(owed(hook_before) == Names{"post-stop 1 of a"});
}

TEST_CASE("a signal is told again under its serial", "[engine][recovery]") {
  Engine first({.daemon = {}, .services = {Service("a").named}, .groups = {}, .files = {}}, 1);
  first.step(Instant{}, Boot{});
  first.step(Instant{}, Spawned{InstanceId{0}, RunId{1}, 100});
  (void)first.take_effects();
  const auto last_signal = [](Engine& engine) {
    const std::vector<Effect> effects = engine.take_effects();
    const SignalRun* out = nullptr;
    for (const Effect& effect : effects)
      if (const auto* signal = std::get_if<SignalRun>(&effect)) out = signal;
    REQUIRE(out != nullptr);
    return *out;
  };
  first.step(Instant{},
             CommandGiven{
                 .change = ChangeId{1}, .kind = CommandKind::signal, .targets = {InstanceId{0}}, .signal = Signal{10}});
  CHECK(last_signal(first).serial == 0);
  first.step(Instant{}, ShutdownRequested{});
  CHECK(last_signal(first).serial == 1);
  first.step(Instant{}, MainExited{InstanceId{0}, RunId{1}, code(0)});
  CHECK(last_signal(first).serial == 2);
  Engine second({.daemon = {}, .services = {Service("a").named}, .groups = {}, .files = {}}, 1);
  (void)second.recover(Instant{}, first.record(), {*first.record_of(InstanceId{0})});
  const SignalRun again = last_signal(second);
  CHECK(again.serial == 2);
  CHECK(again.to == SignalTarget::all);
  CHECK(again.run == RunId{1});
}

TEST_CASE("what is due fires with the next tick, after the news that has waited", "[engine][recovery]") {
  Story s = up(Service("a"));
  s.stop({"a"});
  std::vector<InstanceRecord> records{*s.engine().record_of(s.id("a"))};
  records.front().deadline = Instant{};  // It passed while nobody was there.
  const EngineRecord record = s.engine().record();
  s.live_again(record, records);
  CHECK(s.orders() == Names{"TERM a"});
  CHECK(s.state("a") == "stopping");
  CHECK(s.pass(0s).orders() == Names{"KILL a"});
}

TEST_CASE("a shutdown goes on with what is left of its time, and with who is last", "[engine][recovery]") {
  Story s({Service("db"), Service("log").last(), Service("web").requires_({"db"})}, budget(60s));
  s.boot().run();
  s.shutdown();
  CHECK(owed(s) == Names{"TERM web"});
  CHECK(s.shutdown_reason() == "asked to");
  s.ends("web");
  CHECK(owed(s) == Names{"TERM db"});
  s.ends("db");
  CHECK(owed(s) == Names{"TERM log"});
  s.shutdown();
  CHECK(owed(s) == Names{"KILL log"});
  CHECK_FALSE(s.finished());
  s.ends("log", signal(9));
  REQUIRE(s.finished());
}

TEST_CASE("a shutdown in which all has come to rest is finished", "[engine][recovery]") {
  Story s({Service("a").on_exit_shutdown(), Service("b")});
  s.boot().run().ends("a", code(3));
  REQUIRE(s.engine().is_shutting_down());
  s.die();
  CHECK(s.orders() == Names{"TERM b"});
  s.ends("b");
  REQUIRE(s.finished());
  CHECK(s.finished()->exit_code == 3);
  s.die();
  REQUIRE(s.finished());
  CHECK(s.finished()->exit_code == 3);
}

TEST_CASE("exit = when-done is not taken for done when nothing was begun", "[engine][recovery]") {
  Story s({Service("a").oneshot()}, when_done());
  s.die();
  CHECK_FALSE(s.engine().is_shutting_down());
  s.boot().run().die();
  CHECK_FALSE(s.engine().is_shutting_down());
  s.ends("a", code(0));
  CHECK(s.engine().is_shutting_down());
}

TEST_CASE("neighbours know of each other as before", "[engine][recovery]") {
  Story s({Service("p"), Service("c").parent("p"), Service("db"), Service("web").requires_({"db"}).after({"p"}),
           Service("x").conflicts({"web"}).disabled(), Service("b").binds_to({"db"}), Service("w").wants({"web"})});
  s.boot().run();
  CHECK(owed(s) == Names{});
  s.restart({"db"});
  CHECK(owed(s) == Names{"TERM b", "TERM web"});
  s.start({"x"});
  CHECK(owed(s) == Names{"TERM b", "TERM web"});
  s.ends("b");
  s.ends("web");
  CHECK(owed(s) == Names{"TERM db", "spawn x"});
  CHECK(s.cause("web") == "conflict with x");
  s.ends("db").run();
  CHECK(s.state("db") == "running");
  CHECK(s.state("b") == "running");
}

TEST_CASE("instances are there as many as are recorded", "[engine][recovery]") {
  Story s({Service("worker"), Service("web").requires_({"worker"})});
  s.boot().run();
  s.scale({{"worker", 3}});
  s.run();
  CHECK(owed(s) == Names{});
  s.stop({"worker@3"});
  CHECK(owed(s) == Names{"TERM web"});
  s.ends("web");
  s.scale({{"worker", 1}});
  CHECK(owed(s) == Names{"TERM worker@2", "TERM worker@3"});
  s.ends("worker@3").ends("worker@2");
  CHECK(s.orders() == Names{"worker@3 has left", "worker@2 has left"});
  CHECK(owed(s) == Names{});
  s.scale({{"worker", 0}});
  s.ends("worker");
  CHECK(owed(s) == Names{});
  CHECK(find_instances(s.engine().world(), "worker").empty());
}

TEST_CASE("a service that is being removed goes on leaving", "[engine][recovery]") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run();
  s.remove("db");
  CHECK(owed(s) == Names{"TERM web"});
  s.ends("web");
  CHECK(owed(s) == Names{"TERM db"});
  s.ends("db");
  CHECK(s.orders() == Names{"db has left"});
  CHECK(find_instance(s.engine().world(), "db") == kNoInstance);
}

TEST_CASE("who came after a service was to go does not need it in the next life either", "[engine][recovery]") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run();
  s.remove("db");
  s.add(Service("late").requires_({"db"}));
  s.run();
  CHECK(owed(s) == Names{"TERM web"});
  CHECK(s.state("late") == "running");
  s.ends("web").ends("db");
  CHECK(s.state("late") == "running");
}

TEST_CASE("who held a start is forgotten when he leaves", "[engine][recovery]") {
  Story s({Service("db"), Service("web").after({"db"})});
  s.boot().pass(1s).run();
  REQUIRE(s.at("web").start.held_by == s.id("db"));
  s.remove("db");
  s.ends("db");
  CHECK(s.at("web").start.held_by == kNoInstance);
}

TEST_CASE("what is recorded of a service that is not there is handed back", "[engine][recovery]") {
  Story s = up(Service("a"));
  std::vector<InstanceRecord> records{*s.engine().record_of(s.id("a"))};
  records.push_back(records.front());
  records.back().service = "gone";
  s.live_again(s.engine().record(), records);
  REQUIRE(s.orphans().size() == 1);
  CHECK(s.orphans().front().service == "gone");
  CHECK(s.state("a") == "running");
}

TEST_CASE("a rolling restart ends with its change, but who is down because of it comes up", "[engine][recovery]") {
  Story s({Service("a").instances(3)});
  s.boot().run();
  s.roll({"a"});
  CHECK(owed(s) == Names{"TERM a@1"});
  s.ends("a@1").run();
  CHECK(s.state("a@1") == "running");
  CHECK(s.orders() == Names{"spawn a@1"});
}

TEST_CASE("numbers of runs and the chance go on", "[engine][recovery]") {
  Story s({Service("a").restart(RestartWhen::always, 10s).with([](ServiceSpec& spec) { spec.restart.jitter = 1; })});
  s.boot().run_and_end("a", code(1));
  Story other = s;
  other.die().pass(20s).run_and_end("a", code(1));
  s.pass(20s).run_and_end("a", code(1));
  CHECK(other.at("a").run == RunId{2});
  CHECK(other.at("a").deadline == s.at("a").deadline);
}

TEST_CASE("a row that this table does not have is none", "[engine][recovery]") {
  Story s = up(Service("a"));
  CHECK(s.why("a") == "its program runs");
  std::vector<InstanceRecord> records{*s.engine().record_of(s.id("a"))};
  records.front().row = "running on nothing: of another version";
  s.live_again(s.engine().record(), records);
  CHECK(s.at("a").row == nullptr);
  CHECK(s.state("a") == "running");
}

TEST_CASE("each row has a text of its own", "[engine][recovery]") {
  std::set<std::string> texts;
  for (const Row& row : transitions()) texts.insert(row_text(row));
  CHECK(texts.size() == transitions().size());
}

TEST_CASE("only who has changed is recorded, and once", "[engine][recovery]") {
  Engine engine({.daemon = {}, .services = {Service("a").named, Service("b").named}, .groups = {}, .files = {}}, 1);
  const Instant now{};
  CHECK(engine.take_dirty() == std::vector{InstanceId{0}, InstanceId{1}});
  CHECK(engine.take_dirty().empty());
  engine.step(now, Boot{});
  CHECK(engine.take_dirty() == std::vector{InstanceId{0}, InstanceId{1}});
  const EngineRecord record = engine.record();
  engine.step(now, Spawned{InstanceId{1}, RunId{2}, 100});
  CHECK(engine.take_dirty() == std::vector{InstanceId{1}});
  CHECK(engine.record() == record);
  engine.tick(now + 1s);
  CHECK(engine.take_dirty().empty());
  engine.step(now + 1s, ServiceRemoved{"a", {}});
  engine.step(now + 1s, Ended{InstanceId{0}, RunId{1}, code(0)});
  CHECK(engine.take_dirty() == std::vector{InstanceId{0}});
  CHECK_FALSE(engine.record_of(InstanceId{0}));
}
