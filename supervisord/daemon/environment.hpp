// The environment that a service is started with, and where each variable of it comes from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "spec/service_spec.hpp"
#include "spec/spec_set.hpp"
#include "sys/accounts.hpp"

namespace sup {

// Which run a process belongs to: another value for each run.
inline constexpr std::string_view kInvocationVariable = "INVOCATION_ID";
// Its number in the run, for a hook or a command beside it: what it leaves is known by that.
inline constexpr std::string_view kTaskVariable = "INVOCATION_TASK";

// What a terminal of ours is, if nothing else says it: every emulator that may attach, and the smallest terminfo
// database, know at least this one.
inline constexpr std::string_view kTerminalType = "xterm";

// The origin of CREDENTIALS_DIRECTORY, whose value is another for each run, too.
inline constexpr std::string_view kFromCredentials = "credentials";

// Whether a value is shown to who may not read it.
enum class Secrecy : std::uint8_t { by_name, secret, open };
struct EnvEntry {
  std::string name;
  std::string value;
  // "inherited", "[supervisord] env", "user NAME", "env-file PATH", "env", "env-from-file PATH", "credentials", "tty",
  // "supervisord".
  std::string origin;
  Secrecy secrecy = Secrecy::by_name;
};

// Where variables come from, in rising order of strength: TERM if the service has a terminal, supervisord's own
// environment (as far as env-inherit lets it in), INSTANCE and INSTANCES if it has a place, the env of [supervisord],
// the user's HOME, USER, LOGNAME and SHELL if the service has a user, its env files, its env, its env-from-file,
// CREDENTIALS_DIRECTORY if it has any, and INVOCATION_ID, which every service gets and which comes first.
struct EnvSources {
  const std::vector<std::pair<std::string, std::string>>& own;
  const Environment& daemon;
  const ServiceSpec& spec;
  const std::optional<sys::Account>& account;
  InvocationId invocation;
  std::optional<InstancePlace> place = {};
  std::string credentials = {};  // The directory of the run's credentials; empty: it has none.
};

// Reads the env files anew: may block, so on a worker only. Errors: of the env files, with path and line.
[[nodiscard]] Result<std::vector<EnvEntry>> effective_environment(const EnvSources& sources);

// Whether its start asks the account database.
[[nodiscard]] inline bool needs_accounts(const ServiceSpec& spec) {
  return !spec.user->empty() || !spec.group->empty() || !spec.groups->names.empty();
}

// The account of the service's user, if it has one. May block (NSS). Errors: not_found, sys.
[[nodiscard]] Result<std::optional<sys::Account>> account_of(const ServiceSpec& spec);

}  // namespace sup
