#include "daemon/config_source.hpp"

#include <utility>

#include "daemon/beginning.hpp"
#include "daemon/boot_choice.hpp"

namespace sup {

ConfigSource::ConfigSource(DaemonOptions options) : options_(std::move(options)) {
  for (std::string& path : options_.config) path = absolute_path(path);
  for (std::string* path : {&options_.runtime_dir, &options_.state_dir, &options_.socket}) *path = absolute_path(*path);
}

Loaded ConfigSource::read() const { return load_configuration(options_, SystemChecks::on); }

Result<> ConfigSource::leave_out_of(SpecSet& set) const {
  const BootChoice choice = TRY(boot_choice(set, options_));
  leave_out(set, choice);
  return {};
}

}  // namespace sup
