// enable and disable: what starts with supervisord, from now on and in every later life. Written to the disk by a
// worker; the definitions follow when it is there.
#include <fmt/format.h>

#include <algorithm>

#include "base/refusable.hpp"
#include "config/enabled.hpp"
#include "config/paths.hpp"
#include "daemon/handlers.hpp"
#include "daemon/say.hpp"

namespace sup {
namespace {

struct Choosing {
  std::vector<std::string> services;
  std::string state_dir;
  bool is_enabled = true;
  std::uint32_t uid = 0;  // Of whom asks for it.
};

std::vector<std::string> service_names(const World& w, const std::vector<InstanceId>& instances) {
  std::vector<std::string> out;
  for (const InstanceId id : instances) out.push_back(w.definition(w.at(id))->name);
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

Result<Choosing> prepare(const World& w, std::vector<std::string> services, bool is_enabled, std::uint32_t uid) {
  for (const std::string& service : services)
    if (const auto found = find_service(w, service);
        found && w.service(*found).definition->transience != Transience::none)
      return fail(Errc::invalid, fmt::format("cannot {} {}: no file defines it, so it does not outlive supervisord",
                                             is_enabled ? "enable" : "disable", service));
  if (is_enabled) {
    std::vector<const NamedService*> known;
    for (const ServiceId id : w.by_name) known.push_back(w.service(id).definition.get());
    TRY(check_enabled(known, services));
  }
  std::string state_dir = TRY(state_dir_of(w.daemon, this_process()));
  return Choosing{std::move(services), std::move(state_dir), is_enabled, uid};
}

ServiceRef with_choice(const ServiceRef& definition, bool is_enabled) {
  NamedService changed = *definition;
  changed.spec.enabled = is_enabled;
  return std::make_shared<const NamedService>(std::move(changed));
}

// What `ctl set` has changed of it stays as it is.
void redefine(Supervisor& supervisor, const ServiceRef& now, bool is_enabled) {
  const Overridden* known = supervisor.overrides().find(now);
  Overridden next = known != nullptr ? *known : Overridden{now, now, {}};
  std::erase_if(next.overrides, [](const Override& change) { return change.path == "enabled"; });
  next.original = with_choice(next.original, is_enabled);
  next.current = next.overrides.empty() ? next.original : with_choice(next.current, is_enabled);
  supervisor.post(DefinitionChanged{next.current});
  supervisor.overrides().put(std::move(next));
}

// On the loop thread again.
std::string conclude(Supervisor& supervisor, const Choosing& choosing, Result<EnabledChoices> choices) {
  const Indispensable whole;
  for (const std::string& service : choosing.services) supervisor.overrides().release(service);
  const std::string_view verb = choosing.is_enabled ? "enable" : "disable";
  if (!choices)
    return wire::encode_error(
        wire::Failed{fmt::format("cannot {} {}: {}", verb, fmt::join(choosing.services, ", "), choices.error().what)});
  supervisor.set_enabled_choices(*std::move(choices));
  const World& w = supervisor.world();
  wire::EnableReply reply{.results = {}, .file = fmt::format("{}/{}", choosing.state_dir, kEnabledName)};
  for (const std::string& service : choosing.services) {
    const auto found = find_service(w, service);
    if (!found) continue;  // It was removed meanwhile.
    const ServiceRef now = w.service(*found).definition;
    reply.results.push_back({.service = service, .enabled = choosing.is_enabled, .before = now->spec.enabled});
    say::info("{}: {}d (ctl {})", service, verb, verb);
    redefine(supervisor, now, choosing.is_enabled);
  }
  return wire::encode_reply(reply);
}

// Nobody else changes their definitions meanwhile.
bool take_all(Overrides& overrides, const std::vector<std::string>& services) {
  for (auto service = services.begin(); service != services.end(); ++service) {
    if (overrides.take(*service)) continue;
    for (auto taken = services.begin(); taken != service; ++taken) overrides.release(*taken);
    return false;
  }
  return true;
}

}  // namespace

void handle_enable(Server& server, Session& session, const wire::Call& call) {
  const auto instances = commanded_services(server, session, call);
  if (!instances) return;
  Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  auto choosing = prepare(w, service_names(w, *instances), call.row->verb == wire::Verb::enable, session.uid());
  if (!choosing) return session.send(wire::encode_error(wire::Failed{choosing.error().what}));
  if (!take_all(supervisor.overrides(), choosing->services))
    return session.send(wire::encode_error(
        wire::Failed{fmt::format("cannot {}: another change of the same service is in progress", call.row->name)}));
  const Indispensable whole;
  answer_after_worker(server, session, [&supervisor, choosing = std::move(*choosing)]() mutable -> Conclusion {
    auto choices = choose_enabled(choosing.state_dir, choosing.services, choosing.is_enabled, choosing.uid);
    return [&supervisor, choosing = std::move(choosing), choices = std::move(choices)]() mutable {
      return conclude(supervisor, choosing, std::move(choices));
    };
  });
}

}  // namespace sup
