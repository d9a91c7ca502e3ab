#include "spec/left_out.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "engine_story.hpp"

using namespace sup;
using namespace sup::story;

namespace {

Service tagged(std::string name, std::vector<std::string> tags) {
  return Service(std::move(name)).with([&](ServiceSpec& spec) { spec.tags.edit() = std::move(tags); });
}

SpecSet set_of(std::vector<Service> services) {
  SpecSet out;
  for (Service& service : services) out.services.push_back(std::move(service.named));
  std::ranges::sort(out.services, {}, &NamedService::name);
  return out;
}

// The services after leave_out(), for a Story.
std::vector<Service> left(std::vector<Service> services, const BootChoice& choice) {
  SpecSet set = set_of(std::move(services));
  leave_out(set, choice);
  std::vector<Service> out;
  for (NamedService& named : set.services) {
    out.emplace_back(named.name);
    out.back().named = std::move(named);
  }
  return out;
}

std::string who(std::vector<Service> services, const BootChoice& choice) {
  SpecSet set = set_of(std::move(services));
  leave_out(set, choice);
  return left_out_text(set);
}

}  // namespace

TEST_CASE("what needs a skipped service is left out with it, what wants or follows it is not", "[left-out]") {
  const std::vector<Service> services = {Service("db"),
                                         Service("app").requires_({"db"}),
                                         Service("proxy").binds_to({"app"}),
                                         Service("worker").parent("app"),
                                         Service("report").wants({"db"}),
                                         Service("late").after({"db"})};
  REQUIRE(who(services, {{}, {"db"}, {}}) ==
          "left out of this start: app (it needs db, which --skip leaves out), db (--skip), proxy (it needs app, "
          "which --skip leaves out), worker (it needs app, which --skip leaves out)");
  REQUIRE(who(services, {}).empty());
}

TEST_CASE("a chain of thousands that needs a skipped service is left out, and named shortly", "[left-out]") {
  std::vector<Service> services = {Service("s0")};
  for (int i = 1; i < 3000; ++i)
    services.push_back(Service("s" + std::to_string(i)).requires_({"s" + std::to_string(i - 1)}));
  const std::string text = who(services, {{}, {"s0"}, {}});
  REQUIRE(text.ends_with(" and 2980 more"));
}

TEST_CASE("tags are left out unless one of them is asked for; without tags nothing is", "[left-out]") {
  const std::vector<Service> services = {Service("web"), tagged("mail", {"dev", "test"}), tagged("probe", {"prod"})};
  REQUIRE(who(services, {}) ==
          "left out of this start: mail (--tag names none of its tags: dev, test), probe (--tag names none of its "
          "tags: prod)");
  REQUIRE(who(services, {{}, {}, {"test"}}) == "left out of this start: probe (--tag names none of its tags: prod)");
  REQUIRE(who(services, {{}, {"mail"}, {"test", "prod"}}) == "left out of this start: mail (--skip)");
}

TEST_CASE("what has tags is not left out where something that is begun needs or wants it", "[left-out]") {
  const std::vector<Service> services = {
      tagged("db", {"data"}),
      tagged("cache", {"data"}),
      tagged("tool", {"data"}),
      tagged("shell", {"dev"}),
      Service("app").requires_({"db"}).wants({"cache"}),
      Service("off").requires_({"tool"}).with([](ServiceSpec& spec) { spec.enabled = false; })};
  REQUIRE(who(services, {{}, {}, {"dev"}}) == "left out of this start: tool (--tag names none of its tags: data)");
  REQUIRE(who(services, {{}, {"app"}, {"dev"}}) ==
          "left out of this start: app (--skip), cache (--tag names none of its tags: data), db (--tag names none of "
          "its tags: data), tool (--tag names none of its tags: data)");
}

TEST_CASE("--only leaves out what it does not name and nothing needs or wants; a parent's start begins it still",
          "[left-out]") {
  const std::vector<Service> services = {Service("db"),
                                         Service("cache"),
                                         Service("noise"),
                                         Service("app").requires_({"db"}).wants({"cache"}).after({"noise"}),
                                         Service("worker").parent("app"),
                                         tagged("probe", {"prod"})};
  REQUIRE(who(services, {{"app"}, {}, {}}) ==
          "left out of this start: noise (--only does not name it), probe (--only does not name it), worker (--only "
          "does not name it)");
  REQUIRE(who(services, {{"worker", "probe"}, {"cache"}, {}}) ==
          "left out of this start: cache (--skip), noise (--only does not name it)");
  Story s(left({Service("app"), Service("worker").parent("app")}, {{"app"}, {}, {}}));
  s.tell(Boot{{s.id("app")}}).run();
  REQUIRE(s.state("worker") == "stopped");
  REQUIRE(explain(s.engine().world(), s.id("worker")).why ==
          "left out when supervisord started (--only does not name it), and nobody has asked for it");
  s.stop({"app"});
  s.ends("app", signal(15)).run();
  s.start({"app"});
  s.run();
  REQUIRE(s.state("worker") == "running");
}

TEST_CASE("a tag that nobody has is told with the nearest", "[left-out]") {
  const std::vector<std::string> known = {"dev", "prod"};
  REQUIRE(check_tags(known, known).has_value());
  const std::vector<std::string> asked = {"prod", "dve"};
  REQUIRE(check_tags(known, asked).error().what == "no service has the tag 'dve'; did you mean 'dev'?");
}

TEST_CASE("the boot does not begin what is skipped, be it wanted; a command does", "[left-out]") {
  Story s(
      left({Service("cache"), Service("app").wants({"cache"}), Service("shell").requires_({"cache"}).wants({"app"})},
           {{}, {"cache"}, {}}));
  s.boot().run();
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.state("cache") == "stopped");
  REQUIRE(s.state("shell") == "stopped");
  REQUIRE(explain(s.engine().world(), s.id("shell")).why ==
          "left out when supervisord started (it needs cache, which --skip leaves out), and nobody has asked for it");
  s.start({"shell"});
  s.run();
  REQUIRE(s.state("cache") == "running");
  REQUIRE(s.state("shell") == "running");
}

TEST_CASE("what is skipped is not begun with --only either, nor with its parent", "[left-out]") {
  Story s(left({Service("app").wants({"cache"}), Service("cache"), Service("worker").parent("app")},
               {{"app", "cache"}, {"cache", "worker"}, {}}));
  s.tell(Boot{{s.id("app"), s.id("cache")}}).run();
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.state("cache") == "stopped");
  s.restart({"app"});
  s.ends("app", signal(15)).run();
  REQUIRE(s.state("worker") == "stopped");
}

TEST_CASE("the boot begins what has tags where something needs or wants it", "[left-out]") {
  Story s(left({tagged("db", {"data"}), tagged("cache", {"data"}), tagged("tool", {"data"}),
                Service("app").requires_({"db"}).wants({"cache"})},
               {}));
  s.boot().run();
  REQUIRE(s.state("app") == "running");
  REQUIRE(s.state("db") == "running");
  REQUIRE(s.state("cache") == "running");
  REQUIRE(s.state("tool") == "stopped");
}
