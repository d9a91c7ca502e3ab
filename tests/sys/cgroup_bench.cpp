// What it costs to kill a thousand runs by their cgroups, beside a bare loop of the same writes:
// build/release/tests/sys_tests '[cgroup-bench]'. Prints ratios, judges nothing.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "sys/cgroup_support.hpp"
#include "sys/clock.hpp"
#include "sys/spawn_slots.hpp"

using namespace sup::sys;
using namespace test;

namespace {

constexpr int kRuns = 1'000;
constexpr int kRounds = 5;

using Kill = bool (*)(const Cgroup&);

bool kill_bare(const Cgroup& group) {
  const int file = ::openat(group.directory().get(), "cgroup.kill", O_WRONLY | O_CLOEXEC);
  const bool is_written = file >= 0 && ::write(file, "1", 1) == 1;
  return ::close(file) == 0 && is_written;
}

bool kill_ours(const Cgroup& group) { return group.kill().has_value(); }

struct Times {
  std::vector<double> writes, all;  // Milliseconds: until the last write, until the last end was collected.
};

double milliseconds_since(sup::Instant start) {
  return std::chrono::duration<double, std::milli>(monotonic_now() - start).count();
}

double median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + static_cast<long>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

// Each run is one process in a group of its own.
bool kill_all(const Cgroup& place, Kill kill, Times& out) {
  std::vector<Cgroup> groups;
  std::vector<ProcessRef> processes;
  for (int i = 0; i < kRuns; ++i) {
    auto group = Cgroup::create(place.directory(), "run" + std::to_string(i));
    if (!group) return false;
    groups.push_back(std::move(*group));
    ChildSettings settings;
    settings.argv = {"/bin/sleep", "1000"};
    settings.cgroup_fd = groups.back().directory().get();
    auto process = spawn(*prepare_child(std::move(settings)));
    if (!process) return false;
    processes.push_back(std::move(*process));
  }
  const sup::Instant start = monotonic_now();
  bool is_good = std::ranges::all_of(groups, kill);
  out.writes.push_back(milliseconds_since(start));
  is_good =
      std::ranges::all_of(processes, [](const ProcessRef& process) { return reap(process).has_value(); }) && is_good;
  out.all.push_back(milliseconds_since(start));
  return std::ranges::all_of(groups, [](Cgroup& group) { return becomes_empty(group) && group.remove(); }) && is_good;
}

void report(const char* what, const std::vector<double>& ours, const std::vector<double>& bare) {
  std::printf("%-42s %8.2f ms, bare %8.2f ms, ratio %.2f\n", what, median(ours), median(bare),
              median(ours) / median(bare));
}

}  // namespace

TEST_CASE("the cost of a kill by cgroup", "[.][cgroup-bench]") {
  const TestGroup place;
  if (!place) return;
  const int code = in_forked_process([&] {
    EXPECT(reserve_spawn_slots(1));
    rlimit limits{};
    ::getrlimit(RLIMIT_NOFILE, &limits);
    limits.rlim_cur = limits.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limits);
    Times ours, bare;
    for (int round = 0; round < kRounds; ++round) {
      EXPECT(kill_all(*place, kill_bare, bare));
      EXPECT(kill_all(*place, kill_ours, ours));
    }
    report("1,000 writes of cgroup.kill", ours.writes, bare.writes);
    report("the same until all are gone", ours.all, bare.all);
    std::fflush(stdout);
    return 0;
  });
  REQUIRE(code == 0);
}
