#include "sim/universe/cast.hpp"

#include <fmt/format.h>

namespace sup::sim {

Cast::Cast(const SpecSet& set) {
  for (const NamedService& service : set.services) add(std::make_shared<const NamedService>(service));
}

std::string Cast::name(InstanceId id) const {
  const World& w = engine_->world();
  if (id.value >= w.instances.size() || w.at(id).presence == Presence::vacant) return fmt::format("#{}", id.value);
  return w.name(w.at(id));
}

std::vector<InstanceId> Cast::all() const {
  std::vector<InstanceId> out;
  for (const Instance& i : engine_->world().present()) out.push_back(engine_->world().id(i));
  return out;
}

bool Cast::is_external(const std::string& service) const { return definitions_.at(service)->external.is_written(); }

std::vector<std::string> Cast::services() const {
  std::vector<std::string> out;
  for (const ServiceId id : engine_->world().by_name) out.push_back(engine_->world().service(id).definition->name);
  return out;
}

}  // namespace sup::sim
