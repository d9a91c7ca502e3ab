#include "config/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/codec_types.hpp"
#include "config/interpolate.hpp"
#include "config/json.hpp"
#include "config/masking.hpp"

namespace sup {
namespace {

using Json = nlohmann::ordered_json;

// A copy for people other than root: same settings, secrets covered.
template <class Spec>
Spec covered(Spec spec, Secrets secrets) {
  if (secrets == Secrets::masked)
    for (auto& [name, value] : spec.env.variables)
      if (looks_secret(name)) value = kMasked;
  return spec;
}

// One line for a setting that differs. Secrets are covered here and not before, so that a changed secret is seen to
// change.
template <class T>
std::string change_text(const T& value) {
  if constexpr (std::is_same_v<T, Environment>) {
    Environment shown = value;
    for (auto& [name, text] : shown.variables)
      if (looks_secret(name)) text = kMasked;
    return inline_toml(Codec<T>::encode(shown, Detail::changed));
  } else {
    return is_unset(value) ? std::string() : inline_toml(Codec<T>::encode(value, Detail::changed));
  }
}

template <SettingTable Spec>
void add_changes(const Spec& before, const Spec& after, const std::string& prefix, std::vector<SettingChange>& out) {
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    const T& old_value = before.*row.member;
    const T& new_value = after.*row.member;
    if (old_value == new_value) return;
    const std::string key = prefix + std::string(row.key);
    if constexpr (SettingTable<Plain<T>>)
      add_changes(plain(old_value), plain(new_value), key + ".", out);
    else
      out.push_back({key, change_text(old_value), change_text(new_value), row.on_change});
  });
}

template <SettingTable Spec>
void take_live_rows(Spec& spec, const Spec& wanted) {
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    if (spec.*row.member == wanted.*row.member) return;
    if constexpr (SettingTable<Plain<T>>) {
      Plain<T> part = plain(spec.*row.member);
      take_live_rows(part, plain(wanted.*row.member));
      if (part == plain(spec.*row.member)) return;
      if constexpr (std::is_same_v<T, Plain<T>>)
        spec.*row.member = std::move(part);
      else
        (spec.*row.member).edit() = std::move(part);
    } else if (row.on_change == OnChange::live) {
      spec.*row.member = wanted.*row.member;
    }
  });
}

std::string table_text(const std::string& header, const ValueTable& table) {
  std::string out = "[" + header + "]\n";
  for (const Entry& entry : table.entries)
    out += fmt::format("{} = {}\n", toml_key(entry.key), inline_toml(entry.value));
  return out;
}

// As it stands in a file.
std::string definition_text(const std::string& header, ValueTable table) {
  escape_interpolation(table);
  return table_text(header, table);
}

ValueTable shown_table(const NamedService& service, Detail detail, Secrets secrets) {
  ValueTable table = service.external.is_written() ? encode(*service.external, detail)
                                                   : encode(covered(service.spec, secrets), detail);
  if (secrets == Secrets::masked) mask_secrets(table, *service.secrets);
  return table;
}

}  // namespace

bool looks_secret(std::string_view variable_name) {
  std::string upper(variable_name);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  constexpr std::string_view kParts[] = {"PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL"};
  return std::any_of(std::begin(kParts), std::end(kParts),
                     [&](std::string_view part) { return upper.find(part) != upper.npos; });
}

Json to_json(const ServiceSpec& spec, Detail detail, Secrets secrets) {
  return json_of(make_value(encode(covered(spec, secrets), detail)));
}
Json to_json(const DaemonSpec& spec, Detail detail, Secrets secrets) {
  return json_of(make_value(encode(covered(spec, secrets), detail)));
}

std::string to_toml(std::string_view name, const ServiceSpec& spec, Detail detail, Secrets secrets) {
  return definition_text("service." + toml_key(name), encode(covered(spec, secrets), detail));
}
std::string to_toml(const DaemonSpec& spec, Detail detail, Secrets secrets) {
  return table_text("supervisord", encode(covered(spec, secrets), detail));
}

Json to_json(const NamedService& service, Detail detail, Secrets secrets) {
  return json_of(make_value(shown_table(service, detail, secrets)));
}
std::string to_toml(const NamedService& service, Detail detail, Secrets secrets) {
  const std::string_view kind = service.external.is_written() ? "external." : "service.";
  return definition_text(std::string(kind) + toml_key(service.name), shown_table(service, detail, secrets));
}

std::vector<SettingChange> diff(const ServiceSpec& before, const ServiceSpec& after) {
  std::vector<SettingChange> out;
  add_changes(before, after, "", out);
  return out;
}
std::vector<SettingChange> diff(const DaemonSpec& before, const DaemonSpec& after) {
  std::vector<SettingChange> out;
  add_changes(before, after, "", out);
  return out;
}
std::vector<SettingChange> diff(const ExternalSpec& before, const ExternalSpec& after) {
  std::vector<SettingChange> out;
  add_changes(before, after, "", out);
  return out;
}
std::vector<SettingChange> diff(const EventHookSpec& before, const EventHookSpec& after) {
  std::vector<SettingChange> out;
  add_changes(before, after, "", out);
  return out;
}

void take_live(ServiceSpec& spec, const ServiceSpec& wanted) { take_live_rows(spec, wanted); }
void take_live(DaemonSpec& spec, const DaemonSpec& wanted) { take_live_rows(spec, wanted); }

}  // namespace sup
