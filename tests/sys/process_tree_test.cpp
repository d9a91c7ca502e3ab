// What /proc tells about processes and their descent.
#include "sys/process_tree.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "sys/fd.hpp"
#include "sys/random.hpp"
#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

TEST_CASE("children and descendants are found over three generations") {
  Pipe pipe = must(make_pipe());
  ChildSettings settings = shell("sh -c 'sh -c \"sleep 1000 & echo \\$!; wait\" & echo $!; wait' & echo $!; wait");
  settings.stdout_fd = pipe.write_end.get();
  const ProcessRef process = start(SpawnMethod::clone3_vfork, std::move(settings));
  pipe.write_end.reset();
  std::string text;
  char byte = 0;
  while (std::count(text.begin(), text.end(), '\n') < 3 && ::read(pipe.read_end.get(), &byte, 1) == 1) text += byte;
  std::vector<pid_t> told;
  std::istringstream lines{text};
  for (pid_t pid = 0; lines >> pid;) told.push_back(pid);
  REQUIRE(told.size() == 3);

  std::vector<pid_t> found = must(descendants_of(process.pid));
  std::sort(found.begin(), found.end());
  std::sort(told.begin(), told.end());
  const std::vector<pid_t> children = must(children_of(process.pid));
  must(send_group_signal(process.pid, {SIGKILL}));
  must(reap(process));
  REQUIRE(found == told);
  REQUIRE(children.size() == 1);
  REQUIRE(descendants_of(process.pid).error().code == sup::Errc::not_found);
}

TEST_CASE("the facts of a process") {
  const ProcessFacts own = must(process_facts(::getpid()));
  REQUIRE(own.pid == ::getpid());
  REQUIRE(own.ppid == ::getppid());
  REQUIRE(own.pgid == ::getpgrp());
  REQUIRE(own.session == ::getsid(0));
  REQUIRE(own.state == 'R');
  REQUIRE(must(process_uid(::getpid())) == ::geteuid());

  const ProcessRef process = start(SpawnMethod::clone3_vfork, command({"sleep", "1000"}));
  ProcessFacts facts;
  REQUIRE(wait_until([&] { return (facts = must(process_facts(process.pid))).comm == "sleep"; }));
  REQUIRE(facts.ppid == ::getpid());
  REQUIRE(facts.start_time >= own.start_time);
  must(send_signal(process, {SIGKILL}));
  must(reap(process));
  REQUIRE(process_facts(process.pid).error().code == sup::Errc::not_found);
  REQUIRE(process_uid(process.pid).error().code == sup::Errc::not_found);
  REQUIRE(session_of(process.pid).error().code == sup::Errc::not_found);
}

TEST_CASE("a name with blanks and parentheses does not confuse the facts") {
  const TempDir dir;
  write_text(dir / "a) R 1 (b", "#!/bin/sh\nread never\n", 0755);
  Pipe pipe = must(make_pipe());
  ChildSettings settings = command({dir / "a) R 1 (b"});
  settings.stdin_fd = pipe.read_end.get();
  const ProcessRef process = start(SpawnMethod::clone3_vfork, std::move(settings));
  ProcessFacts facts;
  const bool has_name = wait_until([&] { return (facts = must(process_facts(process.pid))).comm == "a) R 1 (b"; });
  must(send_signal(process, {SIGKILL}));
  must(reap(process));
  REQUIRE(has_name);
  REQUIRE(facts.ppid == ::getpid());
}

TEST_CASE("the user of a process is told even if it may not be dumped") {
  if (!can_change_user()) return skip("needs root");
  ChildSettings settings = command({"sleep", "1000"});
  settings.uid = kNobody;
  const ProcessRef process = start(SpawnMethod::clone3_vfork, std::move(settings));
  REQUIRE(must(process_uid(process.pid)) == kNobody);
  must(send_signal(process, {SIGKILL}));
  must(reap(process));
}

TEST_CASE("a process is recognised by its invocation id and task, as are those that it started") {
  const sup::InvocationId id = must(random_invocation_id());
  const sup::InvocationId other = must(random_invocation_id());
  REQUIRE(id != other);
  ChildSettings settings = command({"sleep", "1000"});
  // Not first, and with a name that ends alike.
  settings.env = {{"BIG", std::string(60'000, 'x')},
                  {"X_INVOCATION_ID", other.text()},
                  {"INVOCATION_ID", id.text()},
                  {"INVOCATION_TASK", "17"}};
  const ProcessRef process = start(SpawnMethod::clone3_vfork, std::move(settings));
  std::optional<Invocation> found;
  REQUIRE(wait_until([&] {  // Not within exec, see there.
    found = invocation_in(must(start_of_environment(process.pid)));
    return found.has_value();
  }));
  REQUIRE(found->id == id);
  REQUIRE(found->task == 17);
  must(send_signal(process, {SIGKILL}));
  must(reap(process));
  REQUIRE(start_of_environment(process.pid).error().code == sup::Errc::not_found);
}

TEST_CASE("an environment says of what it is a part, or nothing") {
  using namespace std::string_view_literals;
  const auto task_in = [](std::string_view text) {
    const auto found = invocation_in(text);
    return found ? static_cast<int>(found->task) : -1;
  };
  REQUIRE(task_in("") == -1);
  REQUIRE(task_in("A=1\0INVOCATION_TASK=3\0"sv) == -1);
  REQUIRE(task_in("INVOCATION_ID=0123\0"sv) == -1);
  REQUIRE(task_in("INVOCATION_ID=0123456789abcdef0123456789abcdeg\0"sv) == -1);
  REQUIRE(task_in("INVOCATION_ID=0123456789abcdef0123456789abcdef"sv) == 0);
  REQUIRE(task_in("INVOCATION_ID=0123456789abcdef0123456789abcdef\0INVOCATION_TASK=x\0"sv) == 0);
  REQUIRE(task_in("\0\0INVOCATION_TASK=12\0INVOCATION_ID=0123456789abcdef0123456789abcdef\0"sv) == 12);
  REQUIRE(task_in("INVOCATION_ID=0123456789abcdef0123456789abcdef\0INVOCATION_TASK=99999999999\0"sv) == 0);
}
