// What the engine tells people: causes, explanations, and the table of docs/restart-policy.md.
#include <filesystem>
#include <fstream>

#include "base/text.hpp"
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

// The cells of the lines of a table, without those of its head.
std::vector<Names> table_of(const std::string& document) {
  std::ifstream file(std::filesystem::path(SUP_SOURCE_DIR) / "docs" / document);
  std::vector<Names> out;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| ")) continue;
    Names cells;
    for (std::size_t start = 2, end = 0; (end = line.find(" |", start)) != std::string::npos; start = end + 3)
      cells.push_back(line.substr(start, end - start));
    out.push_back(cells);
  }
  return out;
}

ExitStatus status_of(const std::string& text) {
  if (text.starts_with("exit ")) return code(std::stoi(text.substr(5)));
  return signal(text == "signal TERM" ? 15 : 9);
}

// Lets a service with this policy end so, and says what became of it, in the words of the table.
std::string outcome(const std::string& end, const std::string& because, const std::string& on_exit, RestartWhen when) {
  Service work = Service("work").restart(when).success({0, 3});
  if (on_exit == "shutdown") work.on_exit_shutdown();
  Story s({work, Service("other")});
  s.boot().spawned("other");
  if (end == "no start") {
    s.spawn_fails("work");
  } else {
    s.spawned("work");
    if (because == "a stop") s.stop({"work"});
    s.ends("work", status_of(end));
  }
  std::string out = s.state("work") == "backoff" ? "restarted" : s.state("work");
  if (s.shutdown_reason().empty()) return out;
  s.ends("other", signal(15));
  return fmt::format("{}, leaves with {}", out, s.finished()->exit_code);
}

// What explain_exit says beforehand about such an end.
std::string forecast(const std::string& end, const std::string& on_exit, RestartWhen when) {
  Service work = Service("work").restart(when).success({0, 3});
  if (on_exit == "shutdown") work.on_exit_shutdown();
  Story s({work});
  s.boot().spawned("work");
  return explain_exit(s.engine().world(), s.id("work"), status_of(end));
}

}  // namespace

TEST_CASE("the table of docs/restart-policy.md is what happens, and what explain says") {
  const std::vector<Names> table = table_of("restart-policy.md");
  REQUIRE(table.size() == 20);
  const Names& head = table[0];
  for (std::size_t line = 1; line < table.size(); ++line) {
    const Names& cells = table[line];
    REQUIRE(cells.size() == 7);
    for (std::size_t column = 3; column < 7; ++column) {
      const RestartWhen when = *enum_from_name<RestartWhen>(head[column]);
      INFO(cells[0] << " because of " << cells[1] << ", on-exit " << cells[2] << ", restart.when " << head[column]);
      REQUIRE(outcome(cells[0], cells[1], cells[2], when) == cells[column]);
      if (cells[1] == "a stop" || cells[0] == "no start") continue;
      const std::string text = forecast(cells[0], cells[2], when);
      INFO(text);
      REQUIRE(text.starts_with(cells[0]));
      const std::string state = cells[column].substr(0, cells[column].find(','));
      REQUIRE(text.find(state == "restarted" ? "started again after 1s" : state) != std::string::npos);
      const bool leaves = cells[column].find("leaves") != std::string::npos;
      REQUIRE((text.find("supervisord shuts down") != std::string::npos) == leaves);
    }
  }
}

TEST_CASE("explain_exit says what the policy would do now") {
  Story s({Service("web").restart(RestartWhen::on_failure).at_most(2, 60s).with([](ServiceSpec& spec) {
    spec.restart.reset_after = 10s;
  })});
  const auto told = [&](int exit) { return explain_exit(s.engine().world(), s.id("web"), code(exit)); };
  s.boot().spawned("web");
  REQUIRE(told(0) == "exit 0 is success (success-codes); restart.when is on-failure: completed");
  REQUIRE(told(1) == "exit 1 is no success (success-codes); restart.when is on-failure: started again after 1s");
  s.ends("web", code(1)).pass(1s).spawned("web");
  REQUIRE(told(1) == "exit 1 is no success (success-codes); restart.when is on-failure: started again after 2s");
  s.pass(10s);
  REQUIRE(told(1) == "exit 1 is no success (success-codes); restart.when is on-failure: started again after 1s");
  s.ends("web", code(1)).pass(1s).spawned("web");
  REQUIRE(told(1) == "exit 1 is no success (success-codes); restart.when is on-failure: failed for good");
}

TEST_CASE("explain_exit does not ask the policy about an end that was asked for") {
  Story s({Service("web").restart(RestartWhen::always)});
  s.boot().spawned("web");
  const auto then = [&] { return explain_exit(s.engine().world(), s.id("web"), code(1)); };
  s.restart({"web"});
  REQUIRE(s.state("web") == "stopping");
  REQUIRE(then() == "exit 1 is no success (success-codes); its end was asked for: started again without a delay");
  s.stop({"web"});
  REQUIRE(then() == "exit 1 is no success (success-codes); its end was asked for: it stays down");
  s.ends("web", code(1));
  REQUIRE(s.state("web") == "stopped");
  REQUIRE(then().find("restart.when is always") != std::string::npos);  // If somebody started it.
}

TEST_CASE("an explanation of what is being stopped tells how, and how long that may take") {
  Story s({Service("web").stop({step(15, SignalTarget::group, 1s), step(3, SignalTarget::main, 5s)})});
  s.boot().spawned("web").pass(3s).stop({"web"});
  const auto cause = [&] { return explain(s.engine().world(), s.id("web")).cause; };
  REQUIRE(cause() == "told to end by TERM; what is alive 6s after the stop began gets KILL");
  s.pass(1s);
  REQUIRE(cause() == "told to end by QUIT; what is alive 6s after the stop began gets KILL");
  s.pass(5s);
  REQUIRE(s.state("web") == "killing");
  REQUIRE(cause().empty());
}

TEST_CASE("an explanation of what waits names what it waits for") {
  Story s({Service("db"), Service("cache"), Service("web").requires_({"db"}).wants({"cache"})});
  s.boot();
  const Explanation e = explain(s.engine().world(), s.id("web"));
  REQUIRE(e.state == State::waiting);
  REQUIRE(e.goal == Goal::up);
  REQUIRE(e.why == "asked up");
  REQUIRE(e.cause == "waiting for db (starting), cache (starting)");
  REQUIRE(e.waits_for == Names{"db (starting)", "cache (starting)"});
  REQUIRE(e.needs == Names{"db (starting)"});
  REQUIRE(e.needed_by.empty());
}

TEST_CASE("an explanation of what cannot stop yet names what has to go first") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("late").after({"db"})});
  s.boot().run();
  s.stop({"db", "late"});
  Explanation e = explain(s.engine().world(), s.id("db"));
  REQUIRE(e.waits_for == Names{"web (stopping)", "late (stopping)"});
  REQUIRE(e.needed_by == Names{"web"});
  REQUIRE(e.would_stop_with == Names{"web"});
  s.ends("web").ends("late");
  e = explain(s.engine().world(), s.id("db"));
  REQUIRE(e.state == State::stopping);
  REQUIRE(e.waits_for.empty());
}

TEST_CASE("an explanation of what failed tells the end, the row and the policy") {
  Story s({Service("db"), Service("web").requires_({"db"})});
  s.boot().run().ends("db", signal(11)).ends("web");
  const Explanation db = explain(s.engine().world(), s.id("db"));
  REQUIRE(db.why == "ended without success");
  REQUIRE(db.last_end == "signal SEGV");
  REQUIRE(db.policy.size() == 2);
  const Explanation web = explain(s.engine().world(), s.id("web"));
  REQUIRE(web.cause == "dependency db failed (signal SEGV)");
  REQUIRE(web.needs == Names{"db (failed, signal SEGV)"});
}

TEST_CASE("who would be stopped along comes dependents first") {
  Story s({Service("db"), Service("web").requires_({"db"}), Service("api").requires_({"db"}),
           Service("proxy").requires_({"web", "api"}), Service("other")});
  s.boot().run();
  REQUIRE(explain(s.engine().world(), s.id("db")).would_stop_with == Names{"proxy", "api", "web"});
}

TEST_CASE("a wait for very many names only some of them") {
  std::vector<Service> services;
  Names all;
  for (int n = 0; n < 20; ++n) all.push_back(fmt::format("s{:02}", n));
  for (const std::string& name : all) services.push_back(Service(name));
  services.push_back(Service("top").requires_(all));
  Story s(std::move(services));
  s.boot();
  REQUIRE(s.cause("top") ==
          "waiting for s00 (starting), s01 (starting), s02 (starting), s03 (starting), s04 (starting) and 15 more");
}

TEST_CASE("what runs or stops has no cause left over from an earlier end") {
  Story s({Service("web").restart(RestartWhen::always, 0s)});
  s.boot().run_and_end("web", code(3)).spawned("web");
  REQUIRE(s.cause("web").empty());
  s.stop({"web"});
  REQUIRE(s.state("web") == "stopping");
  REQUIRE(s.cause("web").empty());
  s.main_exits("web", signal(15));
  REQUIRE(s.cause("web") == "signal TERM");
}
