// From settings to the files of a group, on a directory that is laid out like one.
#include "daemon/resources.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/cpu_list.hpp"
#include "sys/cgroup_support.hpp"
#include "sys/cpus.hpp"
#include "sys/memory.hpp"

using namespace sup;
using namespace test;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// No cgroups: so that no controller can be enabled.
ContainmentTree no_cgroups(const TempDir& dir) { return must(ContainmentTree::choose(Containment::group, dir.path())); }

ResourcesSpec limited() {
  ResourcesSpec out;
  out.memory_max = MemoryAmount{64U << 20, 0};
  out.pids_max = CountOrUnlimited{10};
  return out;
}

}  // namespace

TEST_CASE("what differs is written, and what is not said any more gets the kernel's value", "[resources]") {
  const auto texts = [](const ResourcesSpec& wanted, const ResourcesSpec& before) {
    std::vector<std::string> out;
    for (const ResourceWrite& write : must(resource_writes(wanted, before)))
      out.push_back(std::string(write.file) + "=" + write.value);
    return out;
  };
  using Texts = std::vector<std::string>;
  REQUIRE(texts({}, {}).empty());
  REQUIRE(texts(limited(), {}) == Texts{"memory.oom.group=1", "memory.max=67108864", "pids.max=10"});
  REQUIRE(texts(limited(), limited()).empty());
  REQUIRE(texts({}, limited()) == Texts{"memory.oom.group=0", "memory.max=max", "pids.max=max"});
  ResourcesSpec other;
  other.memory_high = MemoryAmount{0, 50};
  other.cpu_max = CpuMax{150};
  other.cpuset.cpus = {0, 1, 3};
  other.io_weight = 50;
  REQUIRE(texts(other, {}) == Texts{"memory.high=" + std::to_string(sys::machine_memory_bytes() / 100 * 50),
                                    "cpu.max=150000 100000", "cpuset.cpus=0-1,3", "io.weight=default 50"});
  REQUIRE(texts({}, other) == Texts{"memory.high=max", "cpu.max=max 100000",
                                    "cpuset.cpus=" + format_cpu_list(must(sys::present_cpus())),
                                    "io.weight=default 100"});
}

TEST_CASE("a disk that is none is refused by its key", "[resources]") {
  ResourcesSpec spec;
  spec.io_max.push_back({.device = "/dev/null", .rbps = ByteRate{1}, .wbps = {}, .riops = {}, .wiops = {}});
  REQUIRE(resource_writes(spec, {}).error().what == "resources.io-max: '/dev/null' is not a block device");
  spec.io_max[0].device = "/dev/no-such-disk";
  REQUIRE(resource_writes(spec, {}).error().code == Errc::not_found);
}

TEST_CASE("limits are written into the group, and what cannot be had is told once for each setting", "[resources]") {
  const TempDir dir;
  ContainmentTree containment = no_cgroups(dir);
  const sys::Cgroup group = group_at(dir.path());
  write_text(dir / "pids.max", "max");
  const auto unmet = must(apply_resources(containment, &group, limited(), {}));
  REQUIRE(text_of(dir / "pids.max") == "10x");
  REQUIRE(unmet.size() == 1);
  REQUIRE(unmet_text(unmet) ==
          "resources.memory-max: the memory controller is not available here (containment = \"group\" was asked for)");
  REQUIRE(must(apply_resources(containment, nullptr, limited(), {})).size() == 2);
}

TEST_CASE("where they are required nothing is left half done", "[resources]") {
  const TempDir dir;
  ContainmentTree containment = no_cgroups(dir);
  const sys::Cgroup group = group_at(dir.path());
  for (const char* file : {"memory.max", "memory.oom.group"}) write_text(dir / file, "");
  ResourcesSpec spec = limited();
  spec.required = true;
  const auto applied = apply_resources(containment, &group, spec, {});
  REQUIRE(applied.error().what.starts_with("resources.pids-max: the pids controller is not available here"));
  REQUIRE(text_of(dir / "memory.max").starts_with("max"));
  REQUIRE(text_of(dir / "memory.oom.group").starts_with("0"));
}

TEST_CASE("what is taken back where it could not be had is not missed", "[resources]") {
  const TempDir dir;
  ContainmentTree containment = no_cgroups(dir);
  const sys::Cgroup group = group_at(dir.path());
  write_text(dir / "pids.max", "");
  REQUIRE(must(apply_resources(containment, &group, {}, limited())).empty());
  REQUIRE(text_of(dir / "pids.max") == "max");
}

TEST_CASE("the files of a group tell what its limits did", "[resources]") {
  const TempDir dir;
  const sys::Cgroup group = group_at(dir.path());
  const ExitStatus killed{.code = 0, .signal = 9, .core_dumped = false};
  const ExitStatus well{.code = 0, .signal = 0, .core_dumped = false};
  REQUIRE(limits_hit(group, limited(), killed) == LimitsHit{});  // No controllers, no files.
  write_text(dir / "memory.max", "67108864\n");
  write_text(dir / "memory.events", "max 3\noom 1\noom_kill 2\n");
  write_text(dir / "pids.events", "max 4\n");
  REQUIRE(limits_hit(group, limited(), killed) ==
          LimitsHit{.is_oom_killed = true, .memory_limit_bytes = 67108864, .refused_forks = 4});
  REQUIRE(limits_hit(group, {}, killed).memory_limit_bytes == 67108864);
  REQUIRE(limits_hit(group, {}, well) == LimitsHit{});  // Nothing gives reason to look.
  write_text(dir / "memory.events", "max 0\noom 0\noom_kill 1\n");
  REQUIRE(limits_hit(group, {}, killed) ==
          LimitsHit{.is_oom_killed = true, .memory_limit_bytes = 0, .refused_forks = 0});
}
