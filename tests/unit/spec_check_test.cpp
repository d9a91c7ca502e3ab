#include "spec/check.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace sup;

namespace {

SpecSet set_of(std::vector<NamedService> services) {
  for (NamedService& service : services)
    if (service.spec.command.argv.empty()) service.spec.command.argv = {"true"};
  std::sort(services.begin(), services.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return SpecSet{.daemon = {}, .services = std::move(services), .groups = {}, .files = {}};
}

std::vector<std::string> messages(const SpecSet& set) {
  std::vector<std::string> out;
  for (const SpecProblem& problem : check_specs(set, "/var/log/x")) out.push_back(problem.message);
  return out;
}

NamedService named(std::string name, ServiceSpec spec = {}) { return {std::move(name), std::move(spec), 0, 1}; }

ServiceSpec after(const std::vector<std::string>& names) {
  ServiceSpec spec;
  for (const std::string& name : names) spec.after.push_back({name});
  return spec;
}

}  // namespace

TEST_CASE("a sound set has no problems") {
  REQUIRE(messages(set_of({named("a"), named("b", after({"a"}))})).empty());
  REQUIRE(messages(SpecSet{}).empty());
}

TEST_CASE("a command must name a program") {
  SpecSet set = set_of({named("a"), named("b")});
  set.services[0].spec.command.argv.clear();
  set.services[1].spec.command.argv = {"", "x"};
  const auto problems = check_specs(set, "");
  REQUIRE(problems.size() == 2);
  REQUIRE(problems[0].kind == ProblemKind::missing);
  REQUIRE(problems[0].message == "service 'a' has no command");
  REQUIRE(problems[1].place.element == 0U);
}

TEST_CASE("a name that is no service is reported at its element with a suggestion") {
  ServiceSpec spec;
  spec.requires_ = {{"db"}, {"databse"}};
  const auto problems = check_specs(set_of({named("db"), named("database"), named("web", spec)}), "");
  REQUIRE(problems.size() == 1);
  REQUIRE(problems[0].kind == ProblemKind::unknown_name);
  REQUIRE(problems[0].place.service == 2);
  REQUIRE(problems[0].place.key == "requires");
  REQUIRE(problems[0].place.element == 1U);
  REQUIRE(problems[0].hint == "did you mean 'database'?");
}

TEST_CASE("an exit code is that of a process") {
  ServiceSpec target, external;
  target.type = ServiceType::target;
  NamedService db = named("db", external);
  db.spec.type = ServiceType::external;
  db.external.edit().tcp = "127.0.0.1:5432";
  SpecSet set = set_of({named("web"), named("site", target), db});
  for (NamedService& service : set.services)
    if (service.name != "web") service.spec.command.argv.clear();
  set.daemon.exit_code_from = "web";
  REQUIRE(messages(set).empty());
  set.daemon.exit_code_from = "site";
  REQUIRE(messages(set) == std::vector<std::string>{"exit-code-from: 'site' is a target: it has no exit code"});
  set.daemon.exit_code_from = "db";
  REQUIRE(messages(set) == std::vector<std::string>{"exit-code-from: 'db' is external: it has no exit code"});
  set.daemon.exit_code_from = "wbe";
  REQUIRE(check_specs(set, "").front().hint == "did you mean 'web'?");
}

TEST_CASE("cycles are told once, from their first service, with every edge as it was written") {
  ServiceSpec a, c;
  a.requires_ = {{"b"}};
  a.after = {{"b"}};
  c.before = {"b"};
  c.wants = {{"a"}};
  const auto problems =
      check_specs(set_of({named("a", a), named("b"), named("c", c), named("d", after({"a", "c"}))}), "");
  REQUIRE(problems.size() == 1);
  REQUIRE(problems[0].message == "dependency cycle: a -> b -> c -> a");
  REQUIRE(problems[0].related.size() == 3);
  REQUIRE(problems[0].related[0].text == "a requires b");
  REQUIRE(problems[0].related[1].text == "c before b");
  REQUIRE(problems[0].related[2].text == "c wants a");
}

TEST_CASE("separate cycles are told separately, shared parts are no cycle") {
  const auto two = messages(
      set_of({named("a", after({"b"})), named("b", after({"a"})), named("c", after({"d"})), named("d", after({"c"}))}));
  REQUIRE(two == std::vector<std::string>{"dependency cycle: a -> b -> a", "dependency cycle: c -> d -> c"});
  REQUIRE(
      messages(set_of({named("a", after({"b", "c"})), named("b", after({"d"})), named("c", after({"d"})), named("d")}))
          .empty());
}

TEST_CASE("a chain of 20,000 services neither overflows the stack nor is a cycle until it is closed") {
  std::vector<NamedService> services;
  const auto name = [](int i) { return std::to_string(100'000 + i); };
  for (int i = 0; i < 20'000; ++i) services.push_back(named(name(i), i == 0 ? ServiceSpec{} : after({name(i - 1)})));
  SpecSet set = set_of(std::move(services));
  REQUIRE(messages(set).empty());
  set.services[0].spec.after = {{name(19'999)}};
  const auto problems = messages(set);
  REQUIRE(problems.size() == 1);
  REQUIRE(problems[0].size() < 500);
}

TEST_CASE("a file is shared only by services that both name it, however it is spelled") {
  ServiceSpec a, b;
  a.log = {LogTo::file, "/var/log/x/b.log"};
  REQUIRE(messages(set_of({named("a", a), named("b")})) ==
          std::vector<std::string>{"the log of 'b' and the log of 'a' are both written to '/var/log/x/b.log'"});
  b.log = {LogTo::file, "/var//log/./x/b.log"};
  REQUIRE(messages(set_of({named("a", a), named("b", b)})).empty());
  b.stderr_ = {StderrMode::own_log, {LogTo::file, "/var/log/x/b.log"}};
  REQUIRE(messages(set_of({named("a", a), named("b", b)})) ==
          std::vector<std::string>{"the stderr log of 'b' and the log of 'b' are both written to '/var/log/x/b.log'"});
}

TEST_CASE("who shares a file says the same of it") {
  ServiceSpec a;
  a.log = {LogTo::file, "/x.log"};
  const auto differ = [&](auto change) {
    ServiceSpec b = a;
    change(b);
    return messages(set_of({named("a", a), named("b", b)}));
  };
  const auto in = [](const std::string& key) {
    return std::vector<std::string>{"the log of 'b' and the log of 'a' share the file '/x.log' but differ in " + key};
  };
  REQUIRE(differ([](ServiceSpec& b) { b.log.on_full = LogOnFull::block; }) == in("log.on-full"));
  REQUIRE(differ([](ServiceSpec& b) { b.log.rotate.edit().max_size = {1 << 20}; }) == in("log.rotate.max-size"));
  REQUIRE(differ([](ServiceSpec& b) { b.log.rotate.edit().keep.count = 7; }) == in("log.rotate.keep"));
  REQUIRE(differ([](ServiceSpec& b) { b.log.rotate.edit().every = std::chrono::hours{1}; }) == in("log.rotate.every"));
  REQUIRE(differ([](ServiceSpec& b) { b.log.rotate.edit().at = TimeOfDay{30}; }) == in("log.rotate.at"));
  REQUIRE(differ([](ServiceSpec& b) { b.log.rotate.edit().max_total = {1 << 30}; }) == in("log.rotate.max-total"));
  REQUIRE(differ([](ServiceSpec& b) { b.log.rotate.edit().compress = LogCompression::gzip; }) ==
          in("log.rotate.compress"));
  REQUIRE(differ([](ServiceSpec& b) { b.user.edit() = "www"; }) == in("user"));
  REQUIRE(differ([](ServiceSpec& b) { b.group.edit() = "www"; }) == in("group"));
  // What is each one's own: how its lines are written, and how many.
  REQUIRE(differ([](ServiceSpec& b) {
            b.log.format = LogFormat::json;
            b.log.overflow = LogOverflow::drop;
            b.log.also = {LogTo::standard_output};
          }).empty());
}

TEST_CASE("supervisord's own log has a file for itself") {
  SpecSet set = set_of({named("a"), named("supervisord")});
  REQUIRE(messages(set).empty());
  set.daemon.log.to = {OwnLogTo::file};
  REQUIRE(messages(set) == std::vector<std::string>{"the log of 'supervisord' and supervisord's own log are both "
                                                    "written to '/var/log/x/supervisord.log'"});
  set.daemon.log.path = "/var/log//x/a.log";
  const auto problems = check_specs(set, "/var/log/x");
  REQUIRE(problems.size() == 1);
  REQUIRE(problems[0].message == "the log of 'a' and supervisord's own log are both written to '/var/log/x/a.log'");
  REQUIRE(problems[0].related.at(0).place.service == SpecPlace::kDaemon);
  REQUIRE(problems[0].related.at(0).place.key == "log.path");
}

TEST_CASE("logs that go to stdout by default share no file") {
  ServiceSpec a;
  a.log = {LogTo::file, "/var/log/x/b.log"};
  SpecSet set = set_of({named("a", a), named("b")});
  set.daemon.log.services = ServicesLogTo::standard_output;
  REQUIRE(messages(set).empty());
}

TEST_CASE("a service's own stderr log has a file of its own by default") {
  ServiceSpec a;
  a.stderr_.mode = StderrMode::own_log;
  REQUIRE(messages(set_of({named("a", a)})).empty());
  a.stderr_.log.path = "/var/log/x/a.log";
  REQUIRE(messages(set_of({named("a", a)})).size() == 1);
  REQUIRE(log_file_path({}, "a", LogStream::standard_error, "/d") == "/d/a.stderr.log");
}

TEST_CASE("a device may be the log of many") {
  ServiceSpec a;
  a.log = {LogTo::file, "/dev/null"};
  REQUIRE(messages(set_of({named("a", a), named("b", a)})).empty());
}

TEST_CASE("the number of problems is bounded") {
  std::vector<NamedService> services;
  for (int i = 0; i < 3'000; ++i) services.push_back(named("s" + std::to_string(i), after({"missing"})));
  REQUIRE(messages(set_of(std::move(services))).size() == kMaxSpecProblems);
}

TEST_CASE("a service with a terminal has no other input, no second stream, and no launcher to lose it with") {
  ServiceSpec spec;
  spec.tty = true;
  spec.stderr_.mode = StderrMode::merged;
  REQUIRE(messages(set_of({named("a", spec)})).empty());
  spec.stdin_.edit().file = "/in";
  spec.stderr_ = {StderrMode::own_log, {LogTo::null, {}}};
  spec.type = ServiceType::forking;
  const auto problems = check_specs(set_of({named("a", spec)}), "");
  REQUIRE(problems.size() == 3);
  REQUIRE(problems[0].message == "stdin: with tty = true it reads from its terminal");
  REQUIRE(problems[1].message == "stderr: with tty = true all output is one stream, through its terminal");
  REQUIRE(problems[2].message == "tty: the terminal of a forking service goes with the command that it starts with");
  for (const SpecProblem& problem : problems) REQUIRE_FALSE(problem.hint.empty());
  spec.tty = false;
  REQUIRE(messages(set_of({named("a", spec)})).empty());
}

TEST_CASE("one service is needed in one way, and what never completes is not waited for") {
  ServiceSpec app;
  app.requires_ = {{"db"}, {"loop", Until::completed}, {"site", Until::completed}};
  app.binds_to = {{"db"}};
  ServiceSpec site;
  site.type = ServiceType::target;
  SpecSet set = set_of({named("app", app), named("db"), named("loop"), named("site")});
  set.services[3].spec = site;
  const auto problems = check_specs(set, "");
  REQUIRE(problems.size() == 3);
  REQUIRE(problems[0].message == "requires: 'loop' never completes: it is started again after every end (restart)");
  REQUIRE(problems[0].place.element == 1U);
  REQUIRE(problems[1].message == "requires: 'site' never completes: it is a target");
  REQUIRE(problems[2].message == "binds-to: 'db' is named before");
  REQUIRE(problems[2].related[0].place.key == "requires");
}

TEST_CASE("what conflicts is not enabled together, and nothing needs both") {
  ServiceSpec fresh, app, quiet;
  fresh.conflicts = {"old", "spare"};
  app.requires_ = {{"old"}, {"middle"}};
  quiet.enabled = false;
  ServiceSpec middle;
  middle.binds_to = {{"new"}};
  const auto problems = check_specs(
      set_of({named("app", app), named("middle", middle), named("new", fresh), named("old", quiet), named("spare")}),
      "");
  REQUIRE(problems.size() == 2);
  REQUIRE(problems[0].message == "conflicts: 'app' cannot be up without both 'new' and 'old'");
  REQUIRE(problems[0].place.element == 0U);
  REQUIRE(problems[1].message == "conflicts: 'new' and 'spare' are both enabled");
}

TEST_CASE("a target has nothing that concerns a process") {
  ServiceSpec site;
  site.type = ServiceType::target;
  site.command.argv = {"true"};
  site.user.edit() = "www";
  site.after = {{"db"}};
  REQUIRE(messages(set_of({named("db"), named("site", site)})) ==
          std::vector<std::string>{"command: a target has no process", "user: a target has no process"});
}
