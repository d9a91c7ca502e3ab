// Conditions that look at nothing: what is drawn from names.
#include <string>
#include <string_view>

#include "config/conditions.hpp"

#include "catch.hpp"

using namespace sup;

TEST_CASE("a share of the machines is drawn alike each time, and a larger one has the smaller one in it", "[layers]") {
  constexpr int kMachines = 2000;
  const auto has = [](const std::string& host, double fraction, std::string_view service) {
    LoadOptions options;
    Outside outside(options);
    outside.recall({"host", host, ConfigKind::answer});
    LayerKeys keys;
    keys.condition.fraction = fraction;
    return !why_absent(service, keys, {}, outside);
  };
  int few = 0, others = 0;
  for (int i = 0; i < kMachines; ++i) {
    const std::string host = "db" + std::to_string(i);
    few += has(host, 0.1, "web");
    others += has(host, 0.1, "web") && has(host, 0.1, "mail");
    CHECK(has(host, 0.1, "web") <= has(host, 0.3, "web"));
  }
  CHECK(few > kMachines * 7 / 100);
  CHECK(few < kMachines * 13 / 100);
  CHECK(others < kMachines * 3 / 100);  // Chosen by themselves: one in a hundred.
}
