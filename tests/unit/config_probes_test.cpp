// Health in a definition: what is read, and what is refused with its place.
#include <string>

#include "config/load.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

Loaded load_health(const std::string& value, const std::string& rest = "") {
  return load_text("[service.web]\ncommand = \"x\"\n" + rest + "health = " + value + "\n", "f.toml");
}

HealthSpec health(const std::string& value) {
  const Loaded loaded = load_health(value);
  INFO(value << "\n" << render_all(loaded));
  REQUIRE(loaded.diagnostics.empty());
  return *loaded.set.services.at(0).spec.health;
}

std::string refusal(const std::string& value, const std::string& rest = "") {
  const Loaded loaded = load_health(value, rest);
  INFO(value << "\n" << render_all(loaded));
  REQUIRE(loaded.diagnostics.size() == 1);
  const Diagnostic& found = loaded.diagnostics[0];
  return std::to_string(found.span.line) + ":" + std::to_string(found.span.column) + ": " + found.message;
}

}  // namespace

TEST_CASE("health says whom to ask, how often, and what to do", "[health]") {
  const HealthSpec plain = health("{ tcp = \":5432\" }");
  REQUIRE(probe_kind(plain) == ProbeKind::tcp);
  REQUIRE(plain.failures == 3);
  REQUIRE(plain.action == HealthAction::restart);
  const HealthSpec spec = health(
      "{ http = \"http://127.0.0.1/x\", interval = \"1s\", timeout = \"500ms\", failures = 5, successes = 2, "
      "start-grace = \"0s\", action = \"none\" }");
  REQUIRE(probe_kind(spec) == ProbeKind::http);
  REQUIRE(spec.http->url == "http://127.0.0.1/x");
  REQUIRE(spec.interval == std::chrono::seconds{1});
  REQUIRE(spec.successes == 2);
  REQUIRE(spec.action == HealthAction::none);
  REQUIRE(probe_kind(health("{ exec = \"pg_isready -q\" }")) == ProbeKind::exec);
  REQUIRE(probe_kind(health("{ file = \"/run/x\" }")) == ProbeKind::file);
  REQUIRE(probe_kind(health("{ unix = \"/run/x\" }")) == ProbeKind::unix_);
}

TEST_CASE("a status is a number, a class, or a list of them", "[health]") {
  const auto statuses = [](const std::string& text) {
    return health("{ http = { url = \"http://[::1]/\", status = " + text + " } }").http->status;
  };
  REQUIRE(statuses("204").contains(204));
  REQUIRE_FALSE(statuses("204").contains(200));
  REQUIRE(statuses("\"3xx\"").contains(399));
  REQUIRE(statuses("[\"2xx\", 401]").contains(401));
  REQUIRE_FALSE(statuses("[\"2xx\", 401]").contains(400));
  for (const char* wrong : {"99", "600", "\"6xx\"", "\"200\"", "[]", "true"})
    REQUIRE(load_health("{ http = { url = \"http://[::1]/\", status = " + std::string(wrong) + " } }").has_errors);
}

TEST_CASE("a target that cannot be asked is refused at its place", "[health]") {
  REQUIRE(refusal("{ tcp = \"db.example:5432\" }") == "3:18: health.tcp: 'db.example' is not an address");
  REQUIRE(refusal("{ tcp = \"127.0.0.1\" }") ==
          "3:18: health.tcp: '127.0.0.1': the port is missing, write for example 127.0.0.1:80");
  REQUIRE(refusal("{ http = \"https://127.0.0.1/\" }") ==
          "3:19: health.http: https cannot be asked; use exec with a program that can, such as curl");
  REQUIRE(refusal("{ http = \"http://web/\" }") == "3:19: health.http: 'web' is not an address");
  REQUIRE(refusal("{ unix = \"web.sock\" }") == "3:19: health.unix: 'web.sock' is not an absolute path");
}

TEST_CASE("exactly one kind of probe is asked", "[health]") {
  REQUIRE(refusal("{ tcp = \":80\", file = \"/x\" }") ==
          "3:1: health: tcp and file are both given; only one can be asked");
  REQUIRE(refusal("{ interval = \"1s\" }") == "3:1: health: nothing says how to ask");
  REQUIRE(refusal("{}") == "3:1: health: nothing says how to ask");
  REQUIRE(refusal("{ http = { status = 204 } }") == "3:12: health.http: the url is missing");
}

TEST_CASE("health that means nothing is refused", "[health]") {
  REQUIRE(refusal("{ tcp = \":80\" }", "type = \"oneshot\"\n").find("a oneshot is never running") != std::string::npos);
  REQUIRE(refusal("{ tcp = \":80\", action = \"restart\" }", "restart = \"never\"\n") ==
          "4:34: health.action: restart is in contradiction to restart.when = \"never\"");
  REQUIRE_FALSE(load_health("{ tcp = \":80\", action = \"stop\" }", "restart = \"never\"\n").has_errors);
}
