#include "daemon/event_match.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace sup {
namespace {

// What it led to, as `ctl events` shows it; empty: it has led to nothing of its own.
std::string_view outcome_of(const HistoryEntry& entry) {
  switch (entry.kind) {
    case Happening::state: return enum_name(entry.to);
    case Happening::health: return enum_name(entry.health_to);
    case Happening::started:
    case Happening::shutdown:
    case Happening::fd_store:
    case Happening::hook:
    case Happening::test: return {};
  }
  return {};
}

// For each event and each command: groups may be large, so their names are only compared.
bool is_meant(std::span<const NamedGroup> groups, std::span<const std::string> patterns, std::string_view instance) {
  const std::string_view service = instance.substr(0, instance.rfind('@'));
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    if (const NamedGroup* group = find_group(groups, pattern))
      return std::ranges::find(group->spec.members, service) != group->spec.members.end();
    return pattern == "all" || glob_match(pattern, service) || glob_match(pattern, instance);
  });
}

}  // namespace

bool matches(const EventMatch& match, std::span<const NamedGroup> groups, const HistoryEntry& entry,
             std::string_view instance) {
  if (entry.kind == Happening::hook || entry.kind == Happening::test) return false;
  const bool is_named = std::ranges::any_of(match.events, [&](EventWord word) {
    return enum_name(word) == enum_name(entry.kind) || enum_name(word) == outcome_of(entry);
  });
  if (!is_named || match.services.empty() || instance.empty()) return is_named;
  return is_meant(groups, match.services, instance);
}

}  // namespace sup
