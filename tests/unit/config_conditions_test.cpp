// Conditions that look at nothing: what is drawn from names. And how large a template may become.
#include <string>
#include <string_view>

#include "config/conditions.hpp"
#include "config/load.hpp"

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

TEST_CASE("what is filled in is bounded as a file is, in all of its texts together", "[layers]") {
  std::string words;
  for (int i = 0; i < 1000; ++i) words += "\"{a}{a}{a}{a}\",";
  const std::string templates = "[template.t]\nparameters = [\"a\"]\ntags = [" + words + "]\n";
  const std::string service = "[service.web]\ncommand = [\"x\"]\nuse = { template = \"t\", a = \"";
  const Loaded loaded = load_text(templates + service + std::string(1000, 'a') + "\" }\n", "f.toml");
  REQUIRE(render_all(loaded).find("use: with its parameters filled in, its texts would be too large") !=
          std::string::npos);
}
