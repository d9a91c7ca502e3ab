// One group: who is in it, and that nobody gets away.
#include "sys/cgroup.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <functional>
#include <new>

#include "sys/cgroup_support.hpp"
#include "sys/fd.hpp"
#include "sys/limits.hpp"

using namespace sup::sys;
using namespace test;

namespace {

constexpr CgroupKillMethod kKillMethods[] = {CgroupKillMethod::cgroup_kill, CgroupKillMethod::freeze_and_signal};

ProcessRef start_in(const Cgroup& group, ChildSettings settings) {
  settings.cgroup_fd = group.directory().get();
  return start(SpawnMethod::clone3_vfork, std::move(settings));
}

std::size_t count_in(const Cgroup& group) { return must(group.processes()).pids.size(); }

// Numbers that forked processes share.
struct Shared {
  std::atomic<long> arrivals{0};
  std::atomic<long> births{0};
  std::atomic<long> signals{0};
};

class SharedMemory {
 public:
  SharedMemory() {
    place_ = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(place_ != MAP_FAILED);
    new (place_) Shared;
  }
  ~SharedMemory() { ::munmap(place_, sizeof(Shared)); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  Shared* operator->() const { return static_cast<Shared*>(place_); }

 private:
  void* place_ = nullptr;
};

// A process of the caller's code that is in the group before it does anything.
pid_t fork_into(const Cgroup& group, const std::function<void()>& body) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid != 0) return pid;
  if (group.join(0)) body();
  ::_exit(1);
}

[[noreturn]] void stay() {
  for (;;) ::pause();
}

// Each process lives only until it has a child: a fork bomb of constant size whose pids are never the same.
[[noreturn]] void hop(Shared& shared) {
  for (;;) {
    const pid_t pid = ::fork();
    if (pid > 0) ::_exit(0);
    if (pid == 0) ++shared.births;
  }
}

}  // namespace

TEST_CASE("a process is born in its group, by both ways to make it", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  REQUIRE_FALSE(must(group->is_populated()));
  ChildSettings settings = command({"sleep", "1000"});
  settings.cgroup_fd = group->directory().get();
  const ProcessRef process = start(method, std::move(settings));
  REQUIRE(must(group->processes()).pids == std::vector<pid_t>{process.pid});
  REQUIRE(must(group->is_populated()));
  REQUIRE(group->remove().error().code == sup::Errc::busy);
  must(group->kill());
  REQUIRE(must(reap(process)).signal == SIGKILL);
  REQUIRE(becomes_empty(*group));
}

TEST_CASE("all of a group are killed, whatever they did to escape", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  const CgroupKillMethod method = GENERATE(from_range(std::begin(kKillMethods), std::end(kKillMethods)));
  const Cgroup inner = must(Cgroup::create(group->directory(), "inner"));
  const ProcessRef main = start_in(*group, shell("trap '' TERM HUP; setsid sleep 1000 & (setsid sleep 1001 &) & "
                                                 "(exec <&- >&- 2>&-; sleep 1002) & wait; wait"));
  const pid_t mover = fork_into(*group, [&] {
    (void)inner.join(0);
    stay();
  });
  REQUIRE(wait_until([&] { return count_in(inner) == 1 && count_in(*group) >= 5; }));
  SECTION("running") {}
  SECTION("frozen") {
    must(group->freeze());
    REQUIRE(wait_until([&] { return must(group->state()).is_frozen; }));
  }
  must(group->kill_by(method));
  must(reap(main));
  REQUIRE(::waitpid(mover, nullptr, 0) == mover);
  REQUIRE(becomes_empty(*group));
  REQUIRE(count_in(*group) == 0);
  must(group->remove());
}

TEST_CASE("a fork bomb loses", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  const CgroupKillMethod method = GENERATE(from_range(std::begin(kKillMethods), std::end(kKillMethods)));
  const SharedMemory shared;
  REQUIRE(in_forked_process([&] {
            // Its orphans come here and vanish by themselves.
            EXPECT(become_subreaper());
            EXPECT(::signal(SIGCHLD, SIG_IGN) != SIG_ERR);
            Pipe gate = must(make_pipe());
            for (int i = 0; i < 200; ++i)
              fork_into(*group, [&] {
                ++shared->arrivals;
                gate.write_end.reset();
                char byte = 0;
                (void)!::read(gate.read_end.get(), &byte, 1);
                hop(*shared.operator->());
              });
            EXPECT(wait_until([&] { return shared->arrivals == 200; }));
            gate.write_end.reset();
            EXPECT(wait_until([&] { return shared->births > 1000; }));
            if (method == CgroupKillMethod::cgroup_kill) {
              EXPECT(group->kill_by(method));
              EXPECT(becomes_empty(*group));
            }
            EXPECT(wait_until([&] { return group->kill_by(method) && group->is_populated() == false; }));
            const long births = shared->births;
            EXPECT(group->processes()->pids.empty());
            EXPECT(shared->births == births);
            return 0;
          }) == 0);
  must(group->kill_by(method));  // The last one may have been too early to find it empty.
  REQUIRE(must(group->read_knob("cgroup.freeze")) == "0");
}

TEST_CASE("a signal reaches everybody once, also below and those born meanwhile", "[cgroup]") {
  static Shared* counter = nullptr;
  const TestGroup group;
  if (!group) return;
  const SharedMemory shared;
  counter = shared.operator->();
  const Cgroup inner = must(Cgroup::create(group->directory(), "inner"));
  constexpr std::size_t kProcesses = 150;  // More than one batch.
  std::vector<pid_t> pids;
  for (std::size_t i = 0; i < kProcesses; ++i)
    pids.push_back(fork_into(i % 2 == 0 ? *group : inner, [] {
      ::signal(SIGUSR1, [](int) {
        // The first two to get it have a child each, which gets its own.
        if (++counter->signals <= 2 && ::fork() == 0) ++counter->births;
      });
      ++counter->births;
      stay();
    }));
  REQUIRE(wait_until([&] { return shared->births == kProcesses; }));
  const CgroupSignalled first = must(group->signal_all({SIGUSR1}));
  REQUIRE(first.reached >= kProcesses);
  REQUIRE(first.denied == 0);
  REQUIRE_FALSE(first.has_foreign);
  REQUIRE(wait_until([&] { return shared->births == kProcesses + 2; }));
  REQUIRE(wait_until([&] { return shared->signals == static_cast<long>(first.reached); }));
  must(group->kill());
  for (const pid_t pid : pids) REQUIRE(::waitpid(pid, nullptr, 0) == pid);
  REQUIRE(becomes_empty(*group));
  REQUIRE(must(group->signal_all({SIGTERM})).reached == 0);
}

TEST_CASE("processes that are not ours to signal are counted", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  if (!can_change_user()) return skip("needs root");
  const ProcessRef process = start_in(*group, command({"sleep", "1000"}));
  REQUIRE(in_forked_process([&] {
            EXPECT(::setuid(kNobody) == 0);
            const auto sent = group->signal_all({SIGTERM});
            EXPECT(sent);
            EXPECT((sent->reached == 0 && sent->denied == 1));
            EXPECT(group->kill_by(CgroupKillMethod::freeze_and_signal).error().code == sup::Errc::denied);
            EXPECT(group->kill().error().code == sup::Errc::denied);
            return 0;
          }) == 0);
  REQUIRE_FALSE(must(try_reap(process)).has_value());
  must(group->kill());
  must(reap(process));
}

TEST_CASE("a zombie is nobody", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  const pid_t pid = fork_into(*group, [] { ::_exit(0); });
  siginfo_t end{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOWAIT) == 0);
  REQUIRE(becomes_empty(*group));
  REQUIRE(must(group->processes()).pids.empty());
  REQUIRE(must(group->signal_all({SIGKILL})).reached == 0);
  must(group->kill());
  must(group->remove());
  REQUIRE(::waitpid(pid, nullptr, 0) == pid);
}

TEST_CASE("who has left the group is not of it", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  const TestGroup other;
  const ProcessRef process = start_in(*group, command({"sleep", "1000"}));
  must(other->join(process.pid));
  REQUIRE_FALSE(must(group->is_populated()));
  must(group->kill());
  REQUIRE(must(group->signal_all({SIGKILL})).reached == 0);
  REQUIRE(must(other->processes()).pids == std::vector<pid_t>{process.pid});
  must(other->kill());
  must(reap(process));
  REQUIRE(other->join(process.pid).error().code == sup::Errc::not_found);
}

TEST_CASE("a frozen group stands still until it is thawed", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  const SharedMemory shared;
  const pid_t pid = fork_into(*group, [&] {
    for (;;) ++shared->births;
  });
  REQUIRE(wait_until([&] { return shared->births > 0; }));
  must(group->freeze());
  REQUIRE(wait_until([&] { return must(group->state()).is_frozen; }));
  REQUIRE(must(group->is_populated()));
  const long births = shared->births;
  for (int i = 0; i < 100; ++i) ::sched_yield();
  REQUIRE(shared->births == births);
  must(group->thaw());
  REQUIRE(wait_until([&] { return shared->births > births; }));
  REQUIRE_FALSE(must(group->state()).is_frozen);
  must(group->kill());
  REQUIRE(::waitpid(pid, nullptr, 0) == pid);
}

TEST_CASE("groups below are removed, however many and however deep, with few descriptors", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  for (int i = 0; i < 300; ++i) must(Cgroup::create(group->directory(), "wide" + std::to_string(i)));
  constexpr int kDepth = 600;
  Cgroup below = must(Cgroup::create(group->directory(), "deep"));
  for (int i = 1; i < kDepth; ++i) below = must(Cgroup::create(below.directory(), "deep"));
  const ProcessRef process = start_in(below, command({"sleep", "1000"}));
  const std::size_t descriptors = must(open_descriptor_count());
  REQUIRE(in_forked_process([&] {
            const rlimit few{static_cast<rlim_t>(descriptors + 8), static_cast<rlim_t>(descriptors + 8)};
            EXPECT(::setrlimit(RLIMIT_NOFILE, &few) == 0);
            EXPECT(group->processes()->pids == std::vector<pid_t>{process.pid});
            EXPECT(group->remove().error().code == sup::Errc::busy);
            return 0;
          }) == 0);
  must(group->kill());
  must(reap(process));
  REQUIRE(becomes_empty(*group));
  must(group->remove());
  REQUIRE(group->remove());
  REQUIRE(must(open_descriptor_count()) == descriptors);
}

TEST_CASE("a group that is gone says so everywhere", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  const Cgroup gone = must(Cgroup::create(group->directory(), "gone"));
  must(Cgroup::open(group->directory(), "gone")).remove().value();
  REQUIRE(gone.state().error().code == sup::Errc::not_found);
  REQUIRE(gone.processes().error().code == sup::Errc::not_found);
  REQUIRE(gone.kill().error().code == sup::Errc::not_found);
  REQUIRE(gone.kill_by(CgroupKillMethod::freeze_and_signal).error().code == sup::Errc::not_found);
  REQUIRE(gone.signal_all({SIGTERM}).error().code == sup::Errc::not_found);
  REQUIRE(gone.freeze().error().code == sup::Errc::not_found);
  REQUIRE(gone.join(0).error().code == sup::Errc::not_found);
  REQUIRE(Cgroup::create(gone.directory(), "x").error().code == sup::Errc::not_found);
  REQUIRE(Cgroup::open(group->directory(), "gone").error().code == sup::Errc::not_found);
  REQUIRE(gone.remove());
  ChildSettings settings = command({"true"});
  settings.cgroup_fd = gone.directory().get();
  const SpawnFailure failure = failure_of(SpawnMethod::clone3_vfork, std::move(settings));
  INFO(failure.text());
  REQUIRE(failure.step == std::string_view{"cgroup"});
}

TEST_CASE("a bound on groups that is reached is told apart", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  must(group->write_knob("cgroup.max.descendants", "1"));
  must(Cgroup::create(group->directory(), "one"));
  REQUIRE(Cgroup::create(group->directory(), "one").error().code == sup::Errc::busy);
  REQUIRE(Cgroup::create(group->directory(), "two").error().code == sup::Errc::limit);
}

TEST_CASE("processes in threaded groups are seen and killed", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  const CgroupKillMethod method = GENERATE(from_range(std::begin(kKillMethods), std::end(kKillMethods)));
  const Cgroup threads = must(Cgroup::create(group->directory(), "threads"));
  must(threads.write_knob("cgroup.type", "threaded"));
  const ProcessRef process = start_in(*group, command({"sleep", "1000"}));
  must(threads.write_knob("cgroup.threads", std::to_string(process.pid)));
  REQUIRE(must(group->processes()).pids == std::vector<pid_t>{process.pid});
  must(group->kill_by(method));
  must(reap(process));
  REQUIRE(becomes_empty(*group));
}

TEST_CASE("processes outside of our pid namespace are seen, and killed by cgroup.kill only", "[cgroup]") {
  const TestGroup group;
  if (!group) return;
  if (in_forked_process([] { return ::unshare(CLONE_NEWPID) == 0 ? 0 : 1; }) != 0)
    return skip("needs the right to make a pid namespace");
  const ProcessRef process = start_in(*group, command({"sleep", "1000"}));
  REQUIRE(in_forked_process([&] {
            EXPECT(::unshare(CLONE_NEWPID) == 0);
            return in_forked_process([&] {
              const auto members = group->processes();
              EXPECT(members);
              EXPECT((members->pids.empty() && members->has_foreign));
              EXPECT(group->kill_by(CgroupKillMethod::freeze_and_signal).error().code == sup::Errc::denied);
              EXPECT(group->read_knob("cgroup.freeze") == "1");  // They do not run on.
              EXPECT(group->kill());
              return 0;
            });
          }) == 0);
  REQUIRE(must(reap(process)).signal == SIGKILL);
}
