#include "config/reference.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/codec_types.hpp"
#include "config/json.hpp"

namespace sup {
namespace {

constexpr std::string_view kGenerated =
    "Generated from the field rows in `supervisord/spec/` by `ctl schema --manual`; do not edit.";
constexpr std::size_t kTemplateWidth = 100;

std::string_view when_it_takes_effect(OnChange on_change) {
  switch (on_change) {
    case OnChange::live: return "at once";
    case OnChange::next_start: return "at the next start of the process";
    case OnChange::restart: return "by a restart of the process";
  }
  check_failed("every OnChange is explained");
}

// One of each kind, since every use of a fresh one would compile its making and its end again.
template <class Spec>
const Spec& unset() {
  static const Spec kSpec{};
  return kSpec;
}

// What is used when the key is not there; empty when nothing is.
template <class Spec, class T, class Check>
std::string default_text(const Field<Spec, T, Check>& row) {
  const T& value = unset<Spec>().*row.member;
  return is_unset(value) ? std::string() : inline_toml(Codec<T>::encode(value, Detail::changed));
}

// ---- Manual
// -------------------------------------------------------------------------------------------------------------------

template <NamedEnum E>
std::string words_list() {
  std::string out;
  for (const auto& row : kEnumNames<E>)
    if (!row.doc.empty()) out += fmt::format("  - `\"{}\"`: {}\n", row.name, row.doc);
  return out;
}

// The words of the member's enum, one level of list deeper.
template <class T>
std::string words_of() {
  if constexpr (NamedEnum<T>)
    return words_list<T>();
  else
    return {};
}

template <class Spec, class T, class Check>
std::string setting_facts(const Field<Spec, T, Check>& row) {
  std::string out = fmt::format("- Type: {}\n{}", Codec<T>::type().text, words_of<T>());
  if (const std::string range = range_text(T{}, row.check); !range.empty()) out += fmt::format("- Range: {}\n", range);
  if (const std::string text = default_text(row); !text.empty() && !SettingTable<Plain<T>>)
    out += fmt::format("- Default: `{}`\n", text);
  out += fmt::format("- Example: `{} = {}`\n", row.key, row.example);
  if (!SettingTable<Plain<T>>) out += fmt::format("- A change takes effect {}.\n", when_it_takes_effect(row.on_change));
  return out;
}

// The table of settings that a setting is, or is a list of.
template <class T>
struct TableOf {
  using type = T;
};
template <class T>
struct TableOf<std::vector<T>> {
  using type = T;
};
template <>
struct TableOf<StopSpec> {
  using type = StopStep;
};

template <SettingTable Spec>
std::string setting_sections(const std::string& prefix, std::string_view heading) {
  std::string out;
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    const std::string key = prefix + std::string(row.key);
    out += fmt::format("\n{} `{}`\n\n{}\n\n{}", heading, key, row.doc, setting_facts(row));
    using Inner = typename TableOf<Plain<T>>::type;
    if constexpr (SettingTable<Inner>)
      out += setting_sections<Inner>(key + (SettingTable<Plain<T>> ? "." : "[]."), std::string(heading) + "#");
  });
  return out;
}

// ---- Template
// -----------------------------------------------------------------------------------------------------------------

// Words wrapped behind "# ".
std::string comment(std::string_view text) {
  std::string out, line = "#";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (line.size() + 1 + end > kTemplateWidth) {
      out += line + "\n";
      line = "#";
    }
    line.append(" ").append(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + line + "\n";
}

// Keys of tables are written with dots, so that each line can be uncommented on its own.
template <SettingTable Spec>
std::string template_settings(const std::string& prefix) {
  std::string out;
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    const std::string key = prefix + std::string(row.key);
    if constexpr (SettingTable<Plain<T>>) {
      out += "\n" + comment(row.doc) + template_settings<Plain<T>>(key + ".");
    } else {
      const std::string text = default_text(row);
      out += "\n" + comment(row.doc) + fmt::format("#{} = {}\n", key, text.empty() ? row.example : text);
    }
  });
  return out;
}

}  // namespace

std::string json_schema() {
  nlohmann::ordered_json out;
  out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  out["title"] = "supervisord configuration";
  out["type"] = "object";
  auto& service = out["properties"]["service"];
  service["description"] = "The services, by name.";
  service["type"] = "object";
  service["propertyNames"]["pattern"] = "^(?!all$)[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$";
  service["additionalProperties"]["$ref"] = "#/$defs/service";
  const auto names = service["propertyNames"];
  auto& external = out["properties"]["external"];
  external["description"] = "What services need and supervisord does not start, by name.";
  external["type"] = "object";
  external["propertyNames"] = names;
  external["additionalProperties"]["$ref"] = "#/$defs/external";
  auto& group = out["properties"]["group"];
  group["description"] = "Names for several services in commands.";
  group["type"] = "object";
  group["propertyNames"] = names;
  group["additionalProperties"]["$ref"] = "#/$defs/group";
  out["properties"]["supervisord"]["$ref"] = "#/$defs/supervisord";
  out["additionalProperties"] = false;
  out["$defs"]["service"] = json_of(make_value(table_schema<ServiceSpec>()));
  out["$defs"]["external"] = json_of(make_value(table_schema<ExternalSpec>()));
  out["$defs"]["group"] = json_of(make_value(table_schema<GroupSpec>()));
  out["$defs"]["supervisord"] = json_of(make_value(table_schema<DaemonSpec>()));
  return out.dump(2) + "\n";
}

std::string settings_manual() {
  std::string out = fmt::format("# Settings\n\n{}\n\n", kGenerated);
  out +=
      "Durations are strings of numbers with units, the larger first: `\"500ms\"`, `\"10s\"`, `\"1h30m\"`, `\"7d\"` "
      "(units ns us ms s m h d). "
      "Signals are names (`\"TERM\"`, `\"SIGHUP\"`, `\"RTMIN+1\"`) or numbers. A key with dots, such as "
      "`restart.delay`, is the key `delay` "
      "in the table `restart`: `restart = { delay = \"5s\" }` and `restart.delay = \"5s\"` mean the same.\n\n"
      "No text is ever expanded: `%`, `$` and `~` have no meaning in any setting.\n\n"
      "## `[service.NAME]`\n\nOne table for each service. A name is made of letters, digits, `_`, `.` and `-`, begins "
      "with a letter or "
      "digit, has at most 64 bytes, and is not `all`.\n";
  out += setting_sections<ServiceSpec>("", "###");
  out +=
      "\n## `[external.NAME]`\n\nOne table for each thing that services need and that supervisord does not start: a "
      "server on another machine, a mount. It has a name as services have, is named by their `requires`, `binds-to`, "
      "`wants` and `after`, and is asked all the time whether it is there, by one of tcp, unix, http, exec and file.\n";
  out += setting_sections<ExternalSpec>("", "###");
  out +=
      "\n## `[group.NAME]`\n\nA name for several services in commands: `ctl stop NAME` stops them all. It is made as "
      "that of a service, and no service has it.\n";
  out += setting_sections<GroupSpec>("", "###");
  out += "\n## `[supervisord]`\n\nSettings of supervisord itself. The table may be there once in all files.\n";
  out += setting_sections<DaemonSpec>("", "###");
  return out;
}

std::string config_template() {
  std::string out =
      "# Every setting with its default, or with an example where it has none. All lines are comments: remove the "
      "#.\n\n";
  out += "#[service.NAME]\n" + template_settings<ServiceSpec>("");
  out += "\n#[external.NAME]\n" + template_settings<ExternalSpec>("");
  out += "\n#[group.NAME]\n" + template_settings<GroupSpec>("");
  out += "\n#[supervisord]\n" + template_settings<DaemonSpec>("");
  return out;
}

}  // namespace sup
