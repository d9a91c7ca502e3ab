#include "config/env_file.hpp"

#include <random>
#include <string>

#include "catch.hpp"

using namespace sup;
using Variables = std::vector<std::pair<std::string, std::string>>;

namespace {

Variables parsed(std::string_view text) {
  const EnvFileContent content = parse_env_file(text, "web.env");
  for (const Diagnostic& diagnostic : content.diagnostics) UNSCOPED_INFO(render_headline(diagnostic));
  REQUIRE(content.diagnostics.empty());
  return content.variables.variables;
}

std::vector<std::string> complaints(std::string_view text) {
  std::vector<std::string> out;
  for (const Diagnostic& diagnostic : parse_env_file(text, "web.env").diagnostics)
    out.push_back(render_headline(diagnostic));
  return out;
}

}  // namespace

TEST_CASE("lines of KEY=VALUE are variables, comments and blank lines are not") {
  REQUIRE(parsed("# comment\n\nA=1\n  B=2\nexport C=3\n\t# another\nD=").size() == 4);
  REQUIRE(parsed("A=1\nexport\tB=2") == Variables{{"A", "1"}, {"B", "2"}});
  REQUIRE(parsed("export=1\nexported=2") == Variables{{"export", "1"}, {"exported", "2"}});
  REQUIRE(parsed("").empty());
  REQUIRE(parsed("\n").empty());
  REQUIRE(parsed("#").empty());
}

TEST_CASE("a value without quotes is the rest of the line as it is") {
  REQUIRE(parsed("A=a b # c 'd' \"e\" $HOME ${X} %(x)s \\n = \xff  ") ==
          Variables{{"A", "a b # c 'd' \"e\" $HOME ${X} %(x)s \\n = \xff"}});
}

TEST_CASE("quotes hold every byte, double quotes know five escapes") {
  REQUIRE(parsed("A='a\nb \"$X\" \\n'  # comment\nB=2") == Variables{{"A", "a\nb \"$X\" \\n"}, {"B", "2"}});
  REQUIRE(parsed("A=\"a\\nb\\tc\\\\d\\\"e\\$f 'g'\nh\"\nB=''") ==
          Variables{{"A", "a\nb\tc\\d\"e$f 'g'\nh"}, {"B", ""}});
}

TEST_CASE("files from other systems are read") {
  REQUIRE(parsed("\xEF\xBB\xBF"
                 "A=1\r\nB='2'\r\nC=\r\n\r\nD=4") == Variables{{"A", "1"}, {"B", "2"}, {"C", ""}, {"D", "4"}});
}

TEST_CASE("of a variable that is there twice the last value counts") {
  REQUIRE(parsed("A=1\nB=2\nA=3\n") == Variables{{"A", "3"}, {"B", "2"}});
}

TEST_CASE("each bad line is reported with its place, and the others are still read") {
  REQUIRE(complaints("A=1\nB = 2\nC\n=3\n1D=4\nE= 5\nF-'=6\nG='x' y\nexport\n") ==
          std::vector<std::string>{"web.env:2:2: error: a blank follows the name, write KEY=VALUE",
                                   "web.env:3:2: error: = and a value are missing behind the name",
                                   "web.env:4:1: error: a name begins with a letter or _",
                                   "web.env:5:1: error: a name begins with a letter or _",
                                   "web.env:6:3: error: a blank follows =, put the value into quotes",
                                   "web.env:7:3: error: a name is made of letters, digits, _ . and -",
                                   "web.env:8:7: error: only a comment may follow the closing quote",
                                   "web.env:9:7: error: = and a value are missing behind the name"});
  REQUIRE(parse_env_file("A=1\nbad\nB=2\n", "x").variables.variables == Variables{{"A", "1"}, {"B", "2"}});
}

TEST_CASE("an open quote is reported where it begins, a NUL where it is") {
  REQUIRE(complaints("A=1\nB='x\nC=2\n") == std::vector<std::string>{"web.env:2:3: error: the quote is not closed"});
  REQUIRE(complaints(std::string_view("A=\"x\nyü\0z\"\nbad\n", 17)) ==
          std::vector<std::string>{"web.env:2:3: error: a NUL byte cannot be in a value"});
  REQUIRE(complaints("A=\"x\n\\q\"\n") ==
          std::vector<std::string>{
              "web.env:2:1: error: the escapes are \\n \\t \\\\ \\\" \\$; write \\\\ for a backslash"});
}

TEST_CASE("complaints never show a value") {
  const auto all = complaints(
      "PASSWORD hunter2\nPASSWORD= hunter2\nhunter2\nhunter2=a b'\"\nhunter2'x\nPASSWORD='hunter2\nhunter2\n");
  REQUIRE(all.size() == 5);
  for (const std::string& complaint : all) REQUIRE(complaint.find("hunter2") == std::string::npos);
}

TEST_CASE("the size of a file and the number of complaints are bounded") {
  REQUIRE(complaints(std::string(kMaxEnvFileBytes + 1, '\n')).size() == 1);
  std::string bad;
  for (int i = 0; i < 1'000; ++i) bad += "=\n";
  REQUIRE(complaints(bad).size() == kMaxEnvFileErrors);
}

TEST_CASE("every value without NUL can be written in double quotes and reads back") {
  std::mt19937 random(7);
  for (int i = 0; i < 5'000; ++i) {
    std::string value, text = "X=\"";
    for (std::size_t left = random() % 20; left > 0; --left) value += static_cast<char>(1 + random() % 255);
    for (const char c : value) text += c == '\\' || c == '"' || c == '$' ? std::string{'\\', c} : std::string{c};
    REQUIRE(parsed(text + "\"") == Variables{{"X", value}});
  }
}

TEST_CASE("hostile text ends and yields only names that a process can have") {
  std::mt19937 random(8);
  static constexpr std::string_view kLikely = "AB=='\"\\\n\r #export\0";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t left = random() % 40; left > 0; --left) text += kLikely[random() % kLikely.size()];
    for (const auto& [name, value] : parse_env_file(text, "x").variables.variables) {
      REQUIRE_FALSE(name.empty());
      REQUIRE(name.find('=') == std::string::npos);
      REQUIRE(value.find('\0') == std::string::npos);
    }
  }
}
