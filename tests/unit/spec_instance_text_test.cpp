// {instance} and {instances} in settings.
#include "spec/instance_text.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

ServiceRef service(ServiceSpec spec) {
  NamedService out;
  out.name = "web";
  out.spec = std::move(spec);
  return std::make_shared<const NamedService>(std::move(out));
}

}  // namespace

TEST_CASE("placeholders are filled in, and nothing else between braces", "[spec][placeholders]") {
  const InstancePlace place{2, 5};
  CHECK(expand("{instance}", place) == "2");
  CHECK(expand("--id={instance}/{instances}.{instance}", place) == "--id=2/5.2");
  CHECK(expand("{{instance}} {{instances}}", place) == "{instance} {instances}");
  CHECK(expand("{print $1} ${HOME} {} {\"a\":{}} }{", place) == "{print $1} ${HOME} {} {\"a\":{}} }{");
  CHECK(expand("${instance} $${instance}", place) == "${instance} $${instance}");
  CHECK(expand("{instance_id} {instance-id}", place) == "{instance_id} {instance-id}");
  CHECK(expand("{instance", place) == "{instance");
  CHECK(expand("{{instance}", place) == "{2");
  CHECK(expand("", place).empty());
}

TEST_CASE("they are known in commands, env, paths and addresses", "[spec][placeholders]") {
  ServiceSpec spec;
  spec.command.argv = {"serve", "--port=808{instance}"};
  spec.description = "{instance}";
  spec.env.variables = {{"OF", "{instances}"}};
  spec.working_dir = "/srv/{instance}";
  spec.log.path = "/log/{instance}.log";
  spec.ready.edit().tcp = ":808{instance}";
  spec.health.edit().exec.argv = {"ask", "{instance}"};
  spec.pre_start = {Hook{{{"mkdir", "/srv/{instance}"}}}};
  spec.env_file.edit() = {{"/etc/{instance}", true}};
  spec.env_from_file.edit().files = {{"KEY", "/run/secrets/key-{instance}"}};
  spec.credentials.edit().files = {{"cert", "/etc/cert-{instance}"}};
  spec.stop.edit().steps = {
      StopStep{.signal = Signal{15}, .to = SignalTarget::main, .command = {{"quit", "{instance}"}}}};
  const ServiceRef web = service(spec);
  const ServiceRef third = definition_for(web, {3, 4});
  CHECK(third->place == InstancePlace{3, 4});
  CHECK(third->spec.command.argv[1] == "--port=8083");
  CHECK(third->spec.description == "{instance}");
  CHECK(third->spec.env.variables[0].second == "4");
  CHECK(third->spec.working_dir == "/srv/3");
  CHECK(third->spec.log.path == "/log/3.log");
  CHECK(third->spec.ready->tcp == ":8083");
  CHECK(third->spec.health->exec.argv[1] == "3");
  CHECK(third->spec.pre_start[0].command.argv[1] == "/srv/3");
  CHECK((*third->spec.env_file)[0].path == "/etc/3");
  CHECK(third->spec.env_from_file->files[0].second == "/run/secrets/key-3");
  CHECK(third->spec.credentials->files[0].second == "/etc/cert-3");
  CHECK(third->spec.stop->steps[0].command.argv[1] == "3");
  CHECK(web->spec.working_dir == "/srv/{instance}");
}

TEST_CASE("one without placeholders and numbers is used as it is", "[spec][placeholders]") {
  ServiceSpec spec;
  spec.command.argv = {"awk", "{print}"};
  const ServiceRef web = service(spec);
  CHECK(definition_for(web, {}) == web);
  CHECK(definition_for(web, {2, 2})->place == InstancePlace{2, 2});
  spec.instances.edit().number = 1;
  CHECK(definition_for(service(spec), {})->place == InstancePlace{1, 1});
}

TEST_CASE("a slip of the pen is found with its place", "[spec][placeholders]") {
  ServiceSpec spec;
  spec.command.argv = {"serve", "{instnace}", "{print}", "{Instances}", "${instanc}", "{instance_id}"};
  spec.working_dir = "/srv/{instanc}";
  const auto slips = placeholder_slips(spec);
  REQUIRE(slips.size() == 3);
  CHECK(slips[0].key == "command");
  CHECK(slips[0].element == 1U);
  CHECK(slips[0].written == "{instnace}");
  CHECK(slips[0].meant == "{instance}");
  CHECK(slips[1].meant == "{instances}");
  CHECK(slips[2].key == "working-dir");
}

TEST_CASE("a file that several would write is found", "[spec][placeholders]") {
  ServiceSpec spec;
  CHECK(!shared_file(spec));
  spec.log.path = "/log/{instance}.log";
  CHECK(!shared_file(spec));
  spec.pid_file.edit() = "/run/web.pid";
  CHECK(shared_file(spec)->key == "pid-file");
  spec.log.path = "/log/web.log";
  CHECK(shared_file(spec)->key == "log.path");
  spec.log.path = "/dev/stderr";
  spec.pid_file.edit() = "/run/web.{instance}.pid";
  CHECK(!shared_file(spec));
}
