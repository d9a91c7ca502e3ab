// What a started program finds: descriptors, signals, session, limits, identity, environment.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <numeric>
#include <sstream>

#include "sys/fd.hpp"
#include "sys/limits.hpp"
#include "sys/process_tree.hpp"
#include "sys/signals.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

// One field of a /proc/PID/status text.
std::string field_of(const std::string& status, const std::string& name) {
  const std::size_t start = status.find(name + ":");
  REQUIRE(start != std::string::npos);
  const std::size_t value = status.find_first_not_of(" \t", start + name.size() + 1);
  return status.substr(value, status.find('\n', value) - value);
}

}  // namespace

TEST_CASE("a started program's exit code and signal come back") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  REQUIRE(must(reap(start(method, command({"/bin/true"})))) == sup::ExitStatus{0, 0, false});
  REQUIRE(must(reap(start(method, shell("exit 3")))) == sup::ExitStatus{3, 0, false});
  REQUIRE(must(reap(start(method, shell("kill -KILL $$")))).signal == SIGKILL);
}

TEST_CASE("clone3 gives a pidfd from birth") {
  const ProcessRef process = start(SpawnMethod::clone3_vfork, command({"/bin/true"}));
  REQUIRE(process.pidfd.is_open());
  must(reap(process));
}

TEST_CASE("arguments arrive byte for byte") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const Outcome outcome = run(method, command({"printf", "<%s>", "", "a b", "$HOME\n", "%d", "\xff\x01"}));
  REQUIRE(outcome.output == "<><a b><$HOME\n><%d><\xff\x01>");
}

TEST_CASE("the environment is exactly what was given, the last of equal names wins") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"/usr/bin/env", "-0"});
  settings.env = {{"A", "old"}, {"B", "two\nlines $X %s \xc3\xa9="}, {"A", "new"}, {"EMPTY", ""}};
  using namespace std::string_literals;
  const std::string expected = "A=new\0B=two\nlines $X %s \xc3\xa9=\0EMPTY=\0"s;
  REQUIRE(run(method, std::move(settings)).output == expected);
}

TEST_CASE("a variable can hold the child's own pid, whatever was given for it") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"sh", "-c", "echo $((WATCHDOG_PID == $$)) $A"});
  settings.env = {{"WATCHDOG_PID", "1"}, {"PATH", "/usr/bin:/bin"}, {"A", "b"}};
  settings.pid_variables = {"WATCHDOG_PID"};
  REQUIRE(run(method, std::move(settings)).output == "1 b\n");
}

TEST_CASE("only descriptors 0 to 2 are open, whatever leaked in the parent") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  // Not close-on-exec, as a careless library would leave them; next to the report pipe's number and far above it.
  const sup::UniqueFd near{::open("/dev/null", O_RDONLY)};
  const sup::UniqueFd far{::fcntl(near.get(), F_DUPFD, 900)};
  REQUIRE(far.is_open());
  // Number 3 is the listing's own.
  REQUIRE(run(method, command({"ls", "/proc/self/fd"})).output == "0\n1\n2\n3\n");
}

TEST_CASE("one more descriptor is found under its number, and nothing besides") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  // The lowest numbers may be those of the report pipe or of a slot; the service's own limit may be lower than the
  // last.
  const int number = GENERATE(3, 4, 5, 6, 7, 8, 9, 10, 600);
  const sup::UniqueFd leaked{::open("/dev/null", O_RDONLY)};
  Pipe pipe = must(make_pipe());
  ChildSettings settings = command({"bash", "-c", "ls /proc/$$/fd; echo ready >&" + std::to_string(number)});
  settings.extra_fd = pipe.write_end.get();
  settings.extra_number = number;
  settings.attributes.limits = {{RLIMIT_NOFILE, 300, 300}};
  const std::string listed = run(method, std::move(settings)).output;
  pipe.write_end.reset();
  REQUIRE(read_to_end(pipe.read_end) == "ready\n");
  std::istringstream names{listed};
  std::vector<int> open;
  for (int fd = 0; names >> fd;) open.push_back(fd);
  std::erase(open, 255);  // bash's own.
  std::ranges::sort(open);
  REQUIRE(open == std::vector<int>{0, 1, 2, number});
}

TEST_CASE(
    "descriptors that are passed are found from 3 on in their order, beside another one, with the child's own pid") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const std::size_t count = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{40});
  // What is passed has the numbers of the targets in another order, or high ones.
  const bool is_reversed = GENERATE(false, true);
  std::vector<sup::UniqueFd> files;
  for (std::size_t i = 0; i < count; ++i) {
    files.emplace_back(::memfd_create("passed", MFD_CLOEXEC));
    const std::string text = std::to_string(i);
    REQUIRE(::pwrite(files.back().get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  }
  if (is_reversed) std::ranges::reverse(files);
  Pipe pipe = must(make_pipe());
  const int extra = 3 + static_cast<int>(count) + 1;
  const std::string last = std::to_string(2 + count);
  ChildSettings settings = command({"bash", "-c",
                                    "for ((fd = 3; fd <= " + last +
                                        "; ++fd)); do cat <&$fd; echo; done; ls /proc/$$/fd; "
                                        "echo $(($$ - LISTEN_PID)) >&" +
                                        std::to_string(extra)});
  for (const sup::UniqueFd& file : files) {
    REQUIRE(::lseek(file.get(), 0, SEEK_SET) == 0);
    settings.passed_fds.push_back(file.get());
  }
  settings.pid_variables = {"LISTEN_PID"};
  settings.extra_fd = pipe.write_end.get();
  settings.extra_number = extra;
  settings.attributes.limits = {{RLIMIT_NOFILE, 300, 300}};
  std::istringstream output{run(method, std::move(settings)).output};
  pipe.write_end.reset();
  REQUIRE(read_to_end(pipe.read_end) == "0\n");
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t text = count;
    REQUIRE(output >> text);
    REQUIRE(text == (is_reversed ? count - 1 - i : i));
  }
  std::vector<int> open;
  for (int fd = 0; output >> fd;) open.push_back(fd);
  std::erase(open, 255);  // bash's own.
  std::ranges::sort(open);
  std::vector<int> expected(3 + count);
  std::iota(expected.begin(), expected.end(), 0);
  expected.push_back(extra);
  REQUIRE(open == expected);
}

TEST_CASE("a number that is passed cannot be that of another descriptor, too") {
  ChildSettings settings = command({"true"});
  settings.passed_fds = {0, 1};
  settings.extra_fd = 0;
  settings.extra_number = 4;
  REQUIRE_FALSE(prepare_child(std::move(settings)));
}

TEST_CASE("a program that cannot be executed is told although its extra descriptor has the report's number") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const int number = GENERATE(range(3, 16));
  const Pipe pipe = must(make_pipe());
  ChildSettings settings = command({"/nonexistent"});
  settings.extra_fd = pipe.write_end.get();
  settings.extra_number = number;
  REQUIRE(failure_of(method, std::move(settings)).text() == "command '/nonexistent': No such file or directory");
}

TEST_CASE("no signal is blocked or ignored, even if we block all and ignore some") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  struct sigaction hup{}, pipe{};
  REQUIRE(::sigaction(SIGHUP, nullptr, &hup) == 0);
  REQUIRE(::sigaction(SIGPIPE, nullptr, &pipe) == 0);
  ignore_signal({SIGHUP});
  ignore_signal({SIGPIPE});
  ignore_signal({SIGRTMIN + 5});
  // 32 and 33 are hidden by libc, and still inherited from whoever ignored them before us.
  constexpr unsigned long kIgnore[4] = {1};
  unsigned long hidden[2][4] = {};
  for (const int number : {32, 33}) REQUIRE(::syscall(SYS_rt_sigaction, number, kIgnore, hidden[number - 32], 8) == 0);
  const SignalSet before = block_all_signals();
  const std::string status = run(method, command({"cat", "/proc/self/status"})).output;
  REQUIRE(signal_mask().has(SIGTERM));  // Our own mask is as it was.
  set_signal_mask(before);
  ::sigaction(SIGHUP, &hup, nullptr);
  ::sigaction(SIGPIPE, &pipe, nullptr);
  ::signal(SIGRTMIN + 5, SIG_DFL);
  for (const int number : {32, 33}) REQUIRE(::syscall(SYS_rt_sigaction, number, hidden[number - 32], nullptr, 8) == 0);
  REQUIRE(field_of(status, "SigBlk") == "0000000000000000");
  REQUIRE(field_of(status, "SigIgn") == "0000000000000000");
}

TEST_CASE("each child leads a session and a group of its own") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const ProcessRef process = start(method, command({"sleep", "1000"}));
  REQUIRE(must(session_of(process.pid)) == process.pid);
  REQUIRE(must(process_facts(process.pid)).pgid == process.pid);
  must(send_group_signal(process.pid, {SIGKILL}));
  must(reap(process));
}

TEST_CASE("the umask is as asked, else ours") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = shell("umask");
  settings.umask = 0027;
  REQUIRE(run(method, std::move(settings)).output == "0027\n");
  const mode_t before = ::umask(0031);
  REQUIRE(run(method, shell("umask")).output == "0031\n");
  REQUIRE(::umask(before) == 0031);  // The child's umask is not ours, though memory was shared.
}

TEST_CASE("the limit of open files is as asked") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const NofileLimits before = must(nofile_limits());
  ChildSettings settings = shell("ulimit -Sn; ulimit -Hn");
  settings.attributes.limits = {{RLIMIT_NOFILE, 100, 200}};
  REQUIRE(run(method, std::move(settings)).output == "100\n200\n");
  REQUIRE(must(nofile_limits()) == before);
}

TEST_CASE("the working directory is entered") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  ChildSettings settings = command({"/bin/pwd"});
  settings.working_dir = dir.path();
  REQUIRE(run(method, std::move(settings)).output == dir.path() + "\n");
}

TEST_CASE("a relative program is relative to the working directory") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  write_text(dir / "prog", "#!/bin/sh\necho here\n", 0755);
  ChildSettings settings = command({"./prog"});
  settings.working_dir = dir.path();
  REQUIRE(run(method, settings).output == "here\n");
  settings.argv = {"prog"};
  settings.env = {{"PATH", "/nowhere:"}};  // An empty element is the working directory.
  REQUIRE(run(method, settings).output == "here\n");
}

TEST_CASE("a program is looked for in the service's PATH, past one that may not be run") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  REQUIRE(::mkdir((dir / "a").c_str(), 0755) == 0);
  REQUIRE(::mkdir((dir / "b").c_str(), 0755) == 0);
  write_text(dir / "a/prog", "#!/bin/sh\necho wrong\n", 0644);
  write_text(dir / "b/prog", "#!/bin/sh\necho right\n", 0755);
  ChildSettings settings = command({"prog"});
  settings.env = {{"PATH", "/nowhere:" + (dir / "a") + ":" + (dir / "b")}};
  REQUIRE(run(method, std::move(settings)).output == "right\n");
}

TEST_CASE("without PATH in the environment the usual places are searched") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"true"});
  settings.env.clear();
  REQUIRE(run(method, std::move(settings)).status.as_code() == 0);
}

TEST_CASE("unset descriptors are /dev/null") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const Outcome outcome = run(method, command({"readlink", "/proc/self/fd/0", "/proc/self/fd/2"}));
  REQUIRE(outcome.output == "/dev/null\n/dev/null\n");
}

TEST_CASE("descriptors may be given crosswise") {
  // Given a daemon whose pipes have the numbers 1 and 2, when they become the child's 2 and 1, then none is lost.
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  Pipe out = must(make_pipe());
  Pipe err = must(make_pipe());
  const int code = in_forked_process([&] {
    if (::dup3(out.write_end.get(), 2, O_CLOEXEC) != 2 || ::dup3(err.write_end.get(), 1, O_CLOEXEC) != 1) return 1;
    ::close(0);
    ChildSettings settings = shell("echo out; echo err >&2; read nothing || echo end");
    settings.stdout_fd = 2;
    settings.stderr_fd = 1;
    const auto child = prepare_child(std::move(settings));
    const auto process = spawn_by(method, *child);
    return process && reap(*process)->code == 0 ? 0 : 2;
  });
  REQUIRE(code == 0);
  out.write_end.reset();
  err.write_end.reset();
  REQUIRE(read_to_end(out.read_end) == "out\nend\n");
  REQUIRE(read_to_end(err.read_end) == "err\n");
}

TEST_CASE("user, group and supplementary groups are set, and nothing of root is left") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"cat", "/proc/self/status"});
  settings.uid = kNobody;
  settings.gid = 12345;
  settings.groups = std::vector<gid_t>{12345, 777};
  const std::string status = run(method, std::move(settings)).output;
  REQUIRE(field_of(status, "Uid") == "65534\t65534\t65534\t65534");
  REQUIRE(field_of(status, "Gid") == "12345\t12345\t12345\t12345");
  REQUIRE(field_of(status, "Groups") == "777 12345 ");
  REQUIRE(field_of(status, "CapEff") == "0000000000000000");
  REQUIRE(::geteuid() == 0);  // Ours are as they were.
}

TEST_CASE("our memory may not be traced once a child has changed its user") {
  if (!can_change_user()) return skip("needs root");
  ChildSettings settings = command({"/bin/true"});
  settings.uid = kNobody;
  must(reap(start(SpawnMethod::clone3_vfork, std::move(settings))));
  const std::string status = run(SpawnMethod::clone3_vfork, command({"cat", "/proc/sys/fs/suid_dumpable"})).output;
  if (status == "1\n") return skip("fs.suid_dumpable is 1");
  const int code = in_forked_process([pid = ::getpid()] {
    if (::setresgid(kNobody, kNobody, kNobody) < 0 || ::setresuid(kNobody, kNobody, kNobody) < 0) return 1;
    const std::string memory = "/proc/" + std::to_string(pid) + "/mem";
    return ::open(memory.c_str(), O_RDONLY) < 0 ? 0 : 2;
  });
  REQUIRE(code == 0);
}
