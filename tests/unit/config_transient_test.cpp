// Services of a command line: settings as words, and what is wrong with them.
#include "config/transient.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

using Lines = std::vector<std::string>;
const std::vector<std::string_view> kProgram = {"sleep", "1"};

Result<ServiceSpec> read(const Lines& lines, const std::vector<NamedService>& others) {
  std::vector<const NamedService*> known;
  for (const NamedService& other : others) known.push_back(&other);
  return transient_spec("job", lines, kProgram, known);
}

std::string mistake(const Lines& lines, const std::vector<NamedService>& others = {}) {
  const auto spec = read(lines, others);
  return spec ? "" : spec.error().what;
}

NamedService known(std::string name, ServiceSpec spec = {}) {
  return {.name = std::move(name), .spec = std::move(spec), .file = 0, .line = 0};
}

ServiceSpec good(const Lines& lines) {
  auto spec = read(lines, {});
  if (!spec) FAIL(spec.error().what);
  return *spec;
}

}  // namespace

TEST_CASE("the value of a setting is TOML if it can be", "[config][transient]") {
  CHECK(*setting_line("nice=5") == "nice = 5\n");
  CHECK(*setting_line("restart.delay=5s") == "restart.delay = \"5s\"\n");
  CHECK(*setting_line("success-codes=[0, 3]") == "success-codes = [0, 3]\n");
  CHECK(*setting_line("description=") == "description = \"\"\n");
  CHECK(*setting_line("description=a=b") == "description = \"a=b\"\n");
  // One word is one setting.
  CHECK(setting_line("nice=5\nuser='root'")->find('\n') == setting_line("nice=5\nuser='root'")->size() - 1);
  for (const std::string_view wrong : {"", "nice", "=5", "a b=1", "[x]=1", ".a=1", "a..b=1", "a\n=1"})
    CHECK(!setting_line(wrong));
}

TEST_CASE("a transient service is not started again by default", "[config][transient]") {
  CHECK(good({}).restart.when == RestartWhen::never);
  CHECK(good({*setting_line("restart=always")}).restart.when == RestartWhen::always);
  CHECK(good({*setting_line("nice=5")}).nice == 5);
  CHECK(good({}).command.argv == Lines{"sleep", "1"});
}

TEST_CASE("what is wrong is said by its key", "[config][transient]") {
  CHECK(mistake({*setting_line("nicee=5")}) == "unknown key 'nicee' in [service.job] (did you mean 'nice'?)");
  CHECK(mistake({*setting_line("restart.delay=soon")}).starts_with("restart.delay: "));
  CHECK(mistake({*setting_line("requires=['db']")}).find("db") != std::string::npos);
  CHECK(mistake({*setting_line("before=['db']")}, {known("db")}).starts_with("before: "));
  CHECK(mistake({*setting_line("requires=['db']")}, {known("db"), known("web")}).empty());
}

TEST_CASE("what a transient service may be to another is decided by what that is", "[config][transient]") {
  ServiceSpec sidecar, migrate, watched, site;
  sidecar.daemon = true;
  sidecar.requires_.push_back({"db"});
  migrate.type = ServiceType::oneshot;
  watched.health.edit().tcp = "127.0.0.1:5432";
  site.type = ServiceType::target;
  const std::vector<NamedService> others = {known("db", watched), known("migrate", migrate), known("sidecar", sidecar),
                                            known("site", site)};
  CHECK(mistake({*setting_line("parent=db")}, others).empty());
  CHECK(mistake({*setting_line("parent=sidecar")}, others).starts_with("parent: 'sidecar' is a daemon"));
  CHECK(mistake({*setting_line("requires=[{ service = 'migrate', until = 'completed' }]")}, others).empty());
  CHECK(mistake({*setting_line("requires=[{ service = 'db', until = 'healthy' }]")}, others).empty());
  CHECK(mistake({*setting_line("requires=[{ service = 'site', until = 'completed' }]")}, others)
            .ends_with("(remove until)"));
  CHECK(mistake({*setting_line("requires=['site', 'sidecar']")}, others).empty());
}
