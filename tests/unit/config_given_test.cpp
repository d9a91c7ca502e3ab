// A configuration from the environment, and the command of a command line beside it.
#include <algorithm>
#include <map>
#include <string>

#include "config/given.hpp"
#include "config/load.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

LoadOptions with(Variables variables, std::vector<std::string> command = {}) {
  LoadOptions options;
  options.who = {1000, [variables = std::move(variables)](std::string_view name) {
                   const auto found = variables.find(name);
                   return found == variables.end() ? std::nullopt : std::optional(found->second);
                 }};
  options.system = SystemChecks::off;
  options.main_command = std::move(command);
  return options;
}

std::string text_of(const Loaded& loaded) { return render_all(loaded); }

const ServiceSpec& main_of(const Loaded& loaded) {
  const auto main = std::ranges::find(loaded.set.services, kMainService, &NamedService::name);
  REQUIRE(main != loaded.set.services.end());
  return main->spec;
}

}  // namespace

TEST_CASE("the environment gives paths and a text, and an empty variable gives nothing", "[given]") {
  const GivenConfiguration both =
      given_configuration(with({{"SUPERVISORD_CONFIG", ":/a::b c:"}, {"SUPERVISORD_TOML", "x"}}).who);
  CHECK(both.paths == std::vector<std::string>{"/a", "b c"});
  CHECK(both.text == "x");
  CHECK(given_configuration(with({{"SUPERVISORD_CONFIG", ""}, {"SUPERVISORD_TOML", ""}}).who).is_empty());
  CHECK(given_configuration(with({}).who).is_empty());
}

TEST_CASE("mistakes in the text of the environment have its name, line and column", "[given]") {
  const Loaded loaded = load({}, with({{"SUPERVISORD_TOML", "[service.web]\ncomand = \"x\"\n"}}));
  CHECK(loaded.has_errors);
  CHECK(text_of(loaded).find("$SUPERVISORD_TOML:2:1: error: unknown key 'comand'") != std::string::npos);
}

TEST_CASE("the text of the environment has the bound of a file", "[given]") {
  const Loaded loaded = load({}, with({{"SUPERVISORD_TOML", std::string(kMaxConfigFileBytes + 1, '\n')}}));
  CHECK(text_of(loaded) == "$SUPERVISORD_TOML: error: cannot read: it is larger than 1MiB\n");
}

TEST_CASE("services do not get the configuration in their environment", "[given]") {
  const auto left =
      without_configuration({{"A", "1"}, {"SUPERVISORD_TOML", "x"}, {"SUPERVISORD_CONFIG", "y"}, {"B", ""}});
  CHECK(left == std::vector<std::pair<std::string, std::string>>{{"A", "1"}, {"B", ""}});
}

TEST_CASE("a command beside a configuration is the service main, whose end is the end of all", "[given]") {
  const Loaded loaded = load({}, with({{"SUPERVISORD_TOML", "[service.db]\ncommand = \"y\"\nrequires = [\"main\"]\n"}},
                                      {"nginx", "-g", "a b"}));
  INFO(text_of(loaded));
  CHECK_FALSE(loaded.has_errors);
  const ServiceSpec& main = main_of(loaded);
  CHECK(main.command.argv == std::vector<std::string>{"nginx", "-g", "a b"});
  CHECK(main.on_exit == OnExit::shutdown);
  CHECK(main.restart.when == RestartWhen::never);
}

TEST_CASE("a file may say more of the service main", "[given]") {
  const Loaded loaded =
      load({}, with({{"SUPERVISORD_TOML",
                      "[service.db]\ncommand = \"y\"\n[service.main]\nrequires = [\"db\"]\non-exit = \"none\"\n"}},
                    {"x"}));
  INFO(text_of(loaded));
  CHECK_FALSE(loaded.has_errors);
  CHECK(main_of(loaded).requires_.size() == 1);
  CHECK(main_of(loaded).on_exit == OnExit::none);
  CHECK(main_of(loaded).restart.when == RestartWhen::never);
}

TEST_CASE("a service main with a command of its own is in the way of one from the command line", "[given]") {
  const Loaded loaded = load({}, with({{"SUPERVISORD_TOML", "[service.main]\ncommand = \"y\"\n"}}, {"x"}));
  CHECK(text_of(loaded).find("$SUPERVISORD_TOML:2:1: error: service 'main' has a command already") == 0);
  const Loaded external =
      load({}, with({{"SUPERVISORD_TOML", "[external.main]\nprobe = { tcp = \"127.0.0.1:1\" }\n"}}, {"x"}));
  CHECK(text_of(external).find("command line:1:10: error: service 'main' is defined twice") != std::string::npos);
}

TEST_CASE("what holds where [supervisord] says nothing can be told", "[given]") {
  LoadOptions options = with({{"SUPERVISORD_TOML", "[supervisord]\nexit = \"when-done\"\n"}});
  options.defaults.shutdown_timeout = std::chrono::seconds{9};
  CHECK(load({}, options).set.daemon.shutdown_timeout == std::chrono::seconds{9});
  options = with({{"SUPERVISORD_TOML", "[supervisord]\nshutdown-timeout = \"90s\"\n"}});
  options.defaults.shutdown_timeout = std::chrono::seconds{9};
  CHECK(load({}, options).set.daemon.shutdown_timeout == std::chrono::seconds{90});
}
