// Specs as JSON for machines, as TOML for files, and as a list of differences for plans. All of it follows from the
// field rows.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "spec/fields.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// Settings that differ from their defaults, or all of them.
enum class Detail : std::uint8_t { changed, complete };
// Values of environment variables whose name looks secret are replaced by kMasked, or shown.
enum class Secrets : std::uint8_t { masked, shown };

inline constexpr std::string_view kMasked = "********";
// Whether a variable's name contains PASS, SECRET, TOKEN, KEY or CREDENTIAL in any case.
[[nodiscard]] bool looks_secret(std::string_view variable_name);

[[nodiscard]] nlohmann::ordered_json to_json(const ServiceSpec& spec, Detail detail = Detail::complete,
                                             Secrets secrets = Secrets::masked);
[[nodiscard]] nlohmann::ordered_json to_json(const DaemonSpec& spec, Detail detail = Detail::complete,
                                             Secrets secrets = Secrets::masked);

// Of what is external its own settings.
[[nodiscard]] nlohmann::ordered_json to_json(const NamedService& service, Detail detail = Detail::complete,
                                             Secrets secrets = Secrets::masked);

// A [service.NAME], [external.NAME] or [supervisord] table that reads back as an equal spec, unless secrets are masked.
[[nodiscard]] std::string to_toml(std::string_view name, const ServiceSpec& spec, Detail detail = Detail::changed,
                                  Secrets secrets = Secrets::shown);
[[nodiscard]] std::string to_toml(const NamedService& service, Detail detail = Detail::changed,
                                  Secrets secrets = Secrets::shown);
[[nodiscard]] std::string to_toml(const DaemonSpec& spec, Detail detail = Detail::changed,
                                  Secrets secrets = Secrets::shown);

// One setting that differs. Keys of tables are joined by dots ("restart.delay"); values are TOML text with secrets
// masked.
struct SettingChange {
  std::string key;
  std::string old_value;
  std::string new_value;
  OnChange on_change = OnChange::live;
};
[[nodiscard]] std::vector<SettingChange> diff(const ServiceSpec& before, const ServiceSpec& after);
[[nodiscard]] std::vector<SettingChange> diff(const DaemonSpec& before, const DaemonSpec& after);
[[nodiscard]] std::vector<SettingChange> diff(const ExternalSpec& before, const ExternalSpec& after);
[[nodiscard]] std::vector<SettingChange> diff(const EventHookSpec& before, const EventHookSpec& after);
// Gives `spec` all values of `wanted` that differ and whose change takes effect at once.
void take_live(ServiceSpec& spec, const ServiceSpec& wanted);
void take_live(DaemonSpec& spec, const DaemonSpec& wanted);

}  // namespace sup
