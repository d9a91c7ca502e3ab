#include "daemon/handlers.hpp"
#include "base/version.hpp"
#include "daemon/say.hpp"
#include "guard/guard.hpp"
#include "guard/holder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.hpp"
#include "base/refusable.hpp"
#include "base/signals.hpp"
#include "base/text.hpp"
#include "config/shape.hpp"
#include "daemon/event_hooks.hpp"
#include "daemon/instance_names.hpp"
#include "daemon/own_log.hpp"
#include "daemon/views.hpp"
#include "spec/left_out.hpp"
#include "sys/clock.hpp"
#include "wire/exit_argument.hpp"

namespace sup {
namespace {

const World& world_of(Server& server) { return server.parts().supervisor.world(); }

// Those of them that have one of these tags. Errors: not_found, for people.
Result<std::vector<InstanceId>> with_tags(const World& w, std::vector<InstanceId> ids,
                                          std::span<const std::string> tags) {
  if (tags.empty()) return ids;
  std::vector<std::string> known;
  for (const ServiceId id : w.by_name) {
    const auto& of_one = *w.service(id).definition->spec.tags;
    known.insert(known.end(), of_one.begin(), of_one.end());
  }
  TRY(check_tags(known, tags));
  std::erase_if(ids, [&](InstanceId id) { return !has_tag(w.spec(w.at(id)), tags); });
  if (ids.empty()) return fail(Errc::not_found, fmt::format("none of these is tagged {}", fmt::join(tags, " or ")));
  return ids;
}

// The names and patterns that the call says.
std::vector<std::string> names_in(const wire::Call& call) {
  std::vector<std::string> out;
  if (call.arguments.has("name")) out.emplace_back(call.arguments.text("name"));
  for (const std::string& name : call.arguments.texts("names")) out.push_back(name);
  return out;
}

void handle_status(Server& server, Session& session, const wire::Call& call) {
  const auto services = named_services(server, session, call);
  if (!services) return;
  const Supervisor& supervisor = server.parts().supervisor;
  const Instant now = sys::monotonic_now();
  const WallTime wall = sys::wall_now();
  wire::StatusReply reply;
  reply.daemon = view_daemon(supervisor, now);
  reply.services.reserve(services->size());
  for (const InstanceId id : *services) reply.services.push_back(view_service(supervisor, id, now, wall));
  const auto names = call.arguments.texts("names");
  const auto is_asked_for = [&](ServiceId id) {
    const ServiceSlot& slot = supervisor.world().service(id);
    const auto is_among = [&](InstanceId i) { return std::ranges::find(*services, i) != services->end(); };
    if (!call.arguments.texts(wire::kTags).empty()) return std::ranges::any_of(slot.instances, is_among);
    return names.empty() || std::ranges::find(names, slot.definition->name) != names.end() ||
           std::ranges::any_of(slot.instances, is_among);
  };
  for (const ServiceId id : supervisor.world().by_name)
    if (is_scaled(supervisor.world(), id) && is_asked_for(id))
      reply.scales.push_back(view_scale(supervisor.world(), id));
  for (const NamedGroup& group : supervisor.world().groups) reply.groups.push_back(group.name);
  reply.hooks = server.parts().event_hooks.view();
  session.send(wire::encode_reply(reply));
}

void handle_signal(Server& server, Session& session, const wire::Call& call) {
  const auto services = commanded_services(server, session, call);
  if (!services) return;
  const auto signal = parse_signal(call.arguments.text("signal"));
  if (!signal) return session.send(wire::encode_error(wire::InvalidParameter{"signal"}));
  const World& w = world_of(server);
  wire::SignalReply reply;
  for (const InstanceId id : *services) {
    const Instance& i = w.at(id);
    wire::SignalResult result{.service = w.name(i), .pid = {}, .failure = {}};
    if (i.pid != 0) result.pid = i.pid;
    if (!has_process(w.spec(i)))
      result.failure = "has no process";
    else if (!is_live(i.state))
      result.failure = fmt::format("is not running ({})", enum_name(i.state));
    reply.results.push_back(std::move(result));
  }
  CommandGiven command;
  command.change = server.parts().supervisor.next_change();
  command.kind = CommandKind::signal;
  command.targets = *services;
  command.signal = *signal;
  command.to = *enum_from_name<SignalTarget>(call.arguments.text("to"));
  server.parts().supervisor.post(std::move(command));
  session.send(wire::encode_reply(reply));
}

// What the kernel says: the same as the settings, unless they cannot be had or somebody else has written there.
void add_limits(wire::ShownService& shown, const Run* run) {
  if (run == nullptr) return;
  for (const UnmetResource& unmet : *run->unmet)
    shown.not_in_force.push_back(fmt::format("{}: {}", unmet.key, unmet.reason));
  if (!run->group) return;
  for (const ResourceInForce& limit : resources_in_force(*run->group, *run->resources))
    if (!limit.value.empty()) shown.in_force.push_back(fmt::format("{}: {}", limit.key, limit.value));
}

std::string containment_of(const Supervisor& supervisor, const Run* run) {
  const ContainmentTree& containment = *supervisor.runs().context().containment;
  const std::string level(enum_name(containment.level()));
  if (run == nullptr || !run->group) return level;
  return fmt::format("{} {}/{}", level, containment.path(), run->group->name());
}

void add_stored_fds(wire::ShownService& shown, const FdStores& stores, InstanceId id) {
  for (const StoredFd& stored : stores.of(id))
    shown.stored_fds.push_back({stored.name, fd_text(stored.fd), stored.watch == FdWatch::watched});
}

void add_origins(wire::ShownService& shown, const NamedService& service, const std::vector<std::string>& files) {
  service.origins->for_each([&](const Origins::Row& row) {
    shown.origins.push_back(
        {std::string(row.key), files[row.file], std::int64_t{row.line}, std::string(enum_name(row.layer))});
  });
}

// A run that goes on has its own copies, so nothing has to be asked of it.
void handle_clean(Server& server, Session& session, const wire::Call& call) {
  const auto services = named_services(server, session, call);
  if (!services) return;
  FdStores& stores = server.parts().supervisor.fd_stores();
  const World& w = world_of(server);
  wire::CleanReply reply;
  for (const InstanceId id : *services) {
    const std::size_t dropped =
        call.arguments.has("fd_name") ? stores.remove(id, call.arguments.text("fd_name")) : stores.clear(id);
    reply.results.push_back({w.name(w.at(id)), static_cast<std::int64_t>(dropped)});
    if (dropped > 0)
      stores.tell(id, FdNews::dropped, fmt::format("{} dropped by ctl clean", counted(dropped, "stored descriptor")));
  }
  session.send(wire::encode_reply(reply));
}

void handle_show(Server& server, Session& session, const wire::Call& call) {
  const Indispensable whole;  // The destructor of a JSON value allocates, and may not throw.
  const auto services = named_services(server, session, call);
  if (!services) return;
  const Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  const Detail detail = call.arguments.flag("all") ? Detail::complete : Detail::changed;
  wire::ShowReply reply;
  for (const InstanceId id : *services) {
    const ServiceRef& definition = w.definition(w.at(id));
    const NamedService& service = *definition;
    wire::ShownService shown;
    shown.name = service.name;
    if (service.line != 0) shown.file = w.files[service.file];
    shown.line = service.line;
    shown.settings.text = to_json(service, detail).dump();
    shown.toml = to_toml(service, detail, Secrets::masked);
    if (detail == Detail::complete) {
      const auto set = to_json(service, Detail::changed);
      const auto every = to_json(service, Detail::complete);
      for (const auto& [key, value] : every.items())
        if (!set.contains(key)) shown.defaults.push_back(key);
    }
    shown.overrides = view_overrides(supervisor, definition);
    shown.enabled = service.spec.enabled;
    set_choice(supervisor, service.name, shown);
    const Run* run = supervisor.runs().find(id);
    shown.contained_by = containment_of(supervisor, run);
    add_limits(shown, run);
    add_stored_fds(shown, supervisor.fd_stores(), id);
    shown.probes = view_probes(w, id, sys::monotonic_now(), sys::wall_now());
    if (call.arguments.flag("origin")) add_origins(shown, service, w.files);
    reply.services.push_back(std::move(shown));
  }
  session.send(wire::encode_reply(reply));
}

void handle_explain(Server& server, Session& session, const wire::Call& call) {
  const auto service = named_service(server, session, call);
  if (!service) return;
  std::optional<ExitStatus> end;
  if (call.arguments.has("exit")) {
    end = wire::parse_exit(call.arguments.text("exit"));
    if (!end) return session.send(wire::encode_error(wire::InvalidParameter{"exit"}));
    const World& w = world_of(server);
    if (w.spec(w.at(*service)).type == ServiceType::target)
      return session.send(wire::encode_error(wire::Failed{
          fmt::format("cannot explain an end of {}: it is a target, without a process", w.name(w.at(*service)))}));
  }
  const Indispensable whole;  // The engine is copied to be asked.
  session.send(wire::encode_reply(view_explanation(server.parts().supervisor, *service, end)));
}

void handle_version(Session& session) {
  session.send(wire::encode_reply(wire::VersionReply{
      .version = std::string(program_version()), .pid = guard::supervisor_pid(), .manager = ::getpid()}));
}

void handle_log_level(Session& session, const wire::Call& call) {
  const LogLevel before = own_log_level();
  wire::LogLevelReply reply{.level = std::string(enum_name(before)), .before = {}};
  if (call.arguments.has("level")) {
    const LogLevel level = *enum_from_name<LogLevel>(call.arguments.text("level"));
    reply.before = std::exchange(reply.level, enum_name(level));
    // Said at the louder of the two, so that it stands in the log whichever way it goes.
    set_own_log_level(std::min({before, level, LogLevel::info}));
    if (level != before)
      say::info("{} sets the level of this log to {}, it was {}", session.peer(), reply.level, *reply.before);
    set_own_log_level(level);
  }
  session.send(wire::encode_reply(reply));
}

void handle_ping(Session& session) { session.send(wire::encode_reply(wire::PingReply{unix_ms(sys::wall_now())})); }

// Supervisord alone, or the machine whose init it is: never the one for the other.
void handle_shutdown(Server& server, Session& session, const wire::Call& call, PowerAction power) {
  if (power == PowerAction::none && guard::is_of_machine())
    return session.send(wire::encode_error(wire::Failed{
        "cannot shut supervisord down: it is the init of this machine; see 'ctl poweroff', 'ctl reboot', 'ctl halt'"}));
  if (power != PowerAction::none && !guard::is_of_machine())
    return session.send(wire::encode_error(wire::Failed{fmt::format(
        "cannot {} the machine: supervisord is not its init (it was not started with --init)", call.row->name)}));
  wire::ShutdownReply reply;
  const World& w = world_of(server);
  for (const Instance& i : w.present()) reply.stopping += is_live(i.state) && has_process(w.spec(i)) ? 1 : 0;
  const ShutdownPace pace = call.arguments.flag("now") ? ShutdownPace::at_once : ShutdownPace::orderly;
  if (power != PowerAction::none) say::info("{} asks for {}", session.peer(), enum_name(power));
  server.parts().supervisor.manager_record().power = power;
  // Asked twice is the same as once, for ctl asks the next manager again; who wants it now says so.
  const bool is_begun = server.parts().supervisor.engine().is_shutting_down();
  if (!is_begun || pace == ShutdownPace::at_once) server.parts().supervisor.post(ShutdownRequested{pace});
  session.send(wire::encode_reply(reply));
}

}  // namespace

std::optional<InstanceId> named_service(Server& server, Session& session, const wire::Call& call) {
  const auto services = named_services(server, session, call);
  if (services && services->size() == 1) return services->front();
  if (!services) return std::nullopt;
  const auto asked = names_in(call);
  session.send(wire::encode_error(wire::Failed{fmt::format("cannot {} {}: {}", call.row->name, fmt::join(asked, " "),
                                                           several_text(world_of(server), *services))}));
  return std::nullopt;
}

std::optional<std::vector<InstanceId>> named_services(Server& server, Session& session, const wire::Call& call) {
  auto resolved = resolve_instances(world_of(server), names_in(call));
  if (!resolved) {
    session.send(wire::encode_error(no_such_service(world_of(server), resolved.error())));
    return std::nullopt;
  }
  auto chosen = with_tags(world_of(server), std::move(*resolved), call.arguments.texts(wire::kTags));
  if (chosen) return std::move(*chosen);
  const std::string_view doing = call.row->verb == wire::Verb::status ? "show" : call.row->name;
  session.send(
      wire::encode_error(wire::Failed{fmt::format("cannot {} what --tag names: {}", doing, chosen.error().what)}));
  return std::nullopt;
}

std::optional<std::vector<InstanceId>> commanded_services(Server& server, Session& session, const wire::Call& call) {
  auto services = named_services(server, session, call);
  if (!services) return std::nullopt;
  const World& w = world_of(server);
  const auto is_external = [&](InstanceId id) { return w.spec(w.at(id)).type == ServiceType::external; };
  for (const std::string& name : names_in(call)) {
    const InstanceId id = find_instance(w, name);
    if (id == kNoInstance || !is_external(id)) continue;
    session.send(wire::encode_error(wire::Failed{
        fmt::format("cannot {} {}: it is external: supervisord asks whether it is there, and does nothing else with it",
                    call.row->name, name)}));
    return std::nullopt;
  }
  const auto asked = names_in(call);
  const bool is_everyone = asked.empty() || std::ranges::find(asked, "all") != asked.end();
  if (std::erase_if(*services, is_external) == 0 || !services->empty() || is_everyone) return services;
  session.send(wire::encode_error(wire::Failed{
      fmt::format("cannot {} {}: only what is external is meant", call.row->name, fmt::join(asked, " "))}));
  return std::nullopt;
}

void handle(Server& server, Session& session, const wire::Call& call) {
  using enum wire::Verb;
  switch (call.row->verb) {
    case status: return handle_status(server, session, call);
    case start: return handle_change(server, session, call, CommandKind::start);
    case stop: return handle_change(server, session, call, CommandKind::stop);
    case restart: return handle_restart(server, session, call);
    case reload: return handle_change(server, session, call, CommandKind::reload);
    case kill: return handle_change(server, session, call, CommandKind::kill);
    case pause: return handle_change(server, session, call, CommandKind::pause);
    case resume: return handle_change(server, session, call, CommandKind::resume);
    case wire::Verb::signal: return handle_signal(server, session, call);
    case wait: return handle_wait(server, session, call);
    case logs: return handle_logs(server, session, call);
    case events: return handle_events(server, session, call);
    case test_hook: return handle_test_hook(server, session, call);
    case show: return handle_show(server, session, call);
    case env: return handle_env(server, session, call);
    case wire::Verb::explain: return handle_explain(server, session, call);
    case graph: return handle_graph(server, session, call);
    case blame:
    case plot: return handle_start_times(server, session, call);
    case critical_chain: return handle_critical_chain(server, session, call);
    case wire::Verb::set: return handle_set(server, session, call);
    case enable:
    case disable: return handle_enable(server, session, call);
    case clean: return handle_clean(server, session, call);
    case exec: return handle_exec(server, session, call);
    case attach: return handle_attach(server, session, call);
    case run: return handle_run(server, session, call);
    case scale: return handle_scale(server, session, call);
    case tree: return handle_tree(server, session, call);
    case features: return handle_features(server, session);
    case plan: return handle_plan(server, session);
    case wire::Verb::apply: return handle_apply(server, session, call);
    case wire::Verb::confirm: return handle_confirm(server, session, call);
    case health: return handle_health(server, session, call);
    case version: return handle_version(session);
    case log_level: return handle_log_level(session, call);
    case ping: return handle_ping(session);
    case shutdown: return handle_shutdown(server, session, call, PowerAction::none);
    case poweroff: return handle_shutdown(server, session, call, PowerAction::poweroff);
    case reboot: return handle_shutdown(server, session, call, PowerAction::reboot);
    case halt: return handle_shutdown(server, session, call, PowerAction::halt);
    case reexec: return handle_reexec(server, session, call);
    case check:
    case completion:
    case cat:
    case edit:
    case new_definition:
    case explain_key:
    case format_files:
    case top:
    case import_foreign:
    case schema: break;  // ctl does these by itself: they have no method, so no call of them was parsed.
  }
  check_failed("a command with a method has a handler");
}

}  // namespace sup
