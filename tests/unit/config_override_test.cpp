// Settings that are changed while a service runs: read as files are, all of them or none.
#include <string>

#include "config/override.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

Result<ServiceSpec> set(const ServiceSpec& definition, const std::vector<std::string>& texts) {
  std::vector<Override> overrides;
  for (const std::string& text : texts) overrides.push_back(TRY(parse_override(text)));
  ServiceSpec out = TRY(with_overrides("web", definition, TRY(merge_overrides({}, std::move(overrides)))));
  TRY(settable_changes(definition, out));
  return out;
}

ServiceSpec web() {
  ServiceSpec out;
  out.command.argv = {"web", "-g", "a b"};
  out.restart.when = RestartWhen::on_failure;
  out.resources.edit().pids_max = CountOrUnlimited{10};
  return out;
}

std::string refusal(const std::vector<std::string>& texts) {
  const auto done = set(web(), texts);
  REQUIRE_FALSE(done.has_value());
  return done.error().what;
}

}  // namespace

TEST_CASE("a value is TOML, or else a string", "[override]") {
  const auto spec = set(web(), {"resources.memory-max=1GiB", "resources.cpu-max=\"150%\"", "resources.pids-max=5",
                                "restart.jitter=0.5", "success-codes=[0, 3]", "description=a b = c",
                                "resources.io-max=[{ device = \"/dev/sda\", rbps = \"1MiB\" }]"});
  REQUIRE(spec.has_value());
  REQUIRE(spec->resources->memory_max == MemoryAmount{1U << 30, 0});
  REQUIRE(spec->resources->cpu_max == CpuMax{150});
  REQUIRE(spec->resources->pids_max == CountOrUnlimited{5});
  REQUIRE(spec->resources->io_max.size() == 1);
  REQUIRE(spec->restart.jitter == 0.5);
  REQUIRE(spec->success_codes == std::vector<int>{0, 3});
  REQUIRE(spec->description == "a b = c");
}

TEST_CASE("what is not named stays as the definition says", "[override]") {
  ServiceSpec wanted = web();
  wanted.stop.edit().steps[0].wait = std::chrono::seconds{3};
  const auto spec = set(web(), {"stop.timeout=3s"});
  REQUIRE(spec.has_value());
  REQUIRE(*spec == wanted);
  REQUIRE(set(web(), {"restart.delay=2s"})->restart.when == RestartWhen::on_failure);
  REQUIRE(set(web(), {"restart=never"})->restart.when == RestartWhen::never);
}

TEST_CASE("an override that cannot be is refused with its key", "[override]") {
  REQUIRE(refusal({"resources.memory-max"}).starts_with("'resources.memory-max' is not KEY=VALUE"));
  REQUIRE(refusal({"=1"}).starts_with("'=1' is not KEY=VALUE"));
  REQUIRE(refusal({"a..b=1"}).starts_with("'a..b=1' is not KEY=VALUE"));
  REQUIRE(refusal({"resources.memory-mx=1GiB"}) ==
          "unknown key 'resources.memory-mx' in [service.web] (did you mean 'memory-max'?)");
  REQUIRE(refusal({"resources.memory-max=lots"}).starts_with("resources.memory-max: expected a size"));
  REQUIRE(refusal({"resources.pids-max=0"}).starts_with("resources.pids-max: 0 is out of range"));
  REQUIRE(refusal({"command=sleep 1"}).starts_with("command cannot be set while the service runs"));
  REQUIRE(refusal({"limits.nofile=5"}).starts_with("limits.nofile cannot be set while the service runs"));
  REQUIRE(refusal({"requires=[\"db\"]"}).starts_with("requires cannot be set while the service runs"));
  REQUIRE(refusal({"stop=[{ wait = \"1s\" }, { wait = \"2s\" }]"}).starts_with("stop: the kind and the number"));
  REQUIRE(refusal({"stop.command=reload"}).starts_with("stop: the kind and the number"));
  REQUIRE(refusal({"pre-stop=[\"true\"]"}).starts_with("pre-stop cannot be set while the service runs"));
  REQUIRE(refusal({"restart.delay=" + std::string(kMaxOverrideBytes + 1, 'x')}).find("at most") != std::string::npos);
}

TEST_CASE("one wrong key among several refuses them all", "[override]") {
  REQUIRE(refusal({"resources.pids-max=5", "restart.delai=1s"}).find("unknown key 'restart.delai'") !=
          std::string::npos);
  REQUIRE(refusal({"resources.pids-max=x", "restart.delay=y"}).find("; ") != std::string::npos);  // Both are told.
}

TEST_CASE("overrides are replaced by their key and taken back with nothing behind it", "[override]") {
  const auto parsed = [](const char* text) { return *parse_override(text); };
  auto kept = merge_overrides({}, {parsed("restart.delay=1s"), parsed("resources.pids-max=5")});
  REQUIRE(kept->size() == 2);
  kept = merge_overrides(*kept, {parsed("restart.delay=2s")});
  REQUIRE(kept->size() == 2);
  REQUIRE(with_overrides("web", web(), *kept)->restart.delay == std::chrono::seconds{2});
  kept = merge_overrides(*kept, {parsed("resources.pids-max=")});
  REQUIRE(kept->size() == 1);
  REQUIRE(with_overrides("web", web(), *kept)->resources->pids_max == CountOrUnlimited{10});
  REQUIRE(merge_overrides(*kept, {parsed("resources.pids-max=")}).error().what.find("nothing to take back") !=
          std::string::npos);
}
