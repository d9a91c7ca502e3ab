#include "config/paths.hpp"

#include <map>
#include <string>

#include "catch.hpp"

using namespace sup;

namespace {

Who who(uid_t uid, std::map<std::string, std::string, std::less<>> variables) {
  return {uid, [variables](std::string_view name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          }};
}

}  // namespace

TEST_CASE("root's places are fixed, whatever the environment says") {
  const Who root = who(0, {{"XDG_RUNTIME_DIR", "/run/user/1000"}, {"XDG_CONFIG_HOME", "/x"}, {"HOME", "/home/u"}});
  REQUIRE(default_config_dir(root) == "/etc/supervisord");
  REQUIRE(default_runtime_dir(root) == "/run/supervisord");
  REQUIRE(default_log_dir(root) == "/var/log/supervisord");
  REQUIRE(socket_of({}, root) == "/run/supervisord/control.sock");
}

TEST_CASE("another user's places follow XDG") {
  const Who user = who(1000, {{"HOME", "/home/u"},
                              {"XDG_RUNTIME_DIR", "/run/user/1000/"},
                              {"XDG_CONFIG_HOME", "/c"},
                              {"XDG_STATE_HOME", "/s"}});
  REQUIRE(default_config_dir(user) == "/c/supervisord");
  REQUIRE(default_runtime_dir(user) == "/run/user/1000/supervisord");
  REQUIRE(default_log_dir(user) == "/s/supervisord/log");
}

TEST_CASE("without XDG, or with relative XDG, everything is below HOME and nothing in /tmp") {
  for (const Who& user : {who(1000, {{"HOME", "/home/u"}}),
                          who(1000, {{"HOME", "/home/u"}, {"XDG_RUNTIME_DIR", "run"}, {"XDG_CONFIG_HOME", ""}})}) {
    REQUIRE(default_config_dir(user) == "/home/u/.config/supervisord");
    REQUIRE(default_runtime_dir(user) == "/home/u/.local/state/supervisord/run");
    REQUIRE(default_log_dir(user) == "/home/u/.local/state/supervisord/log");
  }
  REQUIRE(default_config_dir(who(1000, {{"HOME", "/"}})) == "/.config/supervisord");
}

TEST_CASE("a user without HOME needs the places to be said") {
  const Who nobody = who(65534, {});
  REQUIRE(default_runtime_dir(nobody).error().code == Errc::not_found);
  DaemonSpec spec;
  spec.runtime_dir = "/srv/run";
  REQUIRE(runtime_dir_of(spec, nobody) == "/srv/run");
  REQUIRE(socket_of(spec, nobody) == "/srv/run/control.sock");
  spec.socket = "/srv/s";
  REQUIRE(socket_of(spec, nobody) == "/srv/s");
  REQUIRE_FALSE(log_dir_of(spec, nobody).has_value());
  spec.log.dir = "/srv/log";
  REQUIRE(log_dir_of(spec, nobody) == "/srv/log");
}
