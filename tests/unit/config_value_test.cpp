#include "config/value.hpp"

#include <string>

#include "config/toml.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

ValueTable parsed(std::string_view text) {
  const auto root = parse_toml(text, "f.toml");
  REQUIRE(root.has_value());
  return std::get<ValueTable>(root->data);
}

const Value& value_of(const ValueTable& table, std::string_view key) {
  const Entry* entry = table.find(key);
  REQUIRE(entry != nullptr);
  return entry->value;
}

}  // namespace

TEST_CASE("keys stand in the order of the file, with their places in characters") {
  const ValueTable root = parsed("z = 1\n\"ké\" = [\"ä\", 2.5]\n[a]\nb.c = true\n");
  REQUIRE(root.entries.size() == 3);
  REQUIRE(root.entries[0].key == "z");
  REQUIRE(root.entries[1].key == "ké");
  REQUIRE(root.entries[1].key_span == Span{2, 1, 4});
  REQUIRE(std::get<ValueArray>(root.entries[1].value.data)[1].span == Span{2, 14, 3});
  const ValueTable& b = std::get<ValueTable>(value_of(std::get<ValueTable>(value_of(root, "a").data), "b").data);
  REQUIRE(b.entries[0].key_span == Span{4, 3, 1});
  REQUIRE(root.find("y") == nullptr);
}

TEST_CASE("values are described as they were written") {
  const ValueTable root =
      parsed("a = 5\nb = 2.0\nc = true\nd = \"x\\u001b\"\ne = []\nf = {}\ng = 1979-05-27\nh = [1]\n");
  const auto text = [&](std::string_view key) { return describe(value_of(root, key)); };
  REQUIRE(text("a") == "the integer 5");
  REQUIRE(text("b") == "the number 2.0");
  REQUIRE(text("c") == "the boolean true");
  REQUIRE(text("d") == "the string \"x\\x1b\"");
  REQUIRE(text("e") == "an empty array");
  REQUIRE(text("f") == "an empty table");
  REQUIRE(text("g") == "a date or time");
  REQUIRE(text("h") == "an array");
}

TEST_CASE("inline TOML reads back as the same value") {
  for (const char* text : {"{ a = 1, \"b c\" = [true, -5, 1e300, 0.1, \"\\\"\\\\\\n\\u007f😀\"], d = {} }", "[]",
                           "\"\"", "-9223372036854775808", "[[], [{}]]"}) {
    const Value first = value_of(parsed("x = " + std::string(text)), "x");
    const Value second = value_of(parsed("x = " + inline_toml(first)), "x");
    INFO(inline_toml(first));
    REQUIRE(same_content(first, second));
  }
  REQUIRE(toml_key("a-b_1") == "a-b_1");
  REQUIRE(toml_key("a.b") == "\"a.b\"");
  REQUIRE(toml_key("") == "\"\"");
}

TEST_CASE("contents are equal only when types and values are") {
  const ValueTable root = parsed("a = 1\nb = 1.0\nc = [1]\nd = [1, 2]\ne = { x = 1 }\nf = { y = 1 }\n");
  for (const Entry& x : root.entries)
    for (const Entry& y : root.entries) REQUIRE(same_content(x.value, y.value) == (x.key == y.key));
}

TEST_CASE("a key with too many parts is refused, dots in texts and numbers are not counted") {
  std::string dots;
  for (int i = 0; i < 100'000; ++i) dots += "a.";
  REQUIRE(parse_toml("\n" + dots + "a = 1", "f").error().span.line == 2);
  REQUIRE_FALSE(parse_toml("[" + dots + "a]", "f").has_value());
  REQUIRE_FALSE(parse_toml("x = { " + dots + "a = 1 }", "f").has_value());
  REQUIRE_FALSE(parse_toml("x = \"\"\"\n\\\"\"\"\" \n" + dots + "a = 1", "f").has_value());
  REQUIRE(parse_toml("x = \"" + dots + "\" # " + dots + "\ny = '''" + dots + "\n" + dots + "'''\n", "f").has_value());
}
