#include "spec/spec_set.hpp"

namespace sup {

ServiceSpec as_service(const ExternalSpec& external) {
  ServiceSpec out;
  out.type = ServiceType::external;
  out.description = external.description;
  HealthSpec& health = out.health.edit();
  static_cast<ProbeSpec&>(health) = static_cast<const ProbeSpec&>(external);
  health.interval = external.interval;
  health.timeout = external.timeout;
  health.failures = external.failures;
  health.successes = external.successes;
  health.start_grace = {};
  health.action = HealthAction::none;
  return out;
}

ServiceSpec as_service(const EventHookSpec& hook) {
  ServiceSpec out;
  out.command = hook.command;
  out.working_dir = hook.working_dir;
  if (!hook.user.empty()) out.user.edit() = hook.user;
  if (!hook.group.empty()) out.group.edit() = hook.group;
  out.env = hook.env;
  return out;
}

}  // namespace sup
