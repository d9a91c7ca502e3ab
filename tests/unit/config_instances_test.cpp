// How many instances a definition asks for.
#include "config/instances.hpp"

#include "config/load.hpp"
#include "config/shape.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

using By = InstanceCount::By;

Loaded loaded(const std::string& setting) {
  return load_text("[service.web]\ncommand = [\"serve\"]\n" + setting + "\n", "web.toml");
}

InstanceCount count_of(const std::string& value) {
  const Loaded out = loaded("instances = " + value);
  INFO(render_all(out));
  REQUIRE(out.diagnostics.size() <= 1);  // That the variable is not set.
  return *out.set.services.at(0).spec.instances;
}

// "3:13: instances: ..." of the only finding.
std::string mistake(const std::string& setting) {
  const Loaded out = loaded(setting);
  INFO(render_all(out));
  REQUIRE(out.diagnostics.size() == 1);
  const Diagnostic& d = out.diagnostics.front();
  return std::to_string(d.span.line) + ":" + std::to_string(d.span.column) + ": " + d.message +
         (d.hint.empty() ? "" : " (" + d.hint + ")");
}

Result<std::uint32_t> resolved(const std::string& value, std::optional<std::string> variable) {
  return instances_of(count_of(value), [&](std::string_view) { return variable; });
}

}  // namespace

TEST_CASE("a number, each CPU, or a variable", "[config][instances]") {
  CHECK(count_of("4").number == 4);
  CHECK(count_of("\"cpus\"").by == By::cpus);
  const InstanceCount plain = count_of("\"${WORKERS}\"");
  CHECK(plain.by == By::variable);
  CHECK(plain.variable == "WORKERS");
  CHECK(plain.number == 0);
  CHECK(count_of("\"${WORKERS:-3}\"").number == 3);
  CHECK(loaded("instances = 4").set.services[0].instances == 4);
  CHECK(loaded("").set.services[0].instances == 1);
}

TEST_CASE("what a variable comes to", "[config][instances]") {
  CHECK(*resolved("\"${WORKERS}\"", "7") == 7);
  CHECK(*resolved("\"${WORKERS:-3}\"", std::nullopt) == 3);
  CHECK(*resolved("\"${WORKERS:-3}\"", "") == 3);
  CHECK(resolved("\"${WORKERS}\"", std::nullopt).error().what ==
        "WORKERS is not set in the environment of supervisord");
  CHECK(resolved("\"${WORKERS:-3}\"", "many").error().what == "WORKERS is 'many', which is no number from 1 to 1000");
  CHECK(!resolved("\"${WORKERS}\"", "0"));
  CHECK(!resolved("\"${WORKERS}\"", "-1"));
  CHECK(!resolved("\"${WORKERS}\"", "1001"));
  CHECK(*resolved("\"cpus\"", std::nullopt) >= 1);
}

TEST_CASE("nonsense is refused where it stands", "[config][instances]") {
  CHECK(mistake("instances = 0") ==
        "3:13: instances: 0 is not from 1 to 1000 (with enabled = false none is started by itself)");
  CHECK(mistake("instances = -2") == "3:13: instances: -2 is not from 1 to 1000");
  CHECK(mistake("instances = 1001") == "3:13: instances: 1001 is not from 1 to 1000");
  CHECK(mistake("instances = 2.5").starts_with("3:13: instances: expected a whole number from 1 to 1000"));
  CHECK(mistake("instances = \"4\"").ends_with("(write 4 without quotes)"));
  CHECK(mistake("instances = \"cpu\"").ends_with("(did you mean \"cpus\"?)"));
  CHECK(mistake("instances = \"$WORKERS\"").ends_with("(write \"${WORKERS}\")"));
  CHECK(mistake("instances = \"${A:-0}\"").starts_with("3:13: instances: expected"));
  CHECK(mistake("instances = \"${NO_SUCH_VARIABLE_HERE}\"") ==
        "3:13: instances: NO_SUCH_VARIABLE_HERE is not set in the environment of supervisord "
        "(\"${NO_SUCH_VARIABLE_HERE:-1}\" is 1 where it is not set)");
}

TEST_CASE("a placeholder that is none, and a file that all would write", "[config][instances]") {
  CHECK(mistake("env = { ID = \"{instanec}\" }") ==
        "3:1: env: unknown placeholder '{instanec}' (did you mean '{instance}'?)");
  CHECK(mistake("instances = 2\nlog = { path = \"/tmp/web.log\" }") ==
        "4:16: log.path: all instances would write to '/tmp/web.log' (put {instance} into the path)");
  CHECK(loaded("instances = 2\nlog = { path = \"/tmp/web.{instance}.log\" }").diagnostics.empty());
  CHECK(loaded("ready = { tcp = \":808{instance}\" }\nhealth = { http = \"http://127.0.0.1:808{instance}/\" }")
            .diagnostics.empty());
}

TEST_CASE("what was written can be written again", "[config][instances]") {
  for (const std::string value : {"4", "\"cpus\"", "\"${WORKERS}\"", "\"${WORKERS:-3}\""}) {
    const Loaded out = loaded("instances = " + value);
    CHECK(to_toml("web", out.set.services.at(0).spec, Detail::changed, Secrets::masked).find("instances = " + value) !=
          std::string::npos);
  }
}
