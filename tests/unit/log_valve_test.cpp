// What a log lets through, what is looked at later, and which lines are one record.
#include "log/valve.hpp"

#include <algorithm>

#include "log/alarms.hpp"
#include "log/joiner.hpp"
#include "log/newlines.hpp"
#include "log/pace.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::log;
using namespace std::chrono_literals;

namespace {

constexpr Instant kBegin{100s};

struct Records {
  std::vector<std::string> texts = {};
  void operator()(const Joiner::Record& record) {
    texts.push_back((record.marks.continuation ? "+" : "") + record.text + (record.marks.truncated ? "+" : ""));
  }
};

Joiner joiner(std::string_view start, std::size_t most = 100) {
  auto pattern = Pattern::compile(std::string(start));
  REQUIRE(pattern.has_value());
  return Joiner(*std::move(pattern), most);
}

}  // namespace

TEST_CASE("valve: without a rate all pass") {
  Valve valve(Overflow::drop, {});
  REQUIRE(valve.admit(kBegin, 1'000'000) == 1'000'000);
  REQUIRE_FALSE(valve.opens_at(kBegin).has_value());
}

TEST_CASE("valve: with drop so many pass in each piece of time, and the others not") {
  Valve valve(Overflow::drop, LineRate{10, 1s});
  REQUIRE(valve.admit(kBegin, 7) == 7);
  REQUIRE(valve.admit(kBegin + 500ms, 7) == 3);
  REQUIRE(valve.admit(kBegin + 999ms, 7) == 0);
  REQUIRE(valve.opens_at(kBegin + 999ms) == kBegin + 1s);
  REQUIRE(valve.admit(kBegin + 1s, 25) == 10);
  REQUIRE(valve.admit(kBegin + 1h, 25) == 10);
  REQUIRE(valve.opens_at(kBegin + 1h) == kBegin + 1h + 1s);
}

TEST_CASE("valve: with block all pass, and what was too much is owed") {
  Valve valve(Overflow::block, LineRate{10, 1s});
  REQUIRE(valve.admit(kBegin, 35) == 35);
  REQUIRE(valve.opens_at(kBegin) == kBegin + 3s);
  REQUIRE(valve.opens_at(kBegin + 2999ms) == kBegin + 3s);
  REQUIRE_FALSE(valve.opens_at(kBegin + 3s).has_value());
  REQUIRE(valve.admit(kBegin + 3s, 5) == 5);
  REQUIRE(valve.opens_at(kBegin + 3s) == kBegin + 4s);
}

TEST_CASE("alarms: each once, in their order, and the last one that was set") {
  Alarms alarms;
  REQUIRE_FALSE(alarms.next().has_value());
  alarms.set(1, kBegin + 3s);
  alarms.set(2, kBegin + 1s);
  alarms.set(3, kBegin + 2s);
  alarms.set(1, kBegin + 1500ms);
  alarms.cancel(3);
  alarms.cancel(4);
  REQUIRE(alarms.next() == kBegin + 1s);
  REQUIRE(alarms.take_due(kBegin).empty());
  REQUIRE(alarms.take_due(kBegin + 5s) == std::vector<std::uint64_t>{2, 1});
  REQUIRE_FALSE(alarms.next().has_value());
}

TEST_CASE("joiner: a record goes on until the next one begins") {
  Joiner lines = joiner("^\\S");
  Records out;
  for (const std::string_view line : {"error: x", "  at a", "  at b", "next", "last"}) lines.add({}, line, {}, out);
  REQUIRE(out.texts == std::vector<std::string>{"error: x\n  at a\n  at b", "next"});
  REQUIRE(lines.has_record());
  lines.take(out);
  REQUIRE(out.texts.back() == "last");
  lines.take(out);
  REQUIRE(out.texts.size() == 3);
}

TEST_CASE("joiner: what comes before the first beginning is a record, too") {
  Joiner lines = joiner("^>");
  Records out;
  for (const std::string_view line : {"a", "b", ">c"}) lines.add({}, line, {}, out);
  REQUIRE(out.texts == std::vector<std::string>{"a\nb"});
}

TEST_CASE("joiner: one that is too long comes in pieces, and the pieces of a line are one") {
  Joiner lines = joiner("^>", 8);
  Records out;
  for (const std::string_view line : {">1234", "56", "7", ">x"}) lines.add({}, line, {}, out);
  REQUIRE(out.texts == std::vector<std::string>{">1234\n56+", "+7"});
  lines.take(out);
  lines.add({}, "abc", {.truncated = true}, out);
  lines.add({}, ">de", {.continuation = true}, out);
  lines.take(out);
  REQUIRE(out.texts.back() == "abc>de");
}

TEST_CASE("newlines are counted, however many and wherever they begin") {
  std::string text;
  std::uint32_t expected = 0;
  for (std::size_t i = 0; i < 20'000; ++i) {
    const bool is_end = i % 7 == 0 || i % 256 > 250;
    text += is_end ? '\n' : static_cast<char>(i);
    expected += text.back() == '\n' ? 1 : 0;
  }
  REQUIRE(count_newlines(text) == expected);
  for (std::size_t from = 0; from < 40; ++from) {
    const std::string_view part = std::string_view(text).substr(from, 100 + from);
    REQUIRE(count_newlines(part) == static_cast<std::uint32_t>(std::count(part.begin(), part.end(), '\n')));
  }
  REQUIRE(count_newlines(std::string(1 << 20, '\n')) == 1 << 20);
}

TEST_CASE("pace: the first bytes after a pause are read at once, then output gathers") {
  constexpr std::size_t kRoom = 1 << 20;
  Pace pace;
  Instant now = kBegin;
  const auto round = [&](std::size_t bytes) {
    pace.note(bytes, kRoom);
    now += 1ms;
    return pace.end_round(now);
  };
  REQUIRE(pace.end_round(now) == 0ns);
  REQUIRE(round(10) == 0ns);
  SECTION("longer while little comes") {
    REQUIRE(round(10) == 1ms);
    REQUIRE(round(10) == Pace::kNapMost);
    REQUIRE(round(10) == Pace::kNapMost);
    now += 1s;
    REQUIRE(round(10) == 0ns);
    REQUIRE(round(kRoom / 4) == Pace::kNapFirst);
  }
  SECTION("shorter while much comes, and not at all in the end") {
    REQUIRE(round(kRoom / 4) == Pace::kNapFirst);
    REQUIRE(round(kRoom) == Pace::kNapFirst / 2);
    REQUIRE(round(kRoom) == Pace::kNapFirst / 4);
    REQUIRE(round(kRoom) == Pace::kNapFirst / 8);
    REQUIRE(round(kRoom) == 0ns);
  }
  SECTION("nothing came: what comes is waited for") { REQUIRE(pace.end_round(now + 1ms) == 0ns); }
}
