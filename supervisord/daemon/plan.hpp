// The plan: what of the configuration files is not in force.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "config/shape.hpp"
#include "daemon/overrides.hpp"
#include "engine/world.hpp"

namespace sup {

enum class PlannedChange : std::uint8_t { added, changed, removed };
template <>
inline constexpr auto kEnumNames<PlannedChange> = std::array{
    EnumName{PlannedChange::added, "added", "It is in the files alone."},
    EnumName{PlannedChange::changed, "changed", "It is another in the files."},
    EnumName{PlannedChange::removed, "removed", "It is in no file any more."},
};
// What the change means for a service as it is now.
enum class PlannedAction : std::uint8_t { none, start, stop, restart, update };
template <>
inline constexpr auto kEnumNames<PlannedAction> = std::array{
    EnumName{PlannedAction::none, "none", "It is down."},
    EnumName{PlannedAction::start, "start", "It is started, since it starts with supervisord."},
    EnumName{PlannedAction::stop, "stop", "It is stopped."},
    EnumName{PlannedAction::restart, "restart", "Its process is made anew."},
    EnumName{PlannedAction::update, "update", "Its process stays."},
};

struct ServicePlan {
  std::string service;
  PlannedChange change = PlannedChange::changed;
  PlannedAction action = PlannedAction::none;
  std::vector<SettingChange> settings;  // Of one that is changed.
  bool relates_anew = false;            // To others than before, or otherwise.
  bool is_other_kind = false;           // A service in place of an external thing, or the reverse.
};

struct Plan {
  std::vector<ServicePlan> services;  // By name.
  std::vector<SettingChange> daemon;
  std::vector<SettingChange> groups;       // The key is the name.
  std::vector<SettingChange> event_hooks;  // The key is the name, with that of the setting if it was there before.
  std::size_t unchanged = 0;

  [[nodiscard]] bool is_nothing() const {
    return services.empty() && daemon.empty() && groups.empty() && event_hooks.empty();
  }
};

// `files` is a set without errors, with what was enabled by command (apply_enabled) and what is left out of a start.
// What `ctl set` has changed does not count, nor services that no file defines.
[[nodiscard]] Plan plan_changes(const World& world, const Overrides& overrides, const SpecSet& files);

}  // namespace sup
