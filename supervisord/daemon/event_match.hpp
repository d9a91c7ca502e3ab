// Which events a command of [on-event.NAME] is told of.
#pragma once

#include <span>
#include <string_view>

#include "daemon/history.hpp"
#include "spec/event_hook_spec.hpp"
#include "spec/groups.hpp"

namespace sup {

// `instance` is the name of whom the entry is about, "web" or "web@2"; empty: supervisord itself. What is told of these
// commands matches none of them: a command that fails would cause the next one.
[[nodiscard]] bool matches(const EventMatch& match, std::span<const NamedGroup> groups, const HistoryEntry& entry,
                           std::string_view instance);

}  // namespace sup
