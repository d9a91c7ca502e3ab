// Children that share our table of descriptors until their first step.
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "sys/fd.hpp"
#include "sys/spawn_slots.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

constexpr int kMany = 300;

std::set<std::string> open_descriptors() {
  std::set<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    out.insert(entry.path().filename().string() + " " + std::filesystem::read_symlink(entry.path(), error).string());
  }
  return out;
}

bool has_many_open() {
  for (int i = 0; i < kMany; ++i)
    if (::open("/dev/null", O_RDONLY) < 0) return false;  // Not close-on-exec: what libraries may leave.
  return true;
}

// What a child prints that is started with its output and errors in `file`.
std::string output_of(const std::vector<std::string>& argv, const std::string& file) {
  const sup::UniqueFd out{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  ChildSettings settings;
  settings.argv = argv;
  settings.stdout_fd = settings.stderr_fd = out.get();
  const auto child = prepare_child(std::move(settings));
  auto process = spawn(*child);
  if (!process) return process.error().text();
  (void)reap(*process);
  std::ifstream in{file};
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// close_range(2) is refused when it is asked to make the table private.
bool refuse_unsharing(int error_number) {
  std::array<sock_filter, 6> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error_number)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter{program.size(), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace

TEST_CASE("a child from the slots has its output and nothing else open, and leaves the parent's descriptors alone") {
  const TempDir dir;
  const int code = in_forked_process([&] {
    if (!reserve_spawn_slots(2) || !has_many_open()) return 1;
    const auto before = open_descriptors();
    const std::string listed = output_of({"/bin/ls", "/proc/self/fd"}, dir / "out");
    if (listed != "0\n1\n2\n3\n") return 2;  // 3 is what ls reads.
    return open_descriptors() == before ? 0 : 3;
  });
  REQUIRE(code == 0);
}

TEST_CASE("a step that fails in a child from the slots is told, and the slots are given back") {
  const TempDir dir;
  const int code = in_forked_process([&] {
    if (!reserve_spawn_slots(1)) return 1;
    const auto before = open_descriptors();
    if (output_of({"/nowhere/at-all"}, dir / "out") != "command '/nowhere/at-all': No such file or directory") return 2;
    if (output_of({"/bin/echo", "again"}, dir / "out") != "again\n") return 3;
    return open_descriptors() == before ? 0 : 4;
  });
  REQUIRE(code == 0);
}

TEST_CASE("threads without slots, and more of them than were reserved, make children all the same") {
  const TempDir dir;
  const int code = in_forked_process([&] {
    if (!reserve_spawn_slots(1)) return 1;
    std::array<std::string, 4> said;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < said.size(); ++i)
      threads.emplace_back([&, i] { said[i] = output_of({"/bin/echo", "hello"}, dir / std::to_string(i)); });
    for (std::thread& thread : threads) thread.join();
    for (const std::string& text : said)
      if (text != "hello\n") return 2;
    return 0;
  });
  REQUIRE(code == 0);
}

TEST_CASE("where the table cannot be made private the child gets a copy of it") {
  const int error_number = GENERATE(ENOSYS, EPERM, EINVAL);
  const TempDir dir;
  const int code = in_forked_process([&] {
    if (!reserve_spawn_slots(1) || !has_many_open()) return 1;
    if (!refuse_unsharing(error_number)) return 77;
    const auto before = open_descriptors();
    for (int round = 0; round < 2; ++round)
      if (output_of({"/bin/ls", "/proc/self/fd"}, dir / "out") != "0\n1\n2\n3\n") return 2 + round;
    return open_descriptors() == before ? 0 : 4;
  });
  if (code == 77) return skip("seccomp filters are not allowed here");
  REQUIRE(code == 0);
}

TEST_CASE("the copied descriptors do not grow with ours") {
  const TempDir dir;
  const int code = in_forked_process([&] {
    if (!reserve_spawn_slots(1)) return 1;
    // Above the slots nothing is copied: the size of the child's table tells, see FDSize in proc_pid_status(5).
    if (!has_many_open()) return 2;
    const std::string status = output_of({"/bin/grep", "FDSize", "/proc/self/status"}, dir / "out");
    return status == "FDSize:\t64\n" ? 0 : 3;
  });
  REQUIRE(code == 0);
}
