// Instance names: whom the names and patterns of a command mean.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "engine/world.hpp"
#include "wire/messages.hpp"
#include "wire/names.hpp"

namespace sup {

// The instances that the patterns name, sorted by service and number, each once: "web" means all instances of web, and
// "web@2" one. The name of a group means its members. No patterns mean all. The first pattern that names nobody is the
// error; a service without instances is somebody.
[[nodiscard]] std::expected<std::vector<InstanceId>, wire::UnknownName> resolve_instances(
    const World& w, std::span<const std::string> patterns);

// The answer to who names somebody who is not there.
[[nodiscard]] wire::NoSuchService no_such_service(const World& w, const wire::UnknownName& unknown);

// Why one is to be named, where a group, a pattern or a service of several instances means these (not exactly one).
[[nodiscard]] std::string several_text(const World& w, const std::vector<InstanceId>& ids);

}  // namespace sup
