// What is enabled and disabled by command.
#include "config/enabled.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

NamedService named(std::string name, bool is_enabled, std::vector<std::string> conflicts = {}) {
  NamedService out;
  out.name = std::move(name);
  out.spec.enabled = is_enabled;
  out.spec.conflicts = std::move(conflicts);
  return out;
}

// Empty: it is allowed.
std::string refusal(const std::vector<NamedService>& services, const std::vector<std::string>& names) {
  std::vector<const NamedService*> all;
  for (const NamedService& service : services) all.push_back(&service);
  const auto allowed = check_enabled(all, names);
  return allowed ? "" : allowed.error().what;
}

}  // namespace

TEST_CASE("enabled: choices win over definitions, and others stay", "[config][enabled]") {
  std::vector<NamedService> services = {named("a", true), named("b", false), named("c", true)};
  apply_enabled({{"a", {false, {}, {}}}, {"b", {true, {}, {}}}, {"gone", {true, {}, {}}}}, services);
  REQUIRE_FALSE(services[0].spec.enabled);
  REQUIRE(services[1].spec.enabled);
  REQUIRE(services[2].spec.enabled);
}

TEST_CASE("enabled: of two that conflict only one can be", "[config][enabled]") {
  const std::vector<NamedService> services = {named("a", true), named("b", false, {"a"}), named("c", false),
                                              named("d", false, {"c"})};
  REQUIRE(refusal(services, {"b"}) == "cannot enable b: it conflicts with a, which is enabled, too");
  REQUIRE(refusal(services, {"c", "d"}) == "cannot enable d: it conflicts with c, which is enabled, too");
  REQUIRE(refusal(services, {"c"}).empty());
  REQUIRE(refusal(services, {"a"}).empty());
}

TEST_CASE("enabled: what was so before is no reason to refuse another", "[config][enabled]") {
  const std::vector<NamedService> services = {named("a", true), named("b", true, {"a"}), named("c", false)};
  REQUIRE(refusal(services, {"c"}).empty());
}
