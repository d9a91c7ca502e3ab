#include "config/insertions.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sup {
namespace {

using Json = nlohmann::ordered_json;

// Of a text some part may be inserted; in the place of another value a parameter stands alone, and becomes that value.
constexpr std::string_view kInserted = R"(\{[A-Za-z_])";
constexpr std::string_view kVariable = R"(\$\{)";
constexpr std::string_view kParameter = R"(^\{[a-z][a-z0-9_-]*\}$)";
constexpr std::string_view kBrace = R"(\{)";
// Knows variables by itself (config/interpolate.hpp).
constexpr std::string_view kInstances = "instances";

bool is_number(const Json& schema) {
  const auto type = schema.find("type");
  return type != schema.end() && (*type == "integer" || *type == "number" || *type == "boolean");
}

bool is_text(const Json& schema) { return schema.contains("enum") || schema.value("type", Json()) == "string"; }

Json reference() { return {{"$ref", "#/$defs/inserted"}}; }

// A pattern that has braces itself is about other placeholders ({line}), which are no reason to take anything.
std::string wider(const std::string& pattern, std::string_view key) {
  std::string out = pattern;
  const auto add = [&](std::string_view other) { out.append("|").append(other); };
  const bool has_braces = pattern.contains(kBrace);
  if (!has_braces) add(kInserted);
  if (has_braces && key != kInstances) add(kVariable);
  if (has_braces) add(kParameter);
  return out;
}

Json with_insertions(const Json& schema, std::string_view key);

// Where one choice is a text, the others need not be.
Json choices(const Json& all, std::string_view key) {
  Json out = Json::array();
  const bool has_text = std::ranges::any_of(all, is_text);
  const bool has_pattern = std::ranges::any_of(all, [](const Json& one) { return one.contains("pattern"); });
  for (const Json& one : all)
    out.push_back(one.contains("enum") || (has_text && is_number(one)) ? one : with_insertions(one, key));
  if (std::ranges::any_of(all, [](const Json& one) { return one.contains("enum"); }) && !has_pattern)
    out.push_back(reference());
  return out;
}

Json with_insertions(const Json& schema, std::string_view key) {
  Json out;
  for (const auto& [name, value] : schema.items()) {
    if (name == "type" && is_number(schema)) {
      out[name] = {value, "string"};
      out["pattern"] = kParameter;
    } else if (name == "enum") {
      out["anyOf"] = {Json{{"enum", value}}, reference()};
    } else if (name == "pattern") {
      out[name] = wider(value, key);
    } else if (name == "anyOf") {
      out[name] = choices(value, key);
    } else if (name == "items" || (name == "additionalProperties" && value.is_object())) {
      out[name] = with_insertions(value, key);
    } else if (name == "properties") {
      for (const auto& [inner, one] : value.items()) out[name][inner] = with_insertions(one, inner);
    } else {
      out[name] = value;
    }
  }
  return out;
}

}  // namespace

Json with_insertions(const Json& table) { return with_insertions(table, ""); }

Json inserted_schema() {
  Json out;
  out["description"] =
      "Something is inserted: ${NAME}, ${NAME:-default}, ${file:/path}, {service}, {instance} or a {parameter} of a "
      "template. `ctl check` knows what it becomes.";
  out["type"] = "string";
  out["pattern"] = kInserted;
  return out;
}

}  // namespace sup
