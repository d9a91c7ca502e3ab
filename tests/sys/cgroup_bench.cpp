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

double microseconds_since(sup::Instant start) {
  return std::chrono::duration<double, std::micro>(monotonic_now() - start).count();
}

struct Times {
  std::vector<double> ours, floor;
};

struct Kill {
  double writes = 0;
  double until_empty = 0;
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
    const auto tokens = watch.read();
    REQUIRE(tokens);
    for (const std::uint64_t token : *tokens)
      if (!is_empty[token] && runs.groups[token].is_populated() == false) is_empty[token] = true, --left;
  }
}

Kill kill_ours(const Cgroup& parent) {
  const Runs runs = start_runs(parent);
  CgroupWatch watch = must(CgroupWatch::create());
  for (std::size_t i = 0; i < runs.groups.size(); ++i) must(watch.add(runs.groups[i], i));
  const sup::Instant start = monotonic_now();
  bool is_good = true;
  for (const Cgroup& group : runs.groups) is_good = group.kill() && is_good;
  const double writes = microseconds_since(start) / kGroups;
  REQUIRE(is_good);
  wait_for_all(watch, runs);
  const double until_empty = microseconds_since(start) / kGroups;
  end_runs(runs);
  return {writes, until_empty};
}

Kill kill_bare(const Cgroup& parent) {
  const Runs runs = start_runs(parent);
  const sup::Instant start = monotonic_now();
  bool is_good = true;
  for (int i = 0; i < kGroups; ++i) {
    const int file =
        ::openat(runs.groups[static_cast<std::size_t>(i)].directory().get(), "cgroup.kill", O_WRONLY | O_CLOEXEC);
    is_good = ::write(file, "1", 1) == 1 && is_good;
    ::close(file);
  }
  const double writes = microseconds_since(start) / kGroups;
  REQUIRE(is_good);
  for (const pid_t pid : runs.pids) {
    siginfo_t info{};
    (void)::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  }
  const double until_empty = microseconds_since(start) / kGroups;
  end_runs(runs);
  return {writes, until_empty};
}

double make_ours(const Cgroup& parent) {
  const sup::Instant start = monotonic_now();
  for (int i = 0; i < kGroups; ++i) must(must(Cgroup::create(parent.directory(), name_of(i))).remove());
  return microseconds_since(start) / kGroups;
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
  return microseconds_since(start) / kGroups;
}

}  // namespace

TEST_CASE("the cost of groups", "[.][cgroup-bench]") {
  const TestGroup group;
  if (!group) return;
  Times make, write, kill;
  for (int round = 0; round < kRounds; ++round) {
    make.ours.push_back(make_ours(*group));
    make.floor.push_back(make_bare(*group));
    const Kill ours = kill_ours(*group), bare = kill_bare(*group);
    write.ours.push_back(ours.writes);
    write.floor.push_back(bare.writes);
    kill.ours.push_back(ours.until_empty);
    kill.floor.push_back(bare.until_empty);
  }
  print("create and remove", make);
  print("kill", write);
  print("kill and wait till empty", kill);
}
