#include "config/reference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/codec_types.hpp"
#include "config/insertions.hpp"
#include "config/json.hpp"
#include "config/layer_keys.hpp"
#include "config/setting_docs.hpp"

namespace sup {
namespace {

constexpr std::string_view kGenerated =
    "Generated from the field rows in `supervisord/spec/` by `ctl schema --manual`; do not edit.";
constexpr std::size_t kTemplateWidth = 100;

// ---- Manual
// -------------------------------------------------------------------------------------------------------------------

std::string setting_facts(const SettingDoc& setting) {
  std::string out = fmt::format("- Type: {}\n", setting.type);
  for (const SettingWord& word : setting.words) out += fmt::format("  - `\"{}\"`: {}\n", word.name, word.doc);
  if (!setting.range.empty()) out += fmt::format("- Range: {}\n", setting.range);
  if (!setting.fallback.empty()) out += fmt::format("- Default: `{}`\n", setting.fallback);
  out += fmt::format("- Example: `{} = {}`\n", setting.last_part(), setting.example);
  if (setting.on_change) out += fmt::format("- A change takes effect {}.\n", when_it_takes_effect(*setting.on_change));
  return out;
}

std::string section_text(const SectionDoc& section) {
  std::string out = fmt::format("\n## `{}`\n\n{}\n", section.title, section.text);
  for (const SettingDoc& setting : section.settings)
    out += fmt::format("\n{} `{}`\n\n{}\n\n{}", std::string(3 + setting.depth, '#'), setting.key, setting.doc,
                       setting_facts(setting));
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

// Keys of tables are written with dots, so that each line can be uncommented on its own. What belongs to a value
// is said by its example.
std::string template_settings(const SectionDoc& section) {
  const bool has_own = std::ranges::any_of(section.settings, &SettingDoc::is_setting);
  std::string out = fmt::format("{}#{}\n", has_own ? "" : comment(section.text), section.title);
  for (const SettingDoc& setting : section.settings) {
    if (setting.is_in_value || !setting.is_setting) continue;
    out += "\n" + comment(setting.doc);
    if (setting.on_change)
      out += fmt::format("#{} = {}\n", setting.key,
                         setting.fallback.empty() ? setting.example : std::string_view(setting.fallback));
  }
  return out;
}

// ---- Schema
// -------------------------------------------------------------------------------------------------------------------

// The keys of `more` among those of a table.
void add_properties(nlohmann::ordered_json& table, const ValueTable& more) {
  const nlohmann::ordered_json others = json_of(make_value(more));
  for (const auto& [key, value] : others["properties"].items()) table["properties"][key] = value;
}

// The settings of a service, without the keys that only a service has.
nlohmann::ordered_json settings_schema() {
  const nlohmann::ordered_json service = json_of(make_value(table_schema<ServiceSpec>()));
  nlohmann::ordered_json out{{"type", "object"}, {"properties", nlohmann::ordered_json::object()}};
  for (const auto& [key, value] : service["properties"].items())
    out["properties"][key]["$ref"] = "#/$defs/service/properties/" + key;
  out["additionalProperties"] = false;
  return out;
}

std::string_view text_of(std::string_view section) {
  for (const SectionDoc& one : documented_sections())
    if (one.name == section) return one.text;
  check_failed("every section is documented");
}

// [KIND.NAME]: tables by name.
void add_named_tables(nlohmann::ordered_json& schema, const std::string& kind, std::string_view text) {
  auto& tables = schema["properties"][kind];
  tables["description"] = text;
  tables["type"] = "object";
  tables["propertyNames"]["pattern"] = "^(?!all$)[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$";
  tables["additionalProperties"]["$ref"] = "#/$defs/" + kind;
}

}  // namespace

std::string json_schema() {
  nlohmann::ordered_json out;
  out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  out["$id"] = "urn:supervisord:configuration";
  out["title"] = "supervisord configuration";
  out["type"] = "object";
  add_named_tables(out, "service", "The services, by name.");
  add_named_tables(out, "external", "What services need and supervisord does not start, by name.");
  add_named_tables(out, "group", "Names for several services in commands.");
  add_named_tables(out, "template", text_of("template"));
  auto& defaults = out["properties"]["defaults"];
  defaults["description"] = text_of("defaults");
  defaults["$ref"] = "#/$defs/defaults";
  add_properties(out, table_schema<FileKeys>());
  add_named_tables(out, "on-event", "Commands that are told of events, by name.");
  out["properties"]["supervisord"]["$ref"] = "#/$defs/supervisord";
  out["additionalProperties"] = false;
  auto& defs = out["$defs"];
  defs["service"] = with_insertions(json_of(make_value(table_schema<ServiceSpec>())));
  defs["external"] = with_insertions(json_of(make_value(table_schema<ExternalSpec>())));
  add_properties(defs["service"], table_schema<LayerKeys>());
  add_properties(defs["external"], table_schema<LayerKeys>());
  defs["external"]["properties"].erase("use");
  defs["template"] = settings_schema();
  add_properties(defs["template"], table_schema<TemplateKeys>());
  defs["defaults"] = settings_schema();
  defs["group"] = json_of(make_value(table_schema<GroupSpec>()));
  defs["on-event"] = with_insertions(json_of(make_value(table_schema<EventHookSpec>())));
  defs["supervisord"] = json_of(make_value(table_schema<DaemonSpec>()));
  defs["inserted"] = inserted_schema();
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
      "In the strings of services and external things, but not in commands and descriptions, `${NAME}`, "
      "`${NAME:-default}` and `${file:/path}` stand for a variable of supervisord's environment and for the content of "
      "a file, and `$$` for one `$`; in `env` only `${file:/path}` is known. Otherwise no text is expanded: `%`, `$` "
      "and `~` have no meaning.\n";
  for (const SectionDoc& section : documented_sections()) out += section_text(section);
  return out;
}

std::string config_template() {
  std::string out =
      "# Every setting with its default, or with an example where it has none. All lines are comments: remove the "
      "#.\n\n";
  std::string_view between;
  for (const SectionDoc& section : documented_sections()) {
    if (!section.title.starts_with('[')) continue;
    out += std::string(between) + template_settings(section);
    between = "\n";
  }
  return out;
}

}  // namespace sup
