// Which events a command is told of.
#include <string>
#include <string_view>
#include <vector>

#include "daemon/event_match.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

HistoryEntry to_state(State state) {
  HistoryEntry entry;
  entry.to = state;
  return entry;
}

HistoryEntry of_kind(Happening kind) {
  HistoryEntry entry;
  entry.kind = kind;
  return entry;
}

bool is_told(const EventMatch& match, const HistoryEntry& entry, std::string_view instance) {
  const std::vector<NamedGroup> groups{{"site", {{"web", "worker"}}}};
  return matches(match, groups, entry, instance);
}

}  // namespace

TEST_CASE("an event is matched by what it led to, or by its kind", "[event-hooks]") {
  const EventMatch failures;
  REQUIRE(is_told(failures, to_state(State::failed), "web"));
  REQUIRE_FALSE(is_told(failures, to_state(State::running), "web"));
  HistoryEntry sick = of_kind(Happening::health);
  sick.health_to = Health::unhealthy;
  REQUIRE(is_told(failures, sick, "web"));
  REQUIRE_FALSE(is_told({.events = {EventWord::state}, .services = {}}, sick, "web"));
  REQUIRE(is_told({.events = {EventWord::health}, .services = {}}, sick, "web"));
  REQUIRE(is_told({.events = {EventWord::state}, .services = {}}, to_state(State::joining), "web"));
  REQUIRE(
      is_told({.events = {EventWord::started, EventWord::shutdown}, .services = {}}, of_kind(Happening::shutdown), ""));
}

TEST_CASE("services are meant by name, group, instance and pattern", "[event-hooks]") {
  const auto told = [](std::vector<std::string> services, std::string_view instance) {
    return is_told({.events = {EventWord::failed}, .services = std::move(services)}, to_state(State::failed), instance);
  };
  REQUIRE(told({"web"}, "web"));
  REQUIRE(told({"web"}, "web@2"));
  REQUIRE(told({"web@2"}, "web@2"));
  REQUIRE_FALSE(told({"web@1"}, "web@2"));
  REQUIRE(told({"site"}, "worker"));
  REQUIRE(told({"w*"}, "web@3"));
  REQUIRE(told({"all"}, "anything"));
  REQUIRE_FALSE(told({"web", "db"}, "mail"));
}

TEST_CASE("events of supervisord itself are no service's", "[event-hooks]") {
  const EventMatch match{.events = {EventWord::shutdown, EventWord::failed}, .services = {"web"}};
  REQUIRE(is_told(match, of_kind(Happening::shutdown), ""));
  REQUIRE_FALSE(is_told(match, of_kind(Happening::started), ""));
}

TEST_CASE("what is told of such commands is told to none of them, and a test to the one that it names",
          "[event-hooks]") {
  EventMatch all{.events = {}, .services = {}};
  for (const auto& word : kEnumNames<EventWord>) all.events.push_back(word.value);
  for (const auto& kind : kEnumNames<Happening>) {
    const bool is_of_commands = kind.value == Happening::hook || kind.value == Happening::test;
    CAPTURE(kind.name);
    REQUIRE(is_told(all, of_kind(kind.value), "") == !is_of_commands);
  }
}
