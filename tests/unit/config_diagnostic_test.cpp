#include "config/diagnostic.hpp"

#include <string>

#include "config/load.hpp"

#include "catch.hpp"

using namespace sup;

TEST_CASE("a diagnostic is a headline, the line and a caret line") {
  const Diagnostic diagnostic = {
      "web.toml", {2, 1, 7}, Severity::error, "unknown key 'restrat'", "did you mean 'restart'?"};
  const SourceTexts sources = {{"web.toml", "[service.web]\nrestrat = 1\n"}};
  REQUIRE(render(diagnostic, sources) ==
          "web.toml:2:1: error: unknown key 'restrat'; did you mean 'restart'?\n"
          "    2 | restrat = 1\n"
          "      | ^~~~~~~\n");
  REQUIRE(render(diagnostic, {}) == render_headline(diagnostic) + "\n");
}

TEST_CASE("the caret stands under its character behind tabs and letters of several bytes") {
  const SourceTexts sources = {{"f", "\t\tä = x"}};
  REQUIRE(render({"f", {1, 7, 1}, Severity::warning, "m", ""}, sources) ==
          "f:1:7: warning: m\n"
          "    1 | \t\tä = x\n"
          "      | \t\t    ^\n");
}

TEST_CASE("a diagnostic about a whole file has no line") {
  REQUIRE(render({"f", {}, Severity::error, "cannot open", ""}, {{"f", "text"}}) == "f: error: cannot open\n");
}

TEST_CASE("places beyond the text are survived") {
  const SourceTexts sources = {{"f", "ab"}};
  for (const Span span : {Span{1, 50, 9}, Span{7, 1, 1}, Span{1, 0, 0}, Span{1, 3, 4'000'000'000}})
    REQUIRE_FALSE(render({"f", span, Severity::error, "m", ""}, sources).empty());
}

TEST_CASE("of a long line only the part around the place is shown") {
  const SourceTexts sources = {{"f", std::string(5'000, 'a') + "b" + std::string(5'000, 'c')}};
  const std::string text = render({"f", {1, 5'001, 1}, Severity::error, "m", ""}, sources);
  REQUIRE(text.size() < 500);
  const std::size_t line = text.find("| ") + 2, caret = text.find("| ", line) + 2;
  REQUIRE(text.find('b', line) - line == text.find('^') - caret);
}

TEST_CASE("nothing from a file reaches the terminal as a control character") {
  const Loaded loaded = load_text("[service.web]\n\x1b[31m\xff\x9b = 1 # \x07\n", "a\x1b.toml");
  const std::string text = render_all(loaded);
  REQUIRE_FALSE(text.empty());
  for (const char c : text) REQUIRE((static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t'));
}

TEST_CASE("colours are escapes around the same text") {
  const Diagnostic diagnostic = {"f", {1, 1, 1}, Severity::error, "m", ""};
  const std::string colored = render_headline(diagnostic, Colors::on);
  REQUIRE(colored.find("\033[1;31merror\033[0m") != std::string::npos);
}

TEST_CASE("a report is sorted by file and line and remembers errors") {
  Report report;
  report.warning("b", {1, 1, 1}, "w");
  REQUIRE_FALSE(report.has_errors());
  report.error("a", {9, 1, 1}, "late");
  report.error("a", {2, 1, 1}, "early");
  REQUIRE(report.has_errors());
  const auto found = report.take();
  REQUIRE(found[0].message == "early");
  REQUIRE(found[1].message == "late");
  REQUIRE(found[2].file == "b");
}
