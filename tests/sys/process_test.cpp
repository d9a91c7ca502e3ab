// Signals to processes, reaping, and whose orphan is whose.
#include "sys/process.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <future>
#include <thread>

#include "sys/epoll_set.hpp"
#include "sys/fd.hpp"
#include "sys/process_tree.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

// A thread that spawns and lives on, as the daemon's spawners do.
class SpawnerThread {
 public:
  SpawnerThread() : thread_{[this] { serve(); }} {}
  ~SpawnerThread() {
    wanted_.set_value({});
    thread_.join();
  }
  ProcessRef start(ChildSettings settings) {
    wanted_.set_value(std::move(settings));
    return spawned_.get_future().get();
  }

 private:
  void serve() {
    for (int turn = 0; turn < 2; ++turn) {
      const ChildSettings settings = wanted_.get_future().get();
      wanted_ = {};
      if (settings.argv.empty()) return;
      const auto child = prepare_child(settings);
      auto process = spawn(*child);
      spawned_.set_value(process ? std::move(*process) : ProcessRef{});
    }
  }
  std::promise<ChildSettings> wanted_;
  std::promise<ProcessRef> spawned_;
  std::thread thread_;
};

// Orphans come to us as long as this lives.
class Subreaper {
 public:
  Subreaper() { must(become_subreaper()); }
  ~Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); }
};

bool contains(const std::vector<pid_t>& pids, pid_t pid) {
  return std::find(pids.begin(), pids.end(), pid) != pids.end();
}

char state_of(pid_t pid) {
  const auto facts = process_facts(pid);
  return facts ? facts->state : '?';
}

}  // namespace

TEST_CASE("an exit status reads as people say it") {
  REQUIRE(sup::ExitStatus{3, 0, false}.text() == "exit 3");
  REQUIRE(sup::ExitStatus{0, SIGKILL, false}.text() == "signal KILL");
  REQUIRE(sup::ExitStatus{0, SIGSEGV, true}.text() == "signal SEGV (core dumped)");
  REQUIRE(sup::ExitStatus{0, SIGTERM, false}.as_code() == 143);
}

TEST_CASE("a signal reaches the process by its pidfd, and nobody once it has been reaped") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const ProcessRef process = start(method, command({"sleep", "1000"}));
  REQUIRE_FALSE(must(try_reap(process)).has_value());
  must(send_signal(process, {SIGTERM}));
  REQUIRE(must(reap(process)).signal == SIGTERM);
  REQUIRE(send_signal(process, {SIGTERM}).error().code == sup::Errc::not_found);
  REQUIRE(try_reap(process).error().code == sup::Errc::not_found);
}

TEST_CASE("without a pidfd the pid serves as long as the child is not reaped") {
  ProcessRef process = start(SpawnMethod::fork_pipe, command({"sleep", "1000"}));
  process.pidfd.reset();
  must(send_signal(process, {SIGTERM}));
  REQUIRE(must(reap(process)).signal == SIGTERM);
}

TEST_CASE("a signal to a group reaches all of it") {
  Pipe pipe = must(make_pipe());
  ChildSettings settings = shell("sleep 1000 & sleep 1000 & echo ready; wait");
  settings.stdout_fd = pipe.write_end.get();
  const ProcessRef process = start(SpawnMethod::clone3_vfork, std::move(settings));
  pipe.write_end.reset();
  char line[6];
  REQUIRE(::read(pipe.read_end.get(), line, sizeof line) == 6);
  must(send_group_signal(process.pid, {SIGKILL}));
  REQUIRE(read_to_end(pipe.read_end).empty());  // The end of the file: the last holder of the pipe is gone.
  must(reap(process));
  // The sleepers are zombies until init has reaped them.
  REQUIRE(wait_until([&] {
    const auto sent = send_group_signal(process.pid, {SIGKILL});
    return !sent && sent.error().code == sup::Errc::not_found;
  }));
}

TEST_CASE("a pidfd is readable when its process has ended, in an epoll set too") {
  const ProcessRef process = start(SpawnMethod::clone3_vfork, command({"sleep", "1000"}));
  EpollSet set = must(EpollSet::create());
  must(set.add(process.pidfd, EPOLLIN, 42));
  ReadyEvent event;
  REQUIRE(must(set.wait({&event, 1}, sup::Duration::zero())) == 0);
  must(send_signal(process, {SIGKILL}));
  REQUIRE(must(set.wait({&event, 1}, std::nullopt)) == 1);
  REQUIRE(event.data == 42);
  must(set.remove(process.pidfd));
  REQUIRE(must(set.wait({&event, 1}, sup::Duration::zero())) == 0);
  REQUIRE(must(reap(process)).signal == SIGKILL);
}

TEST_CASE("orphans come to the main thread and are reaped there, a spawner's own child is not") {
  REQUIRE(::getpid() == ::gettid());
  const Subreaper subreaper;
  const Orphans orphans = must(Orphans::open());
  if (!orphans.is_exact()) return skip("this kernel has no children files");
  SpawnerThread spawner;

  // Given a child of the spawner that has ended and a grandchild of it that lives on,
  Pipe pipe = must(make_pipe());
  ChildSettings settings = shell("sleep 1000 >/dev/null & echo $!; exit 7");
  settings.stdout_fd = pipe.write_end.get();
  const ProcessRef process = spawner.start(std::move(settings));
  pipe.write_end.reset();
  const pid_t orphan = std::stoi(read_to_end(pipe.read_end));
  REQUIRE(wait_until([&] { return state_of(process.pid) == 'Z'; }));

  // then the one is an orphan, the other is not,
  REQUIRE(must(orphans.list()) == std::vector{orphan});
  // and reaping here takes neither the living orphan nor the spawner's child,
  REQUIRE_FALSE(reap_any_of_this_thread().has_value());
  // but the orphan once it has ended.
  must(send_signal(must(open_process(orphan)), {SIGKILL}));
  REQUIRE(wait_until([&] { return state_of(orphan) == 'Z'; }));
  const std::optional<Reaped> reaped = reap_any_of_this_thread();
  REQUIRE(reaped.has_value());
  REQUIRE(reaped->pid == orphan);
  REQUIRE(reaped->status.signal == SIGKILL);
  REQUIRE(must(orphans.list()).empty());
  REQUIRE(must(reap(process)).code == 7);
}

TEST_CASE("more orphans than fit in a page are all listed") {
  const Subreaper subreaper;
  const Orphans orphans = must(Orphans::open());
  if (!orphans.is_exact()) return skip("this kernel has no children files");
  SpawnerThread spawner;
  constexpr int kCount = 1000;
  const ProcessRef process = spawner.start(shell("i=0; while [ $i -lt 1000 ]; do sleep 1000 & i=$((i+1)); done"));
  REQUIRE(must(reap(process)).code == 0);
  REQUIRE(must(orphans.list()).size() == kCount);
  must(send_group_signal(process.pid, {SIGKILL}));
  int reaped = 0;
  REQUIRE(wait_until([&] { return (reaped += reap_any_of_this_thread() ? 1 : 0) == kCount; }));
  REQUIRE(must(orphans.list()).empty());
}

TEST_CASE("a process that is not there cannot be opened") {
  const ProcessRef process = start(SpawnMethod::clone3_vfork, command({"true"}));
  must(reap(process));
  REQUIRE(open_process(process.pid).error().code == sup::Errc::not_found);
  REQUIRE_FALSE(contains(must(all_processes()), process.pid));
}
