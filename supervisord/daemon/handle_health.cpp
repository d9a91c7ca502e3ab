// health: whether all is well, for whoever asks every few seconds.
#include <fmt/format.h>

#include <algorithm>

#include "base/refusable.hpp"
#include "daemon/handlers.hpp"
#include "engine/explain.hpp"
#include "engine/guards.hpp"

namespace sup {
namespace {

constexpr std::size_t kMostUnwell = 100;

// What supervisord itself would have started. What is external is somebody else's business until it is named.
bool is_asked_for(const World& w, const Instance& i) {
  const NamedService& service = *w.definition(i);
  return service.spec.enabled && service.left_out->why.empty() && service.transience == Transience::none &&
         !service.external.is_written();
}

std::string state_reason(const World& w, const Instance& i) {
  const std::string cause = cause_text(w, i);
  return fmt::format("is {}{}", enum_name(i.state), cause.empty() ? "" : " (" + cause + ")");
}

// Why it is not ready for work; empty: it is.
std::string unready_reason(const World& w, const Instance& i) {
  const ServiceSpec& spec = w.spec(i);
  if (spec.type == ServiceType::oneshot) return i.state == State::completed ? "" : state_reason(w, i);
  if (!is_ready(w, i)) return state_reason(w, i);
  const bool is_probed = is_asked_for_health(w, i);
  if (!is_probed || i.health->verdict == Health::healthy) return "";
  return i.health->verdict == Health::unknown ? "has not been found healthy yet" : "is " + health_text(*i.health);
}

std::string unwell_reason(const World& w, const Instance& i, std::string_view level) {
  if (level == "ready") return unready_reason(w, i);
  return i.state == State::failed ? state_reason(w, i) : "";
}

}  // namespace

void handle_health(Server& server, Session& session, const wire::Call& call) {
  const Indispensable whole;
  const auto chosen = named_services(server, session, call);
  if (!chosen) return;
  const Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  const bool is_named = !call.arguments.texts("names").empty();
  wire::HealthReply reply;
  reply.level = call.arguments.text("level");
  if (supervisor.engine().is_shutting_down()) reply.shutting_down = supervisor.shutdown_reason();
  reply.well = reply.level == "live" || !reply.shutting_down;
  for (const InstanceId id : *chosen) {
    const Instance& i = w.at(id);
    if (!is_named && !is_asked_for(w, i)) continue;
    std::string reason = unwell_reason(w, i, reply.level);
    if (reason.empty()) continue;
    reply.well = false;
    if (reply.unwell.size() < kMostUnwell) reply.unwell.push_back({w.name(i), std::move(reason)});
  }
  session.send(wire::encode_reply(reply));
}

}  // namespace sup
