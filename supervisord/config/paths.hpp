// Where things are when nobody says it. supervisord and ctl compute the same places from these functions.
//
//                 root                      another user
//   configuration /etc/supervisord          $XDG_CONFIG_HOME/supervisord, by default ~/.config/supervisord
//   run-time      /run/supervisord          $XDG_RUNTIME_DIR/supervisord, by default ~/.local/state/supervisord/run
//   state         /var/lib/supervisord      $XDG_STATE_HOME/supervisord, by default ~/.local/state/supervisord
//   logs          /var/log/supervisord      $XDG_STATE_HOME/supervisord/log, by default ~/.local/state/supervisord/log
//
// ~ is $HOME. XDG variables that are not absolute are ignored, as the XDG base directory specification demands. They
// are also ignored for root: `sudo -E` must not make root trust a directory of another user. Nothing is ever placed in
// /tmp, where another user could be first.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "spec/daemon_spec.hpp"

namespace sup {

using EnvLookup = std::function<std::optional<std::string>(std::string_view name)>;

// Who asks: all that the defaults depend on.
struct Who {
  uid_t uid = 0;
  EnvLookup env;
};
// The caller's effective user id and environment.
[[nodiscard]] Who this_process();

// Errors (all of the four): not_found, with the variables that would help.
[[nodiscard]] Result<std::string> default_config_dir(const Who& who);
[[nodiscard]] Result<std::string> default_runtime_dir(const Who& who);
[[nodiscard]] Result<std::string> default_state_dir(const Who& who);
[[nodiscard]] Result<std::string> default_log_dir(const Who& who);

inline constexpr std::string_view kSocketName = "control.sock";

// What a configuration makes of the defaults. A place that is configured never needs its default.
// The socket is `socket`, else control.sock in `runtime-dir`, else control.sock in the default run-time directory.
[[nodiscard]] Result<std::string> runtime_dir_of(const DaemonSpec& spec, const Who& who);
[[nodiscard]] Result<std::string> socket_of(const DaemonSpec& spec, const Who& who);
[[nodiscard]] Result<std::string> state_dir_of(const DaemonSpec& spec, const Who& who);
[[nodiscard]] Result<std::string> log_dir_of(const DaemonSpec& spec, const Who& who);

// Where a program without a slash is looked for when the service's environment has no PATH.
inline constexpr std::string_view kDefaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace sup
