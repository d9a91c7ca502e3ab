#include "sys/support.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "sys/fd.hpp"

namespace test {

using namespace sup::sys;

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sup-sys-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
  REQUIRE(::chmod(path_.c_str(), 0755) == 0);  // For tests that become somebody else.
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_text(const std::string& path, std::string_view text, mode_t mode) {
  const sup::UniqueFd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)};
  REQUIRE(file.is_open());
  REQUIRE(::fchmod(file.get(), mode) == 0);
  REQUIRE(::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

bool wait_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::sched_yield();
  }
  return true;
}

void skip(std::string_view why) { WARN("SKIPPED: " << why); }

bool can_change_user() {
  return ::geteuid() == 0 && in_forked_process([] { return ::setuid(kNobody) == 0 ? 0 : 1; }) == 0;
}

int in_forked_process(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

ChildSettings command(std::vector<std::string> argv) {
  ChildSettings settings;
  settings.argv = std::move(argv);
  settings.env = {{"PATH", "/usr/bin:/bin"}};
  return settings;
}

sup::sys::ProcessRef start(SpawnMethod method, ChildSettings settings) {
  const PreparedChild child = must(prepare_child(std::move(settings)));
  auto process = spawn_by(method, child);
  INFO((process ? "" : process.error().text()));
  REQUIRE(process.has_value());
  return std::move(*process);
}

SpawnFailure failure_of(SpawnMethod method, ChildSettings settings) {
  const PreparedChild child = must(prepare_child(std::move(settings)));
  auto process = spawn_by(method, child);
  REQUIRE_FALSE(process.has_value());
  return process.error();
}

std::string read_to_end(const sup::UniqueFd& fd) {
  std::string out;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    REQUIRE(got >= 0);
    if (got == 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Outcome run(SpawnMethod method, ChildSettings settings) {
  Pipe pipe = must(make_pipe());
  settings.stdout_fd = pipe.write_end.get();
  const ProcessRef process = start(method, std::move(settings));
  pipe.write_end.reset();
  std::string output = read_to_end(pipe.read_end);
  return {std::move(output), must(reap(process))};
}

}  // namespace test
