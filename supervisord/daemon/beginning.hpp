// What supervisord begins with: its configuration as it was given, and what starts of services are made of.
#pragma once

#include "base/result.hpp"
#include "config/enabled.hpp"
#include "config/load.hpp"
#include "daemon/daemon.hpp"
#include "daemon/launch.hpp"
#include "daemon/places.hpp"
#include "daemon/state_records.hpp"
#include "spec/spec_set.hpp"
#include "sys/limits.hpp"

namespace sup {

// As it is from "/", too; an empty path stays empty.
[[nodiscard]] std::string absolute_path(const std::string& path);

// Options win over what the files say.
[[nodiscard]] Loaded load_configuration(const DaemonOptions& options, SystemChecks system);
// The same of files that were read before; with `kept`, they are in what is returned.
enum class Files : std::uint8_t { kept, dropped };
[[nodiscard]] Loaded load_recorded(const DaemonOptions& options, std::vector<ConfigFile> files, Files whether);

// What was enabled and disabled by command wins over the definitions. What cannot be read is no reason not to start.
[[nodiscard]] EnabledChoices take_enabled_choices(SpecSet& set);

// Errors: sys.
[[nodiscard]] Result<LaunchContext> launch_context(const SpecSet& set, const sys::NofileLimits& original);
// Where launches put what they make besides processes. What an earlier supervisord has left there goes, unless it is
// gone on for (`has_world`).
void place_launches(LaunchContext& context, const Places& places, bool has_world);

}  // namespace sup
