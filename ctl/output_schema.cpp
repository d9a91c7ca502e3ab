#include "ctl/output_schema.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "wire/commands.hpp"
#include "wire/message_schema.hpp"

namespace sup::ctl {
namespace {

using Json = nlohmann::ordered_json;
using wire::Verb;

// Objects that ctl makes itself, without supervisord.

enum class Presence : std::uint8_t { always, sometimes };

struct Member {
  std::string_view name;
  std::string_view type;  // A type of JSON or one of the objects; "?" in front: or null; "[]": a list of these.
  std::string_view doc;
  Presence presence = Presence::always;
};

constexpr Member kAbsentMembers[] = {{"name", "string", "Its name."}, {"why", "string", "Why it is not there."}};
constexpr Member kDiagnosticMembers[] = {
    {"file", "string", "The file, or what else is meant."},
    {"line", "?integer", "From 1; null: nowhere in particular."},
    {"column", "?integer", "From 1, in characters."},
    {"severity", "string", "error or warning."},
    {"message", "string", "What is wrong."},
    {"hint", "?string", "What would be right, if that is known."},
};
constexpr Member kCheckMembers[] = {
    {"services", "integer", "How many services there are."},
    {"externals", "integer", "How many external things there are."},
    {"absent", "[]AbsentDefinition", "What is left out by its profile or its conditions."},
    {"errors", "integer", "How many findings are errors."},
    {"warnings", "integer", "How many findings are warnings."},
    {"diagnostics", "[]Diagnostic", "All findings."},
};
constexpr Member kFormatMembers[] = {
    {"file", "string", "The file; - is standard input."},
    {"changed", "boolean", "Whether it was not formatted."},
    {"written", "boolean", "Whether it was written anew."},
    {"error", "?string", "Why it was left alone, if it was."},
    {"diff", "string", "With --diff: what would change.", Presence::sometimes},
    {"text", "string", "Of standard input: the formatted text.", Presence::sometimes},
};
constexpr Member kSettingWordMembers[] = {{"word", "string", "What is written."},
                                          {"summary", "string", "What it means."}};
constexpr Member kSettingMembers[] = {
    {"section", "string", "The section: service, supervisord ..."},
    {"key", "string", "Within the section: stop.timeout; requires[].until of the tables of a list."},
    {"summary", "string", "What it is for."},
    {"type", "string", "Its type, in words."},
    {"words", "[]SettingWord", "The words that it takes; empty: it takes others."},
    {"range", "?string", "Its limits, if it has some."},
    {"default", "?string", "What holds where it is not set, as TOML."},
    {"example", "string", "A value, as TOML."},
    {"takes_effect", "?string", "live, next-start or restart; null: it is no setting, or a table of these."},
    {"docs", "string", "Where it is told at length."},
};
constexpr Member kImportedDefinitionMembers[] = {
    {"file", "string", "Where it comes from."}, {"line", "?integer", "From 1; null: from the whole file."},
    {"table", "string", "service, group ..."},  {"name", "string", "Its name."},
    {"toml", "string", "The definition."},
};
constexpr Member kImportedOptionMembers[] = {
    {"file", "string", "Where it stands."},
    {"line", "?integer", "From 1; null: nowhere in particular."},
    {"service", "string", "Of which service; empty: of none."},
    {"option", "string", "Its name."},
    {"value", "string", "Its value, as it was written."},
    {"fate", "string", "What became of it."},
    {"essential", "boolean", "Whether it is lost and the service is another one without it."},
    {"text", "string", "The setting that it became, or why it became none."},
};
constexpr Member kImportProblemMembers[] = {
    {"file", "string", "Where it stands."},
    {"line", "?integer", "From 1; null: nowhere in particular."},
    {"text", "string", "What cannot be read."},
};
constexpr Member kImportMembers[] = {
    {"definitions", "[]ImportedDefinition", "What the source has become."},
    {"supervisord", "string", "The file with supervisord's own settings; empty: there are none."},
    {"options", "[]ImportedOption", "What became of each option."},
    {"problems", "[]ImportProblem", "Why it cannot be imported; empty: it can."},
    {"essential_losses", "integer", "How many essential options are lost."},
};

struct LocalObject {
  std::string_view name;
  std::string_view doc;
  std::span<const Member> members;
};
constexpr LocalObject kLocalObjects[] = {
    {"CheckReport", "What is wrong with the configuration.", kCheckMembers},
    {"AbsentDefinition", "A definition that does not count here.", kAbsentMembers},
    {"Diagnostic", "A finding in the configuration.", kDiagnosticMembers},
    {"FormatReport", "What became of a file.", kFormatMembers},
    {"SettingReport", "A setting of the configuration.", kSettingMembers},
    {"SettingWord", "A word that a setting takes.", kSettingWordMembers},
    {"ImportReport", "The configuration of another supervisor as ours.", kImportMembers},
    {"ImportedDefinition", "A definition that was made.", kImportedDefinitionMembers},
    {"ImportedOption", "An option of the other supervisor.", kImportedOptionMembers},
    {"ImportProblem", "What keeps the source from being imported.", kImportProblemMembers},
};

// What a verb prints where it is not the reply to its call.
struct VerbOutput {
  Verb verb;
  std::vector<std::string_view> objects;  // None: it prints no JSON.
};
std::vector<VerbOutput> other_outputs() {
  return {{Verb::check, {"CheckReport"}},
          {Verb::format_files, {"FormatReport"}},
          {Verb::explain_key, {"SettingReport"}},
          {Verb::import_foreign, {"ImportReport"}},
          {Verb::logs, {"LogRecord"}},
          {Verb::events, {"EventRecord", "EventGap"}},
          {Verb::exec, {}},
          {Verb::attach, {}}};
}

Json type_schema(std::string_view type) {
  if (type.starts_with("[]")) return {{"type", "array"}, {"items", type_schema(type.substr(2))}};
  if (type.starts_with('?')) return {{"type", {type.substr(1), "null"}}};
  const bool is_object = std::ranges::find(kLocalObjects, type, &LocalObject::name) != std::end(kLocalObjects);
  return is_object ? Json{{"$ref", "#/$defs/" + std::string(type)}} : Json{{"type", type}};
}

Json object_schema(const LocalObject& object) {
  Json out{{"description", object.doc}, {"type", "object"}, {"properties", Json::object()}};
  Json required = Json::array();
  for (const Member& member : object.members) {
    Json& schema = out["properties"][std::string(member.name)];
    schema = type_schema(member.type);
    schema["description"] = member.doc;
    if (member.presence == Presence::always) required.push_back(member.name);
  }
  out["required"] = std::move(required);
  return out;
}

Json line_schema(const std::vector<std::string_view>& objects) {
  Json choices = Json::array();
  for (const std::string_view object : objects) choices.push_back({{"$ref", "#/$defs/" + std::string(object)}});
  return choices.size() == 1 ? choices[0] : Json{{"anyOf", choices}};
}

}  // namespace

std::string output_schema() {
  Json out;
  out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  out["$id"] = "urn:supervisord:ctl-output";
  out["title"] = "what ctl --json prints";
  out["description"] =
      "Of each verb that prints JSON what every line is that `ctl VERB --json` prints. Members may be added in later "
      "versions; what is here stays. With --host every object has `host` in front, the name of the host.";
  out["type"] = "object";
  const std::vector<VerbOutput> others = other_outputs();
  for (const wire::CommandRow& row : wire::commands()) {
    const auto other = std::ranges::find(others, row.verb, &VerbOutput::verb);
    const auto objects = other != others.end() ? other->objects : std::vector{row.reply};
    if (!objects.empty() && !objects[0].empty()) out["properties"][std::string(row.name)] = line_schema(objects);
  }
  out["$defs"] = wire::message_schemas();
  for (const LocalObject& object : kLocalObjects) out["$defs"][std::string(object.name)] = object_schema(object);
  return out.dump(2) + "\n";
}

}  // namespace sup::ctl
