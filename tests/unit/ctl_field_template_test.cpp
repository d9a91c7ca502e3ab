// --format: which templates there are, and what they make of records.
#include "ctl/field_template.hpp"

#include "ctl/overview.hpp"
#include "ctl/parse.hpp"
#include "wire/record_shape.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::ctl;

namespace {

constexpr std::string_view kFields[] = {"name", "pid", "ready", "requires", "daemon"};
constexpr std::string_view kReply =
    R"({"version":1,"services":[{"name":"web","pid":42,"ready":true,"requires":["db","cache"]},{"name":"db","ready":false,"requires":[]}]})";

std::string lines(std::string_view text, std::string_view json = kReply, std::string_view list = "services") {
  const auto parsed = FieldTemplate::parse(text, kFields);
  return parsed ? parsed->lines(json, list) : "error: " + parsed.error();
}

}  // namespace

TEST_CASE("a template makes a line of each record", "[ctl][format]") {
  REQUIRE(lines("{name} {pid}") == "web 42\ndb -\n");
  REQUIRE(lines("{name}\\t{ready}\\n\\\\") == "web\ttrue\n\\\ndb\tfalse\n\\\n");
  REQUIRE(lines("{{{name}}} needs {requires}") == "{web} needs db,cache\n{db} needs -\n");
  REQUIRE(lines("") == "\n\n");
  REQUIRE(lines("{name}", R"({"services":[]})") == "");
}

TEST_CASE("what lists nothing is a record itself", "[ctl][format]") {
  REQUIRE(lines("{name}", R"({"name":"web"})") == "web\n");
  REQUIRE(lines("{daemon.pid} {daemon.none} {daemon}", R"({"daemon":{"pid":1}})", "") == "1 - {\"pid\":1}\n");
}

TEST_CASE("control characters of a record do not reach the terminal", "[ctl][format]") {
  REQUIRE(lines("{name}", "{\"name\":\"a\\u001b[31m\\nb\"}") == "a\\x1b[31m\\x0ab\n");
}

TEST_CASE("a template that cannot be filled in is refused before anything is done", "[ctl][format]") {
  REQUIRE(lines("{nmae}") == "error: there is no field 'nmae'; did you mean 'name'?");
  REQUIRE(lines("{zzzzzz}") == "error: there is no field 'zzzzzz'; there are name, pid, ready, requires, daemon");
  REQUIRE(lines("{}") == "error: there is no field ''; there are name, pid, ready, requires, daemon");
  REQUIRE(lines("{name") == "error: a { without }; write {{ for the character");
  REQUIRE(lines("name}") == "error: a } without {; write }} for the character");
  REQUIRE(lines("\\x") == "error: a backslash is followed by t, n or another backslash");
}

TEST_CASE("every command that is a call has fields", "[ctl][format]") {
  for (const wire::CommandRow& row : wire::commands()) {
    INFO(row.name);
    if (!row.method.empty()) REQUIRE_FALSE(wire::record_shape(row).fields.empty());
  }
  REQUIRE(wire::record_shape(wire::command(wire::Verb::status)).list == "services");
  REQUIRE(wire::record_shape(wire::command(wire::Verb::logs)).list == "records");
  REQUIRE(wire::record_shape(wire::command(wire::Verb::start)).list == "results");
  REQUIRE(wire::record_shape(wire::command(wire::Verb::ping)).list == "");
}

TEST_CASE("--format is for what supervisord answers, and excludes --json", "[ctl][format]") {
  const auto code_of = [](std::vector<std::string> words) {
    const auto invocation = parse(words);
    return invocation ? std::string() : invocation.error().text;
  };
  REQUIRE(code_of({"status", "--format", "{name}"}).empty());
  REQUIRE(code_of({"status", "--json", "--format", "{name}"}).find("exclude each other") != std::string::npos);
  REQUIRE(code_of({"check", "--format", "{name}"}).find("--format is for") != std::string::npos);
}

TEST_CASE("a command line without a verb says that nothing else is wrong with it", "[ctl][overview]") {
  const auto lacks_verb = [](std::vector<std::string> words) { return parse(words).error().lacks_verb; };
  REQUIRE(lacks_verb({}));
  REQUIRE(lacks_verb({"--no-color"}));
  REQUIRE(lacks_verb({"--socket", "/x"}));
  REQUIRE_FALSE(lacks_verb({"--help"}));
  REQUIRE_FALSE(lacks_verb({"--nonsense"}));
  REQUIRE_FALSE(lacks_verb({"statsu"}));
}

TEST_CASE("what to type next is about what there is", "[ctl][overview]") {
  const auto steps_for = [](std::vector<std::pair<std::string, std::string>> services) {
    wire::StatusReply reply;
    for (auto& [name, status] : services) {
      reply.services.emplace_back();
      reply.services.back().name = name;
      reply.services.back().status = status;
    }
    return next_steps(reply);
  };
  REQUIRE(steps_for({}).find("ctl schema --template") != std::string::npos);
  REQUIRE(steps_for({{"a", "up"}, {"b", "failed"}}).find("ctl explain b ") != std::string::npos);
  REQUIRE(steps_for({{"a", "up"}}).find("ctl logs -f a ") != std::string::npos);
  REQUIRE(steps_for({{"a", "changing"}}).find("ctl explain a ") != std::string::npos);
  REQUIRE(steps_for({{"a", "down"}}).find("ctl start a ") != std::string::npos);
}
