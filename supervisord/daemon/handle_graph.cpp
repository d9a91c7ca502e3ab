// graph: the services of the engine and their relations, with states.
#include <algorithm>

#include "base/refusable.hpp"
#include "daemon/handlers.hpp"
#include "wire/service_graph.hpp"

namespace sup {
namespace {

// Which of several instances is shown for all: the one that most needs to be seen.
int gravity_of(State state) {
  switch (status_of(state)) {
    case Status::failed: return 3;
    case Status::changing: return 2;
    case Status::down: return 1;
    case Status::up: return 0;
  }
  return 0;
}

void set_state(const World& w, const ServiceSlot& service, wire::GraphService& out) {
  out.instances = static_cast<std::int64_t>(service.instances.size());
  if (service.instances.empty()) return;
  const auto state_of = [&](InstanceId id) { return w.at(id).state; };
  for (const InstanceId id : service.instances) out.up += status_of(state_of(id)) == Status::up ? 1 : 0;
  const State worst = state_of(
      *std::ranges::max_element(service.instances, {}, [&](InstanceId id) { return gravity_of(state_of(id)); }));
  out.state = enum_name(worst);
  out.status = enum_name(status_of(worst));
}

}  // namespace

void handle_graph(Server& server, Session& session, const wire::Call& call) {
  const Indispensable whole;
  const auto chosen = named_services(server, session, call);
  if (!chosen) return;
  const World& w = server.parts().supervisor.world();
  std::vector<const NamedService*> services;
  for (const ServiceId id : w.by_name) services.push_back(w.service(id).definition.get());
  wire::GraphReply graph = wire::graph_of(services);
  for (std::size_t at = 0; at < w.by_name.size(); ++at) set_state(w, w.service(w.by_name[at]), graph.services[at]);
  if (call.arguments.texts("names").empty()) return session.send(wire::encode_reply(graph));
  std::vector<std::size_t> places(w.services.size());
  for (std::size_t at = 0; at < w.by_name.size(); ++at) places[w.by_name[at].value] = at;
  std::vector<std::size_t> wanted;
  for (const InstanceId id : *chosen) wanted.push_back(places[w.at(id).service.value]);
  session.send(wire::encode_reply(wire::part_of(graph, wanted)));
}

}  // namespace sup
