// Masks, dispositions, signalfd.
#include "sys/signals.hpp"

#include <unistd.h>

#include <csignal>

#include "sys/support.hpp"

using namespace sup::sys;
using namespace test;

TEST_CASE("all signals are blocked and the mask comes back") {
  const SignalSet before = block_all_signals();
  const SignalSet during = signal_mask();
  set_signal_mask(before);
  for (int number = 1; number <= kSignalMax; ++number) {
    INFO(number);
    // 32 and 33 too, which libc keeps for itself; KILL and STOP never.
    REQUIRE(during.has(number) == (number != SIGKILL && number != SIGSTOP));
  }
  REQUIRE(signal_mask() == before);
}

TEST_CASE("signals are read with their sender") {
  const SignalSet before = block_all_signals();
  const sup::Signal wanted[] = {{SIGUSR1}, {SIGRTMIN + 3}};
  const sup::UniqueFd fd = must(make_signalfd(wanted));
  SignalRecord records[4];
  REQUIRE(must(read_signals(fd, records)) == 0);
  REQUIRE(::kill(::getpid(), SIGUSR1) == 0);
  REQUIRE(::kill(::getpid(), SIGRTMIN + 3) == 0);
  const std::size_t count = must(read_signals(fd, records));
  set_signal_mask(before);
  REQUIRE(count == 2);
  REQUIRE(records[0].signal == sup::Signal{SIGUSR1});
  REQUIRE(records[0].sender_pid == ::getpid());
  REQUIRE(records[0].sender_uid == ::getuid());
  REQUIRE(records[1].signal == sup::Signal{SIGRTMIN + 3});
}

TEST_CASE("ignored signals are seen and reset") {
  const int code = in_forked_process([] {
    ignore_signal({SIGPIPE});
    ignore_signal({SIGCHLD});
    SignalSet expected;
    expected.add(SIGPIPE);
    expected.add(SIGCHLD);
    if ((ignored_signals().bits & expected.bits) != expected.bits) return 1;
    reset_signal_dispositions();
    return ignored_signals() == SignalSet{} ? 0 : 2;
  });
  REQUIRE(code == 0);
}
