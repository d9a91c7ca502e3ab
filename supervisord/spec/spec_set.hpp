// SpecSet: one complete, checked configuration.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "spec/daemon_spec.hpp"
#include "spec/event_hook_spec.hpp"
#include "spec/external_spec.hpp"
#include "spec/groups.hpp"
#include "spec/origins.hpp"
#include "spec/rare.hpp"
#include "spec/service_spec.hpp"

namespace sup {

// How long a service is there: as long as its configuration says so; or, if no file defines it, until it has ended.
enum class Transience : std::uint8_t {
  none,
  until_stopped,  // It stays to be looked at, until somebody stops it.
  until_success,  // After another end it stays to be looked at, until it is stopped.
  until_end,
};

// Which of how many.
struct InstancePlace {
  std::uint32_t number = 1;
  std::uint32_t of = 1;
  friend bool operator==(InstancePlace, InstancePlace) = default;
};

// Why a service is not started with supervisord, although its definition may say so.
struct LeftOut {
  std::string why;          // For people; empty: it is not left out.
  bool is_skipped = false;  // Nor is it started then by what wants it.
  friend bool operator==(const LeftOut&, const LeftOut&) = default;
};

// A service under its name, and where it was defined.
struct NamedService {
  std::string name;
  ServiceSpec spec;
  std::uint32_t file = 0;            // Index into SpecSet::files.
  std::uint32_t line = 0;            // From 1; 0: not from a file.
  Rare<ExternalSpec> external = {};  // Written if it is none: what the user said of it. `spec` follows from that.
  Transience transience = Transience::none;
  std::uint32_t instances = 1;  // What spec.instances comes to on this machine.
  Rare<LeftOut> left_out = {};
  std::optional<InstancePlace> place = {};      // Whose it is, with the placeholders filled in; else it is for all.
  Rare<Origins> origins = {};                   // Of what was written in files.
  Rare<std::vector<std::string>> secrets = {};  // Texts of other files in its settings, for no other eyes.
};

[[nodiscard]] inline bool starts_with_supervisord(const NamedService& service) {
  return service.spec.enabled && service.left_out->why.empty();
}

// What an external thing is among services: something without a process that is asked how it is.
[[nodiscard]] ServiceSpec as_service(const ExternalSpec& external);

// A definition that is in use. It never changes, and a worker may read it when the engine has another one already.
using ServiceRef = std::shared_ptr<const NamedService>;

// A service that is defined, but not for this machine or this time: its profiles are not chosen, or a condition does
// not hold.
struct AbsentService {
  std::string name;
  std::string why;   // "its profile dev is not chosen"
  std::string hint;  // What would bring it in, or empty.
  friend bool operator==(const AbsentService&, const AbsentService&) = default;
};

// All that was configured. Services and groups are sorted by name, names are unique among both; so are event hooks,
// whose names are their own.
struct SpecSet {
  DaemonSpec daemon;
  std::vector<NamedService> services;
  std::vector<NamedGroup> groups;
  std::vector<AbsentService> absent = {};  // Sorted by name; none of these is among the services.
  std::vector<std::string> files;
  std::vector<NamedEventHook> event_hooks = {};
};

}  // namespace sup
