// One instance per directory.
#include "sys/lock.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "sys/fd.hpp"
#include "sys/file.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

TEST_CASE("of 50 processes that want the lock at once exactly one gets it, and the others name it") {
  const TempDir dir;
  const std::string path = dir / "lock";
  for (int round = 0; round < 5; ++round) {
    Pipe gate = must(make_pipe());     // Closing it lets all go.
    Pipe results = must(make_pipe());  // Each winner's pid.
    Pipe end = must(make_pipe());      // Closing it lets the winner go.
    std::vector<pid_t> pids;
    for (int i = 0; i < 50; ++i) {
      const pid_t pid = ::fork();
      REQUIRE(pid >= 0);
      if (pid == 0) {
        gate.write_end.reset();
        end.write_end.reset();
        char byte = 0;
        (void)!::read(gate.read_end.get(), &byte, 1);
        auto lock = InstanceLock::take(path, ::getpid());
        const pid_t own = ::getpid();
        if (lock) (void)!::write(results.write_end.get(), &own, sizeof own);
        const bool is_named = !lock && lock.error().what.ends_with(")") && lock.error().code == sup::Errc::busy;
        results.write_end.reset();
        (void)!::read(end.read_end.get(), &byte, 1);
        ::_exit(lock ? 1 : is_named ? 2 : 3);
      }
      pids.push_back(pid);
    }
    results.write_end.reset();
    gate.write_end.reset();
    const std::string winners = read_to_end(results.read_end);  // Until all have tried.
    REQUIRE(winners.size() == sizeof(pid_t));
    pid_t winner = 0;
    std::copy(winners.begin(), winners.end(), reinterpret_cast<char*>(&winner));
    REQUIRE(must(lock_holder(path)) == winner);
    REQUIRE(InstanceLock::take(path, ::getpid()).error().what ==
            "cannot lock '" + path + "': already running (pid " + std::to_string(winner) + ")");
    end.write_end.reset();
    int named = 0;
    for (const pid_t pid : pids) {
      int status = 0;
      REQUIRE(::waitpid(pid, &status, 0) == pid);
      named += WEXITSTATUS(status) == 2 ? 1 : 0;
    }
    REQUIRE(named == 49);
    REQUIRE_FALSE(must(lock_holder(path)).has_value());
  }
}

TEST_CASE("the lock of a killed process is free, whatever its file says") {
  const TempDir dir;
  const std::string path = dir / "lock";
  REQUIRE(in_forked_process([&] {
            const auto lock = InstanceLock::take(path, ::getpid());
            return ::kill(::getpid(), SIGKILL);
          }) == 128 + SIGKILL);
  REQUIRE_FALSE(must(read_file(path, 100)).empty());
  const InstanceLock lock = must(InstanceLock::take(path, ::getpid()));
  REQUIRE(must(read_file(path, 100)) == std::to_string(::getpid()) + "\n");
}

TEST_CASE("a lock file that was deleted meanwhile is made again") {
  const TempDir dir;
  const std::string path = dir / "lock";
  const InstanceLock first = must(InstanceLock::take(path, ::getpid()));
  must(remove_file(path));
  REQUIRE_FALSE(must(lock_holder(path)).has_value());
  const InstanceLock second = must(InstanceLock::take(path, ::getpid()));
  REQUIRE(must(lock_holder(path)) == ::getpid());
}

TEST_CASE("a lock file has mode 0600 and is no link, directory or fifo") {
  const TempDir dir;
  {
    const InstanceLock lock = must(InstanceLock::take(dir / "lock", ::getpid()));
  }
  struct stat facts{};
  REQUIRE(::stat((dir / "lock").c_str(), &facts) == 0);
  REQUIRE((facts.st_mode & 07777) == 0600);
  REQUIRE(::symlink("lock", (dir / "link").c_str()) == 0);
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  REQUIRE(InstanceLock::take(dir / "link", ::getpid()).error().code == sup::Errc::invalid);
  REQUIRE(InstanceLock::take(dir / "fifo", ::getpid()).error().code == sup::Errc::invalid);
  REQUIRE_FALSE(InstanceLock::take(dir.path(), ::getpid()).has_value());
  REQUIRE(InstanceLock::take(dir / "none/lock", ::getpid()).error().code == sup::Errc::not_found);
}
