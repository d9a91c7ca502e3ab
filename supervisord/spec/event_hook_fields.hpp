// The settings of commands that are told of events: one row each.
#pragma once

#include <tuple>

#include "spec/event_hook_spec.hpp"
#include "spec/fields.hpp"

namespace sup {

// As many as the history of events has at most: what is older could not be told any more.
inline constexpr std::int64_t kMostQueuedEvents = 2'048;
inline constexpr std::int64_t kLongestEventTimeout = std::int64_t{3600} * 1'000'000'000;

template <>
struct Fields<EventMatch> {
  static constexpr auto kRows =
      std::make_tuple(Field{"events", &EventMatch::events, OnChange::live, "[\"failed\", \"backoff\", \"shutdown\"]",
                            "Which events: what they led to (`failed`), or their kind (`state`: each change of state). "
                            "Default: [\"failed\", \"unhealthy\"].",
                            Unique{}},
                      Field{"services", &EventMatch::services, OnChange::live, "[\"web\", \"db-*\"]",
                            "Only events of these services: names, names of groups, and patterns (* ? [a-z]). Events "
                            "of supervisord itself (started, shutdown) need none. Default: all services.",
                            Unique{}});
};
static_assert(kEveryMemberHasARow<EventMatch>, "every member of EventMatch needs a row");
template <>
inline constexpr std::string_view kShorthandKey<EventMatch> = "events";

template <>
struct Fields<EventHookSpec> {
  static constexpr std::int64_t kMillisecond = 1'000'000;
  static constexpr auto kRows = std::make_tuple(
      Field{"match", &EventHookSpec::match, OnChange::live, "[\"failed\", \"unhealthy\"]",
            "What it is told of. A list alone stands for match.events."},
      Field{"command", &EventHookSpec::command, OnChange::live, "[\"/usr/local/bin/notify\", \"--to\", \"ops\"]",
            "The program and its arguments, as those of a service. It is run once for each event, one after the other "
            "and in order, and reads the event from its standard input: one line, as `ctl events --json` has it. What "
            "it prints goes into supervisord's own log. It has failed unless it exits with 0, and is not tried again."},
      Field{"timeout", &EventHookSpec::timeout, OnChange::live, "\"10s\"",
            "It is killed with all that it has started when it takes longer, and has failed.",
            Range{10 * kMillisecond, kLongestEventTimeout}},
      Field{
          "queue", &EventHookSpec::queue, OnChange::live, "1000",
          "So many events may wait for it. When there are more the oldest are dropped: supervisord's log, an event and "
          "`ctl status` say how many, and the next command finds their number in SUPERVISORD_MISSED.",
          Range{1, kMostQueuedEvents}},
      Field{"user", &EventHookSpec::user, OnChange::live, "\"nobody\"",
            "Run it as this user (name or number), as a service. Default: the user that supervisord runs as."},
      Field{"group", &EventHookSpec::group, OnChange::live, "\"nogroup\"",
            "Run it with this primary group (name or number). Default: the user's primary group."},
      Field{"working-dir", &EventHookSpec::working_dir, OnChange::live, "\"/var/tmp\"",
            "Its working directory, absolute. Default: /.", AbsolutePath{}},
      Field{"env", &EventHookSpec::env, OnChange::live, "{ MAILTO = \"ops@example.org\" }",
            "Further environment variables, byte for byte, but for ${file:/path}. SUPERVISORD_HOOK, _SEQ, _EVENT, "
            "_SERVICE, _FROM, _TO, "
            "_CAUSE and _MISSED say what the event says."});
};
static_assert(kEveryMemberHasARow<EventHookSpec>, "every member of EventHookSpec needs a row");

}  // namespace sup
