#include "config/enabled.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/toml.hpp"
#include "sys/accounts.hpp"
#include "sys/clock.hpp"
#include "sys/durable_file.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kFileMode = 0644;

std::string path_of(const std::string& state_dir) { return fmt::format("{}/{}", state_dir, kEnabledName); }

// Nothing: it is no choice as we write them.
std::optional<EnabledChoice> choice_of(const Value& value) {
  if (const bool* is_enabled = value.get_if<bool>()) return EnabledChoice{*is_enabled, {}, {}};
  const ValueTable* table = value.get_if<ValueTable>();
  if (table == nullptr) return std::nullopt;
  EnabledChoice out;
  bool is_said = false;
  for (const Entry& entry : table->entries) {
    if (const bool* is_enabled = entry.value.get_if<bool>(); is_enabled != nullptr && entry.key == "enabled")
      out.is_enabled = *is_enabled, is_said = true;
    else if (const auto* at = entry.value.get_if<std::int64_t>(); at != nullptr && entry.key == "at-ms")
      out.at_ms = *at;
    else if (const auto* by = entry.value.get_if<std::string>(); by != nullptr && entry.key == "by")
      out.by = *by;
    else
      return std::nullopt;
  }
  return is_said ? std::optional{std::move(out)} : std::nullopt;
}

Result<EnabledChoices> read_choices(const std::string& text, const std::string& path) {
  const auto root = parse_toml(text, path);
  if (!root) return fail(Errc::invalid, "cannot read " + render_headline(root.error()));
  EnabledChoices out;
  for (const Entry& entry : root->get_if<ValueTable>()->entries) {
    auto choice = choice_of(entry.value);
    if (!choice)
      return fail(Errc::invalid,
                  fmt::format("cannot read {}:{}: {} must be true, false or {{ enabled, at-ms, by }}, not {}", path,
                              entry.key_span.line, toml_key(entry.key), describe(entry.value)));
    out[entry.key] = *std::move(choice);
  }
  return out;
}

std::string chooser_name(std::uint32_t uid) {
  const auto account = sys::find_user_by_id(uid);
  return account && *account && !(*account)->name.empty() ? (*account)->name : fmt::format("uid {}", uid);
}

std::string text_of(const EnabledChoices& choices) {
  std::string out = "# Kept by `ctl enable` and `ctl disable`: wins over the setting `enabled` of a service.\n";
  for (const auto& [service, choice] : choices) {
    out += fmt::format("{} = {{ enabled = {}", toml_key(service), choice.is_enabled);
    if (choice.at_ms) out += fmt::format(", at-ms = {}", *choice.at_ms);
    if (choice.by) out += fmt::format(", by = {}", inline_toml(Value{*choice.by, {}}));
    out += " }\n";
  }
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
                                      bool is_enabled, std::uint32_t uid) {
  const std::int64_t now = std::chrono::floor<std::chrono::milliseconds>(sys::wall_now()).time_since_epoch().count();
  const EnabledChoice choice{is_enabled, now, chooser_name(uid)};
  TRY(sys::ensure_dir(state_dir, kDirectoryMode));
  const UniqueFd alone = TRY(sys::lock_directory(state_dir));
  EnabledChoices choices = TRY(load_enabled(state_dir));
  for (const std::string& service : services) choices[service] = choice;
  TRY(sys::replace_file(path_of(state_dir), text_of(choices), kFileMode));
  return choices;
}

void apply_enabled(const EnabledChoices& choices, std::vector<NamedService>& services) {
  for (NamedService& service : services)
    if (const auto found = choices.find(service.name); found != choices.end())
      service.spec.enabled = found->second.is_enabled;
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
