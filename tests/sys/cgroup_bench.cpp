// What groups cost beside the bare system calls: build/release/tests/sys_tests '[cgroup-bench]'. Prints ratios, judges
// nothing.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "sys/cgroup_support.hpp"
#include "sys/cgroup_watch.hpp"
#include "sys/clock.hpp"

using namespace sup::sys;
using namespace test;

namespace {

constexpr int kGroups = 1000;
constexpr int kRounds = 7;

std::string name_of(int i) { return "g" + std::to_string(i); }

double milliseconds_since(sup::Instant start) {
  return std::chrono::duration<double, std::milli>(monotonic_now() - start).count();
}

struct Times {
  std::vector<double> ours, floor;
};

double median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + static_cast<long>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

void print(const char* what, const Times& times) {
  const double ours = median(times.ours), floor = median(times.floor);
  std::printf("%-24s %8.2f us each, bare %8.2f us, ratio %.2f\n", what, ours, floor, ours / floor);
}

// A group each with one process.
struct Runs {
  std::vector<Cgroup> groups;
  std::vector<pid_t> pids;
};

Runs start_runs(const Cgroup& parent) {
  Runs runs;
  for (int i = 0; i < kGroups; ++i) {
    runs.groups.push_back(must(Cgroup::create(parent.directory(), name_of(i))));
    const pid_t pid = ::fork();
    if (pid == 0)
      for (;;) ::pause();
    must(runs.groups.back().join(pid));
    runs.pids.push_back(pid);
  }
  return runs;
}

void end_runs(const Runs& runs) {
  for (const pid_t pid : runs.pids) (void)::waitpid(pid, nullptr, 0);
  for (const Cgroup& group : runs.groups) {
    REQUIRE(becomes_empty(group));
    must(group.remove());
  }
}

// Until no group is populated, told by inotify and never by looking at all.
void wait_for_all(CgroupWatch& watch, const Runs& runs) {
  std::vector<bool> is_empty(runs.groups.size());
  for (std::size_t left = runs.groups.size(); left > 0;) {
    pollfd waiting{watch.fd().get(), POLLIN, 0};
    REQUIRE(::poll(&waiting, 1, 20'000) == 1);
    for (const std::uint64_t token : must(watch.read()))
      if (!is_empty[token] && !must(runs.groups[token].is_populated())) is_empty[token] = true, --left;
  }
}

double kill_ours(const Cgroup& parent) {
  const Runs runs = start_runs(parent);
  CgroupWatch watch = must(CgroupWatch::create());
  for (std::size_t i = 0; i < runs.groups.size(); ++i) must(watch.add(runs.groups[i], i));
  const sup::Instant start = monotonic_now();
  for (const Cgroup& group : runs.groups) must(group.kill());
  wait_for_all(watch, runs);
  const double time = milliseconds_since(start);
  end_runs(runs);
  return time * 1000 / kGroups;
}

double kill_bare(const Cgroup& parent) {
  const Runs runs = start_runs(parent);
  const sup::Instant start = monotonic_now();
  for (int i = 0; i < kGroups; ++i) {
    const int file =
        ::openat(runs.groups[static_cast<std::size_t>(i)].directory().get(), "cgroup.kill", O_WRONLY | O_CLOEXEC);
    REQUIRE(::write(file, "1", 1) == 1);
    ::close(file);
  }
  for (const pid_t pid : runs.pids) {
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
  }
  const double time = milliseconds_since(start);
  end_runs(runs);
  return time * 1000 / kGroups;
}

double make_ours(const Cgroup& parent) {
  const sup::Instant start = monotonic_now();
  for (int i = 0; i < kGroups; ++i) must(must(Cgroup::create(parent.directory(), name_of(i))).remove());
  return milliseconds_since(start) * 1000 / kGroups;
}

double make_bare(const Cgroup& parent) {
  const sup::Instant start = monotonic_now();
  for (int i = 0; i < kGroups; ++i) {
    const std::string name = name_of(i);
    REQUIRE(::mkdirat(parent.directory().get(), name.c_str(), 0755) == 0);
    const int directory = ::openat(parent.directory().get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::close(directory);
    REQUIRE(::unlinkat(parent.directory().get(), name.c_str(), AT_REMOVEDIR) == 0);
  }
  return milliseconds_since(start) * 1000 / kGroups;
}

}  // namespace

TEST_CASE("the cost of groups", "[.][cgroup-bench]") {
  const TestGroup group;
  if (!group) return;
  Times make, kill;
  for (int round = 0; round < kRounds; ++round) {
    make.ours.push_back(make_ours(*group));
    make.floor.push_back(make_bare(*group));
    kill.ours.push_back(kill_ours(*group));
    kill.floor.push_back(kill_bare(*group));
  }
  print("create and remove", make);
  print("kill and wait", kill);
}
