// spawn() itself: its methods, its cost, many at once, and another thread that looks on.
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <thread>

#include "sys/fd.hpp"
#include "sys/limits.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

// Makes three newer system calls fail in this process and its children as an old kernel or a container's profile would.
bool refuse_new_calls(int error_number) {
  const auto refuse = SECCOMP_RET_ERRNO | static_cast<unsigned>(error_number);
  std::array<sock_filter, 6> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, refuse),
  }};
  const sock_fprog filter{program.size(), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// While it lives, opening the file hangs: it holds a lease on it, see F_SETLEASE in fcntl(2). Blocks all signals, since
// the holder is told by SIGIO.
class BlockedFile {
 public:
  explicit BlockedFile(const std::string& path)
      : mask_(block_all_signals()), lease_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    is_blocked_ = ::fcntl(lease_.get(), F_SETLEASE, F_WRLCK) == 0;
  }
  ~BlockedFile() {
    lease_.reset();
    sigset_t io;
    ::sigemptyset(&io);
    ::sigaddset(&io, SIGIO);
    const timespec now{};
    while (::sigtimedwait(&io, nullptr, &now) == SIGIO) continue;
    set_signal_mask(mask_);
  }
  BlockedFile(const BlockedFile&) = delete;
  BlockedFile& operator=(const BlockedFile&) = delete;
  [[nodiscard]] bool is_blocked() const { return is_blocked_; }

 private:
  SignalSet mask_;
  sup::UniqueFd lease_;
  bool is_blocked_ = false;
};

// A writable cgroup v2 directory of this machine, or "".
std::string cgroup2_mount() {
  std::ifstream mounts{"/proc/self/mountinfo"};
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    std::string path = line;
    for (int field = 0; field < 4; ++field) path = path.substr(path.find(' ') + 1);
    path = path.substr(0, path.find(' '));
    if (::access((path + "/cgroup.procs").c_str(), W_OK) == 0) return path;
  }
  return "";
}

// How many system calls the child makes from its birth to exec, by following it with ptrace(2); 0 if that is not
// allowed.
int calls_until_exec(SpawnMethod method, std::uint64_t nofile) {
  const pid_t parent = ::fork();
  if (parent == 0) {
    rlimit limits{};
    ::getrlimit(RLIMIT_NOFILE, &limits);
    limits.rlim_cur = nofile;
    ::setrlimit(RLIMIT_NOFILE, &limits);
    const auto child = prepare_child(command({"/bin/true"}));
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) < 0) ::_exit(77);
    ::raise(SIGSTOP);
    const auto process = spawn_by(method, *child);
    ::_exit(process ? 0 : 1);
  }
  constexpr long kOptions = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                            PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
  constexpr int kSystemCall = SIGTRAP | 0x80;
  int stops = 0;
  bool has_executed = false;
  int status = 0;
  REQUIRE(::waitpid(parent, &status, 0) == parent);
  if (!WIFSTOPPED(status)) return 0;
  REQUIRE(::ptrace(PTRACE_SETOPTIONS, parent, nullptr, kOptions) == 0);
  ::ptrace(PTRACE_SYSCALL, parent, nullptr, 0);
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, __WALL)) > 0;) {
    if (!WIFSTOPPED(status)) continue;
    const bool is_child = pid != parent;
    if (is_child && WSTOPSIG(status) == kSystemCall && !has_executed) ++stops;
    if (is_child && status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) has_executed = true;
    ::ptrace(PTRACE_SYSCALL, pid, nullptr, 0);
  }
  REQUIRE(has_executed);
  return stops / 2;  // Each call stops at its entry and at its end.
}

}  // namespace

TEST_CASE("spawn falls back where clone3, close_range and pidfd_open are refused") {
  const int error_number = GENERATE(ENOSYS, EPERM);
  Pipe pipe = must(make_pipe());
  const int code = in_forked_process([&] {
    const sup::UniqueFd leaked{::fcntl(pipe.read_end.get(), F_DUPFD, 300)};
    if (!refuse_new_calls(error_number)) return 77;
    if (spawn_method() != SpawnMethod::clone3_vfork) return 1;
    ChildSettings settings = command({"ls", "/proc/self/fd"});
    settings.stdout_fd = pipe.write_end.get();
    const auto child = prepare_child(std::move(settings));
    const auto process = spawn(*child);
    if (!process || process->pidfd.is_open()) return 2;
    if (spawn_method() != SpawnMethod::fork_pipe) return 3;
    if (!send_signal(*process, {0 + SIGCONT})) return 4;
    const auto status = reap(*process);
    if (!status || status->as_code() != 0) return 5;
    const auto missing = prepare_child(command({"/nowhere/prog"}));
    const auto failure = spawn(*missing);
    return !failure && failure.error().sys_errno == ENOENT ? 0 : 6;
  });
  if (code == 77) return skip("seccomp filters are not allowed here");
  REQUIRE(code == 0);
  pipe.write_end.reset();
  REQUIRE(read_to_end(pipe.read_end) == "0\n1\n2\n3\n");
}

TEST_CASE("forcing a method that is refused tells so") {
  const int code = in_forked_process([] {
    if (!refuse_new_calls(ENOSYS)) return 77;
    const auto child = prepare_child(command({"/bin/true"}));
    const auto process = spawn_by(SpawnMethod::clone3_vfork, *child);
    return !process && process.error().text() == "process: Function not implemented" ? 0 : 1;
  });
  if (code == 77) return skip("seccomp filters are not allowed here");
  REQUIRE(code == 0);
}

TEST_CASE("what a spawn costs does not depend on RLIMIT_NOFILE") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const int with_few = calls_until_exec(method, 64);
  if (with_few == 0) return skip("ptrace is not allowed here");
  REQUIRE(with_few < 100);
  REQUIRE(calls_until_exec(method, must(nofile_limits()).hard) == with_few);
}

TEST_CASE("2,000 spawns from two threads leak no descriptor and no process") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const std::size_t before = must(open_descriptor_count());
  std::atomic<int> succeeded = 0;
  const auto spawn_many = [&] {
    const auto good = prepare_child(command({"/bin/true"}));
    const auto bad = prepare_child(command({"/nowhere/prog"}));
    for (int i = 0; i < 1000; ++i) {
      const bool wants_good = i % 4 != 0;
      const auto process = spawn_by(method, wants_good ? *good : *bad);
      if (process.has_value() != wants_good) continue;
      if (!wants_good || reap(*process) == sup::ExitStatus{}) ++succeeded;
    }
  };
  std::thread one{spawn_many};
  std::thread two{spawn_many};
  one.join();
  two.join();
  REQUIRE(succeeded == 2000);
  REQUIRE(must(open_descriptor_count()) == before);
  REQUIRE_FALSE(reap_any_of_this_thread().has_value());
}

TEST_CASE("a child is born in the cgroup that was asked for") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const std::string mount = cgroup2_mount();
  const std::string path = mount + "/sup-sys-test-" + std::to_string(::getpid());
  if (mount.empty() || ::mkdir(path.c_str(), 0755) < 0) return skip("no writable cgroup v2");
  Outcome outcome;
  {
    const sup::UniqueFd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    ChildSettings settings = command({"cat", "/proc/self/cgroup"});
    settings.cgroup_fd = directory.get();
    outcome = run(method, std::move(settings));
  }
  REQUIRE(wait_until([&] { return ::rmdir(path.c_str()) == 0; }));
  REQUIRE(outcome.output.find("0::") != std::string::npos);
  REQUIRE(outcome.output.find("/sup-sys-test-" + std::to_string(::getpid()) + "\n") != std::string::npos);
}

TEST_CASE("another thread can signal a spawn that hangs before exec") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const int number = GENERATE(SIGKILL, SIGUSR1);
  // Given a program that nobody can open for a while,
  const TempDir dir;
  write_text(dir / "prog", "#!/bin/sh\n", 0755);
  const BlockedFile file{dir / "prog"};
  if (!file.is_blocked()) return skip("no leases on this file system");
  // and a handler of ours for the signal, which must not run in the child that shares our memory,
  static std::atomic<int> handled = 0;
  struct sigaction action{}, before{};
  action.sa_handler = [](int) { ++handled; };
  REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);

  SpawnInProgress progress;
  ChildSettings settings = command({dir / "prog"});
  settings.in_progress = &progress;
  const PreparedChild child = must(prepare_child(std::move(settings)));
  REQUIRE_FALSE(must(progress.send_signal({number})));
  std::optional<std::expected<ProcessRef, SpawnFailure>> result;
  std::thread spawner{[&] { result = spawn_by(method, child); }};
  const bool came_under_way = wait_until([&] { return progress.is_under_way(); });
  const bool was_sent = must(progress.send_signal({number}));
  spawner.join();
  ::sigaction(SIGUSR1, &before, nullptr);

  // then the spawn ends as a run that died of it.
  REQUIRE(came_under_way);
  REQUIRE(was_sent);
  REQUIRE(result->has_value());
  REQUIRE(must(reap(**result)).signal == number);
  REQUIRE(handled == 0);
  REQUIRE_FALSE(progress.is_under_way());
}

TEST_CASE("a prepared child can be moved and started many times") {
  PreparedChild first = must(prepare_child(command({"/bin/sh", "-c", "exit 5"})));
  const PreparedChild child = std::move(first);
  for (int i = 0; i < 3; ++i) REQUIRE(must(reap(*spawn(child))).code == 5);
}

TEST_CASE("the pid of a child stands in shared memory as soon as there is one") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  auto* const place = static_cast<std::atomic<pid_t>*>(
      ::mmap(nullptr, sizeof(std::atomic<pid_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(place != MAP_FAILED);
  ChildSettings settings = command({"/bin/true"});
  settings.pid_place = place;
  const PreparedChild child = must(prepare_child(std::move(settings)));
  const auto spawned = spawn_by(method, child);
  REQUIRE(spawned.has_value());
  REQUIRE(place->load() == spawned->pid);
  REQUIRE(must(reap(*spawned)).code == 0);
  ::munmap(place, sizeof(std::atomic<pid_t>));
}

TEST_CASE("who is killed while a child is made has either made none or left its pid") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  auto* const place = static_cast<std::atomic<pid_t>*>(
      ::mmap(nullptr, sizeof(std::atomic<pid_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(place != MAP_FAILED);
  must(become_subreaper());
  // How long it takes here until there is a child: the kills come from before that to well after it.
  constexpr int kRounds = 200;
  using Clock = std::chrono::steady_clock;
  auto longest = std::chrono::microseconds(400);
  int found = 0;
  for (int round = -1; round < kRounds; ++round) {
    place->store(0);
    const pid_t manager = ::fork();
    if (manager == 0) {
      ChildSettings settings = command({"/bin/sleep", "100"});
      settings.pid_place = place;
      const auto child = prepare_child(std::move(settings));
      if (child) (void)spawn_by(method, *child);
      for (;;) ::pause();
    }
    if (round < 0) {
      const auto begin = Clock::now();
      while (place->load() == 0) REQUIRE(Clock::now() < begin + std::chrono::seconds(30));
      const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
      longest = std::clamp(took, longest, std::chrono::microseconds(20'000));
    } else {
      ::usleep(static_cast<useconds_t>(2 * longest.count() * (round * 7 % kRounds) / kRounds));
    }
    ::kill(manager, SIGKILL);
    REQUIRE(::waitpid(manager, nullptr, 0) == manager);
    // Who is left has become ours, and is the one whose pid is there; but a forked one that was too late ends itself.
    const pid_t child = place->load();
    if (child != 0) {
      ++found;
      ::kill(child, SIGKILL);
      REQUIRE(::waitpid(child, nullptr, 0) == child);
    }
    int status = 0;
    const pid_t other = ::waitpid(-1, &status, 0);
    INFO("round " << round << " child " << child << " other " << other << " status " << status);
    if (other > 0) REQUIRE((method == SpawnMethod::fork_pipe && WIFEXITED(status) && WEXITSTATUS(status) == 127));
  }
  REQUIRE(found > 0);
  ::munmap(place, sizeof(std::atomic<pid_t>));
}
