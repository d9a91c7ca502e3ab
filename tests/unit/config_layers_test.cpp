// What a service is made of: defaults, templates, its definition, drop-ins; and whether it is there at all.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "config/masking.hpp"
#include "config/shape.hpp"

#include "catch.hpp"

namespace fs = std::filesystem;
using namespace sup;

namespace {

// A folder of configuration files, read without looking at the machine.
class Folder {
 public:
  Folder() {
    std::string path = (fs::temp_directory_path() / "config-layers-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    path_ = path;
    options.system = SystemChecks::off;
    options.keeps_files = true;
    options.who = {1000, [this](std::string_view name) {
                     const auto found = env.find(name);
                     return found == env.end() ? std::nullopt : std::optional(found->second);
                   }};
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, std::string_view text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] Loaded read(const std::string& name = "") const {
    return load(std::vector{name.empty() ? path_.string() : at(name)}, options);
  }
  // The findings, without the folder in their places.
  [[nodiscard]] std::string findings(const std::string& name = "") const {
    std::string out;
    for (const Diagnostic& found : read(name).diagnostics) out += render_headline(found) + "\n";
    for (std::size_t i = out.find(path_.string()); i != out.npos; i = out.find(path_.string()))
      out.erase(i, path_.string().size() + 1);
    return out;
  }

  LoadOptions options;
  std::map<std::string, std::string, std::less<>> env;

 private:
  fs::path path_;
};

const ServiceSpec& spec_of(const Loaded& loaded, std::string_view name) {
  INFO(render_all(loaded));
  REQUIRE_FALSE(loaded.has_errors);
  for (const NamedService& service : loaded.set.services)
    if (service.name == name) return service.spec;
  FAIL("no service " << name);
  return loaded.set.services.at(0).spec;
}

Loaded good_text(const std::string& text) {
  Loaded loaded = load_text(text, "f.toml");
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.empty());
  return loaded;
}

std::string finding_in(const std::string& text) {
  const Loaded loaded = load_text(text, "f.toml");
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.size() == 1);
  return render_headline(loaded.diagnostics[0]);
}

std::string origins_text(const Loaded& loaded, std::size_t service) {
  std::string out;
  loaded.set.services[service].origins->for_each([&](const Origins::Row& row) {
    const std::string& file = loaded.set.files[row.file];
    out += std::string(row.key) + " " + file.substr(file.rfind('/') + 1) + ":" + std::to_string(row.line) + " " +
           std::string(enum_name(row.layer)) + "\n";
  });
  return out;
}

constexpr const char* kWeb = "[service.web]\ncommand = [\"web\"]\nrestart = { delay = \"1s\", max = 3 }\n";

}  // namespace

// ---- drop-ins ----

TEST_CASE("drop-ins change single keys, in the order of their names, and lists as a whole", "[layers]") {
  Folder folder;
  folder.write("web.toml", std::string(kWeb) + "env = { A = \"1\", B = \"2\" }\ntags = [\"x\", \"y\"]\n");
  folder.write("web.d/20.toml", "[service.web]\nenv.B = \"4\"\nrestart.delay = \"20s\"\n");
  folder.write("web.d/10.toml",
               "[service.web]\nrestart.delay = \"10s\"\nenv = { B = \"3\", C = \"5\" }\ntags = [\"z\"]\n");
  const Loaded loaded = folder.read();
  const ServiceSpec& web = spec_of(loaded, "web");
  REQUIRE(web.restart.delay == std::chrono::seconds{20});
  REQUIRE(web.restart.max == MaxRestarts{3});
  REQUIRE(*web.tags == std::vector<std::string>{"z"});
  std::map<std::string, std::string> env(web.env.variables.begin(), web.env.variables.end());
  REQUIRE(env == std::map<std::string, std::string>{{"A", "1"}, {"B", "4"}, {"C", "5"}});
  REQUIRE(loaded.set.services[0].line == 1);
}

TEST_CASE("drop-ins are found beside a single file, in conf.d and for what is external", "[layers]") {
  Folder folder;
  folder.write("conf.d/web.toml", kWeb);
  folder.write("conf.d/web.d/a.toml", "[service.web]\nrestart.max = 9\n");
  folder.write("db.toml", "[external.db]\ntcp = \"127.0.0.1:1\"\n");
  folder.write("db.d/a.toml", "[external.db]\nunix = \"/run/db\"\n");
  folder.write("other.d/a.toml", "[service.other]\n");  // Is nobody's, which a single file does not ask.
  const Loaded whole = folder.read();
  REQUIRE(spec_of(whole, "web").restart.max == MaxRestarts{9});
  REQUIRE(spec_of(folder.read("conf.d/web.toml"), "web").restart.max == MaxRestarts{9});
  const Loaded db = folder.read("db.toml");
  REQUIRE(db.diagnostics.empty());
  REQUIRE(db.set.files.size() == 2);
}

TEST_CASE("a mistake in a drop-in is told where it is written", "[layers]") {
  Folder folder;
  folder.write("web.toml", kWeb);
  folder.write("web.d/a.toml", "[service.web]\nrestrat.max = 9\n\n[service.web.stop]\ntimeout = 5\n");
  REQUIRE(folder.findings() ==
          "web.d/a.toml:2:1: error: unknown key 'restrat' in [service.web]; did you mean 'restart'?\n"
          "web.d/a.toml:5:11: error: stop.timeout: expected a duration such as \"10s\", found the integer 5; "
          "with quotes and unit: \"5s\"\n");
}

TEST_CASE("a problem between settings is told where the setting of the upper layer is", "[layers]") {
  Folder folder;
  folder.write("web.toml", kWeb);
  folder.write("web.d/a.toml", "[service.web]\nrequires = [\"nobody\"]\n");
  REQUIRE(folder.findings() == "web.d/a.toml:2:13: error: requires: there is no service 'nobody'\n");
}

TEST_CASE("a drop-in holds settings of its service alone", "[layers]") {
  Folder folder;
  folder.write("web.toml", kWeb);
  folder.write("web.d/a.toml", "restart = \"never\"\n");
  REQUIRE(folder.findings() ==
          "web.d/a.toml:1:1: error: 'restart' cannot be in a drop-in of web; its settings are below [service.web] or "
          "[external.web]\n");
  folder.write("web.d/a.toml", "[service.wbe]\nrestart = \"never\"\n");
  REQUIRE(folder.findings() ==
          "web.d/a.toml:1:10: error: this is a drop-in of 'web', not of 'wbe'; its settings are below [service.web] or "
          "[external.web]\n");
}

TEST_CASE("a drop-in of nobody is a warning with the nearest name", "[layers]") {
  Folder folder;
  folder.write("web.toml", kWeb);
  folder.write("wbe.d/a.toml", "[service.wbe]\nrestart = \"never\"\n");
  REQUIRE(folder.findings() ==
          "wbe.d/a.toml:1:10: warning: this drop-in changes nothing: there is no [service.wbe]; did you mean 'web'?\n");
}

TEST_CASE("root looks at the owner and mode of drop-ins and of their directory", "[layers]") {
  if (::geteuid() != 0) {
    WARN("SKIPPED: needs root");
    return;
  }
  Folder folder;
  folder.options.who.uid = 0;
  folder.write("web.toml", kWeb);
  const std::string drop_in = folder.write("web.d/a.toml", "[service.web]\nrestart.max = 9\n");
  REQUIRE(folder.findings().empty());
  REQUIRE(::chmod(folder.at("web.d").c_str(), 0777) == 0);
  REQUIRE(folder.findings() ==
          "web.d: error: root does not trust a directory that others may write to (mode 0777); chmod go-w\n");
  REQUIRE(::chmod(folder.at("web.d").c_str(), 0755) == 0);
  REQUIRE(::chmod(drop_in.c_str(), 0666) == 0);
  REQUIRE(folder.findings("web.toml") ==
          "web.d/a.toml: error: root does not trust a file that others may write to (mode 0666); chmod go-w\n");
}

// ---- defaults and templates ----

TEST_CASE("defaults are under every service, and whatever is said elsewhere wins", "[layers]") {
  const Loaded loaded = good_text(
      "[defaults]\nrestart = { when = \"always\", delay = \"7s\" }\nlog.path = \"/var/log/{service}.log\"\n"
      "[service.a]\ncommand = [\"x\"]\n[service.b]\ncommand = [\"x\"]\nrestart = \"never\"\n");
  REQUIRE(spec_of(loaded, "a").restart.when == RestartWhen::always);
  REQUIRE(spec_of(loaded, "a").restart.delay == std::chrono::seconds{7});
  REQUIRE(spec_of(loaded, "b").restart.when == RestartWhen::never);  // A word is the table that it stands for.
  REQUIRE(spec_of(loaded, "b").restart.delay == std::chrono::seconds{7});
  REQUIRE(spec_of(loaded, "b").log.path == "/var/log/b.log");
}

TEST_CASE("a mistake in the defaults is told once, however many services there are", "[layers]") {
  REQUIRE(finding_in("[defaults]\nnicee = 5\n[service.a]\ncommand = [\"x\"]\n[service.b]\ncommand = [\"x\"]\n") ==
          "f.toml:2:1: error: unknown key 'nicee' in [defaults]; did you mean 'nice'?");
  REQUIRE(finding_in("[defaults]\n[service.a]\ncommand = [\"x\"]\n[[defaults]]\n").find("f.toml:4") == 0);
}

TEST_CASE("a template gives its settings to who uses it, with the values of its parameters", "[layers]") {
  const Loaded loaded = good_text(
      "[template.worker]\nparameters = [\"queue\", { name = \"level\", default = 5 }]\n"
      "command = [\"work\", \"--queue={queue}\", \"{{queue}}\", \"${queue}\", \"{json}\"]\nnice = \"{level}\"\n"
      "working-dir = \"/srv/{service}\"\n"
      "[service.mail]\nuse = { template = \"worker\", queue = \"mail\" }\n"
      "[service.sms]\nuse = [{ template = \"worker\", queue = \"sms\", level = 7 }]\nworking-dir = \"/\"\n");
  const ServiceSpec& mail = spec_of(loaded, "mail");
  REQUIRE(mail.command.argv == std::vector<std::string>{"work", "--queue=mail", "{queue}", "${queue}", "{json}"});
  REQUIRE(mail.nice == 5);
  REQUIRE(mail.working_dir == "/srv/mail");
  REQUIRE(spec_of(loaded, "sms").nice == 7);
  REQUIRE(spec_of(loaded, "sms").working_dir == "/");
}

TEST_CASE("templates use templates, and later ones win", "[layers]") {
  const Loaded loaded = good_text(
      "[template.base]\nparameters = [\"dir\"]\nworking-dir = \"{dir}\"\nnice = 1\numask = \"027\"\n"
      "[template.app]\nparameters = [\"name\"]\nuse = { template = \"base\", dir = \"/srv/{name}\" }\nnice = 2\n"
      "[template.late]\nnice = 3\n"
      "[service.a]\ncommand = [\"x\"]\nuse = { template = \"app\", name = \"a\" }\n"
      "[service.b]\ncommand = [\"x\"]\nuse = [{ template = \"app\", name = \"b\" }, \"late\"]\n");
  REQUIRE(spec_of(loaded, "a").working_dir == "/srv/a");
  REQUIRE(spec_of(loaded, "a").nice == 2);
  REQUIRE(spec_of(loaded, "b").nice == 3);
  REQUIRE(spec_of(loaded, "b").umask.bits == 027);
}

TEST_CASE("mistakes in the use of templates are told at their place, with what would be right", "[layers]") {
  const std::string worker = "[template.worker]\nparameters = [\"queue\"]\ncommand = [\"work\", \"{queue}\"]\n";
  REQUIRE(finding_in(worker + "[service.a]\nuse = \"wroker\"\n") ==
          "f.toml:5:7: error: use: there is no template 'wroker'; did you mean 'worker'?");
  REQUIRE(finding_in(worker + "[service.a]\nuse = \"worker\"\n") ==
          "f.toml:5:7: error: use: template 'worker' needs the parameter 'queue'; use = { template = \"worker\", queue "
          "= \"...\" }");
  REQUIRE(finding_in(worker + "[service.a]\nuse = { template = \"worker\", queue = \"q\", queu = \"r\" }\n") ==
          "f.toml:5:43: error: use: template 'worker' has no parameter 'queu'; did you mean 'queue'?");
  REQUIRE(finding_in("[template.w]\nparameters = [\"queue\"]\ncommand = [\"{quue}\"]\n") ==
          "f.toml:3:12: error: '{quue}' is no parameter; did you mean {queue}?");
  REQUIRE(finding_in("[service.a]\ncommand = [\"x\"]\nextends = \"b\"\n") ==
          "f.toml:3:1: error: unknown key 'extends' in [service.a]; did you mean 'use'?");
}

TEST_CASE("a value that a template gives is judged where the template says it", "[layers]") {
  REQUIRE(finding_in("[template.w]\nparameters = [\"n\"]\ncommand = [\"x\"]\nnice = \"{n}\"\n[service.a]\nuse = { "
                     "template = \"w\", n = \"many\" }\n")
              .starts_with("f.toml:4:8: error: nice: expected "));
}

TEST_CASE("templates that use themselves are told once, with the way", "[layers]") {
  REQUIRE(finding_in("[template.a]\nuse = \"b\"\n[template.b]\nuse = \"c\"\n[template.c]\nuse = \"a\"\n"
                     "[service.x]\nuse = \"a\"\n[service.y]\nuse = \"b\"\n") ==
          "f.toml:6:7: error: use: template 'a' uses itself: a -> b -> c -> a");
}

TEST_CASE("how much templates make is bounded", "[layers]") {
  // Each uses the one before twice: 2^20 texts in the end.
  std::string text = "[template.t0]\nnice = 1\n";
  for (int i = 1; i <= 20; ++i) {
    const std::string below = "\"t" + std::to_string(i - 1) + "\"";
    text += "[template.t" + std::to_string(i) + "]\nuse = [" + below + ", " + below + "]\n";
  }
  REQUIRE(finding_in(text + "[service.a]\ncommand = [\"x\"]\nuse = \"t20\"\n").find("more than 64 templates") !=
          std::string::npos);
  // Each doubles its parameter.
  text = "[template.t0]\nparameters = [\"a\"]\ndescription = \"{a}\"\n";
  for (int i = 1; i <= 40; ++i)
    text += "[template.t" + std::to_string(i) + "]\nparameters = [\"a\"]\nuse = { template = \"t" +
            std::to_string(i - 1) + "\", a = \"{a}{a}\" }\n";
  REQUIRE(finding_in(text + "[service.a]\ncommand = [\"x\"]\nuse = { template = \"t40\", a = \"aa\" }\n")
              .find("a parameter has at most 4096 bytes") != std::string::npos);
}

TEST_CASE("of several ways to probe, that of the upper layer is the one", "[layers]") {
  const Loaded loaded = good_text(
      "[defaults]\nready = { tcp = \"127.0.0.1:80\", timeout = \"9s\" }\nreload = \"HUP\"\n"
      "[service.a]\ncommand = [\"x\"]\nready.http = \"http://127.0.0.1/\"\nreload = { command = [\"r\"] }\n");
  REQUIRE(spec_of(loaded, "a").ready->timeout == std::chrono::seconds{9});
}

TEST_CASE("of each setting it is known where it was written, and in which layer", "[layers]") {
  Folder folder;
  folder.write("supervisord.toml",
               "[defaults]\nnice = 1\nstop.timeout = \"9s\"\n[template.t]\nenv = { A = \"1\", B = \"2\" }\n");
  folder.write("web.toml", std::string(kWeb) + "use = \"t\"\nenv.B = \"3\"\n");
  folder.write("web.d/a.toml", "[service.web]\nrestart.max = 9\n");
  const Loaded loaded = folder.read();
  INFO(render_all(loaded));
  REQUIRE(origins_text(loaded, 0) ==
          "restart.max a.toml:2 drop-in\nrestart.delay web.toml:3 definition\ncommand web.toml:2 definition\n"
          "env.B web.toml:5 definition\nenv.A supervisord.toml:5 template\nnice supervisord.toml:2 defaults\n"
          "stop.timeout supervisord.toml:3 defaults\n");
}

// ---- include ----

TEST_CASE("what a file includes is relative to it, in the order of names, and read once", "[layers]") {
  Folder folder;
  folder.write("main.toml", "include = [\"more/*.toml\", \"more/b.toml\"]\n[service.main]\ncommand = [\"x\"]\n");
  folder.write("more/b.toml", "[service.b]\ncommand = [\"x\"]\n");
  folder.write("more/a.toml", "include = \"../other.toml\"\n[service.a]\ncommand = [\"x\"]\n");
  folder.write("more/b.d/x.toml", "[service.b]\nnice = 5\n");
  folder.write("other.toml", "");
  const Loaded loaded = folder.read("main.toml");
  REQUIRE(spec_of(loaded, "b").nice == 5);
  REQUIRE(loaded.set.files.size() == 5);
  REQUIRE(loaded.set.files[2] == folder.at("more/../other.toml"));
  // Also if the directory is read as a whole.
  folder.write("supervisord.toml", "include = \"conf.d/*.toml\"\n");
  folder.write("conf.d/c.toml", "[service.c]\ncommand = [\"x\"]\n");
  fs::remove(folder.at("main.toml"));
  REQUIRE(folder.findings().empty());
}

TEST_CASE("a file that is not there, a directory and a cycle are told where they are included", "[layers]") {
  Folder folder;
  folder.write("a.toml", "include = [\"none.toml\"]\n");
  REQUIRE(folder.findings("a.toml").find("a.toml:1:12: error: include: cannot open '") == 0);
  folder.write("a.toml", "include = [\"none/*.toml\"]\n");
  REQUIRE(folder.findings("a.toml").empty());
  folder.write("more/x.toml", "");
  folder.write("a.toml", "include = \"more\"\n");
  REQUIRE(folder.findings("a.toml").find("is a directory; write \"") != std::string::npos);
  folder.write("a.toml", "include = \"b.toml\"\n");
  folder.write("b.toml", "\ninclude = \"a.toml\"\n");
  REQUIRE(folder.findings("a.toml").find("b.toml:2:11: error: include: a file includes itself: ") == 0);
}

TEST_CASE("a text that is no file includes by absolute paths alone", "[layers]") {
  Folder folder;
  const std::string file = folder.write("a.toml", kWeb);
  folder.env["SUPERVISORD_TOML"] = "include = \"a.toml\"\n";
  REQUIRE(load({}, folder.options).diagnostics.at(0).hint == "write an absolute path");
  folder.env["SUPERVISORD_TOML"] = "include = \"" + file + "\"\n";
  REQUIRE(spec_of(load({}, folder.options), "web").restart.max == MaxRestarts{3});
}

// ---- profiles and conditions ----

TEST_CASE("a service with profiles is there only if one of them is chosen", "[layers]") {
  Folder folder;
  folder.write("a.toml", std::string(kWeb) +
                             "[service.db]\ncommand = [\"x\"]\nprofile = \"dev\"\n"
                             "[external.db]\ntcp = \"10.0.0.1:5432\"\nprofile = [\"prod\", \"test\"]\n");
  const Loaded none = folder.read();
  REQUIRE(none.set.services.size() == 1);
  REQUIRE(none.set.absent.size() == 2);
  REQUIRE(none.set.absent[0].why == "its profile dev is not chosen");
  folder.options.profiles = {"dev"};
  REQUIRE(spec_of(folder.read(), "db").type == ServiceType::simple);
  folder.options.profiles = {};
  folder.env["SUPERVISORD_PROFILE"] = "x,test";
  REQUIRE(spec_of(folder.read(), "db").type == ServiceType::external);
  REQUIRE(folder.findings() == "configuration: warning: no service has the profile 'x'\n");
  folder.options.profiles = {"dev"};
  REQUIRE(folder.findings().find("external 'db' is defined twice") != std::string::npos);
}

TEST_CASE("who needs a service that is left out is told why; who can go on without it does", "[layers]") {
  Folder folder;
  const std::string db = "[service.db]\ncommand = [\"x\"]\nprofile = \"dev\"\n";
  folder.write("a.toml", db + "[service.web]\ncommand = [\"x\"]\nrequires = [\"db\"]\n");
  REQUIRE(
      folder.findings() ==
      "a.toml:6:13: error: requires: 'db' is left out: its profile dev is not chosen; --profile dev brings it in\n");
  folder.write("a.toml", db + "[service.web]\ncommand = [\"x\"]\nwants = [\"db\"]\nafter = [\"db\"]\n"
                              "[group.all-of-it]\nmembers = [\"web\", \"db\"]\n");
  const Loaded loaded = folder.read();
  REQUIRE(spec_of(loaded, "web").wants.empty());
  REQUIRE(spec_of(loaded, "web").after.empty());
  REQUIRE(loaded.set.groups[0].spec.members == std::vector<std::string>{"web"});
}

TEST_CASE("where changes may be changes of the configuration is known", "[layers]") {
  Folder folder;
  const std::string main = folder.write("a.toml", "include = [\"m/*.toml\", \"/none/y*\"]\n" + std::string(kWeb));
  folder.write("m/b.toml", "[service.db]\ncommand = [\"x\"]\n");
  REQUIRE(folder.read("a.toml").looked_for ==
          std::vector{std::string("/none/y*"), main, folder.at("m/*.toml"), folder.at("m/db.d"), folder.at("web.d")});
}

TEST_CASE("all conditions of a service must hold", "[layers]") {
  Folder folder;
  const auto is_there = [&](const std::string& condition) {
    folder.write("a.toml", std::string(kWeb) + "if = " + condition + "\n");
    const Loaded loaded = folder.read();
    INFO(render_all(loaded));
    REQUIRE(loaded.diagnostics.empty());
    return !loaded.set.services.empty();
  };
  folder.env["CI"] = "1";
  CHECK(is_there("{}"));
  CHECK(is_there("{ exists = \"/\" }"));
  CHECK_FALSE(is_there("{ exists = [\"/\", \"/nonexistent\"] }"));
  CHECK_FALSE(is_there("{ not-exists = \"/\" }"));
  CHECK(is_there("{ env = \"CI\", not-env = [\"CI=2\", \"NONE\"] }"));
  CHECK(is_there("{ env = \"CI=1\" }"));
  CHECK_FALSE(is_there("{ env = \"CI=\" }"));
  CHECK_FALSE(is_there("{ env = \"CI\", not-env = \"CI=1\" }"));
  CHECK(is_there("{ host = \"*\" }"));
  CHECK(is_there("{ host = [\"no such host\", \"?*\"] }"));
  CHECK_FALSE(is_there("{ host = \"no such host\" }"));
  CHECK_FALSE(is_there("{ not-host = [\"no such host\", \"*\"] }"));
  CHECK(is_there("{ fraction = 1 }"));
  CHECK_FALSE(is_there("{ fraction = 0 }"));
}

TEST_CASE("mistakes in conditions, and in what is left out, are told", "[layers]") {
  REQUIRE(finding_in("[service.a]\ncommand = [\"x\"]\nif.exist = \"/x\"\n") ==
          "f.toml:3:4: error: unknown key 'if.exist' in [service.a]; did you mean 'exists'?");
  REQUIRE(finding_in("[service.a]\ncommand = [\"x\"]\nif.exists = \"x\"\n").find("if.exists: ") != std::string::npos);
  REQUIRE(finding_in("[service.a]\ncommand = [\"x\"]\nprofile = \"none\"\nnicee = 1\n").find("nicee") !=
          std::string::npos);
}

TEST_CASE("an equal set comes of what was read once, whatever has become of the machine", "[layers]") {
  Folder folder;
  const std::string flag = folder.write("flag", "");
  folder.write("a.toml", "include = \"more/*.toml\"\n[template.t]\nnice = 5\n");
  folder.write("more/web.toml", std::string(kWeb) + "use = \"t\"\nif = { exists = \"" + flag + "\" }\n");
  folder.write("more/web.d/x.toml", "[service.web]\nrestart.max = 9\n");
  Loaded first = folder.read();
  fs::remove(flag);
  fs::remove_all(folder.at("more"));
  const Loaded again = load_again(std::move(first.files), folder.options);
  REQUIRE(spec_of(again, "web").restart.max == MaxRestarts{9});
  REQUIRE(spec_of(again, "web").nice == 5);
  REQUIRE(origins_text(again, 0) == origins_text(first, 0));
  REQUIRE(again.files.size() == 4);  // Three files, and what was asked of the machine.
}

// ---- interpolation ----

TEST_CASE("variables and files stand in the strings of settings, and commands and variables keep their dollars",
          "[layers]") {
  Folder folder;
  folder.env = {{"ROOT", "/srv"}, {"EMPTY", ""}};
  const std::string secret = folder.write("secret", "s3cret \"word\"\n");
  folder.write("a.toml",
               "[service.web]\ncommand = [\"sh\", \"-c\", \"echo ${ROOT} $$\"]\n"
               "working-dir = \"${ROOT}/${NONE:-web}$$${EMPTY:-}\"\ndescription = \"${x}\"\n"
               "env = { A = \"${ROOT} $$ $\", B = \"<${file:" +
                   secret + "}>\", C = \"$${file:/x}\" }\n");
  const Loaded loaded = folder.read();
  const ServiceSpec& web = spec_of(loaded, "web");
  REQUIRE(web.command.argv[2] == "echo ${ROOT} $$");
  REQUIRE(web.working_dir == "/srv/web$");
  REQUIRE(web.description == "${x}");
  REQUIRE(web.env.variables[0].second == "${ROOT} $$ $");
  REQUIRE(web.env.variables[1].second == "<s3cret \"word\">");
  REQUIRE(web.env.variables[2].second == "${file:/x}");

  // It is shown to nobody.
  REQUIRE(to_toml(loaded.set.services[0], Detail::changed, Secrets::masked).find("s3cret") == std::string::npos);
  REQUIRE(to_toml(loaded.set.services[0], Detail::changed, Secrets::shown).find("s3cret") != std::string::npos);
  NamedService other = loaded.set.services[0];
  other.spec.env.variables[1].second = "x";
  auto changes = diff(loaded.set.services[0].spec, other.spec);
  mask_secrets(changes, *loaded.set.services[0].secrets);
  REQUIRE(changes.size() == 1);
  REQUIRE(changes[0].old_value.find("s3cret") == std::string::npos);

  // And it is the same later.
  fs::remove(secret);
  Loaded first = folder.read();
  REQUIRE(first.has_errors);
  REQUIRE(spec_of(load_again(loaded.files, folder.options), "web").env.variables[1].second == "<s3cret \"word\">");
}

TEST_CASE("what cannot be inserted is told where it is written", "[layers]") {
  Folder folder;
  const auto finding = [&](const std::string& text) {
    folder.write("a.toml", "[service.web]\ncommand = [\"x\"]\nworking-dir = \"" + text + "\"\n");
    return folder.findings();
  };
  REQUIRE(finding("/${NONE}") ==
          "a.toml:3:15: error: working-dir: the variable NONE is not set in supervisord's environment; "
          "\"${NONE:-default}\" says what is to be there then\n");
  REQUIRE(finding("/${1}").find("expected ${NAME}, ${NAME:-default} or ${file:/path}; $$ stands for one $") !=
          std::string::npos);
  REQUIRE(finding("/${NONE").find("expected ${NAME}") != std::string::npos);
  REQUIRE(finding("${file:x}").find("is no absolute path") != std::string::npos);
  REQUIRE(finding("${file:/nonexistent}").find("cannot read /nonexistent: No such file") != std::string::npos);
  REQUIRE(finding("${file:/dev/zero}").find("it is no file") != std::string::npos);
  folder.write("a.toml", "[service.web]\ncommand = [\"x\"]\nworking-dir = \"${NONE}\"\nprofile = \"p\"\n");
  REQUIRE(folder.findings().empty());  // Who is not there needs nothing.
}
