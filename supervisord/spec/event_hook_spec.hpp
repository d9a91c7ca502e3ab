// What a user may say of a command that is told of events: one [on-event.NAME] table. The rows are in
// event_hook_fields.hpp.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "base/time.hpp"
#include "spec/command.hpp"
#include "spec/rare.hpp"
#include "spec/service_spec.hpp"

namespace sup {

// What `ctl events` shows as the kind of an event, or as what it led to. Each event of these names is meant.
enum class EventWord : std::uint8_t {
  failed,
  unhealthy,
  healthy,
  backoff,
  running,
  stopped,
  completed,
  waiting,
  starting,
  reloading,
  paused,
  stopping,
  killing,
  joining,
  state,
  health,
  fd_store,
  started,
  shutdown,
};
template <>
inline constexpr auto kEnumNames<EventWord> = std::array{
    EnumName{EventWord::failed, "failed",
             "A service ended without success, or cannot be started, and will not be tried again."},
    EnumName{EventWord::unhealthy, "unhealthy", "The probes of a service fail."},
    EnumName{EventWord::healthy, "healthy", "The probes of a service succeed."},
    EnumName{EventWord::backoff, "backoff", "A service ended or could not be started, and will be started again."},
    EnumName{EventWord::running, "running", "A service runs and is ready."},
    EnumName{EventWord::stopped, "stopped", "A service was stopped."},
    EnumName{EventWord::completed, "completed", "A service has done its work."},
    EnumName{EventWord::waiting, "waiting", "A service waits for others before it is started."},
    EnumName{EventWord::starting, "starting", "A service is being started."},
    EnumName{EventWord::reloading, "reloading", "A service reads its configuration again."},
    EnumName{EventWord::paused, "paused", "A service is frozen."},
    EnumName{EventWord::stopping, "stopping", "A service was told to end."},
    EnumName{EventWord::killing, "killing", "A service was sent KILL."},
    EnumName{EventWord::joining, "joining", "A service waits for its children."},
    EnumName{EventWord::state, "state", "Each change of state of a service."},
    EnumName{EventWord::health, "health", "Each change of the verdict of probes."},
    EnumName{EventWord::fd_store, "fd-store", "A descriptor that a service has stored was dropped, or not stored."},
    EnumName{EventWord::started, "started", "supervisord has started."},
    EnumName{EventWord::shutdown, "shutdown", "supervisord stops everything."},
};

struct EventMatch {
  std::vector<EventWord> events = {EventWord::failed, EventWord::unhealthy};
  std::vector<std::string> services;  // Names and patterns; empty: all.
  friend bool operator==(const EventMatch&, const EventMatch&) = default;
};

struct EventHookSpec {
  EventMatch match;
  Command command;
  Duration timeout = std::chrono::seconds{30};
  std::uint32_t queue = 256;
  std::string user;
  std::string group;
  std::string working_dir;  // Absolute; empty: /.
  Environment env;
  friend bool operator==(const EventHookSpec&, const EventHookSpec&) = default;
};

// One under its name, and where it was defined.
struct NamedEventHook {
  std::string name;
  EventHookSpec spec;
  std::uint32_t file = 0;                 // Index into SpecSet::files.
  std::uint32_t line = 0;                 // From 1.
  std::vector<std::string> secrets = {};  // Texts of other files in its settings, for no other eyes.
};

// How its command is begun: as that of a service which says the same.
[[nodiscard]] ServiceSpec as_service(const EventHookSpec& hook);

}  // namespace sup
