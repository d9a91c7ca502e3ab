// Framing: messages come out whole, however the bytes are cut.
#include <string>
#include <vector>

#include "wire/framing.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::wire;

namespace {

// Takes out what is whole.
std::vector<std::string> drain(MessageSplitter& splitter) {
  std::vector<std::string> messages;
  while (true) {
    const auto message = splitter.next();
    REQUIRE(message.has_value());
    if (!*message) return messages;
    messages.emplace_back(**message);
  }
}

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

TEST_CASE("three messages survive every split into two and three pieces", "[wire][framing]") {
  using namespace std::string_literals;
  const std::string bytes = "abc\0\0{\"x\":1}\0"s;
  const std::vector<std::string> expected = {"abc", "", "{\"x\":1}"};
  for (std::size_t i = 0; i <= bytes.size(); ++i)
    for (std::size_t j = i; j <= bytes.size(); ++j) {
      MessageSplitter splitter;
      std::vector<std::string> got;
      splitter.feed(std::string_view(bytes).substr(0, i));
      append(got, drain(splitter));
      splitter.feed(std::string_view(bytes).substr(i, j - i));
      append(got, drain(splitter));
      splitter.feed(std::string_view(bytes).substr(j));
      append(got, drain(splitter));
      REQUIRE(got == expected);
      REQUIRE(splitter.pending() == 0);
    }
}

TEST_CASE("a message of exactly the limit passes, one byte more fails", "[wire][framing]") {
  MessageSplitter splitter(8);
  splitter.feed(std::string("12345678\0", 9));
  REQUIRE(drain(splitter) == std::vector<std::string>{"12345678"});
  splitter.feed(std::string("123456789\0", 10));
  const auto message = splitter.next();
  REQUIRE_FALSE(message.has_value());
  REQUIRE(message.error().code == Errc::limit);
}

TEST_CASE("a message without an end fails as soon as it is too long", "[wire][framing]") {
  MessageSplitter splitter(8);
  splitter.feed("12345678");
  REQUIRE(splitter.next().has_value());
  splitter.feed("9");
  REQUIRE_FALSE(splitter.next().has_value());
}

TEST_CASE("what was handed out is not held any more", "[wire][framing]") {
  MessageSplitter splitter(16);
  for (int i = 0; i < 1000; ++i) {
    splitter.feed(std::string("0123456789\0", 11));
    REQUIRE(drain(splitter).size() == 1);
    REQUIRE(splitter.pending() == 0);
  }
}
