// What a spawn costs beside a bare vfork and exec: build/release/tests/sys_tests '[spawn-bench]'. Prints ratios, judges
// nothing.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
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

constexpr int kSpawns = 300;
constexpr int kRounds = 9;
constexpr const char* kProgram = "/bin/true";

double microseconds_since(sup::Instant start) {
  return std::chrono::duration<double, std::micro>(monotonic_now() - start).count();
}

double median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + static_cast<long>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

// The child shares only this frame.
__attribute__((noinline)) pid_t start_bare() {
  char* const argv[] = {const_cast<char*>(kProgram), nullptr};
  const pid_t pid = ::vfork();
  if (pid != 0) return pid;
  ::execve(kProgram, argv, environ);
  ::_exit(127);
}

// Until the program has been executed; its end is not in the time.
double bare() {
  double total = 0;
  for (int i = 0; i < kSpawns; ++i) {
    const sup::Instant start = monotonic_now();
    const pid_t pid = start_bare();
    total += microseconds_since(start);
    if (::waitpid(pid, nullptr, 0) != pid) return -1;
  }
  return total / kSpawns;
}

double ours(const PreparedChild& child) {
  double total = 0;
  for (int i = 0; i < kSpawns; ++i) {
    const sup::Instant start = monotonic_now();
    const auto process = spawn(child);
    total += microseconds_since(start);
    if (!process || !reap(*process)) return -1;
  }
  return total / kSpawns;
}

ChildSettings plain() {
  ChildSettings settings;
  settings.argv = {kProgram};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    settings.env.emplace_back(text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
  }
  return settings;
}

// As a service with a user, limits, capabilities and a cgroup is started.
ChildSettings with_attributes(int cgroup_fd) {
  ChildSettings settings = plain();
  settings.uid = settings.gid = kNobody;
  settings.groups = std::vector<gid_t>{kNobody};
  settings.working_dir = "/";
  settings.umask = 022;
  settings.cgroup_fd = cgroup_fd;
  settings.attributes.limits = {{RLIMIT_NOFILE, 1024, 4096}, {RLIMIT_CORE, 0, 0}};
  settings.attributes.capabilities = sup::CapabilitySet{std::uint64_t{1} << 10};
  settings.attributes.has_no_new_privileges = true;
  return settings;
}

// Rounds of ours and of the floor alternate.
void compare(const char* what, ChildSettings settings) {
  const auto child = prepare_child(std::move(settings));
  std::vector<double> mine, floor;
  for (int round = 0; round < kRounds; ++round) {
    floor.push_back(bare());
    mine.push_back(ours(*child));
  }
  if (std::ranges::min(mine) < 0 || std::ranges::min(floor) < 0) {
    std::printf("%-42s failed\n", what);
    return;
  }
  std::printf("%-42s %8.2f us, bare %8.2f us, ratio %.2f\n", what, median(mine), median(floor),
              median(mine) / median(floor));
}

}  // namespace

TEST_CASE("the cost of a spawn", "[.][spawn-bench]") {
  const TestGroup group;
  if (!group || !can_change_user()) return;
  const int code = in_forked_process([&] {
    if (!reserve_spawn_slots(1)) return 1;
    compare("no attributes", plain());
    compare("user, limits, capabilities and a cgroup", with_attributes(group->directory().get()));
    rlimit limits{};
    ::getrlimit(RLIMIT_NOFILE, &limits);
    limits.rlim_cur = limits.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limits);
    for (int i = 0; i < 5'000; ++i) (void)!::open("/dev/null", O_RDONLY | O_CLOEXEC);
    compare("no attributes, 5,000 descriptors open", plain());
    std::fflush(stdout);
    return 0;
  });
  REQUIRE(code == 0);
}
