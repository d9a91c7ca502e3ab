// Lines as text, JSON and logfmt, whatever bytes they have.
#include "log/formatter.hpp"

#include "base/text.hpp"
#include "catch.hpp"
#include "log/ansi.hpp"
#include "log/escape.hpp"

using namespace sup;
using namespace sup::log;

namespace {

using Slot = Layout::Slot;
constexpr WallTime kMoment{Duration{1'000'000'000}};

std::string format(Layout layout, Block block) {
  layout.time = *TimeText::parse("iso");
  Formatter formatter(std::move(layout));
  formatter.begin(kMoment);
  std::string out;
  formatter.append_lines(out, block, std::string::npos);
  REQUIRE(block.lines == 0);
  return out;
}

const Layout kText{.parts = {{Slot::time}, {Slot::text, " web |"}, {Slot::mark}, {Slot::line}, {Slot::text, "<"}}};
const Layout kUnmarked{.parts = {{Slot::text, "web: "}, {Slot::line}}};
const Layout kJson{.parts = {{Slot::text, "{"}, {Slot::line}, {Slot::text, "}"}}, .style = LineStyle::json};
const Layout kLogfmt{.parts = {{Slot::line}}, .style = LineStyle::logfmt};

std::string json_of(std::string_view bytes) {
  std::string out;
  (void)append_json(out, bytes);
  return out;
}
std::string logfmt_of(std::string_view bytes) {
  std::string out;
  append_logfmt(out, bytes);
  return out;
}
std::string base64_of(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}
std::string without_ansi(std::string_view line) {
  std::string out;
  append_without_ansi(out, line);
  return out;
}

std::string all_bytes() {
  std::string out;
  for (int byte = 0; byte < 256; ++byte) out += static_cast<char>(byte);
  return out;
}

}  // namespace

TEST_CASE("formatter: each line has what the layout puts around it") {
  REQUIRE(
      format(kText, {"one\n\nlast", 3}) ==
      "1970-01-01T00:00:01.000Z web | one<\n1970-01-01T00:00:01.000Z web | <\n1970-01-01T00:00:01.000Z web | last<\n");
}

TEST_CASE("formatter: what goes on with the line above is marked, by the template or in front of it") {
  REQUIRE(format(kText, {"more\nnext\n", 2, {.continuation = true}}) ==
          "1970-01-01T00:00:01.000Z web |+more<\n1970-01-01T00:00:01.000Z web | next<\n");
  REQUIRE(format(kUnmarked, {"more\nnext\n", 2, {.continuation = true}}) == "web: +more\nweb: next\n");
  REQUIRE(format(kJson, {"a\nb", 2, {.continuation = true, .truncated = true}}) ==
          "{\"line\":\"a\",\"continuation\":true}\n{\"line\":\"b\",\"truncated\":true}\n");
  REQUIRE(format(kLogfmt, {"a\nb", 2, {.continuation = true, .truncated = true}}) ==
          "line=a continuation=true\nline=b truncated=true\n");
}

TEST_CASE("formatter: it stops where there is enough, and goes on there") {
  Formatter formatter(kUnmarked);
  formatter.begin(kMoment);
  Block block{"a\nb\nc\n", 3};
  std::string out;
  formatter.append_lines(out, block, 1);
  REQUIRE(out == "web: a\n");
  REQUIRE(block.lines == 2);
  formatter.append_lines(out, block, out.size() + 1);
  formatter.append_lines(out, block, std::string::npos);
  REQUIRE(out == "web: a\nweb: b\nweb: c\n");
  REQUIRE(block.bytes.empty());
}

TEST_CASE("formatter: JSON is valid UTF-8 whatever comes in, and nothing is lost") {
  REQUIRE(format(kJson, {"gr\xc3\xbc\xc3\x9f \"a\\b\"\t\x01", 1}) ==
          "{\"line\":\"gr\xc3\xbc\xc3\x9f \\\"a\\\\b\\\"\\t\\u0001\"}\n");
  REQUIRE(format(kJson, {"\xff"
                         "a\xc3",
                         1}) ==
          "{\"line\":\"\xef\xbf\xbd"
          "a\xef\xbf\xbd\",\"line_base64\":\"/2HD\"}\n");
  REQUIRE(is_utf8(json_of(all_bytes())));
  REQUIRE(json_of("\x7f\r\n") == "\\u007f\\r\\n");
}

TEST_CASE("formatter: logfmt quotes what needs it, and says every byte") {
  REQUIRE(logfmt_of("plain/1.2:3") == "plain/1.2:3");
  REQUIRE(logfmt_of("\xc3\xbc") == "\xc3\xbc");
  REQUIRE(logfmt_of("") == "\"\"");
  REQUIRE(logfmt_of("a b") == "\"a b\"");
  REQUIRE(logfmt_of("k=v") == "\"k=v\"");
  REQUIRE(logfmt_of("say \"hi\"\\\t\xff\x01") == "\"say \\\"hi\\\"\\\\\\t\\xff\\x01\"");
  REQUIRE(is_utf8(logfmt_of(all_bytes())));
}

TEST_CASE("formatter: base64 with padding") {
  REQUIRE(base64_of("") == "");
  REQUIRE(base64_of("f") == "Zg==");
  REQUIRE(base64_of("fo") == "Zm8=");
  REQUIRE(base64_of("foobar") == "Zm9vYmFy");
}

TEST_CASE("formatter: escape sequences go, text stays") {
  REQUIRE(without_ansi("\x1b[1;31mred\x1b[0m \x1b[?25lx") == "red x");
  REQUIRE(without_ansi("\x1b]0;title\atext\x1b]8;;http://a\x1b\\link") == "textlink");
  REQUIRE(without_ansi("\x1bPdata\x1b\\a\x1b(Bb\x1b"
                       "7c\x1bMd") == "abcd");
  REQUIRE(without_ansi("\x1b]no end") == "no end");
  REQUIRE(without_ansi("a\x1b") == "a");
  REQUIRE(without_ansi("a\x1b[31") == "a");
  REQUIRE(without_ansi("\xc2\x9b 31m") == "\xc2\x9b 31m");
  Layout layout = kUnmarked;
  layout.strips_ansi = true;
  REQUIRE(format(layout, {"\x1b[1mbold\x1b[0m\nplain\n", 2}) == "web: bold\nweb: plain\n");
}

TEST_CASE("a line that is written into JSON as it is has nothing to escape, wherever it might be") {
  REQUIRE(is_plain_json(""));
  for (std::size_t size = 1; size <= 150; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (const char odd : {'"', '\\', '\x1f', '\t', '\x7f', '\x80', '\xff'}) {
        std::string line(size, at % 2 == 0 ? ' ' : '~');
        if (at == 0) REQUIRE(is_plain_json(line));
        line[at] = odd;
        if (is_plain_json(line)) FAIL("size " << size << ", byte " << int(odd) << " at " << at);
      }
}

TEST_CASE("lines of a block are written as they are one by one") {
  Layout layout = GENERATE(kText, kUnmarked, kJson, kLogfmt);
  layout.time = *TimeText::parse("iso");
  std::string text, expected;
  Formatter formatter(layout);
  formatter.begin(kMoment);
  for (const std::string_view line :
       {"", "plain", "a \"quoted\" one", "\xff", "\x1b[1mbold", "the last one is long: ................"}) {
    text += std::string(line) + "\n";
    formatter.append(expected, line);
  }
  std::string out;
  Block block{text, 6, {}};
  formatter.append_lines(out, block, std::string::npos);
  REQUIRE(out == expected);
}
