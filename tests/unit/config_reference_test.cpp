#include "config/reference.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "config/load.hpp"
#include "spec/daemon_fields.hpp"
#include "spec/service_fields.hpp"

#include "catch.hpp"

using namespace sup;
using Json = nlohmann::ordered_json;

namespace {

// Every row of a table and of the tables in it, with the dotted key.
template <SettingTable Spec, class Visit>
void for_each_row(const std::string& prefix, const Visit& visit) {
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    visit(prefix + std::string(row.key), row);
    if constexpr (SettingTable<Plain<T>>) for_each_row<Plain<T>>(prefix + std::string(row.key) + ".", visit);
  });
}

// What must be said beside a setting for it to mean something.
std::string companion_of(const std::string& key) {
  if (key == "pid-file") return "type = \"forking\"\n";
  if (key == "watch.action") return "type = \"oneshot\"\nwatch.paths = [\"/srv\"]\n";
  if (key.starts_with("watch.") && key != "watch.paths") return "watch.paths = [\"/srv\"]\n";
  if (key == "fd-store-preserve") return "fd-store-max = 1\n";
  for (const std::string table : {"health", "ready"})
    if (key.starts_with(table + ".http.") && key != table + ".http.url")
      return table + ".http.url = \"http://[::1]/\"\n";
  constexpr std::string_view kProbes[] = {"tcp", "unix", "http", "exec", "file"};
  const std::string_view inner = std::string_view(key).substr(std::min(key.size(), key.find('.') + 1));
  const bool is_probe = std::ranges::any_of(kProbes, [&](std::string_view probe) { return inner.starts_with(probe); });
  return key.starts_with("health.") && !is_probe ? "health.tcp = \":80\"\n" : "";
}

}  // namespace

TEST_CASE("every example of a row is accepted as a value of its setting") {
  for_each_row<ServiceSpec>("", [](const std::string& key, const auto& row) {
    const std::string command = (key == "command" ? "" : "command = [\"x\"]\n") + companion_of(key);
    const std::string others =
        "[service.db]\ncommand=[\"x\"]\n[service.cache]\ncommand=[\"x\"]\n[service.network]\ncommand=[\"x\"]\n[service."
        "web]\ncommand=[\"x\"]\n[service.vpn]\ncommand=[\"x\"]\n[service.web-old]\ncommand=[\"x\"]\nenabled=false\n";
    const Loaded loaded =
        load_text(others + "[service.x]\n" + command + key + " = " + std::string(row.example) + "\n", "example");
    INFO(key << "\n" << render_all(loaded));
    REQUIRE(loaded.diagnostics.empty());
  });
  for_each_row<DaemonSpec>("", [](const std::string& key, const auto& row) {
    const bool needs_place = key == "log.path" || key.starts_with("log.rotate") || key.starts_with("log.syslog");
    const std::string place = needs_place ? "log.to = [\"file\", \"syslog\"]\n" : "";
    const Loaded loaded = load_text(
        "[service.web]\ncommand=[\"x\"]\n[supervisord]\n" + place + key + " = " + std::string(row.example) + "\n",
        "example");
    INFO(key << "\n" << render_all(loaded));
    REQUIRE(loaded.diagnostics.empty());
  });
}

TEST_CASE("every row has whole sentences of documentation, in the manual and the schema") {
  const Json schema = Json::parse(json_schema());
  const std::string manual = settings_manual();
  for_each_field<ServiceSpec>([&](const auto& row) {
    const std::string key(row.key);
    INFO(key);
    REQUIRE((row.doc.ends_with('.') || row.doc.ends_with(')')));
    REQUIRE(schema["$defs"]["service"]["properties"][key]["description"] == std::string(row.doc));
    REQUIRE(manual.find("### `" + key + "`") != std::string::npos);
  });
  REQUIRE(manual.find("`restart.max-delay`") != std::string::npos);
  REQUIRE(manual.find("`stop[].wait`") != std::string::npos);
}

TEST_CASE("the schema has types, defaults, ranges and enums, and refuses other keys") {
  const Json schema = Json::parse(json_schema());
  const Json& service = schema["$defs"]["service"];
  REQUIRE(schema["additionalProperties"] == false);
  REQUIRE(service["additionalProperties"] == false);
  REQUIRE(service["properties"]["type"]["anyOf"][0]["enum"] ==
          Json({"simple", "notify", "oneshot", "forking", "target", "external"}));
  REQUIRE(service["properties"]["type"]["default"] == "simple");
  const Json& restart = service["properties"]["restart"]["anyOf"][1]["properties"];
  REQUIRE(restart["factor"]["minimum"] == 1);
  REQUIRE(restart["factor"]["maximum"] == 100);
  REQUIRE(restart["delay"]["default"] == "1s");
}

TEST_CASE("the schema takes what is inserted in the place of a text, a word and a number, but not supervisord's own") {
  const Json schema = Json::parse(json_schema());
  const Json& service = schema["$defs"]["service"]["properties"];
  REQUIRE(service["working-dir"]["pattern"] == R"(^/|\{[A-Za-z_])");
  REQUIRE(service["type"]["anyOf"][1]["$ref"] == "#/$defs/inserted");
  REQUIRE(service["nice"]["type"] == Json({"integer", "string"}));
  REQUIRE(service["nice"]["pattern"] == R"(^\{[a-z][a-z0-9_-]*\}$)");
  REQUIRE(service["instances"]["anyOf"][2]["pattern"].get<std::string>().find(R"(|\{[A-Za-z_])") == std::string::npos);
  REQUIRE(schema["$defs"]["supervisord"]["properties"]["socket"]["pattern"] == "^/");
}

TEST_CASE("templates and defaults have the settings of a service, but not its own keys") {
  const Json schema = Json::parse(json_schema());
  for (const char* section : {"template", "defaults"}) {
    const Json& keys = schema["$defs"][section]["properties"];
    REQUIRE(keys["nice"]["$ref"] == "#/$defs/service/properties/nice");
    REQUIRE(!keys.contains("if"));
  }
  REQUIRE(schema["$defs"]["template"]["properties"].contains("parameters"));
  REQUIRE(!schema["$defs"]["defaults"]["properties"].contains("use"));
}

// Of what makes a service ready, and of the kinds of probes, only one can be chosen, a service that is alone has no
// parent, one with another root no credentials, and what is watched has no default: these stay comments.
static bool is_alternative(std::string_view line) {
  constexpr std::string_view kOthers[] = {"#health.unix", "#health.http", "#health.exec", "#health.file", "#ready.tcp",
                                          "#ready.unix",  "#ready.http",  "#ready.exec",  "#ready.file",  "#ready.fd",
                                          "#ready.log",   "#parent",      "#unix",        "#http.",       "#exec",
                                          "#file",        "#watch.",      "#credentials"};
  return std::ranges::any_of(kOthers, [&](std::string_view other) { return line.starts_with(other); });
}

TEST_CASE("the template without its comment marks is a configuration") {
  std::istringstream lines(config_template());
  std::string text;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("#") && !line.starts_with("# ") && !is_alternative(line)) text += line.substr(1) + "\n";
  const std::size_t at = text.find("[service.NAME]");
  REQUIRE(at != std::string::npos);
  text.replace(at, 14, "[service.web]");
  const std::size_t external = text.find("[external.NAME]");
  REQUIRE(external != std::string::npos);
  text.replace(external, 15, "[external.db]");
  const std::size_t group = text.find("[group.NAME]");
  REQUIRE(group != std::string::npos);
  text.replace(group, 12, "[group.all-of-them]");
  const std::size_t members = text.find("members = []");
  REQUIRE(members != std::string::npos);
  text.replace(members, 12, "members = [\"web\"]");
  const std::size_t on_event = text.find("[on-event.NAME]");
  REQUIRE(on_event != std::string::npos);
  text.replace(on_event, 15, "[on-event.mail]");
  const std::size_t type = text.find("type = \"simple\"");  // Else the example of pid-file means nothing.
  REQUIRE(type != std::string::npos);
  text.replace(type, 15, "type = \"forking\"");
  const std::string_view own = "[\"stderr\"]";  // Else what is said of its file and of syslog means nothing.
  const std::size_t place = text.find(own);
  REQUIRE(place != std::string::npos);
  text.replace(place, own.size(), "[\"file\", \"syslog\"]");
  const std::size_t either = text.find("reload.command");  // Or reload.signal.
  REQUIRE(either != std::string::npos);
  text.insert(either, "# ");
  const Loaded loaded = load_text(text, "template.toml");
  INFO(text << render_all(loaded));
  REQUIRE(loaded.diagnostics.empty());
  REQUIRE(loaded.set.services.size() == 2);
}
