#include "base/signals.hpp"

#include <csignal>
#include <string>

#include "catch.hpp"

using namespace sup;

TEST_CASE("a signal is read by name in any case, with or without SIG, or by number") {
  for (const char* text : {"TERM", "SIGTERM", "term", "sigterm", "SigTerm", "15"}) {
    INFO(text);
    REQUIRE(parse_signal(text) == Signal{SIGTERM});
  }
  REQUIRE(parse_signal("POLL") == Signal{SIGPOLL});
  REQUIRE(parse_signal("IOT") == Signal{SIGABRT});
}

TEST_CASE("real-time signals count from both ends") {
  REQUIRE(parse_signal("RTMIN") == Signal{SIGRTMIN});
  REQUIRE(parse_signal("SIGRTMIN+3") == Signal{SIGRTMIN + 3});
  REQUIRE(parse_signal("rtmax") == Signal{SIGRTMAX});
  REQUIRE(parse_signal("RTMAX-1") == Signal{SIGRTMAX - 1});
  REQUIRE(signal_name(Signal{SIGRTMIN + 3}) == "RTMIN+3");
}

TEST_CASE("every signal number has a name that reads back") {
  for (int number = 1; number <= 64; ++number) {
    INFO(number << " " << signal_name(Signal{number}));
    REQUIRE(parse_signal(signal_name(Signal{number})) == Signal{number});
  }
}

TEST_CASE("what is no signal is refused") {
  for (const char* text : {"", "0", "65", "-1", "+9", "9 ", "SIG", "SIGSIGTERM", "RTMIN-1", "RTMAX+1", "RTMIN+",
                           "RTMIN+99", "RTMIN3", "RTMIN+-1", "FOO", "99999999999999"}) {
    INFO(text);
    REQUIRE_FALSE(parse_signal(text).has_value());
  }
  REQUIRE(parse_signal("TREM").error().what == "'TREM' is not a signal; did you mean 'TERM'?");
  REQUIRE(parse_signal(std::string(1'000'000, 'T')).error().what.size() < 200);
}
