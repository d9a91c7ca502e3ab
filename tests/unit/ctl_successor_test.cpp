// What becomes of a question whose manager has died.
#include "ctl/successor.hpp"

#include "ctl/change.hpp"
#include "ctl/event_cursor.hpp"
#include "ctl/wait.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::ctl;
using wire::Verb;

namespace {

constexpr std::int64_t kAsked = 5'000;

wire::StatusReply status(std::vector<std::pair<std::string, std::int64_t>> since) {
  wire::StatusReply out;
  for (auto& [name, moment] : since) {
    out.services.emplace_back().name = name;
    out.services.back().since = moment;
  }
  return out;
}

wire::EventRecord event(std::string to, std::optional<std::int64_t> code = {}) {
  wire::EventRecord out;
  out.kind = "state";
  out.to = std::move(to);
  out.exit_code = code;
  return out;
}

wire::EventsReply batch(std::initializer_list<std::int64_t> numbers) {
  wire::EventsReply out;
  for (const std::int64_t seq : numbers) out.events.emplace_back().seq = seq;
  return out;
}

}  // namespace

TEST_CASE("questions are asked again, deeds that nobody can tell of are not", "[ctl]") {
  for (const Verb verb : {Verb::status, Verb::logs, Verb::events, Verb::wait, Verb::explain, Verb::stop, Verb::scale})
    REQUIRE(again(verb) == Again::harmless);
  for (const Verb verb : {Verb::start, Verb::restart, Verb::reload, Verb::kill}) REQUIRE(again(verb) == Again::change);
  for (const Verb verb : {Verb::signal, Verb::exec, Verb::run, Verb::attach}) REQUIRE(again(verb) == Again::never);
}

TEST_CASE("who is in another state since the question has begun to restart, the others are asked again", "[ctl]") {
  const Resumed resumed = resume_change(Verb::restart, kAsked, status({{"web", kAsked}, {"db", kAsked - 1}}));
  REQUIRE(resumed.begun == std::vector<std::string>{"web"});
  REQUIRE(resumed.not_begun == std::vector<std::string>{"db"});
  REQUIRE(resumed.unknown.empty());
}

TEST_CASE("a reload may be a mere signal, so that nobody can tell whether it was sent", "[ctl]") {
  const Resumed resumed = resume_change(Verb::reload, kAsked, status({{"web", kAsked + 1}, {"db", kAsked - 1}}));
  REQUIRE(resumed.begun == std::vector<std::string>{"web"});
  REQUIRE(resumed.unknown == std::vector<std::string>{"db"});
}

TEST_CASE("events are gone on with after the last one that came", "[ctl]") {
  wire::Arguments asked;
  asked.set("since", std::int64_t{3});
  EventCursor cursor(asked);
  REQUIRE(cursor.arguments().integer("since") == 3);
  auto first = batch({4, 5});
  cursor.take(first);
  REQUIRE(cursor.arguments().integer("since") == 5);
  REQUIRE(cursor.arguments().integer("since") == 5);
}

TEST_CASE("a gap among all events is told, and gone on with behind it", "[ctl]") {
  EventCursor cursor{wire::Arguments()};
  (void)cursor.arguments();
  auto first = batch({7});
  cursor.take(first);
  (void)cursor.arguments();
  wire::EventsReply gap;
  gap.gap = wire::EventGap{.first = 8, .last = 20};
  cursor.take(gap);
  REQUIRE(gap.gap.has_value());
  REQUIRE(cursor.arguments().integer("since") == 20);
}

TEST_CASE("what lies between the last event of some services and now is no gap", "[ctl]") {
  wire::Arguments asked;
  asked.set("names", std::vector<std::string>{"web"});
  EventCursor cursor(asked);
  (void)cursor.arguments();
  auto first = batch({7});
  cursor.take(first);
  (void)cursor.arguments();
  wire::EventsReply gap;
  gap.gap = wire::EventGap{.first = 8, .last = 2'000};
  cursor.take(gap);
  REQUIRE_FALSE(gap.gap.has_value());
}

TEST_CASE("what was awaited and has come and gone is seen by its event", "[ctl]") {
  REQUIRE(is_passed("exited", event("waiting", 0)));
  REQUIRE_FALSE(is_passed("exited", event("running")));
  REQUIRE(is_passed("stopped", event("failed", 1)));
  REQUIRE_FALSE(is_passed("stopped", event("backoff", 1)));
  REQUIRE(is_passed("completed", event("completed", 0)));
  REQUIRE_FALSE(is_passed("completed", event("failed", 1)));
  REQUIRE_FALSE(is_passed("ready", event("running")));
}
