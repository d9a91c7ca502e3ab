// Thousands of services: what the engine does grows with what is there to do, and nothing is recursive.
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

std::string name_of(std::uint32_t n) { return fmt::format("s{:05}", n); }

std::vector<Service> chain(std::uint32_t count) {
  std::vector<Service> out;
  for (std::uint32_t n = 0; n < count; ++n) {
    out.emplace_back(name_of(n));
    if (n > 0) out.back().requires_({name_of(n - 1)});
  }
  return out;
}

// All require one.
std::vector<Service> star(std::uint32_t count) {
  std::vector<Service> out;
  for (std::uint32_t n = 0; n < count; ++n) {
    out.emplace_back(name_of(n));
    if (n > 0) out.back().requires_({name_of(0)});
  }
  return out;
}

// One requires all.
std::vector<Service> fan(std::uint32_t count) {
  std::vector<Service> out;
  for (std::uint32_t n = 0; n < count; ++n) out.emplace_back(name_of(n));
  Names all;
  for (std::uint32_t n = 1; n < count; ++n) all.push_back(name_of(n));
  out[0].requires_(all);
  return out;
}

// Four edges for each service, from later to earlier ones, of all kinds.
std::vector<Service> mesh(std::uint32_t count) {
  std::vector<Service> out;
  Chance chance(7);
  for (std::uint32_t n = 0; n < count; ++n) {
    out.emplace_back(name_of(n));
    ServiceSpec& spec = out.back().named.spec;
    for (int edge = 0; n > 0 && edge < 4; ++edge) {
      const std::string other = name_of(static_cast<std::uint32_t>(chance.next() * n));
      (edge == 0 ? spec.after : edge == 1 ? spec.wants : spec.requires_).push_back({other});
    }
  }
  return out;
}

// Brings everything up, then down; each order of the engine is answered. Returns how often it looked at an instance.
std::uint64_t looks_of_a_life(std::vector<Service> services, DaemonSpec daemon) {
  const std::size_t count = services.size();
  Story s(std::move(services), std::move(daemon));
  s.boot().run();
  Names all;
  for (std::uint32_t n = 0; n < count; ++n) {
    all.push_back(name_of(n));
    REQUIRE(s.at(InstanceId{n}).state == State::running);
  }
  REQUIRE(s.orders().size() == count);
  const ChangeId stop = s.stop(all);
  for (std::size_t stopped = 0; stopped < count;) {
    const Names orders = s.orders();
    REQUIRE_FALSE(orders.empty());
    for (const std::string& order : orders) s.ends(order.substr(order.find(' ') + 1), signal(15));
    stopped += orders.size();
  }
  REQUIRE(s.reply(stop) != "open");
  return s.engine().world().looks;
}

}  // namespace

TEST_CASE("the work for a life of all services grows as they do") {
  struct Shape {
    const char* name;
    std::vector<Service> (*make)(std::uint32_t);
  };
  const auto shape = GENERATE(Shape{"chain", chain}, Shape{"star", star}, Shape{"fan", fan}, Shape{"mesh", mesh});
  const std::uint32_t slots = GENERATE(0U, 4U);
  const auto few = looks_of_a_life(shape.make(500), parallel(slots));
  const auto many = looks_of_a_life(shape.make(5'000), parallel(slots));
  INFO(shape.name << " with start-parallelism " << slots << ": " << few << " looks for 500, " << many << " for 5,000");
  REQUIRE(many < 12 * few);
  REQUIRE(many < 100 * 5'000);
}

TEST_CASE("a failure travels down a chain of thousands, and each knows where it began") {
  Story s(chain(5'000));
  s.boot().spawn_fails(name_of(0), "no");
  REQUIRE(s.cause(name_of(1)) == "dependency s00000 failed (no)");
  REQUIRE(s.cause(name_of(4'999)) == "dependency s04998 failed (dependency s00000 failed (no))");
}

TEST_CASE("an explanation in a chain of thousands does not need a deep stack") {
  Story s(chain(50'000));
  s.boot();
  const std::vector<InstanceId> dependents = dependents_of(s.engine().world(), InstanceId{0});
  REQUIRE(dependents.size() == 49'999);
  REQUIRE(dependents.front() == InstanceId{49'999});
  REQUIRE(dependents.back() == InstanceId{1});
}
