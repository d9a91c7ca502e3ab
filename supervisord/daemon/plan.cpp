#include "daemon/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "config/masking.hpp"
#include "spec/relations.hpp"

namespace sup {
namespace {

const NamedService& as_defined(const ServiceRef& definition, const Overrides& overrides) {
  const Overridden* known = overrides.find(definition);
  return known != nullptr ? *known->original : *definition;
}

std::vector<SettingChange> changes_between(const NamedService& before, const NamedService& after) {
  const bool are_external = before.external.is_written() && after.external.is_written();
  auto changes = are_external ? diff(*before.external, *after.external) : diff(before.spec, after.spec);
  mask_secrets(changes, *before.secrets);
  mask_secrets(changes, *after.secrets);
  return changes;
}

bool is_down(const World& w, const ServiceSlot& service) {
  return std::ranges::all_of(service.instances, [&](InstanceId id) { return is_resting(w.at(id).state); });
}

// Between a thing that is external and a service there is nothing to be kept.
bool is_other_kind(const ServiceSlot& before, const NamedService& after) {
  return before.definition->external.is_written() != after.external.is_written();
}

PlannedAction action_of(const World& w, const ServiceSlot& service, const NamedService& after,
                        const std::vector<SettingChange>& settings) {
  if (is_down(w, service)) return PlannedAction::none;
  const bool is_restart =
      std::ranges::any_of(settings, [](const SettingChange& change) { return change.on_change == OnChange::restart; });
  return is_restart || is_other_kind(service, after) ? PlannedAction::restart : PlannedAction::update;
}

// What was put in force without restarts is not whole before them.
void plan_pending(const World& w, const ServiceSlot& service, const NamedService& after, Plan& out) {
  for (const InstanceId id : service.instances) {
    if (!is_stale(w, w.at(id)) || !is_there(w.at(id).state)) continue;
    auto settings = changes_between(*w.definition(w.at(id)), after);
    if (action_of(w, service, after, settings) != PlannedAction::restart) continue;
    const bool relates_anew = !relate_alike(w.spec(w.at(id)), after.spec);
    out.services.push_back(
        {after.name, PlannedChange::changed, PlannedAction::restart, std::move(settings), relates_anew, false});
    return;
  }
  ++out.unchanged;
}

void plan_service(const World& w, const Overrides& overrides, const NamedService& after, Plan& out) {
  const auto id = find_service(w, after.name);
  const ServiceSlot* service = id ? &w.service(*id) : nullptr;
  if (service == nullptr || service->definition->transience != Transience::none) {
    const auto action = starts_with_supervisord(after) ? PlannedAction::start : PlannedAction::none;
    out.services.push_back({.service = after.name, .change = PlannedChange::added, .action = action, .settings = {}});
    return;
  }
  auto settings = changes_between(as_defined(service->definition, overrides), after);
  if (settings.empty() && !is_other_kind(*service, after)) return plan_pending(w, *service, after, out);
  const auto action = action_of(w, *service, after, settings);
  const bool relates_anew = !relate_alike(as_defined(service->definition, overrides).spec, after.spec);
  out.services.push_back(
      {after.name, PlannedChange::changed, action, std::move(settings), relates_anew, is_other_kind(*service, after)});
}

// What needs something that goes, as it is now, goes down with it and comes back.
void lead_down(const World& w, Plan& plan) {
  const auto goes = [&](const std::string& name) {
    return std::ranges::any_of(plan.services, [&](const ServicePlan& service) {
      return service.service == name && service.change == PlannedChange::removed &&
             service.action == PlannedAction::stop;
    });
  };
  for (ServicePlan& service : plan.services) {
    if (!service.relates_anew || service.action != PlannedAction::update) continue;
    for (const InstanceId id : find_instances(w, service.service))
      for_each_relation(w.spec(w.at(id)), [&](const Relation& relation) {
        if (is_need(relation.kind) && goes(relation.service)) service.action = PlannedAction::restart;
      });
  }
}

// New relations are taken together (see ServicesRedefined): where one of these is restarted for another reason, all
// are.
void unite(Plan& plan) {
  const auto is_regrouped = [](const ServicePlan& service) { return service.relates_anew; };
  const bool is_any = std::ranges::any_of(plan.services, [&](const ServicePlan& service) {
    return is_regrouped(service) && service.action == PlannedAction::restart;
  });
  if (!is_any) return;
  for (ServicePlan& service : plan.services)
    if (is_regrouped(service) && service.action == PlannedAction::update) service.action = PlannedAction::restart;
}

void plan_removals(const World& w, const SpecSet& files, Plan& out) {
  for (const ServiceId id : w.by_name) {
    const ServiceSlot& service = w.service(id);
    const std::string& name = service.definition->name;
    const bool is_kept = std::ranges::binary_search(files.services, name, {}, &NamedService::name);
    if (is_kept || service.definition->transience != Transience::none) continue;
    const auto action = is_down(w, service) ? PlannedAction::none : PlannedAction::stop;
    out.services.push_back({.service = name, .change = PlannedChange::removed, .action = action, .settings = {}});
  }
}

// What is found and not written down (the level of containment, if none is asked for) is as it is.
std::vector<SettingChange> plan_daemon(const DaemonSpec& before, DaemonSpec after) {
  if (after.containment == DaemonSpec{}.containment) after.containment = before.containment;
  return diff(before, after);
}

std::string members_text(const std::vector<NamedGroup>& groups, const std::string& name) {
  const auto group = std::ranges::find(groups, name, &NamedGroup::name);
  return group == groups.end() ? std::string() : fmt::format("[\"{}\"]", fmt::join(group->spec.members, "\", \""));
}

std::vector<SettingChange> plan_groups(const std::vector<NamedGroup>& before, const std::vector<NamedGroup>& after) {
  std::vector<std::string> names;
  for (const auto* groups : {&before, &after})
    for (const NamedGroup& group : *groups) names.push_back(group.name);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  std::vector<SettingChange> out;
  for (const std::string& name : names)
    if (SettingChange change{name, members_text(before, name), members_text(after, name), OnChange::live};
        change.old_value != change.new_value)
      out.push_back(std::move(change));
  return out;
}

std::string command_text(const std::vector<NamedEventHook>& hooks, const std::string& name) {
  const auto hook = std::ranges::find(hooks, name, &NamedEventHook::name);
  return hook == hooks.end() ? std::string() : fmt::format("[\"{}\"]", fmt::join(hook->spec.command.argv, "\", \""));
}

// One that is in the files or in force alone is told by its command.
std::vector<SettingChange> plan_event_hooks(const std::vector<NamedEventHook>& before,
                                            const std::vector<NamedEventHook>& after) {
  std::set<std::string> names;
  for (const auto* hooks : {&before, &after})
    for (const NamedEventHook& hook : *hooks) names.insert(hook.name);
  std::vector<SettingChange> out;
  for (const std::string& name : names) {
    const auto old_one = std::ranges::find(before, name, &NamedEventHook::name);
    const auto new_one = std::ranges::find(after, name, &NamedEventHook::name);
    if (old_one == before.end() || new_one == after.end()) {
      out.push_back({name, command_text(before, name), command_text(after, name), OnChange::live});
      continue;
    }
    std::vector<SettingChange> changes = diff(old_one->spec, new_one->spec);
    mask_secrets(changes, old_one->secrets);
    mask_secrets(changes, new_one->secrets);
    for (SettingChange& change : changes) {
      change.key = name + "." + change.key;
      out.push_back(std::move(change));
    }
  }
  return out;
}

}  // namespace

Plan plan_changes(const World& world, const Overrides& overrides, const SpecSet& files) {
  Plan out;
  for (const NamedService& after : files.services) plan_service(world, overrides, after, out);
  plan_removals(world, files, out);
  lead_down(world, out);
  unite(out);
  std::ranges::sort(out.services, {}, &ServicePlan::service);
  out.daemon = plan_daemon(world.daemon, files.daemon);
  out.groups = plan_groups(world.groups, files.groups);
  out.event_hooks = plan_event_hooks(world.event_hooks, files.event_hooks);
  return out;
}

}  // namespace sup
