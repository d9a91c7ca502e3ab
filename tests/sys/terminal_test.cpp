// A terminal of its own: what the child finds, and what is asked of the kernel about it from outside.
#include "sys/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <sstream>

#include "sys/file.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

ChildSettings on(const Pty& pty, ChildSettings settings) {
  settings.stdin_fd = settings.stdout_fd = settings.stderr_fd = pty.slave.get();
  settings.takes_terminal = true;
  return settings;
}

// What proc_pid_stat(5) says of a process, from its state (field 3) on.
std::vector<std::string> stat_of(pid_t pid) {
  const std::string text = must(read_file("/proc/" + std::to_string(pid) + "/stat", 4096));
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  return {std::istream_iterator<std::string>(fields), {}};
}

// Until the end, which a terminal tells by EIO.
std::string read_terminal(const sup::UniqueFd& master) {
  std::string out;
  char buffer[4096];
  wait_until([&] {
    const ssize_t got = ::read(master.get(), buffer, sizeof buffer);
    if (got > 0) out.append(buffer, static_cast<std::size_t>(got));
    return got < 0 && errno == EIO;
  });
  return out;
}

bool is_close_on_exec(const sup::UniqueFd& fd) { return (::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0; }

}  // namespace

TEST_CASE("tty: both ends are close-on-exec, and opening them makes the terminal nobody's") {
  const Pty pty = must(open_pty());
  REQUIRE(is_close_on_exec(pty.master));
  REQUIRE(is_close_on_exec(pty.slave));
  REQUIRE((::fcntl(pty.master.get(), F_GETFL) & O_NONBLOCK) != 0);
  REQUIRE((::fcntl(pty.slave.get(), F_GETFL) & O_NONBLOCK) == 0);
  REQUIRE(::isatty(pty.slave.get()) == 1);
  pid_t session = 0;
  REQUIRE(::ioctl(pty.slave.get(), TIOCGSID, &session) < 0);
  REQUIRE(errno == ENOTTY);
}

TEST_CASE("tty: it is the controlling terminal of the child's session, with the child in front") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  Pty pty = must(open_pty());
  struct stat terminal{};
  REQUIRE(::fstat(pty.slave.get(), &terminal) == 0);
  const ProcessRef process = start(method, on(pty, command({"sleep", "60"})));
  const std::vector<std::string> stat = stat_of(process.pid);
  REQUIRE(stat.at(3) == std::to_string(process.pid));  // Session.
  // tty_nr has bits 19 to 8 for the major, 31 to 20 and 7 to 0 for the minor number.
  const unsigned device = static_cast<unsigned>(std::stol(stat.at(4)));
  REQUIRE((device >> 8 & 0xfff) == major(terminal.st_rdev));
  REQUIRE((device >> 12 & 0xfff00) + (device & 0xff) == minor(terminal.st_rdev));
  REQUIRE(stat.at(5) == std::to_string(process.pid));  // The group in the foreground.
  pid_t session = 0;
  REQUIRE(::ioctl(pty.master.get(), TIOCGSID, &session) == 0);
  REQUIRE(session == process.pid);
  // What is typed is for it.
  REQUIRE(::write(pty.master.get(), "\x03", 1) == 1);
  REQUIRE(must(reap(process)).signal == SIGINT);
}

TEST_CASE("tty: input, output and errors are it, its size is what was set, and nothing else is open") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  Pty pty = must(open_pty());
  set_window_size(pty.master.get(), {.rows = 31, .columns = 97});
  REQUIRE(window_size(pty.master.get())->columns == 97);
  const ProcessRef process =
      start(method, on(pty, shell("[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo three; stty size; echo /dev/fd/*; "
                                  "echo mine >/dev/tty")));
  pty.slave.reset();
  REQUIRE(must(reap(process)).as_code() == 0);
  // The shell that lists the descriptors has the directory open as 3.
  REQUIRE(read_terminal(pty.master) == "three\r\n31 97\r\n/dev/fd/0 /dev/fd/1 /dev/fd/2 /dev/fd/3\r\nmine\r\n");
}

TEST_CASE("tty: a new size is told to who is in front") {
  Pty pty = must(open_pty());
  set_window_size(pty.master.get(), {});
  const ProcessRef process =
      start(SpawnMethod::clone3_vfork,
            on(pty, shell("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.02; done")));
  pty.slave.reset();
  std::string said(6, '\0');
  REQUIRE(wait_until([&] { return ::read(pty.master.get(), said.data(), said.size()) == 6; }));
  set_window_size(pty.master.get(), {.rows = 40, .columns = 100});
  REQUIRE(read_terminal(pty.master).ends_with("40 100\r\n"));
  REQUIRE(must(reap(process)).as_code() == 0);
}

TEST_CASE("tty: when the master is closed the child is hung up") {
  Pty pty = must(open_pty());
  const ProcessRef process = start(SpawnMethod::clone3_vfork, on(pty, command({"sleep", "60"})));
  pty.slave.reset();
  pty.master.reset();
  REQUIRE(must(reap(process)).signal == SIGHUP);
}

TEST_CASE("tty: what is no terminal cannot become one, and the step says so") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"true"});
  settings.takes_terminal = true;
  const SpawnFailure failure = failure_of(method, std::move(settings));
  REQUIRE(std::string_view(failure.step) == "tty");
  REQUIRE(failure.sys_errno == ENOTTY);
}

TEST_CASE("whether a process ignores a signal is known from outside") {
  Pty pty = must(open_pty());
  const ProcessRef process =
      start(SpawnMethod::clone3_vfork, on(pty, shell("trap '' TERM USR2; echo ready; exec sleep 60")));
  char byte = 0;
  REQUIRE(wait_until([&] { return ::read(pty.master.get(), &byte, 1) == 1; }));
  REQUIRE(ignores_signal(process.pid, sup::Signal{SIGTERM}));
  REQUIRE(ignores_signal(process.pid, sup::Signal{SIGUSR2}));
  REQUIRE_FALSE(ignores_signal(process.pid, sup::Signal{SIGHUP}));
  must(send_signal(process, sup::Signal{SIGKILL}));
  must(reap(process));
  REQUIRE_FALSE(ignores_signal(process.pid, sup::Signal{SIGTERM}));
}
