// `ctl explain-key`: how a key is found, and what is said of it.
#include "ctl/explain_key.hpp"

#include <set>
#include <sstream>

#include "config/reference.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::ctl;

namespace {

constexpr std::size_t kWide = 100;

std::vector<std::string> keys_of(const std::vector<FoundSetting>& settings) {
  std::vector<std::string> out;
  for (const FoundSetting& found : settings)
    out.push_back(std::string(found.section->name) + ": " + found.setting->key);
  return out;
}

FoundKey found(std::string_view key) {
  const auto result = find_key(key);
  REQUIRE(result);
  return *result;
}

std::string explained(std::string_view key) { return render_found(found(key), kWide, Paint::off); }

}  // namespace

TEST_CASE("a key is found with or without its section and the name of a service", "[ctl][explain-key]") {
  const std::vector<std::string> wanted = {"service: stop.timeout"};
  for (const char* key : {"stop.timeout", "service.stop.timeout", "service.web.stop.timeout",
                          "[service.web] stop.timeout", "service.web-2.stop.timeout", "stop.time"}) {
    INFO(key);
    REQUIRE(keys_of(found(key).settings) == wanted);
  }
  REQUIRE(keys_of(found("requires.until").settings) == std::vector<std::string>{"service: requires[].until"});
  REQUIRE(keys_of(found("requires[].until").settings) == std::vector<std::string>{"service: requires[].until"});
  REQUIRE(keys_of(found("supervisord.socket").settings) == std::vector<std::string>{"supervisord: socket"});
}

TEST_CASE("every key leads to itself, in each spelling that is offered", "[ctl][explain-key]") {
  for (const SectionDoc& section : documented_sections())
    for (const SettingDoc& setting : section.settings) {
      const std::string key = std::string(section.name) + "." + setting.key;
      INFO(key);
      const FoundKey result = found(key);
      REQUIRE(result.settings.size() == 1);
      REQUIRE(result.settings[0].section == &section);
    }
  std::istringstream offered(all_keys());
  for (std::string key; std::getline(offered, key);) REQUIRE(find_key(key));
}

TEST_CASE("a key that several sections have is explained for each", "[ctl][explain-key]") {
  REQUIRE(keys_of(found("env").settings) ==
          std::vector<std::string>{"service: env", "on-event: env", "supervisord: env"});
  const FoundKey group = found("group");
  REQUIRE(keys_of(group.settings) == std::vector<std::string>{"service: group", "on-event: group"});
  REQUIRE(group.sections.size() == 1);
}

TEST_CASE("a table is explained with what is in it", "[ctl][explain-key]") {
  const FoundKey health = found("health");
  REQUIRE(keys_of(health.settings)[0] == "service: health");
  REQUIRE(health.others.size() > 10);
  REQUIRE(explained("health").find("health.start-grace") != std::string::npos);
}

TEST_CASE("what begins or ends several keys lists these", "[ctl][explain-key]") {
  const auto timeouts = keys_of(found("timeout").others);
  const std::set<std::string> names(timeouts.begin(), timeouts.end());
  REQUIRE(names.contains("service: stop.timeout"));
  REQUIRE(names.contains("service: health.timeout"));
  REQUIRE(found("restart.").settings.size() == 1);
  REQUIRE(found("restart.m").others.size() == 2);
}

TEST_CASE("an unknown key is told, with the nearest one", "[ctl][explain-key]") {
  REQUIRE(find_key("stop.timout").error() == "there is no setting 'stop.timout'; did you mean 'stop.timeout'?");
  REQUIRE(find_key("comand").error() == "there is no setting 'comand'; did you mean 'command'?");
  REQUIRE(find_key("zzzzzzzz").error() == "there is no setting 'zzzzzzzz'");
  REQUIRE_FALSE(find_key(""));
  REQUIRE_FALSE(find_key("[]"));
}

TEST_CASE("a setting is said with its type, default, example, effect and place in the documents",
          "[ctl][explain-key]") {
  REQUIRE(explained("stop.timeout") ==
          "stop.timeout  in [service.NAME]\n\n"
          "  How long to wait for the end before the next step, or before KILL behind the last one.\n\n"
          "  type     duration\n"
          "  range    0s to 366d\n"
          "  default  \"10s\"\n"
          "  example  stop.timeout = \"10s\"\n"
          "  change   takes effect at once\n"
          "  docs     docs/settings.md#stoptimeout, supervisord.toml(5)\n");
  REQUIRE(explained("requires.until").find("{ until = ") != std::string::npos);
  REQUIRE(explained("exit-when").find("\"empty\"  The end of its last process") != std::string::npos);
}

TEST_CASE("every link leads to a heading of the manual", "[ctl][explain-key]") {
  const std::string manual = settings_manual();
  std::set<std::string> anchors;
  for (const SectionDoc& section : documented_sections())
    for (const SettingDoc& setting : section.settings) {
      REQUIRE(anchors.insert(setting.anchor).second);
      REQUIRE(manual.find("# `" + setting.key + "`\n") != manual.npos);
    }
}
