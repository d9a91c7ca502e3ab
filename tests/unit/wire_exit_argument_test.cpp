// Ends that have not happened, as somebody writes them.
#include "wire/exit_argument.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::wire;

TEST_CASE("exit argument: codes, signals by number above 128, and signals by name", "[wire]") {
  REQUIRE(parse_exit("0")->text() == "exit 0");
  REQUIRE(parse_exit("255")->text() == "exit 255");
  REQUIRE(parse_exit("128")->text() == "exit 128");
  REQUIRE(parse_exit("137")->text() == "signal KILL");
  REQUIRE(parse_exit("KILL") == parse_exit("137"));
  REQUIRE(parse_exit("SIGTERM")->as_code() == 143);
  for (const char* wrong : {"", "256", "-1", "99999999999999999999", "1x", "FOO", "SIG", " 1"})
    REQUIRE_FALSE(parse_exit(wrong));
}
