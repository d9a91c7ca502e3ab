#include "daemon/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "config/env_file.hpp"
#include "daemon/credentials.hpp"

namespace sup {
namespace {

// Variables by name; a stronger source takes the place of a weaker one.
class Layers {
 public:
  void set(std::string_view name, std::string_view value, std::string_view origin, Secrecy secrecy = Secrecy::by_name) {
    EnvEntry entry{std::string(name), std::string(value), std::string(origin), secrecy};
    const auto [it, is_new] = index_.try_emplace(std::string(name), entries_.size());
    if (is_new)
      entries_.push_back(std::move(entry));
    else
      entries_[it->second] = std::move(entry);
  }
  std::vector<EnvEntry> take() { return std::move(entries_); }

 private:
  std::vector<EnvEntry> entries_;
  std::unordered_map<std::string, std::size_t> index_;
};

// What our own manager has said to us is not for our services.
constexpr std::string_view kOurs[] = {kInvocationVariable, kTaskVariable,    "NOTIFY_SOCKET",     "WATCHDOG_USEC",
                                      "WATCHDOG_PID",      "FDSTORE",        "LISTEN_FDS",        "LISTEN_FDNAMES",
                                      "LISTEN_PID",        "LISTEN_PIDFDID", kCredentialsVariable};

bool is_inherited(const EnvInherit& rule, const std::string& name) {
  if (std::ranges::find(kOurs, name) != std::end(kOurs)) return false;
  return rule.all || std::ranges::find(rule.names, name) != rule.names.end();
}

// A number without an entry in the account database is its own name: never ours, which would be inherited.
void set_account(Layers& layers, const sys::Account& account) {
  const std::string name = account.name.empty() ? std::to_string(account.uid) : account.name;
  const std::string origin = fmt::format("user {}", name);
  layers.set("HOME", account.home, origin);
  layers.set("USER", name, origin);
  layers.set("LOGNAME", name, origin);
  layers.set("SHELL", account.shell.empty() ? "/bin/sh" : account.shell, origin);
}

Result<> set_env_file(Layers& layers, const EnvFile& file) {
  auto content = read_env_files({file});
  if (!content) return std::unexpected(std::move(content).error().wrap("env-file"));
  const std::string origin = fmt::format("env-file {}", file.path);
  for (const auto& [name, value] : content->variables) layers.set(name, value, origin);
  return {};
}

Result<> set_from_file(Layers& layers, const std::string& name, const std::string& path) {
  const auto value = read_secret(path);
  if (!value) return std::unexpected(Error(value.error()).wrap(fmt::format("env-from-file.{}", name)));
  layers.set(name, *value, fmt::format("env-from-file {}", path), Secrecy::secret);
  return {};
}

}  // namespace

Result<std::vector<EnvEntry>> effective_environment(const EnvSources& sources) {
  Layers layers;
  layers.set(kInvocationVariable, sources.invocation.text(), "supervisord");
  if (sources.spec.tty) layers.set("TERM", kTerminalType, "tty");
  for (const auto& [name, value] : sources.own)
    if (is_inherited(*sources.spec.env_inherit, name)) layers.set(name, value, "inherited");
  if (sources.place) {
    layers.set("INSTANCE", std::to_string(sources.place->number), "supervisord");
    layers.set("INSTANCES", std::to_string(sources.place->of), "supervisord");
  }
  for (const auto& [name, value] : sources.daemon.variables) layers.set(name, value, "[supervisord] env");
  if (sources.account) set_account(layers, *sources.account);
  for (const EnvFile& file : *sources.spec.env_file) TRY(set_env_file(layers, file));
  for (const auto& [name, value] : sources.spec.env.variables) layers.set(name, value, "env");
  for (const auto& [name, path] : sources.spec.env_from_file->files) TRY(set_from_file(layers, name, path));
  if (!sources.credentials.empty())
    layers.set(kCredentialsVariable, sources.credentials, kFromCredentials, Secrecy::open);
  layers.set(kInvocationVariable, sources.invocation.text(), "supervisord");
  return layers.take();
}

Result<std::optional<sys::Account>> account_of(const ServiceSpec& spec) {
  if (spec.user->empty()) return std::nullopt;
  auto account = TRY(sys::find_user(*spec.user));
  if (!account) return fail(Errc::not_found, fmt::format("user '{}': no such user", *spec.user));
  return account;
}

}  // namespace sup
