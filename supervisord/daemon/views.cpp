#include "daemon/views.hpp"
#include "base/version.hpp"
#include "guard/holder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "engine/explain.hpp"
#include "engine/stop_progress.hpp"
#include "engine/transitions.hpp"

namespace sup {
namespace {

std::string text_of(std::string_view view) { return std::string(view); }

// What shows that it is ready.
std::string ready_text(const ServiceSpec& spec) {
  switch (ready_kind(spec)) {
    case ReadyKind::probe: return probe_text(*spec.ready);
    case ReadyKind::fd: return fmt::format("descriptor {}", *spec.ready->fd);
    case ReadyKind::log: return fmt::format("log '{}'", spec.ready->log);
    case ReadyKind::notify: return "sd_notify";
    case ReadyKind::executed:
    case ReadyKind::delay: break;
  }
  return {};
}

}  // namespace

template <class View>
void set_choice(const Supervisor& supervisor, const std::string& service, View& out) {
  const EnabledChoices& choices = supervisor.enabled_choices();
  const auto choice = choices.find(service);
  if (choice == choices.end()) return;
  out.enabled_by = "ctl";
  out.chosen = choice->second.at_ms;
  out.chosen_by = choice->second.by;
}
template void set_choice(const Supervisor&, const std::string&, wire::ServiceStatus&);
template void set_choice(const Supervisor&, const std::string&, wire::ShownService&);

namespace {

void set_end(const Instance& i, std::optional<std::int64_t>& code, std::optional<std::int64_t>& signal) {
  if (i.last_kind != EndKind::exited) return;
  if (i.last_status.signal != 0)
    signal = i.last_status.signal;
  else
    code = i.last_status.code;
}

// What the probes say, while there are any; paused, what they said before.
void set_health(const World& w, const Instance& i, Instant now, WallTime wall, wire::ServiceStatus& out) {
  if (!i.health.is_written() || !(is_asked_for_health(w, i) || i.state == State::paused)) return;
  out.health = text_of(enum_name(i.health->verdict));
  out.probe_failures = i.health->failures;
  if (!i.health->last_probe) return;
  out.probed = unix_ms(wall - (now - *i.health->last_probe));
  if (i.health->has_last_failed) out.probe_failure = i.health->last_failure;
}

// How its stop goes on, while one is under way.
void set_stop(const Engine& engine, const Instance& i, Instant now, wire::ServiceStatus& out) {
  const auto stop = stop_progress(engine.world(), i, engine.shutdown_deadline());
  if (!stop) return;
  if (!stop->signal.empty()) out.stop_signal = stop->signal;
  if (!stop->command.empty()) out.stop_command = stop->command;
  if (out.stop_signal || out.stop_command) out.stop_told_ms_ago = whole_ms(now - stop->told_at);
  if (stop->kill_at) out.kill_in_ms = whole_ms(std::max(*stop->kill_at - now, Duration{0}));
}

}  // namespace

std::int64_t unix_ms(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::int64_t whole_ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

wire::ServiceStatus view_service(const Supervisor& supervisor, InstanceId id, Instant now, WallTime wall) {
  const World& w = supervisor.world();
  const Instance& i = w.at(id);
  const ServiceSpec& spec = w.spec(i);
  const bool has_changed = i.row != nullptr;
  const Duration age = now - (has_changed ? i.since : supervisor.started_at());
  wire::ServiceStatus out;
  out.name = w.name(i);
  out.state = text_of(enum_name(i.state));
  out.status = text_of(enum_name(status_of(i.state)));
  out.goal = text_of(enum_name(i.goal));
  if (i.pid != 0) out.pid = i.pid;
  out.since_ms_ago = whole_ms(age);
  out.since = unix_ms(wall - age);
  out.run = static_cast<std::int64_t>(i.run.value);
  if (const Run* run = supervisor.runs().find(id)) {
    out.invocation_id = run->invocation.text();
    if (std::string says = run->voice ? run->voice->says() : ""; !says.empty()) out.says = std::move(says);
  }
  out.restarts = spec.restart.max.count ? static_cast<std::int64_t>(i.recent_restarts.size()) : i.restarts_in_row;
  out.restarts_total = i.restarts_total;
  if (spec.restart.max.count) out.restarts_max = *spec.restart.max.count;
  if (i.state == State::backoff) out.next_try_ms = whole_ms(std::max(i.deadline - now, Duration{0}));
  set_stop(supervisor.engine(), i, now, out);
  out.ready = is_ready(w, i);
  out.cause = cause_text(w, i);
  set_end(i, out.exit_code, out.exit_signal);
  set_health(w, i, now, wall, out);
  out.type = text_of(enum_name(spec.type));
  out.enabled = w.service(i.service).definition->spec.enabled;
  out.stale = is_stale(w, i);
  set_choice(supervisor, w.definition(i)->name, out);
  if (const std::string& why = w.definition(i)->left_out->why; !why.empty()) out.left_out = why;
  out.transient = w.definition(i)->transience != Transience::none;
  if (!spec.description.empty()) out.description = spec.description;
  for (const auto* list : {&spec.requires_, &spec.binds_to})
    for (const Dependency& dependency : *list) out.requires_.push_back(dependency.service);
  out.overrides = view_overrides(supervisor, w.definition(i));
  if (const log::Counters output = supervisor.output_of(id); output.dropped_lines > 0) {
    out.dropped_lines = static_cast<std::int64_t>(output.dropped_lines);
    out.dropped_bytes = static_cast<std::int64_t>(output.dropped_bytes);
  }
  const std::size_t stored = supervisor.fd_stores().of(id).size();
  if (stored > 0 || spec.fd_store_max > 0) out.stored_fds = static_cast<std::int64_t>(stored);
  return out;
}

std::vector<std::string> view_overrides(const Supervisor& supervisor, const ServiceRef& definition) {
  const Overridden* overridden = supervisor.overrides().find(definition);
  return overridden != nullptr ? texts_of(overridden->overrides) : std::vector<std::string>{};
}

std::vector<wire::ShownProbe> view_probes(const World& w, InstanceId id, Instant now, WallTime wall) {
  const Instance& i = w.at(id);
  std::vector<wire::ShownProbe> out;
  if (is_awaiting_ready(w, i) && !i.ready_note->empty()) {
    wire::ShownProbe& ready = out.emplace_back();
    ready.of = "ready";
    ready.target = ready_text(w.spec(i));
    const bool has_target = i.ready_note->starts_with(ready.target + ": ");
    ready.failure = i.ready_note->substr(has_target ? ready.target.size() + 2 : 0);
  }
  if (!is_asked_for_health(w, i)) return out;
  wire::ShownProbe& health = out.emplace_back();
  health.of = "health";
  health.target = probe_text(*w.spec(i).health);
  health.verdict = text_of(enum_name(i.health->verdict));
  if (i.health->last_probe) health.time = unix_ms(wall - (now - *i.health->last_probe));
  if (i.health->has_last_failed) health.failure = i.health->last_failure;
  return out;
}

bool is_scaled(const World& w, ServiceId id) {
  const ServiceSlot& service = w.service(id);
  return service.instances.size() != 1 || service.definition->instances != count_here(w, service);
}

wire::ServiceScale view_scale(const World& w, ServiceId id) {
  const ServiceSlot& service = w.service(id);
  wire::ServiceScale out;
  out.service = service.definition->name;
  out.configured = service.definition->instances;
  out.instances = count_here(w, service);
  out.up = std::ranges::count_if(service.instances, [&](InstanceId i) {
    return w.at(i).presence == Presence::here && status_of(w.at(i).state) == Status::up;
  });
  out.is_override = out.instances != out.configured;
  return out;
}

wire::ChangeResult view_result(const TargetResult& result) {
  wire::ChangeResult out{.service = result.name,
                         .outcome = std::string(enum_name(result.outcome)),
                         .state = std::string(enum_name(result.state)),
                         .cause = result.outcome == Outcome::done ? std::string() : result.cause,
                         .elapsed_ms = whole_ms(result.took),
                         .last_lines = {}};
  if (result.along_with != kNoInstance)
    (result.along == Along::gives_way ? out.gives_way_to : out.along_with) = result.along_with_name;
  return out;
}

wire::ChangeProgress view_progress(const World& w, const StateChanged& change, Duration elapsed) {
  return {.service = w.name(w.at(change.instance)),
          .from = std::string(enum_name(change.from)),
          .to = std::string(enum_name(change.to)),
          .why = change.cause.empty() ? std::string(change.row->why) : change.cause,
          .elapsed_ms = whole_ms(elapsed)};
}

wire::DaemonStatus view_daemon(const Supervisor& supervisor, Instant now) {
  wire::DaemonStatus out;
  out.pid = guard::supervisor_pid();
  out.version = program_version();
  out.uptime_ms = whole_ms(now - supervisor.started_at());
  out.state = supervisor.engine().is_shutting_down() ? "shutting-down" : "running";
  if (const auto by = supervisor.manager_record().confirm_by)
    out.confirm_ms = whole_ms(std::max(*by - now, Duration{}));
  out.event_seq = static_cast<std::int64_t>(supervisor.history().last_sequence());
  for (const Instance& i : supervisor.world().present()) {
    ++out.services;
    switch (status_of(i.state)) {
      case Status::up: ++out.up; break;
      case Status::changing: ++out.changing; break;
      case Status::down: ++out.down; break;
      case Status::failed: ++out.failed; break;
    }
  }
  return out;
}

wire::EventRecord view_event(const World& w, const HistoryEntry& entry) {
  wire::EventRecord out;
  out.seq = static_cast<std::int64_t>(entry.sequence);
  out.time = unix_ms(entry.time);
  if (entry.kind == Happening::health) {
    out.kind = "health";
    out.service = entry.instance == kNoInstance ? *entry.departed : w.name(w.at(entry.instance));
    out.from = text_of(enum_name(entry.health_from));
    out.to = text_of(enum_name(entry.health_to));
    out.cause = *entry.cause;
    out.run = static_cast<std::int64_t>(entry.run.value);
    return out;
  }
  if (entry.kind == Happening::fd_store) {
    out.kind = "fd-store";
    out.service = entry.instance == kNoInstance ? *entry.departed : w.name(w.at(entry.instance));
    out.cause = *entry.cause;
    return out;
  }
  if (entry.kind == Happening::hook || entry.kind == Happening::test) {
    out.kind = text_of(enum_name(entry.kind));
    out.cause = *entry.cause;
    return out;
  }
  if (entry.kind != Happening::state) {
    out.kind = "daemon";
    out.to = text_of(enum_name(entry.kind));
    if (!entry.cause->empty()) out.cause = *entry.cause;
    return out;
  }
  out.kind = "state";
  out.service = entry.instance == kNoInstance ? *entry.departed : w.name(w.at(entry.instance));
  out.from = text_of(enum_name(entry.from));
  out.to = text_of(enum_name(entry.to));
  if (entry.row != nullptr) out.why = text_of(entry.row->why);
  if (!entry.cause->empty()) out.cause = *entry.cause;
  if (entry.status && entry.status->signal != 0) out.exit_signal = entry.status->signal;
  if (entry.status && entry.status->signal == 0) out.exit_code = entry.status->code;
  if (entry.pid != 0) out.pid = entry.pid;
  if (entry.run != RunId{}) out.run = static_cast<std::int64_t>(entry.run.value);
  out.last_lines = *entry.words;
  return out;
}

}  // namespace sup
