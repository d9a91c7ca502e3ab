// Lines of log files under any bytes. What a layout has put together its form takes apart again, and so do the escapes;
// bytes that nobody has written so are taken as they are, or as a part of what they are. The first bytes choose layout,
// form of the time, precision, marks and moment; the rest is a line.
#include "log/line_form.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/check.hpp"
#include "log/escape.hpp"
#include "log/formatter.hpp"
#include "log/unescape.hpp"

namespace {

using namespace sup::log;
using sup::TimePrecision;
using sup::TimeText;
using sup::WallTime;
using W = Layout::Slot;
using R = LineForm::Slot;

// What is written and what is read for one kind of line, with a number as its time where JSON wants it.
struct Kind {
  LineStyle style = LineStyle::plain;
  std::vector<Layout::Part> written;
  std::vector<LineForm::Part> read;
  bool has_mark = false;
};

const std::array<Kind, 4> kKinds = {{
    {LineStyle::json,
     {{W::text, R"({"time":")"}, {W::time}, {W::text, R"(","stream":"stderr","run":3,)"}, {W::line}, {W::text, "}"}},
     {{R::text, R"({"time":")"},
      {R::time},
      {R::text, R"(","stream":")"},
      {R::stream},
      {R::text, R"(","run":)"},
      {R::run},
      {R::text, ","},
      {R::line}},
     true},
    {LineStyle::logfmt,
     {{W::text, "time=\""}, {W::time}, {W::text, "\" stream=stderr run=3 "}, {W::line}},
     {{R::text, "time=\""},
      {R::time},
      {R::text, "\" stream="},
      {R::stream},
      {R::text, " run="},
      {R::run},
      {R::text, " "},
      {R::line}},
     true},
    {LineStyle::plain,
     {{W::time}, {W::text, " web stderr 3 |"}, {W::mark}, {W::line}},
     {{R::time}, {R::text, " web "}, {R::stream}, {R::text, " "}, {R::run}, {R::text, " |"}, {R::mark}, {R::line}},
     true},
    {LineStyle::plain,
     {{W::text, "<"}, {W::line}, {W::text, "> stderr 3 "}, {W::time}},
     {{R::text, "<"}, {R::line}, {R::text, "> "}, {R::stream}, {R::text, " "}, {R::run}, {R::text, " "}, {R::time}},
     false},
}};

constexpr std::array kTimes = {"iso",           "unix",         "tai64n", "%d/%b/%Y:%T%f %z", "%a %b %e %T%f %Z %Y",
                               "%y%j %H%M%S%f", "%F %T%f%:z %%"};
constexpr std::array kUnits = {1'000'000'000, 1'000'000, 1'000, 1};

void check_kind(const Kind& kind, const TimeText& time, TimePrecision precision, WallTime at, Marks marks,
                std::string_view line) {
  const Layout layout{.parts = kind.written, .style = kind.style, .time = time, .precision = precision};
  const LineForm form{.parts = kind.read, .style = kind.style, .time = time, .precision = precision};
  Formatter formatter(layout);
  formatter.begin(at);
  std::string written;
  formatter.append(written, line, {.marks = marks});
  CHECK(std::count(written.begin(), written.end(), '\n') == 1 && written.back() == '\n');
  written.pop_back();
  const OldLine read = form.take_apart(written);
  CHECK(read.is_of_form && read.bytes == line && read.stream == Stream::err && read.run == sup::RunId{3});
  CHECK(read.marks.continuation == marks.continuation);
  CHECK(kind.style == LineStyle::plain || read.marks.truncated == marks.truncated);
  const std::int64_t unit = kUnits[static_cast<std::size_t>(precision)];
  const std::int64_t since = at.time_since_epoch().count();
  CHECK(read.time && (*read.time == at || read.time->time_since_epoch().count() == since - since % unit));
  // Foreign lines: what is taken for one of the form is within what is there.
  const OldLine foreign = form.take_apart(line);
  CHECK(foreign.is_of_form || foreign.bytes == line);
  CHECK(foreign.bytes.size() <= line.size());
  for (std::size_t cut = 0; cut < written.size(); cut += written.size() / 8 + 1)
    (void)form.take_apart(std::string_view(written).substr(0, cut));
}

void check_escapes(std::string_view bytes) {
  std::string json, logfmt, base64, out;
  const bool is_exact = append_json(json, bytes);
  json += "\"rest";
  std::string_view rest = json;
  CHECK(take_json_string(rest, out) && rest == "rest" && (!is_exact || out == bytes));
  append_logfmt(logfmt, bytes);
  logfmt += " rest";
  rest = logfmt;
  out.clear();
  CHECK(take_logfmt_value(rest, out) && rest == " rest" && out == bytes);
  append_base64(base64, bytes);
  out.clear();
  CHECK(decode_base64(base64, out) && out == bytes);
  // Whatever it is, it becomes no more than it was, but for characters that are escaped.
  for (const auto take : {&take_json_string, &take_logfmt_value}) {
    rest = bytes;
    out.clear();
    (void)take(rest, out);
    CHECK(rest.size() <= bytes.size() && bytes.ends_with(rest) && out.size() <= bytes.size());
  }
  out.clear();
  (void)decode_base64(bytes, out);
  CHECK(out.size() <= bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHead = 9;
  if (size < kHead) return 0;
  const Kind& kind = kKinds[data[0] % kKinds.size()];
  const TimeText time = *TimeText::parse(kTimes[data[1] % kTimes.size()]);
  const auto precision = static_cast<TimePrecision>(data[2] % kUnits.size());
  std::uint64_t moment = 0;
  for (std::size_t i = 3; i < kHead; ++i) moment = moment << 8 | data[i];
  // From 2001 to 2063: of two digits nobody knows the century.
  const WallTime at{std::chrono::nanoseconds{978'307'200'000'000'000 + static_cast<std::int64_t>(moment * 7'001)}};
  const Marks marks{.continuation = (data[2] & 64) != 0 && kind.has_mark, .truncated = (data[2] & 128) != 0};
  std::string line(reinterpret_cast<const char*>(data) + kHead, size - kHead);
  check_escapes(line);
  std::erase(line, '\n');
  check_kind(kind, time, precision, at, marks, line);
  return 0;
}
