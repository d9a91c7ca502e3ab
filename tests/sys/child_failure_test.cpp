// Each step that can fail is named, with its object and its errno.
#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sys/limits.hpp"
#include "sys/process.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

namespace {

// The failure's text when started as an ordinary user, who may not become somebody else.
std::string text_as_nobody(SpawnMethod method, const ChildSettings& settings) {
  const TempDir dir;
  const std::string path = dir / "text";
  write_text(path, "", 0666);
  in_forked_process([&] {
    if (::setgroups(0, nullptr) < 0 || ::setresuid(kNobody, kNobody, kNobody) < 0) return 1;
    const auto child = prepare_child(settings);
    const auto process = spawn_by(method, *child);
    const std::string text = process ? "started" : process.error().text();
    const sup::UniqueFd file{::open(path.c_str(), O_WRONLY)};
    return ::write(file.get(), text.data(), text.size()) < 0 ? 2 : 0;
  });
  return read_to_end(sup::UniqueFd{::open(path.c_str(), O_RDONLY)});
}

}  // namespace

TEST_CASE("a failed start leaves no child behind") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  while (reap_any_of_this_thread()) {  // Orphans of other tests.
  }
  failure_of(method, command({"/nowhere/prog"}));
  REQUIRE_FALSE(reap_any_of_this_thread().has_value());
}

TEST_CASE("working-dir: missing, no directory, forbidden to the service's user") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  ChildSettings settings = command({"/bin/true"});
  settings.working_dir = dir / "missing";
  const SpawnFailure failure = failure_of(method, settings);
  REQUIRE(std::string{failure.step} == "working-dir");
  REQUIRE(failure.sys_errno == ENOENT);
  REQUIRE(failure.text() == "working-dir '" + (dir / "missing") + "': No such file or directory");

  write_text(dir / "file", "");
  settings.working_dir = dir / "file";
  REQUIRE(failure_of(method, settings).sys_errno == ENOTDIR);

  if (!can_change_user()) return skip("needs root");
  REQUIRE(::mkdir((dir / "private").c_str(), 0700) == 0);
  settings.working_dir = dir / "private";
  settings.uid = kNobody;
  REQUIRE(failure_of(method, settings).text() == "working-dir '" + (dir / "private") + "': Permission denied");
}

TEST_CASE("command: not there") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const SpawnFailure failure = failure_of(method, command({"/nowhere/prog"}));
  REQUIRE(failure.text() == "command '/nowhere/prog': No such file or directory");
  REQUIRE(failure.sys_errno == ENOENT);
  REQUIRE(failure_of(method, command({"/bin/true/prog"})).text() == "command '/bin/true/prog': Not a directory");
}

TEST_CASE("command: not in PATH") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const SpawnFailure failure = failure_of(method, command({"no-such-program"}));
  REQUIRE(failure.text() == "command 'no-such-program': not found in PATH (/usr/bin:/bin)");
  REQUIRE(failure.sys_errno == ENOENT);
}

TEST_CASE("command: there, but may not be run") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  write_text(dir / "data", "#!/bin/sh\n", 0644);
  REQUIRE(failure_of(method, command({dir / "data"})).text() == "command '" + (dir / "data") + "': Permission denied");
  REQUIRE(failure_of(method, command({dir.path()})).text() == "command '" + dir.path() + "': it is a directory");

  // When only such a one is in PATH, then it is told rather than "not found".
  ChildSettings settings = command({"data"});
  settings.env = {{"PATH", "/nowhere:" + dir.path() + ":/elsewhere"}};
  const SpawnFailure failure = failure_of(method, std::move(settings));
  REQUIRE(failure.text() == "command '" + (dir / "data") + "': Permission denied");
  REQUIRE(failure.sys_errno == EACCES);
}

TEST_CASE("command: a directory of PATH that may not be searched says nothing about the program") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  if (!can_change_user()) return skip("needs root");
  const TempDir dir;
  REQUIRE(::mkdir((dir / "private").c_str(), 0700) == 0);
  const std::string path = (dir / "private") + ":/bin";
  ChildSettings settings = command({"no-such-program"});
  settings.uid = kNobody;
  settings.env = {{"PATH", path}};
  REQUIRE(failure_of(method, settings).text() == "command 'no-such-program': not found in PATH (" + path + ")");
  settings.argv = {(dir / "private") + "/prog"};
  REQUIRE(failure_of(method, settings).sys_errno == EACCES);
}

TEST_CASE("command: a missing interpreter is not a missing program") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  write_text(dir / "script", "#! /no/such/interpreter -x\n", 0755);
  REQUIRE(failure_of(method, command({dir / "script"})).text() ==
          "command '" + (dir / "script") + "': its interpreter '/no/such/interpreter' is missing");
  // A file written on another system: the carriage return is part of the name, and is shown.
  write_text(dir / "dos", "#!/bin/sh\r\necho\r\n", 0755);
  ChildSettings settings = command({"./dos"});
  settings.working_dir = dir.path();
  const SpawnFailure failure = failure_of(method, std::move(settings));
  REQUIRE(failure.text() == "command './dos': its interpreter '/bin/sh\\x0d' is missing");
  REQUIRE(failure.sys_errno == ENOENT);
}

TEST_CASE("command: a file of unknown format is not given to a shell") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  write_text(dir / "text", "echo hello\n", 0755);
  const SpawnFailure failure = failure_of(method, command({dir / "text"}));
  REQUIRE(failure.sys_errno == ENOEXEC);
  REQUIRE(failure.reason == "neither a program for this machine nor a script that begins with '#!'");
}

TEST_CASE("command: too many arguments") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const SpawnFailure failure = failure_of(method, command({"/bin/true", std::string(300'000, 'x')}));
  REQUIRE(failure.text() == "command '/bin/true': Argument list too long");
}

TEST_CASE("limits.nofile: soft over hard") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"/bin/true"});
  settings.attributes.limits = {{RLIMIT_NOFILE, 200, 100}};
  REQUIRE(failure_of(method, std::move(settings)).text() == "limits.nofile '200:100': Invalid argument");
}

TEST_CASE("stdio: a descriptor that is not open") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"/bin/true"});
  settings.stdin_fd = 999;
  REQUIRE(failure_of(method, std::move(settings)).text() == "stdio: Bad file descriptor");
}

TEST_CASE("cgroup: a directory that is none") {
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const TempDir dir;
  const sup::UniqueFd directory{::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  ChildSettings settings = command({"/bin/true"});
  settings.cgroup_fd = directory.get();
  REQUIRE(std::string{failure_of(method, std::move(settings)).step} == "cgroup");
}

TEST_CASE("user and group: without the privilege") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  ChildSettings settings = command({"/bin/true"});
  settings.uid = 1;
  settings.user_name = "daemon";
  REQUIRE(text_as_nobody(method, settings) == "user 'daemon': Operation not permitted");
  // Its groups, which nobody gave a name, are the user's.
  settings.gid = 1;
  REQUIRE(text_as_nobody(method, settings) == "user 'daemon': Operation not permitted");
  settings.gid.reset();
  settings.groups = std::vector<gid_t>{1};
  REQUIRE(text_as_nobody(method, settings) == "user 'daemon': Operation not permitted");
  settings.gid = 1;
  settings.group_name = "staff";
  REQUIRE(text_as_nobody(method, settings) == "group 'staff': Operation not permitted");
  settings.uid.reset();
  settings.group_name.clear();
  REQUIRE(text_as_nobody(method, settings) == "group '1': Operation not permitted");
  settings.gid.reset();
  REQUIRE(text_as_nobody(method, settings) == "group: Operation not permitted");
}

TEST_CASE("process: not even a child can be made") {
  if (!can_change_user()) return skip("needs root");
  const SpawnMethod method = GENERATE(from_range(std::begin(kMethods), std::end(kMethods)));
  const int code = in_forked_process([method] {
    // A user whom nobody else uses, with room for this one process.
    const rlimit one{1, 1};
    if (::setrlimit(RLIMIT_NPROC, &one) < 0 || ::setresuid(54321, 54321, 54321) < 0) return 1;
    const auto child = prepare_child(command({"/bin/true"}));
    const auto process = spawn_by(method, *child);
    return !process && process.error().text() == "process: Resource temporarily unavailable" ? 0 : 2;
  });
  REQUIRE(code == 0);
}

TEST_CASE("what can never be started is told when it is prepared") {
  const auto error_of = [](ChildSettings settings) {
    const auto child = prepare_child(std::move(settings));
    REQUIRE_FALSE(child.has_value());
    REQUIRE(child.error().code == sup::Errc::invalid);
    return child.error().what;
  };
  REQUIRE(error_of(command({})) == "cannot prepare command: no program is named");
  REQUIRE(error_of(command({""})) == "cannot prepare command: no program is named");
  REQUIRE(error_of(command({"a", std::string("b\0c", 3)})).starts_with("cannot prepare command: NUL byte"));
  ChildSettings settings = command({"a"});
  settings.env = {{"A=B", "c"}};
  REQUIRE(error_of(settings).starts_with("cannot prepare env: 'A=B' is no name"));
  settings.env = {{"SECRET", std::string("pass\0word", 9)}};
  REQUIRE(error_of(settings) == "cannot prepare env: NUL byte in SECRET");
}
