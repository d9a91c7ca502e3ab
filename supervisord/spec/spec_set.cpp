#include "spec/spec_set.hpp"

namespace sup {

ServiceSpec as_service(const ExternalSpec& external) {
  ServiceSpec out;
  out.type = ServiceType::external;
  out.description = external.description;
  HealthSpec& health = out.health.edit();
  static_cast<ProbeSpec&>(health) = external;
  health.interval = external.interval;
  health.timeout = external.timeout;
  health.failures = external.failures;
  health.successes = external.successes;
  health.start_grace = {};
  health.action = HealthAction::none;
  return out;
}

}  // namespace sup
