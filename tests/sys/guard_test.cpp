// The guard with real managers.
#include <csignal>

#include "sys/clock.hpp"
#include "sys/fd.hpp"
#include "sys/guard_stage.hpp"

using namespace test;

TEST_CASE("a goodbye is passed on as the guard's exit code") {
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    if (!holder.is_guarded() || holder.guard_pid() != ::getppid()) return 1;
    const World world = holder.take_world();
    return world.managers_before == 0 && world.descriptors.empty() && !world.previous_end ? 42 : 2;
  });
  REQUIRE(stage.end() == 42);
  REQUIRE(stage.said().empty());
}

TEST_CASE("a manager that dies is started again, and finds what was held") {
  constexpr int kCount = 1'000;
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    World world = holder.take_world();
    (void)holder.confirm(0);
    if (world.managers_before == 0) {
      for (int i = 0; i < kCount; ++i) {
        auto pipe = sup::sys::make_pipe();
        const std::string number = std::to_string(i);
        if (!pipe || ::write(pipe->write_end.get(), number.data(), number.size()) < 0) return 1;
        if (!holder.hold("out:" + number, pipe->read_end.get())) return 2;
      }
      holder.drop("out:7");
      if (!holder.flush()) return 3;
      die();
    }
    if (world.previous_end != sup::ExitStatus{.code = 0, .signal = SIGKILL}) return 4;
    if (world.descriptors.size() != kCount - 1) return 5;
    for (const NamedFd& held : world.descriptors) {
      char text[16];
      const ssize_t got = ::read(held.fd.get(), text, sizeof text);
      if (got <= 0 || held.name != "out:" + std::string(text, static_cast<std::size_t>(got))) return 6;
      if (::fcntl(held.fd.get(), F_GETFD) != FD_CLOEXEC) return 7;
    }
    return 0;
  });
  REQUIRE(stage.end() == 0);
  REQUIRE(stage.said().ends_with(") was killed by KILL; starting it again\n"));
}

TEST_CASE("an end is told to each manager until one has confirmed it") {
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    const World world = holder.take_world();
    if (world.managers_before == 0) {
      for (int code = 1; code <= 3; ++code) leave_orphans(1, [=](int) { ::_exit(code); });
      const std::vector<Exit> told = await_exits(holder, 3);
      if (told[0].sequence != 1 || told[2].sequence != 3) return 1;
      (void)holder.confirm(1);
      die();
    }
    if (world.managers_before == 1) {
      if (world.exits.size() != 2 || world.exits[0].sequence != 2 || world.exits[1].sequence != 3) return 2;
      die();  // It has seen them, and nobody knows.
    }
    if (world.managers_before == 2) {
      if (world.exits.size() != 2) return 3;
      (void)holder.confirm(3);
      die();
    }
    return world.exits.empty() ? 0 : 4;
  });
  REQUIRE(stage.end() == 0);
}

TEST_CASE("children of a dead manager end as children of the guard, with their status") {
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    const World world = holder.take_world();
    (void)holder.confirm(0);
    if (world.managers_before == 0) {
      const pid_t child = ::fork();
      if (child == 0)
        for (;;) ::pause();
      stage->pids[0] = child;
      die();
    }
    ::kill(stage->pids[0], SIGTERM);  // Blocked, as in all of us.
    ::kill(stage->pids[0], SIGUSR1);
    ::kill(stage->pids[0], SIGKILL);
    const std::vector<Exit> told = await_exits(holder, 1);
    return told[0].pid == stage->pids[0] && told[0].status == sup::ExitStatus{.code = 0, .signal = SIGKILL} ? 0 : 1;
  });
  REQUIRE(stage.end() == 0);
}

TEST_CASE("no end is lost when nobody confirms: the dead wait as zombies") {
  constexpr int kMore = 50;
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    (void)holder.take_world();
    const int all = static_cast<int>(kJournalLength) + kMore;
    leave_orphans(all, [](int i) { ::_exit(i % 200); });
    // Meanwhile the manager does not read: what does not fit into the socket comes later.
    std::vector<Exit> told = await_exits(holder, kJournalLength);
    if (told.size() != kJournalLength) return 1;
    (void)holder.confirm(kJournalLength);
    std::vector<Exit> rest = await_exits(holder, kMore);
    std::vector<int> codes(200);
    told.insert(told.end(), rest.begin(), rest.end());
    for (std::size_t i = 0; i < told.size(); ++i) {
      if (told[i].sequence != i + 1) return 2;
      ++codes.at(static_cast<std::size_t>(told[i].status.code));
    }
    for (int i = 0; i < all; ++i) --codes[static_cast<std::size_t>(i % 200)];
    return codes == std::vector<int>(200) ? 0 : 3;
  });
  REQUIRE(stage.end() == 0);
}

TEST_CASE("signals go on in the name of their sender, asks for the end with their number") {
  Stage stage;
  const pid_t test = ::getpid();
  stage.begin([&](Holder& holder) -> int {
    (void)holder.take_world();
    (void)holder.confirm(0);
    const int numbers[] = {SIGUSR1, SIGTERM, SIGSEGV, SIGTSTP, SIGRTMIN + 3, SIGRTMAX, SIGPWR, SIGTERM};
    for (const int number : numbers) {
      const UniqueFd fd = signal_fd({number});
      stage->steps[0] = number;
      if (!wait_for(fd.get())) return 1;
      sup::sys::SignalRecord record;
      if (*sup::sys::read_signals(fd, std::span(&record, 1)) != 1) return 2;
      if (record.signal.number != number || record.sender_pid != test || record.sender_uid != ::getuid()) return 3;
      const bool is_ask = number == SIGTERM || number == SIGPWR || number == SIGRTMIN + 3;
      if (is_ask != (record.value == stage->steps[1] + 1) || (!is_ask && record.value != 0)) return 4;
      if (is_ask) ++stage->steps[1];
    }
    return 0;
  });
  for (const int number : {SIGUSR1, SIGTERM, SIGSEGV, SIGTSTP, SIGRTMIN + 3, SIGRTMAX, SIGPWR, SIGTERM}) {
    REQUIRE(wait_until([&] { return stage->steps[0] == number; }));
    stage->steps[0] = 0;
    REQUIRE(::kill(stage.guard(), number) == 0);
  }
  REQUIRE(stage.end() == 0);
}

TEST_CASE("during a pause signals wait for the next manager, and an ask for the end ends the pause") {
  Stage stage;
  const pid_t test = ::getpid();
  stage.begin(
      [&](Holder& holder) -> int {
        const World world = holder.take_world();
        (void)holder.confirm(0);
        if (world.managers_before < 1) die();
        if (world.asks != 1 || world.last_ask.number != SIGTERM || world.last_asker != test) return 1;
        const UniqueFd fd = signal_fd({SIGHUP, SIGTERM});
        if (!wait_for(fd.get())) return 2;
        sup::sys::SignalRecord records[2];
        if (*sup::sys::read_signals(fd, records) != 1) return 3;  // The ask is known from birth, and not told twice.
        return records[0].signal.number == SIGHUP && records[0].sender_pid == test ? 0 : 4;
      },
      {.killed = std::chrono::hours(1)});
  REQUIRE(wait_until([&] { return stage.said().ends_with("was killed by KILL; starting it again in 3600s\n"); }));
  REQUIRE(::kill(stage.guard(), SIGHUP) == 0);
  REQUIRE(::kill(stage.guard(), SIGTERM) == 0);
  REQUIRE(stage.end() == 0);
}

TEST_CASE("pauses grow, and begin anew after a healthy life") {
  using std::chrono::milliseconds;
  constexpr Pace kPace;
  std::vector<Duration> pauses;
  for (std::uint32_t deaths = 1; deaths <= 9; ++deaths) pauses.push_back(pause_after(deaths, kPace));
  REQUIRE(pauses == std::vector<Duration>{milliseconds(0), milliseconds(100), milliseconds(200), milliseconds(400),
                                          milliseconds(800), milliseconds(1600), milliseconds(3200), milliseconds(5000),
                                          milliseconds(5000)});
  REQUIRE(pause_after(4'000'000'000U, kPace) == milliseconds(5000));

  Stage stage;
  stage.begin(
      [&](Holder& holder) -> int {
        const World world = holder.take_world();
        (void)holder.confirm(0);
        if (world.managers_before < 4) die();
        return 0;
      },
      {.first = std::chrono::hours(1), .most = std::chrono::hours(1), .healthy = Duration{0}});
  REQUIRE(stage.end() == 0);
}

TEST_CASE("a pause lasts") {
  Stage stage;
  stage.begin(
      [&](Holder& holder) -> int {
        const World world = holder.take_world();
        (void)holder.confirm(0);
        const auto now = static_cast<int>(sup::sys::monotonic_now().time_since_epoch() / std::chrono::milliseconds(1));
        const int gap = now - stage->steps[1];
        stage->steps[1] = now;
        const int least[] = {0, 0, 30, 60, 60};
        if (gap < least[world.managers_before]) return 1;
        if (world.managers_before < 4) die();
        return 0;
      },
      {.first = std::chrono::milliseconds(30), .most = std::chrono::milliseconds(60)});
  REQUIRE(stage.end() == 0);
}

TEST_CASE("ten managers that never come up are enough") {
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    ++stage->steps[0];
    (void)holder.take_world();
    ::_exit(3);
    return 0;
  });
  REQUIRE(stage.end() == kGivenUp);
  REQUIRE(stage->steps[0] == 10);
  const std::string said = stage.said();
  REQUIRE(said.find(") has exited with code 3 without saying why; starting it again\n") != std::string::npos);
  REQUIRE(said.ends_with("; giving up, since no manager comes up\n"));
}

TEST_CASE("an end that no manager can do is done by the guard") {
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    const World world = holder.take_world();
    if (world.managers_before == 0) {
      leave_orphans(2, [](int) {
        for (;;) ::pause();
      });
      stage->steps[0] = 1;
    }
    if (world.asks == 0 && wait_for(signal_fd({SIGTERM}).get())) die();
    ++stage->steps[1];
    die();
  });
  REQUIRE(stage.reaches(0, 1));
  REQUIRE(::kill(stage.guard(), SIGTERM) == 0);
  REQUIRE(stage.end() == kNoManager);
  REQUIRE(stage->steps[1] == 3);
  REQUIRE(stage.said().ends_with("; the end was asked for and no manager can do it: killing everything\n"));
}

TEST_CASE("what is no message does nothing, and its descriptors are closed") {
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    const World world = holder.take_world();
    if (world.managers_before == 1) return world.descriptors.size() == 1 && world.descriptors[0].name == "kept" ? 0 : 1;
    const std::size_t before = fds_of_guard(holder);
    if (!holder.hold("kept", STDIN_FILENO)) return 2;
    (void)holder.confirm(0);
    if (!wait_until([&] { return fds_of(holder.guard_pid()) == before + 1; })) return 3;
    const std::string name("\x03out", 4);
    const std::string longest(1 + 64, 'x');
    for (const std::string& bytes :
         {std::string("P"), "P" + name, "P" + name + name + name, std::string("P\x00", 2), std::string("P\x05out"),
          "D" + name, std::string("C"), std::string("Cshort"), std::string("G\xff\xff\xff\xff"), std::string("Gx"),
          std::string("?"), "P" + longest, std::string(kMessageBytes + 64, 'P'), std::string("E12345678")})
      if (!send_raw(holder.fd(), bytes, 2)) return 4;
    if (!holder.hold("kept", STDOUT_FILENO)) return 5;
    if (!wait_until([&] { return fds_of(holder.guard_pid()) == before + 1; })) return 6;
    die();
  });
  REQUIRE(stage.end() == 0);
}

TEST_CASE("what cannot be held is told") {
  Stage stage;
  stage.begin(
      [&](Holder& holder) -> int {
        (void)holder.take_world();
        const std::size_t before = fds_of_guard(holder);
        std::vector<std::string> names;
        for (int i = 0; i < 166; ++i) names.push_back("n" + std::to_string(i));
        std::vector<Holder::Named> several;
        for (const std::string& name : names) several.push_back({name, STDIN_FILENO});
        if (!holder.hold(several)) return 1;
        std::vector<Refusal> refused;
        while (refused.size() < 16 && wait_for(holder.fd()))
          for (Refusal& one : holder.read_news().refusals) refused.push_back(std::move(one));
        if (refused.size() != 16 || refused[0].name != "n150") return 2;
        if (refused[0].reason != "it holds as many descriptors as it can") return 3;
        holder.drop("n0");
        if (!holder.hold("n150", STDIN_FILENO)) return 4;  // Not dropped yet, so there is no room.
        if (!wait_for(holder.fd()) || holder.read_news().refusals.size() != 1) return 5;
        if (!holder.flush() || !holder.hold("n150", STDIN_FILENO) || !holder.hold("n1", STDOUT_FILENO)) return 6;
        return wait_until([&] { return fds_of(holder.guard_pid()) == before + 150; }) &&
                       holder.read_news().refusals.empty()
                   ? 0
                   : 7;
      },
      kAtOnce, 200);
  REQUIRE(stage.end() == 0);
}

TEST_CASE("a manager has the limit of open files that supervisord was started with, the guard the highest") {
  rlimit own{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &own) == 0);
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    rlimit ours{}, guards{};
    if (::getrlimit(RLIMIT_NOFILE, &ours) < 0 || ours.rlim_cur != own.rlim_cur) return 1;
    if (::prlimit(holder.guard_pid(), RLIMIT_NOFILE, nullptr, &guards) < 0) return 2;
    return guards.rlim_cur == own.rlim_max && ::getpgrp() == ::getpid() ? 0 : 3;
  });
  REQUIRE(stage.end() == 0);
}

TEST_CASE("a manager whose guard is killed is told so once, and goes on as without one") {
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    (void)holder.take_world();
    leave_orphans(5, [](int) { ::_exit(1); });
    stage->steps[0] = 1;
    News news;
    while (!news.is_gone && wait_for(holder.fd())) news = holder.read_news();
    if (!news.is_gone || holder.is_guarded()) return 1;
    const bool is_quiet = !holder.read_news().is_gone;
    const bool works = holder.hold("a", STDIN_FILENO) && holder.confirm(7) && holder.flush();
    stage->steps[1] = is_quiet && works ? 1 : 2;
    return 0;
  });
  REQUIRE(stage.reaches(0, 1));
  REQUIRE(::kill(stage.guard(), SIGKILL) == 0);
  REQUIRE(stage.end() == 128 + SIGKILL);
  REQUIRE(stage.reaches(1, 1));
  REQUIRE(stage->steps[1] == 1);
}

TEST_CASE("a manager that has said goodbye and hangs does not keep the guard") {
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    stage->pids[0] = ::getpid();
    holder.say_goodbye(5);
    for (;;) ::pause();
    return 0;
  });
  REQUIRE(stage.end() == 5);
  REQUIRE(::kill(stage->pids[0], SIGKILL) == 0);
}

TEST_CASE("the guard's memory stays as it is: 1000 deaths, 10000 orphans, 1000 held descriptors") {
  constexpr int kDeaths = kIsSanitized ? 50 : 1'000, kOrphansEach = 10, kHeld = 1'000;
  Stage stage;
  stage.begin([&](Holder& holder) -> int {
    const World world = holder.take_world();
    const int before = static_cast<int>(world.managers_before);
    if (before == 0) {
      std::vector<std::string> names;
      for (int i = 0; i < kHeld; ++i) names.push_back("out:" + std::to_string(i));
      std::vector<Holder::Named> several;
      for (const std::string& name : names) several.push_back({name, STDIN_FILENO});
      if (!holder.hold(several)) return 1;
    } else if (world.descriptors.size() != kHeld) {
      return 2;
    }
    leave_orphans(kOrphansEach, [](int) { ::_exit(0); });
    const std::vector<Exit> told = await_exits(holder, kOrphansEach);
    (void)holder.confirm(told.back().sequence);
    if (before == 10) stage->steps[0] = own_pages_of(holder.guard_pid());
    if (before < kDeaths) die();
    stage->steps[1] = own_pages_of(holder.guard_pid());
    return told.back().sequence == std::uint64_t{kDeaths + 1} * kOrphansEach ? 0 : 3;
  });
  REQUIRE(stage.end() == 0);
  INFO(stage->steps[0] << " KiB, then " << stage->steps[1] << " KiB");
  REQUIRE(stage->steps[0] > 0);
  // The sanitizer's shadow grows with what is touched.
  if (!kIsSanitized) REQUIRE(stage->steps[1] <= stage->steps[0] + 16);
}
