#include "config/enabled.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/toml.hpp"
#include "sys/durable_file.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kFileMode = 0644;

std::string path_of(const std::string& state_dir) { return fmt::format("{}/{}", state_dir, kEnabledName); }

Result<EnabledChoices> read_choices(const std::string& text, const std::string& path) {
  const auto root = parse_toml(text, path);
  if (!root) return fail(Errc::invalid, "cannot read " + render_headline(root.error()));
  EnabledChoices out;
  for (const Entry& entry : root->get_if<ValueTable>()->entries) {
    const bool* value = entry.value.get_if<bool>();
    if (value == nullptr)
      return fail(Errc::invalid, fmt::format("cannot read {}:{}: {} must be true or false, not {}", path,
                                             entry.key_span.line, toml_key(entry.key), describe(entry.value)));
    out[entry.key] = *value;
  }
  return out;
}

std::string text_of(const EnabledChoices& choices) {
  std::string out = "# Kept by `ctl enable` and `ctl disable`: wins over the setting `enabled` of a service.\n";
  for (const auto& [service, is_enabled] : choices) out += fmt::format("{} = {}\n", toml_key(service), is_enabled);
  return out;
}

}  // namespace

Result<EnabledChoices> load_enabled(const std::string& state_dir) {
  const std::string path = path_of(state_dir);
  const auto text = sys::read_file(path, kMaxEnabledBytes);
  if (!text && text.error().code == Errc::not_found) return EnabledChoices();
  if (!text) return std::unexpected(text.error());
  return read_choices(*text, path);
}

Result<EnabledChoices> choose_enabled(const std::string& state_dir, std::span<const std::string> services,
                                      bool is_enabled) {
  TRY(sys::ensure_dir(state_dir, kDirectoryMode));
  const UniqueFd alone = TRY(sys::lock_directory(state_dir));
  EnabledChoices choices = TRY(load_enabled(state_dir));
  for (const std::string& service : services) choices[service] = is_enabled;
  TRY(sys::replace_file(path_of(state_dir), text_of(choices), kFileMode));
  return choices;
}

void apply_enabled(const EnabledChoices& choices, std::vector<NamedService>& services) {
  for (NamedService& service : services)
    if (const auto found = choices.find(service.name); found != choices.end()) service.spec.enabled = found->second;
}

Result<> check_enabled(std::span<const NamedService* const> services, std::span<const std::string> to_enable) {
  const std::set<std::string_view> named(to_enable.begin(), to_enable.end());
  std::set<std::string_view> enabled = named;
  for (const NamedService* service : services)
    if (service->spec.enabled) enabled.insert(service->name);
  for (const NamedService* service : services)
    for (const std::string& other : service->spec.conflicts) {
      if (!enabled.contains(service->name) || !enabled.contains(other)) continue;
      if (!named.contains(service->name) && !named.contains(other)) continue;  // It was so before.
      const bool is_first = named.contains(service->name);
      return fail(Errc::invalid, fmt::format("cannot enable {0}: it conflicts with {1}, which is enabled, too",
                                             is_first ? service->name : other, is_first ? other : service->name));
    }
  return {};
}

}  // namespace sup
