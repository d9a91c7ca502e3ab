// The keys that leave a terminal.
#include "ctl/detach_keys.hpp"

#include "catch.hpp"

using namespace sup::ctl;

namespace {

// What gets through of what is typed byte by byte, with a mark where the keys leave.
std::string through(const std::string& keys, const std::string& typed) {
  DetachFilter filter(keys);
  std::string out;
  for (const char c : typed)
    if (filter.feed({&c, 1}, out)) return out + "<left>";
  return out;
}

}  // namespace

TEST_CASE("detach keys are single characters and control characters", "[ctl][attach]") {
  REQUIRE(parse_detach_keys("ctrl-p,ctrl-q") == "\x10\x11");
  REQUIRE(parse_detach_keys("ctrl-P") == "\x10");
  REQUIRE(parse_detach_keys("ctrl-a,d") ==
          "\x01"
          "d");
  REQUIRE(parse_detach_keys("ctrl-@") == std::string(1, '\0'));
  REQUIRE(parse_detach_keys("ctrl-],ctrl-^,ctrl-_,ctrl-[,ctrl-\\") == "\x1d\x1e\x1f\x1b\x1c");
  REQUIRE(parse_detach_keys("~,.") == "~.");
}

TEST_CASE("what is no list of keys is refused", "[ctl][attach]") {
  for (const char* text :
       {"", ",", "a,", ",a", "ab", "ctrl-", "ctrl-1", "ctrl-pq", "ctrl-p ctrl-q", "\x10", " ", "\xc3\xa4"})
    REQUIRE_FALSE(parse_detach_keys(text).has_value());
}

TEST_CASE("the keys leave, and nothing of them is typed", "[ctl][attach]") {
  REQUIRE(through("\x10\x11", "ls\r\x10\x11more") == "ls\r<left>");
  REQUIRE(through("q", "abq") == "ab<left>");
}

TEST_CASE("a beginning of the keys that is none gets through, in order", "[ctl][attach]") {
  REQUIRE(through("\x10\x11", "a\x10z") == "a\x10z");
  REQUIRE(through("\x10\x11", "\x10\x10\x11") == "\x10<left>");
  REQUIRE(through("aab", "aaab") == "a<left>");
  REQUIRE(through("aab", "aacaab") == "aac<left>");
  REQUIRE(through("abac", "ababac") == "ab<left>");
  REQUIRE(through("\x10\x11", "held\x10") == "held");
}

TEST_CASE("keys count wherever the reads are torn, and what comes behind them is dropped", "[ctl][attach]") {
  DetachFilter filter("\x10\x11");
  std::string out;
  REQUIRE_FALSE(filter.feed("one\x10", out));
  REQUIRE(out == "one");
  REQUIRE(
      filter.feed("\x11"
                  "two",
                  out));
  REQUIRE(out == "one");
}
