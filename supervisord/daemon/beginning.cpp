#include "daemon/beginning.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "config/given.hpp"
#include "config/paths.hpp"
#include "daemon/credentials.hpp"
#include "daemon/main_service.hpp"
#include "daemon/own_log.hpp"
#include "daemon/places.hpp"
#include "daemon/succession.hpp"
#include "guard/holder.hpp"
#include "spec/check_logs.hpp"
#include "sys/env.hpp"
#include "sys/signals.hpp"

namespace sup {
namespace {

constexpr Duration kTimeOfContainers = std::chrono::seconds{9};  // `docker stop` kills after 10 s.
constexpr std::uint64_t kDescriptorsPerService = 6;              // pidfd, cgroup, two pipes, two log files.

}  // namespace

std::string absolute_path(const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return error ? path : whole.lexically_normal().string();
}

namespace {

LoadOptions load_options(const DaemonOptions& options) {
  LoadOptions how;
  how.trust = options.trust;
  how.main_command = options.main_command;
  how.profiles = options.profiles;
  if (guard::is_init_of_container()) how.defaults.shutdown_timeout = kTimeOfContainers;
  if (!options.main_command.empty()) how.defaults.forward_signals = kMainService;
  return how;
}

void override_daemon(const DaemonOptions& options, DaemonSpec& spec) {
  if (!options.runtime_dir.empty()) {
    spec.runtime_dir = absolute_path(options.runtime_dir);
    spec.socket.clear();
  }
  if (!options.state_dir.empty()) spec.state_dir = absolute_path(options.state_dir);
  if (!options.socket.empty()) spec.socket = absolute_path(options.socket);
  if (options.log_level) spec.log.level = *options.log_level;
  if (options.containment) spec.containment = *options.containment;
}

}  // namespace

Loaded load_configuration(const DaemonOptions& options, SystemChecks system) {
  LoadOptions how = load_options(options);
  how.system = system;
  how.keeps_files = guard::Holder::of_this_process().is_guarded();
  Loaded loaded = load(options.config, how);
  override_daemon(options, loaded.set.daemon);
  return loaded;
}

Loaded load_recorded(const DaemonOptions& options, std::vector<ConfigFile> files, Files whether) {
  LoadOptions how = load_options(options);
  how.system = SystemChecks::off;
  how.keeps_files = whether == Files::kept;
  Loaded loaded = load_again(std::move(files), how);
  override_daemon(options, loaded.set.daemon);
  return loaded;
}

EnabledChoices take_enabled_choices(SpecSet& set) {
  const auto state_dir = state_dir_of(set.daemon, this_process());
  auto choices = state_dir ? load_enabled(*state_dir) : Result<EnabledChoices>{};
  if (!choices) {
    fmt::print(stderr, "supervisord: {}; services are enabled as their definitions say\n", choices.error().what);
    return {};
  }
  apply_enabled(*choices, set.services);
  return *std::move(choices);
}

Result<LaunchContext> launch_context(const SpecSet& set, const sys::NofileLimits& original) {
  LaunchContext context;
  context.own_environment = without_configuration(sys::environment());
  context.daemon_environment = set.daemon.env;
  context.attribute_defaults = attribute_defaults(original);
  context.own_nofile = TRY(sys::nofile_limits()).soft;
  std::size_t instances = 0;
  for (const NamedService& service : set.services) instances += service.instances;
  context.needed_nofile = instances * kDescriptorsPerService + kReservedDescriptors * 2;
  context.ignored_signals = sys::ignored_signals();
  const auto log_dir = log_dir_of(set.daemon, this_process());
  if (log_dir) context.logs.dir = simplified_path(*log_dir);
  context.logs.to = services_log_to(set.daemon);
  context.logs.own_file = own_log_file(context.logs, set.daemon.log);
  context.log_formats = log_defaults(set.daemon.log);
  return context;
}

void place_launches(LaunchContext& context, const Places& places, bool has_world) {
  if (!places.runtime_dir.empty()) context.notify_dir = places.runtime_dir + "/notify";
  context.credentials_place = credentials_place(places.runtime_dir, places.identity).value_or("");
  if (has_world) return;
  remove_credentials_but(context.credentials_place, {});
  remove_voices_but(context.notify_dir, {});
}

}  // namespace sup
