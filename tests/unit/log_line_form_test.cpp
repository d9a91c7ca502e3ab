// Lines of log files, taken apart: what the formatter writes comes back.
#include "log/line_form.hpp"

#include <string>
#include <vector>

#include "log/formatter.hpp"
#include "log/unescape.hpp"

#include "catch.hpp"

namespace {

using sup::TimePrecision;
using sup::TimeText;
using sup::UtcOffset;
using sup::WallTime;
using sup::log::Formatter;
using sup::log::Layout;
using sup::log::LineForm;
using sup::log::LineStyle;
using sup::log::OldLine;
using sup::log::Stream;

const WallTime kTime{std::chrono::nanoseconds{1795958430'123456789}};

// One that writes and one that reads, for the same parts around the line.
struct Pair {
  Pair(std::vector<Layout::Part> written, std::vector<LineForm::Part> read, LineStyle style = LineStyle::plain,
       const char* time = "iso") {
    layout.parts = std::move(written);
    layout.style = form.style = style;
    layout.time = form.time = *TimeText::parse(time);
    form.parts = std::move(read);
  }
  std::string write(std::string_view line, sup::log::LineFacts facts = {}) const {
    Formatter formatter(layout);
    formatter.begin(kTime);
    std::string out;
    formatter.append(out, line, facts);
    REQUIRE(out.back() == '\n');
    out.pop_back();
    return out;
  }
  OldLine again(std::string_view line, sup::log::LineFacts facts = {}) const {
    return form.take_apart(write(line, facts));
  }
  Layout layout;
  LineForm form;
};

using W = Layout::Slot;
using R = LineForm::Slot;

const Pair kJson{{{W::text, R"({"time":")"},
                  {W::time},
                  {W::text, R"(","service":"web","instance":1,"stream":"stderr","pid":4711,"run":3,)"},
                  {W::line},
                  {W::text, "}"}},
                 {{R::text, R"({"time":")"},
                  {R::time},
                  {R::text, R"(","service":"web","instance":1,"stream":")"},
                  {R::stream},
                  {R::text, R"(","pid":)"},
                  {R::number},
                  {R::text, R"(,"run":)"},
                  {R::run},
                  {R::text, ","},
                  {R::line}},
                 LineStyle::json};

// All bytes, and what looks like the ends of things.
std::vector<std::string> odd_lines() {
  std::vector<std::string> out = {"",
                                  "plain",
                                  "\"quoted\" \\ back",
                                  "tab\tand\rreturn",
                                  "umlaut \xc3\xa4 \xf0\x9f\x98\x80",
                                  "bad \xff\xfe utf",
                                  "} , \"run\":7",
                                  " | |",
                                  "a=b \"c",
                                  "+x",
                                  std::string("nul\0nul", 7)};
  std::string all;
  for (int c = 0; c < 256; ++c)
    if (c != '\n') all += static_cast<char>(c);
  out.push_back(all);
  return out;
}

}  // namespace

TEST_CASE("line form: JSON gives back every byte, time, stream and run") {
  for (const std::string& line : odd_lines()) {
    const OldLine read = kJson.again(line);
    INFO(kJson.write(line));
    REQUIRE(read.bytes == line);
    REQUIRE(read.time == WallTime{std::chrono::milliseconds{1795958430'123}});
    REQUIRE(read.stream == Stream::err);
    REQUIRE(read.run == sup::RunId{3});
  }
  const OldLine piece = kJson.again("piece", {.marks = {.continuation = true, .truncated = true}});
  REQUIRE(piece.marks.continuation);
  REQUIRE(piece.marks.truncated);
}

TEST_CASE("line form: logfmt gives back every byte") {
  const Pair logfmt{
      {{W::text, "time="}, {W::time}, {W::text, " service=web instance=1 stream=stdout pid=1 run=9 "}, {W::line}},
      {{R::text, "time="},
       {R::time},
       {R::text, " service=web instance=1 stream="},
       {R::stream},
       {R::text, " pid="},
       {R::number},
       {R::text, " run="},
       {R::run},
       {R::text, " "},
       {R::line}},
      LineStyle::logfmt};
  for (const std::string& line : odd_lines()) {
    const OldLine read = logfmt.again(line);
    INFO(logfmt.write(line));
    REQUIRE(read.bytes == line);
    REQUIRE(read.run == sup::RunId{9});
    REQUIRE(read.stream == Stream::out);
  }
}

TEST_CASE("line form: text with a template, also behind the line") {
  const Pair text{{{W::time}, {W::text, " web |"}, {W::mark}, {W::line}},
                  {{R::time}, {R::text, " web |"}, {R::mark}, {R::line}}};
  const Pair around{{{W::text, "<"}, {W::line}, {W::text, "> "}, {W::time}},
                    {{R::text, "<"}, {R::line}, {R::text, "> "}, {R::time}}};
  for (const std::string& line : odd_lines()) {
    REQUIRE(text.again(line).bytes == line);
    REQUIRE(text.again(line).time == WallTime{std::chrono::milliseconds{1795958430'123}});
    REQUIRE(around.again(line).bytes == line);
    REQUIRE(around.again(line).time.has_value());
  }
  REQUIRE(text.again("x", {.marks = {.continuation = true}}).marks.continuation);
}

TEST_CASE("line form: a line that is not of the form is taken as it is") {
  for (const char* line :
       {"", "{", R"({"time":"yesterday"})", R"({"time":"2026-11-29T13:20:30.123Z","service":"db"})"}) {
    const OldLine read = kJson.form.take_apart(line);
    REQUIRE(read.bytes == line);
    REQUIRE_FALSE(read.time);
    REQUIRE_FALSE(read.run);
  }
  REQUIRE(LineForm{}.take_apart("as it is").bytes == "as it is");
}

TEST_CASE("time text: what was written is read again, in every form and zone") {
  const UtcOffset zones[] = {{0, "UTC"}, {3600, "CET"}, {-12600, "NST"}};
  for (const char* form : {"iso", "unix", "tai64n", "%Y-%m-%d %H:%M:%S%f", "%d/%b/%Y:%T%f %z", "%a %b %e %T%f %Z %Y",
                           "%s%f", "%F %T%f%:z", "%y%j %H%M%S%f"}) {
    const auto text = TimeText::parse(form);
    REQUIRE(text);
    for (const UtcOffset zone : zones) {
      std::string written;
      text->append(written, kTime, TimePrecision::ns, zone);
      INFO(form << ": " << written);
      std::string_view rest = written;
      const auto read = text->take(rest, [&](WallTime) { return zone; });
      REQUIRE(read == kTime);
      REQUIRE(rest.empty());
    }
  }
  const auto twice = TimeText::parse("%F %T%f (%f)");
  std::string_view both = "2026-11-29 13:20:30.250 (.250)";
  REQUIRE(twice->take(both, [](WallTime) { return UtcOffset{}; }) ==
          WallTime{std::chrono::milliseconds{1795958430'250}});
  // What nanoseconds do not count is no time.
  const std::pair<const char*, const char*> beyond[] = {{"unix", "99999999999"},
                                                        {"unix", "-9223372036854775808"},
                                                        {"tai64n", "@7fffffffffffffff00000000"},
                                                        {"tai64n", "@000000000000000000000000"},
                                                        {"%F %T", "2200-01-01 00:00:00"}};
  for (const auto& [form, far] : beyond) {
    std::string_view rest = far;
    REQUIRE_FALSE(TimeText::parse(form)->take(rest, [](WallTime) { return UtcOffset{}; }));
    REQUIRE(rest == far);
  }
  const auto iso = TimeText::parse("iso");
  for (const char* bad : {"", "2026-11-29", "2026-13-29T10:00:00Z", "2026-11-29T10:00:00", "x026-11-29T10:00:00Z"}) {
    std::string_view rest = bad;
    REQUIRE_FALSE(iso->take(rest, [](WallTime) { return UtcOffset{}; }));
    REQUIRE(rest == bad);
  }
}

TEST_CASE("unescape: what is damaged is refused") {
  for (const char* bad : {"open", "\\", "\\q\"", "\\u12\"", "\\ud800\"", "\\ud800\\u0041\"", "\\x4\""}) {
    std::string_view text = bad;
    std::string out;
    INFO(bad);
    REQUIRE_FALSE(sup::log::take_json_string(text, out));
  }
  std::string_view pair = "\\ud83d\\ude00\" rest";
  std::string out;
  REQUIRE(sup::log::take_json_string(pair, out));
  REQUIRE(out == "\xf0\x9f\x98\x80");
  REQUIRE(pair == " rest");
  REQUIRE_FALSE(sup::log::decode_base64("abc", out));
  REQUIRE_FALSE(sup::log::decode_base64("a*==", out));
}
