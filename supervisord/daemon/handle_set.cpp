// set: settings of a service that change while it runs. Read and checked like a file on the loop thread; the limits are
// written on a worker, since the kernel may take its time to find the memory that is to be given back.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/handlers.hpp"
#include "daemon/live_groups.hpp"
#include "daemon/say.hpp"
#include "spec/check.hpp"

namespace sup {
namespace {

// A set that is on its way.
struct Setting {
  Overridden old_state;
  Overridden new_state;
  std::vector<SettingChange> changes;
  std::vector<LiveGroup> groups;
};

// The checks between settings. Names are those of other services, of which only one can be set.
Result<> check_between(const World& w, const NamedService& service) {
  SpecSet set;
  set.daemon = w.daemon;
  NamedService alone = service;
  alone.spec.parent.clear();
  for (auto* list : {&alone.spec.requires_, &alone.spec.binds_to, &alone.spec.wants, &alone.spec.after}) list->clear();
  alone.spec.restart_with = {};
  for (auto* names : {&alone.spec.before, &alone.spec.conflicts}) names->clear();
  set.services.push_back(std::move(alone));
  if (const std::string& other = service.spec.restart.on_give_up->start;
      find_service(w, other) && other != service.name) {
    set.services.push_back({.name = other, .spec = {}, .file = 0, .line = 0});
    set.services.back().spec.command.argv = {"true"};
  }
  std::ranges::sort(set.services, {}, &NamedService::name);
  std::string out;
  for (const SpecProblem& problem : check_specs(set, "/"))
    if (problem.place.service != SpecPlace::kDaemon && set.services[problem.place.service].name == service.name)
      out += fmt::format("{}{}", out.empty() ? "" : "; ", problem.message);
  return out.empty() ? Result<>{} : fail(Errc::invalid, out);
}

Result<std::vector<Override>> wanted_overrides(const Overridden& now, const wire::Call& call) {
  std::vector<Override> changes;
  for (const std::string& text : call.arguments.texts("settings")) changes.push_back(TRY(parse_override(text)));
  const bool is_reset = call.arguments.flag("reset");
  if (changes.empty() && !is_reset)
    return fail(Errc::invalid, "no setting is named; write for example resources.memory-max=1GiB");
  return merge_overrides(is_reset ? std::vector<Override>{} : now.overrides, std::move(changes));
}

Result<Setting> prepare(const Supervisor& supervisor, const std::vector<InstanceId>& instances,
                        const wire::Call& call) {
  const World& w = supervisor.world();
  const ServiceRef now = w.service(w.at(instances.front()).service).definition;
  if (std::ranges::any_of(instances, [&](InstanceId id) { return is_stale(w, w.at(id)); }))
    return fail(Errc::invalid, "it runs by an earlier definition than the one in force; restart it first");
  Setting out;
  const Overridden* known = supervisor.overrides().find(now);
  out.old_state = known != nullptr ? *known : Overridden{now, now, {}};
  // By itself: a return out of a braced list would leave behind what stands before it there.
  std::vector<Override> wanted = TRY(wanted_overrides(out.old_state, call));
  out.new_state = {out.old_state.original, nullptr, std::move(wanted)};
  NamedService changed = *out.old_state.original;
  changed.spec = TRY(with_overrides(changed.name, changed.spec, out.new_state.overrides));
  out.changes = TRY(settable_changes(now->spec, changed.spec));
  TRY(check_between(w, changed));
  const bool is_as_defined = out.new_state.overrides.empty();
  out.new_state.current =
      is_as_defined ? out.old_state.original : std::make_shared<const NamedService>(std::move(changed));
  out.groups = TRY(live_groups(supervisor, instances));
  return out;
}

std::string refusal(const std::string& name, const Error& error) {
  return wire::encode_error(wire::Failed{fmt::format("cannot set {}: {}", name, error.what)});
}

// On the loop thread again.
std::string conclude(Supervisor& supervisor, Setting& setting, Limited& applied) {
  const Indispensable whole;
  const std::string& name = setting.old_state.original->name;
  supervisor.overrides().release(name);
  if (!applied) {
    supervisor.post(DefinitionChanged{setting.old_state.current});
    supervisor.overrides().put(std::move(setting.old_state));
    return refusal(name, applied.error());
  }
  wire::SetReply reply{
      .service = name, .changes = {}, .overrides = texts_of(setting.new_state.overrides), .warnings = {}};
  for (std::size_t i = 0; i < setting.groups.size(); ++i) {
    const LiveGroup& live = setting.groups[i];
    if (i == 0 && !(*applied)[i].empty()) reply.warnings.push_back(unmet_text((*applied)[i]));
    redefine_run(supervisor, live, setting.new_state.current, std::move((*applied)[i]), setting.changes);
  }
  for (SettingChange& change : setting.changes) {
    say::info("{}: {} is {} now (ctl set)", name, change.key, change.new_value.empty() ? "not set" : change.new_value);
    reply.changes.push_back({std::move(change.key), std::move(change.old_value), std::move(change.new_value)});
  }
  return wire::encode_reply(reply);
}

}  // namespace

void handle_set(Server& server, Session& session, const wire::Call& call) {
  const auto instances = commanded_services(server, session, call);
  if (!instances) return;
  Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  const bool is_one = !instances->empty() && w.service(w.at(instances->front()).service).instances == *instances;
  if (!is_one) return session.send(wire::encode_error(wire::Failed{"cannot set: one whole service must be named"}));
  const std::string name = w.definition(w.at(instances->front()))->name;
  auto setting = prepare(supervisor, *instances, call);
  if (!setting) return session.send(refusal(name, setting.error()));
  if (!supervisor.overrides().take(name))
    return session.send(refusal(name, Error{Errc::busy, 0, "another set of it is in progress", {}}));
  const Indispensable whole;
  // First, so that a run which begins while the worker writes is begun with it.
  supervisor.post(DefinitionChanged{setting->new_state.current});
  supervisor.overrides().put(setting->new_state);
  ContainmentTree& containment = *supervisor.runs().context().containment;
  answer_after_worker(server, session,
                      [&supervisor, &containment, setting = std::move(*setting)]() mutable -> Conclusion {
                        auto applied = limit(containment, *setting.new_state.current->spec.resources, setting.groups);
                        return [&supervisor, setting = std::move(setting), applied = std::move(applied)]() mutable {
                          return conclude(supervisor, setting, applied);
                        };
                      });
}

}  // namespace sup
