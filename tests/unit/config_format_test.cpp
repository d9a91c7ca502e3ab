// `ctl fmt`: what is made uniform, and that nothing else is touched.
#include "config/format.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"

using namespace sup;

namespace {

std::string formatted(std::string_view text) {
  const auto result = format_toml(text, "test.toml");
  return result ? *result : "error: " + result.error().message;
}

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("blanks become uniform around everything that is written", "[config][format]") {
  REQUIRE(formatted("a=1") == "a = 1\n");
  REQUIRE(formatted("  a\t =   1  \n") == "a = 1\n");
  REQUIRE(formatted("a . b= [1,2 ,3 , ]") == "a.b = [1, 2, 3]\n");
  REQUIRE(formatted("a={b=1,c={ }}") == "a = { b = 1, c = {} }\n");
  REQUIRE(formatted("[ service . web ]\n") == "[service.web]\n");
  REQUIRE(formatted("[[ a . \"b c\" ]]\n") == "[[a.\"b c\"]]\n");
  REQUIRE(formatted("a = 1#why\n") == "a = 1  #why\n");
  REQUIRE(formatted("a = [ ]\nb = [\n]\n") == "a = []\nb = []\n");
}

TEST_CASE("lines of a paragraph that were aligned stay so, by the widest", "[config][format]") {
  REQUIRE(formatted("a   = 1\nbbb = 2\n\nc    = 3\n") == "a   = 1\nbbb = 2\n\nc = 3\n");
  REQUIRE(formatted("a   = 1\nbbb = 2\nccccc=3\n") == "a     = 1\nbbb   = 2\nccccc = 3\n");
  REQUIRE(formatted("a  = 1\nbbb   = 2\n") == "a = 1\nbbb = 2\n");
  REQUIRE(formatted("\"\u00e4\" = 1\nbb  = 2\nb   = [\n1]\n") == "\"\u00e4\" = 1\nbb  = 2\nb   = [\n  1,\n]\n");
  REQUIRE(formatted("a = 1     # one\nb = 200   # two\n# c\nc = 3 # three\n") ==
          "a = 1    # one\nb = 200  # two\n# c\nc = 3    # three\n");
  REQUIRE(formatted("  a = 1   # one\n  b = 2   # two\n") == "a = 1  # one\nb = 2  # two\n");
  REQUIRE(formatted("a = 10 # one\nb = 10 # two\nc = 1000 # three\n") ==
          "a = 10  # one\nb = 10  # two\nc = 1000  # three\n");
}

TEST_CASE("line ends become LF, a mark of the byte order goes, and the last line ends", "[config][format]") {
  REQUIRE(formatted("\xEF\xBB\xBF"
                    "a = 1\r\nb = 2") == "a = 1\nb = 2\n");
  REQUIRE(formatted("") == "");
  REQUIRE(formatted("\n\n") == "");
}

TEST_CASE("empty lines are one at most, and one stands in front of each table", "[config][format]") {
  REQUIRE(formatted("\n\na = 1\n\n\n\nb = 2\n[c]\n[d]\n\n") == "a = 1\n\nb = 2\n\n[c]\n\n[d]\n");
  REQUIRE(formatted("[a]\n\nx = 1\n") == "[a]\n\nx = 1\n");
}

TEST_CASE("a comment stays where it is, be it of the table below or of the key above", "[config][format]") {
  REQUIRE(formatted("# first\n\n# of a\n[a] # beside\n  # of x\nx=1 # behind\n#y = 2\n[b]\n# last") ==
          "# first\n\n# of a\n[a]  # beside\n# of x\nx = 1  # behind\n#y = 2\n[b]\n# last\n");
}

TEST_CASE("an array on several lines keeps its lines, indented, with a comma behind each", "[config][format]") {
  REQUIRE(formatted("a = [\n1,2,\n\n\n  3 # three\n  , 4\n]\n") == "a = [\n  1, 2,\n\n  3,  # three\n  4,\n]\n");
  REQUIRE(formatted("a = [ \"x\",\n      \"y\" ]") == "a = [\n  \"x\",\n  \"y\",\n]\n");
  REQUIRE(formatted("a = [ # of all\n# of one\n[1,\n2], {b=[3\n]}]") ==
          "a = [  # of all\n  # of one\n  [\n    1,\n    2,\n  ], { b = [\n    3,\n  ] },\n]\n");
  REQUIRE(formatted("a = [[1], [2,\n3]]") == "a = [[1], [\n  2,\n  3,\n]]\n");
}

TEST_CASE("texts, numbers and dates stay as they are written", "[config][format]") {
  const std::string text =
      "a = 'it # is [not] = \"that\"'\nb = \"\\\" # \\\\\"\nc = \"\"\"\n  one\r\n\ttwo  \"\"\"\"\"\n"
      "d = '''\n'x'''''\ne = 1979-05-27 07:32:00\nf = +1_000\ng = 0x_\n";
  const std::string valid = text.substr(0, text.find("g ="));
  REQUIRE(formatted(valid) == valid);
  REQUIRE(formatted("\"a b\" . 'c'=1e3") == "\"a b\".'c' = 1e3\n");
  REQUIRE(formatted("a = [nan, inf, true]") == "a = [nan, inf, true]\n");
}

TEST_CASE("what is no TOML is not formatted, and the first mistake is told", "[config][format]") {
  const auto result = format_toml("a = 1\nb = = 2\n", "bad.toml");
  REQUIRE_FALSE(result);
  REQUIRE(result.error().file == "bad.toml");
  REQUIRE(result.error().span.line == 2);
}

TEST_CASE("deep nesting costs no more than its length", "[config][format]") {
  const std::string deep = "a = " + std::string(60, '[') + std::string(60, ']') + "\n";
  REQUIRE(formatted(deep) == deep);
}

TEST_CASE("the files that come with supervisord are formatted", "[config][format]") {
  for (const char* folder : {"conf.d", "packaging/config", "packaging/machine", "packaging/machine/conf.d"})
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(SUP_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".toml") continue;
      INFO(entry.path());
      const std::string text = content_of(entry.path());
      REQUIRE(formatted(text) == text);
    }
}
