// What cgroup files say, on a directory that is laid out like a group with all controllers.
#include "sys/cgroup_values.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sys/cgroup_support.hpp"
#include "sys/cgroup_tree.hpp"

using namespace sup::sys;
using namespace test;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("numbers of cgroup files", "[cgroup]") {
  REQUIRE(cgroup_number("0\n") == 0U);
  REQUIRE(cgroup_number("18446744073709551614") == kNoCgroupLimit - 1);
  REQUIRE(cgroup_number("max\n") == kNoCgroupLimit);
  for (const char* text : {"", "\n", "-1", "1 2", "0x1", "maximum", "18446744073709551616"})
    REQUIRE_FALSE(cgroup_number(text).has_value());

  constexpr std::string_view kEvents = "low 0\noom 2\noom_kill 30\noom_group_kill 1";
  REQUIRE(flat_keyed(kEvents, "oom") == 2U);  // Not the first line that begins alike.
  REQUIRE(flat_keyed(kEvents, "oom_kill") == 30U);
  REQUIRE(flat_keyed(kEvents, "oom_group_kill") == 1U);
  REQUIRE_FALSE(flat_keyed(kEvents, "oom_").has_value());
  REQUIRE_FALSE(flat_keyed(kEvents, "high").has_value());
  REQUIRE_FALSE(flat_keyed("", "oom").has_value());
}

TEST_CASE("limits in the kernel's spelling", "[cgroup]") {
  REQUIRE(cpu_max_text(150) == "150000 100000");
  REQUIRE(cpu_max_text(1) == "1000 100000");
  REQUIRE(cpu_max_text(4'000'000'000) == "4000000000000 100000");
  REQUIRE(cpu_max_text(std::nullopt) == "max 100000");
  REQUIRE(io_max_text({8, 16, 2097152, std::nullopt, std::nullopt, 120}) ==
          "8:16 rbps=2097152 wbps=max riops=max wiops=120");
  REQUIRE(cgroup_limit_text(536870912) == "536870912");
  REQUIRE(cgroup_limit_text(std::nullopt) == "max");
}

TEST_CASE("usage and events are those of the files that exist", "[cgroup]") {
  const TempDir dir;
  const Cgroup group = group_at(dir.path());
  REQUIRE(cgroup_usage(group).error().code == sup::Errc::not_found);
  write_text(dir / "cgroup.controllers", "memory pids\n");
  write_text(dir / "cpu.stat", "usage_usec 1500000\nuser_usec 1\n");
  write_text(dir / "memory.current", "4096\n");
  write_text(dir / "pids.current", "3\n");
  CgroupUsage usage = must(cgroup_usage(group));
  REQUIRE(usage.cpu_time == std::chrono::milliseconds{1500});
  REQUIRE(usage.memory_bytes == 4096U);
  REQUIRE(usage.pids == 3U);
  REQUIRE_FALSE((usage.memory_peak_bytes || usage.swap_bytes || usage.pids_peak));
  write_text(dir / "memory.peak", "8192\n");
  write_text(dir / "memory.swap.current", "0\n");
  write_text(dir / "pids.peak", "7\n");
  usage = must(cgroup_usage(group));
  REQUIRE(usage.memory_peak_bytes == 8192U);
  REQUIRE(usage.swap_bytes == 0U);
  REQUIRE(usage.pids_peak == 7U);

  REQUIRE(cgroup_memory_events(group).error().code == sup::Errc::not_found);
  REQUIRE(cgroup_refused_forks(group).error().code == sup::Errc::not_found);
  write_text(dir / "memory.events", "low 0\nhigh 9\nmax 8\noom 7\noom_kill 6\n");
  write_text(dir / "pids.events", "max 5\n");
  const CgroupMemoryEvents events = must(cgroup_memory_events(group));
  REQUIRE(
      (events.high == 9 && events.max == 8 && events.oom == 7 && events.oom_kill == 6 && events.oom_group_kill == 0));
  REQUIRE(must(cgroup_refused_forks(group)) == 5);
}

TEST_CASE("knobs are read and written by name, bounded, and never through a link", "[cgroup]") {
  const TempDir dir;
  const Cgroup group = group_at(dir.path());
  write_text(dir / "memory.max", "max\n");
  write_text(dir / "cpuset.cpus", "0\n");
  must(group.write_knob("memory.max", "4096"));
  REQUIRE(must(group.read_knob("memory.max")) == "4096");
  must(group.write_knob("cpuset.cpus", ""));
  REQUIRE(text_of(dir / "cpuset.cpus") == "\n\n");  // Written as a line end over the first byte of "0\n".

  REQUIRE(group.read_knob("memory.high").error().code == sup::Errc::not_found);
  REQUIRE(group.write_knob("memory.high", "1").error().code == sup::Errc::not_found);
  REQUIRE_FALSE(std::filesystem::exists(dir / "memory.high"));
  for (const char* name : {"", ".", "..", "a/b", "/etc/passwd", "../x"}) {
    REQUIRE(group.read_knob(name).error().code == sup::Errc::invalid);
    REQUIRE(group.write_knob(name, "1").error().code == sup::Errc::invalid);
  }
  std::filesystem::create_symlink(dir / "memory.max", dir / "linked");
  REQUIRE(group.read_knob("linked").error().sys_errno == ELOOP);
  REQUIRE(group.write_knob("linked", "1").error().sys_errno == ELOOP);
  REQUIRE(must(group.read_knob("memory.max")) == "4096");
  std::filesystem::create_directory_symlink(dir.path(), dir / "group");
  REQUIRE(Cgroup::open(group.directory(), "group").error().sys_errno == ENOTDIR);
  write_text(dir / "big", std::string(kKnobLimit, 'x'));
  REQUIRE(must(group.read_knob("big")).size() == kKnobLimit);
  write_text(dir / "big", std::string(kKnobLimit + 1, 'x'));
  REQUIRE(group.read_knob("big").error().code == sup::Errc::limit);
}

TEST_CASE("a list of processes may be of any length", "[cgroup]") {
  const TempDir dir;
  std::string text;
  for (int pid = 200'000; pid > 0; --pid) text += std::to_string(pid) + "\n";
  write_text(dir / "cgroup.procs", text + "17\n0\n");
  const CgroupMembers members = must(group_at(dir.path()).processes());
  REQUIRE(members.pids.size() == 200'000);  // 17 once.
  REQUIRE((members.pids.front() == 1 && members.pids.back() == 200'000));
  REQUIRE(members.has_foreign);
}

TEST_CASE("controllers are enabled from the outside to the inside, each with its own answer", "[cgroup]") {
  const TempDir dir;
  for (const char* name : {"outer", "outer/top"}) std::filesystem::create_directory(dir / name);
  write_text(dir / "outer/cgroup.controllers", "cpu memory\n");
  write_text(dir / "outer/top/cgroup.controllers", "memory\n");
  write_text(dir / "outer/cgroup.subtree_control", "");
  write_text(dir / "outer/top/cgroup.subtree_control", "");
  const Cgroup outer = group_at(dir / "outer");
  const Cgroup top = group_at(dir / "outer/top");
  const Cgroup* const groups[] = {&outer, &top};
  constexpr std::string_view kWanted[] = {"memory", "pids", "cpu", "+x"};
  const std::vector<CgroupController> controllers = enable_controllers(groups, kWanted);
  REQUIRE(controllers.size() == 4);
  REQUIRE((controllers[0].name == "memory" && controllers[0].is_enabled && controllers[0].reason.empty()));
  REQUIRE(text_of(dir / "outer/top/cgroup.subtree_control") == "+memory");
  REQUIRE_FALSE(controllers[1].is_enabled);
  REQUIRE(controllers[1].reason == "cannot enable controller 'pids' below cgroup 'outer': it is not offered there");
  REQUIRE_FALSE(controllers[2].is_enabled);
  REQUIRE(controllers[2].reason == "cannot enable controller 'cpu' below cgroup 'top': it is not offered there");
  REQUIRE(controllers[3].reason.ends_with("this is no name of a controller"));
}
