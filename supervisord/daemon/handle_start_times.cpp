// blame, critical-chain and plot: how long starts took, and what they waited for.
#include <algorithm>

#include "base/refusable.hpp"
#include "daemon/handlers.hpp"
#include "daemon/views.hpp"
#include "engine/start_times.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

std::int64_t whole_us(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

// Since supervisord started; nothing for what has not come.
std::optional<std::int64_t> since_start(const Supervisor& supervisor, Instant moment) {
  if (moment == kNever) return std::nullopt;
  return whole_us(moment - supervisor.started_at());
}

wire::StartRecord view_start(const Supervisor& supervisor, InstanceId id) {
  const World& w = supervisor.world();
  const Instance& i = w.at(id);
  wire::StartRecord out;
  out.service = w.name(i);
  out.state = enum_name(i.state);
  out.status = enum_name(status_of(i.state));
  out.ready = i.start.is_ready;
  out.boot = began_at_boot(w, i);
  out.asked_us = since_start(supervisor, i.start.asked).value_or(0);
  out.allowed_us = since_start(supervisor, i.start.allowed);
  out.spawned_us = since_start(supervisor, i.start.spawned);
  out.ended_us = since_start(supervisor, i.start.ended);
  const InstanceId holder = i.state == State::waiting ? holder_of(w, i) : i.start.held_by;
  if (w.is_present(holder)) out.held_by = w.name(w.at(holder));
  return out;
}

wire::StartTimesReply empty_reply(const Supervisor& supervisor) {
  const Duration age = sys::monotonic_now() - supervisor.started_at();
  return {.started = unix_ms(sys::wall_now() - age), .now_us = whole_us(age), .starts = {}};
}

}  // namespace

// Those that have not been started since supervisord was have nothing to say.
void handle_start_times(Server& server, Session& session, const wire::Call& call) {
  const Indispensable whole;
  const auto services = named_services(server, session, call);
  if (!services) return;
  const Supervisor& supervisor = server.parts().supervisor;
  wire::StartTimesReply reply = empty_reply(supervisor);
  for (const InstanceId id : *services)
    if (supervisor.world().at(id).start.asked != kNever) reply.starts.push_back(view_start(supervisor, id));
  session.send(wire::encode_reply(reply));
}

void handle_critical_chain(Server& server, Session& session, const wire::Call& call) {
  const Indispensable whole;
  const Supervisor& supervisor = server.parts().supervisor;
  std::optional<InstanceId> end = last_to_start(supervisor.world());
  if (call.arguments.has("name")) {
    end = named_service(server, session, call);
    if (!end) return;
  }
  wire::StartTimesReply reply = empty_reply(supervisor);
  if (end && supervisor.world().at(*end).start.asked != kNever)
    for (const InstanceId id : critical_chain(supervisor.world(), *end))
      reply.starts.push_back(view_start(supervisor, id));
  session.send(wire::encode_reply(reply));
}

}  // namespace sup
