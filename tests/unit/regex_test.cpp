// Regular expressions: what is found, what is refused, and that no expression takes long.
#include <chrono>
#include <string>

#include "regex/pattern.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

bool is_in(const std::string& expression, std::string_view text) {
  const auto pattern = Pattern::compile(expression);
  REQUIRE(pattern.has_value());
  return pattern->is_in(text);
}

std::string refusal(const std::string& expression) {
  const auto pattern = Pattern::compile(expression);
  REQUIRE_FALSE(pattern.has_value());
  return pattern.error().what;
}

}  // namespace

TEST_CASE("an expression is found anywhere in a text", "[regex]") {
  REQUIRE(is_in("port \\d+", "listening on port 80 now"));
  REQUIRE_FALSE(is_in("port \\d+", "listening on port x"));
  REQUIRE(is_in("^ready$", "ready"));
  REQUIRE_FALSE(is_in("^ready$", "not ready"));
  REQUIRE(is_in("(?i)READY", "ready"));
  REQUIRE(is_in("\xc3\xa4.", "\xc3\xa4\xc3\xb6"));
  REQUIRE(is_in("ready", std::string_view("\xff\0ready", 7)));
}

TEST_CASE("what is no expression says why", "[regex]") {
  REQUIRE(refusal("ready(") == "'ready(' is not a regular expression: missing ): ready(");
  REQUIRE(refusal("[a-") == "'[a-' is not a regular expression: missing ]: [a-");
  REQUIRE(refusal("(a)\\1") == "'(a)\\\\1' is not a regular expression: invalid escape sequence: \\\\1");
  REQUIRE(refusal("((a{1,100}){1,100}){1,100}").find("is not a regular expression: ") != std::string::npos);
  REQUIRE(refusal("").starts_with("the regular expression is empty"));
}

TEST_CASE("an expression that others try for ever is answered at once", "[regex]") {
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE_FALSE(is_in("^(a+)+$", std::string(60'000, 'a') + "b"));
  REQUIRE_FALSE(is_in("(.*)*x(.*)*y", std::string(60'000, 'a')));
  REQUIRE(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});
}
