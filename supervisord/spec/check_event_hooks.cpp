#include "spec/check_event_hooks.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "spec/absent.hpp"

namespace sup {
namespace {

std::string quoted(std::string_view name) { return "'" + printable(name, 80) + "'"; }

SpecPlace place_of(std::size_t hook, std::string_view key, std::optional<std::size_t> element = {}) {
  return {.service = SpecPlace::kDaemon, .key = key, .element = element, .event_hook = hook};
}

// Patterns may mean services that come later (ctl run), and one instance is named by its service.
bool is_defined(const SpecSet& set, std::string_view wanted) {
  if (wanted == "all" || wanted.find_first_of("*?[") != wanted.npos) return true;
  const std::string_view service = wanted.substr(0, wanted.find('@'));
  return std::ranges::binary_search(set.services, service, {},
                                    [](const NamedService& one) -> std::string_view { return one.name; }) ||
         find_group(set.groups, wanted) != nullptr || find_absent(set.absent, service) != nullptr;
}

std::string suggestion(const SpecSet& set, std::string_view wanted) {
  std::vector<std::string_view> names;
  for (const NamedService& service : set.services) names.emplace_back(service.name);
  for (const NamedGroup& group : set.groups) names.emplace_back(group.name);
  const auto near = nearest(wanted, names);
  return near ? "did you mean " + quoted(*near) + "?" : "";
}

void check_one(const SpecSet& set, std::size_t i, std::vector<SpecProblem>& out) {
  const NamedEventHook& hook = set.event_hooks[i];
  const std::vector<std::string>& argv = hook.spec.command.argv;
  if (argv.empty())
    out.push_back({ProblemKind::missing,
                   place_of(i, "command"),
                   "on-event " + quoted(hook.name) + " has no command",
                   "write for example command = [\"/usr/local/bin/notify\"]",
                   {}});
  else if (argv[0].empty())
    out.push_back(
        {ProblemKind::contradiction, place_of(i, "command", 0), "command: the name of the program is empty", {}, {}});
  if (hook.spec.match.events.empty())
    out.push_back({ProblemKind::contradiction,
                   place_of(i, "match.events"),
                   "match.events: it would be told of nothing",
                   "name for example \"failed\"",
                   {}});
  for (std::size_t j = 0; j < hook.spec.match.services.size(); ++j) {
    const std::string& wanted = hook.spec.match.services[j];
    if (!is_defined(set, wanted))
      out.push_back({ProblemKind::unknown_name,
                     place_of(i, "match.services", j),
                     "match.services: there is no service " + quoted(wanted),
                     suggestion(set, wanted),
                     {}});
  }
}

}  // namespace

std::vector<SpecProblem> check_event_hooks(const SpecSet& set) {
  std::vector<SpecProblem> out;
  for (std::size_t i = 0; i < set.event_hooks.size(); ++i) check_one(set, i, out);
  return out;
}

}  // namespace sup
