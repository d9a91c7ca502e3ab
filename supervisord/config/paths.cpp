#include "config/paths.hpp"

#include <unistd.h>

#include "sys/env.hpp"

namespace sup {
namespace {

constexpr std::string_view kName = "supervisord";

// $`variable` if it is an absolute path.
std::optional<std::string> absolute(const Who& who, std::string_view variable) {
  auto value = who.env(variable);
  if (value && !value->starts_with('/')) value.reset();
  return value;
}

std::string join(std::string directory, std::string_view rest) {
  while (directory.ends_with('/')) directory.pop_back();
  return directory.append("/").append(rest);
}

// One of the four places: fixed for root, else below an XDG variable, else below HOME.
struct Place {
  std::string_view noun;
  std::string_view of_root;
  std::string_view variable;
  std::string_view below_variable;
  std::string_view below_home;
};
constexpr Place kConfig = {"configuration directory", "/etc/supervisord", "XDG_CONFIG_HOME", kName,
                           ".config/supervisord"};
constexpr Place kRuntime = {"run-time directory", "/run/supervisord", "XDG_RUNTIME_DIR", kName,
                            ".local/state/supervisord/run"};
constexpr Place kState = {"state directory", "/var/lib/supervisord", "XDG_STATE_HOME", kName,
                          ".local/state/supervisord"};
constexpr Place kLogs = {"log directory", "/var/log/supervisord", "XDG_STATE_HOME", "supervisord/log",
                         ".local/state/supervisord/log"};

Result<std::string> default_of(const Place& place, const Who& who) {
  if (who.uid == 0) return std::string(place.of_root);
  if (auto directory = absolute(who, place.variable)) return join(*std::move(directory), place.below_variable);
  if (auto home = absolute(who, "HOME")) return join(*std::move(home), place.below_home);
  return fail(Errc::not_found, "cannot find the default " + std::string(place.noun) + ": neither " +
                                   std::string(place.variable) + " nor HOME is an absolute path");
}

}  // namespace

Who this_process() {
  return {::geteuid(), [](std::string_view name) { return sys::environment_variable(std::string(name)); }};
}

Result<std::string> default_config_dir(const Who& who) { return default_of(kConfig, who); }
Result<std::string> default_runtime_dir(const Who& who) { return default_of(kRuntime, who); }
Result<std::string> default_state_dir(const Who& who) { return default_of(kState, who); }
Result<std::string> default_log_dir(const Who& who) { return default_of(kLogs, who); }

Result<std::string> runtime_dir_of(const DaemonSpec& spec, const Who& who) {
  if (!spec.runtime_dir.empty()) return spec.runtime_dir;
  return default_runtime_dir(who);
}

Result<std::string> socket_of(const DaemonSpec& spec, const Who& who) {
  if (!spec.socket.empty()) return spec.socket;
  return join(TRY(runtime_dir_of(spec, who)), kSocketName);
}

Result<std::string> state_dir_of(const DaemonSpec& spec, const Who& who) {
  if (!spec.state_dir.empty()) return spec.state_dir;
  return default_state_dir(who);
}

Result<std::string> log_dir_of(const DaemonSpec& spec, const Who& who) {
  if (!spec.log.dir.empty()) return spec.log.dir;
  return default_log_dir(who);
}

}  // namespace sup
