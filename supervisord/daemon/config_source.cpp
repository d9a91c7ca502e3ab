#include "daemon/config_source.hpp"

#include <utility>

#include "config/given.hpp"
#include "daemon/beginning.hpp"
#include "daemon/boot_choice.hpp"

namespace sup {

ConfigSource::ConfigSource(DaemonOptions options) : options_(std::move(options)) {
  for (std::string& path : options_.config) path = absolute_path(path);
  for (std::string* path : {&options_.runtime_dir, &options_.state_dir, &options_.socket}) *path = absolute_path(*path);
}

Loaded ConfigSource::read() const { return load_configuration(options_, SystemChecks::on); }

std::vector<std::string> ConfigSource::paths() const {
  if (!options_.config.empty()) return options_.config;
  const GivenConfiguration given = given_configuration(this_process());
  if (!given.is_empty()) return given.paths;
  const auto directory = default_config_dir(this_process());
  return directory ? std::vector{*directory} : std::vector<std::string>();
}

Loaded ConfigSource::read_again(std::vector<ConfigFile> files) const {
  return load_recorded(options_, std::move(files), Files::kept);
}

Result<> ConfigSource::leave_out_of(SpecSet& set) const {
  const BootChoice choice = TRY(boot_choice(set, options_));
  leave_out(set, choice);
  return {};
}

}  // namespace sup
