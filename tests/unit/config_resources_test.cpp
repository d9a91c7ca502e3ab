// The settings of `resources`: what is read, what is refused and where, and what they say at the end of a run.
#include <string>

#include "base/exit_status.hpp"
#include "config/codec_types.hpp"
#include "config/load.hpp"
#include "spec/check_resources.hpp"
#include "spec/service_spec.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

struct Read {
  ResourcesSpec spec;
  std::vector<Diagnostic> findings;
};

Read read_resources(const std::string& toml) {
  Report report;
  Decoder decoder("test", "[service.web]", report);
  ServiceSpec spec;
  decode(decoder, example_value("{ resources = " + toml + " }"), spec);
  return {*spec.resources, report.take()};
}

std::string first_finding(const std::string& toml) {
  const Read read = read_resources(toml);
  REQUIRE(read.findings.size() == 1);
  return read.findings[0].message;
}

}  // namespace

TEST_CASE("memory is a size, a part of the machine's, or unlimited", "[resources]") {
  const auto memory = [](const std::string& text) {
    return *read_resources("{ memory-max = " + text + " }").spec.memory_max;
  };
  REQUIRE(memory("\"512MiB\"") == MemoryAmount{512U << 20, 0});
  REQUIRE(memory("4096") == MemoryAmount{4096, 0});
  REQUIRE(memory("\"25%\"").percent == 25);
  REQUIRE(memory("\"unlimited\"").bytes == MemoryAmount::kUnlimited);
  REQUIRE_FALSE(read_resources("{}").spec.memory_max.has_value());
}

TEST_CASE("wrong resources are refused with the key and what would be right", "[resources]") {
  REQUIRE(first_finding("{ memory-max = \"0%\" }").starts_with("resources.memory-max: '0%' is not a whole part"));
  REQUIRE(first_finding("{ memory-max = \"101%\" }").starts_with("resources.memory-max: '101%' is not a whole part"));
  REQUIRE(first_finding("{ memory-max = \"64QiB\" }").find("its unit is not one of") != std::string::npos);
  REQUIRE(first_finding("{ memory-max = -1 }").find("expected a size such as") != std::string::npos);
  REQUIRE(first_finding("{ memory-max = true }").find("expected a size such as") != std::string::npos);
  REQUIRE(first_finding("{ cpu-max = 150 }").find("found the integer 150") != std::string::npos);
  REQUIRE(first_finding("{ cpu-max = \"0%\" }") == "resources.cpu-max: 0% is out of range: 1% to 819200%");
  REQUIRE(first_finding("{ cpu-max = \"1.5\" }").find("expected a share of one processor") != std::string::npos);
  REQUIRE(first_finding("{ pids-max = 0 }").starts_with("resources.pids-max: 0 is out of range"));
  REQUIRE(first_finding("{ cpu-weight = 10001 }").starts_with("resources.cpu-weight: 10001 is out of range"));
  REQUIRE(first_finding("{ cpuset = \"3-1\" }").starts_with("resources.cpuset: "));
  REQUIRE(first_finding("{ io-max = [{ device = \"sda\", rbps = 1 }] }").find("is not an absolute path") !=
          std::string::npos);
  REQUIRE(first_finding("{ io-max = [{ device = \"/dev/sda\", rbps = 0 }] }") ==
          "resources.io-max.rbps: 0 would let nothing through");
  REQUIRE(first_finding("{ memory_max = 1 }") == "unknown key 'resources.memory_max' in [service.web]");
}

TEST_CASE("resources that contradict each other are told", "[resources]") {
  const auto problems = [](const std::string& toml) {
    const Read read = read_resources(toml);
    REQUIRE(read.findings.empty());
    std::vector<std::string> out;
    for (const SpecProblem& problem : check_resources(0, read.spec)) out.push_back(problem.message);
    return out;
  };
  using Texts = std::vector<std::string>;
  REQUIRE(problems("{ memory-max = \"1GiB\", memory-high = \"1GiB\", memory-low = \"99%\" }").empty());
  REQUIRE(problems("{ memory-max = \"1GiB\", memory-high = \"2GiB\" }") ==
          Texts{"resources.memory-high: 2GiB is above memory-max 1GiB"});
  REQUIRE(problems("{ memory-max = \"10%\", memory-low = \"20%\" }") ==
          Texts{"resources.memory-low: 20% is above memory-max 10%"});
  REQUIRE(problems("{ memory-max = 0 }") == Texts{"resources.memory-max: nothing can run in 0"});
  REQUIRE(problems("{ io-max = [{ rbps = 1 }] }") == Texts{"resources.io-max: the device is missing"});
  REQUIRE(problems("{ io-max = [{ device = \"/dev/a\" }] }") ==
          Texts{"resources.io-max: nothing is said about /dev/a"});
  REQUIRE(problems("{ io-max = [{ device = \"/dev/a\", rbps = 1 }, { device = \"/dev/a\", wbps = 1 }] }") ==
          Texts{"resources.io-max: two tables are for /dev/a"});
}

TEST_CASE("the end of a run says what its limits did", "[resources]") {
  const ExitStatus killed{.code = 0, .signal = 9, .core_dumped = false};
  const ExitStatus failed{.code = 1, .signal = 0, .core_dumped = false};
  REQUIRE(end_text(killed, {}) == "signal KILL");
  REQUIRE(end_text(killed, {.is_oom_killed = true, .memory_limit_bytes = 512U << 20, .refused_forks = 0}) ==
          "oom-killed (limit 512MiB)");
  REQUIRE(end_text(failed, {.is_oom_killed = true, .memory_limit_bytes = 4096, .refused_forks = 0}) ==
          "exit 1, oom-killed (limit 4KiB)");
  REQUIRE(end_text(killed, {.is_oom_killed = true, .memory_limit_bytes = 0, .refused_forks = 0})
              .starts_with("oom-killed (not by a limit of its own"));
  REQUIRE(end_text(failed, {.is_oom_killed = false, .memory_limit_bytes = 0, .refused_forks = 3}) ==
          "exit 1, pids-max has refused 3 forks");
}
