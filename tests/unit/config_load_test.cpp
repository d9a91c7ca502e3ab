#include "config/load.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "catch.hpp"

namespace fs = std::filesystem;
using namespace sup;

namespace {

constexpr const char* kService = "[service.web]\ncommand = [\"/bin/sh\"]\n";

// A directory of the test's own, gone at its end.
class TempDir {
 public:
  TempDir() {
    std::string path = (fs::temp_directory_path() / "config-load-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~TempDir() { fs::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string write(const std::string& name, std::string_view text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

LoadOptions options_of(uid_t uid) {
  LoadOptions options;
  options.who = {uid, [](std::string_view name) {
                   return name == "PATH" ? std::optional<std::string>("/usr/bin:/bin") : std::nullopt;
                 }};
  return options;
}

Loaded load_paths(std::vector<std::string> paths, const LoadOptions& options = options_of(1000)) {
  return load(paths, options);
}

std::string only_headline(const Loaded& loaded) {
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.size() == 1);
  return render_headline(loaded.diagnostics[0]);
}

}  // namespace

TEST_CASE("what a file says is in the set, sorted by name, with its place") {
  const Loaded loaded = load_text(
      "[service.b]\ncommand = \"x 'y z'\"\nrestart = \"never\"\n\n[service.a]\ncommand = [\"x\"]\n", "f.toml");
  REQUIRE_FALSE(loaded.has_errors);
  REQUIRE(loaded.set.services.size() == 2);
  REQUIRE(loaded.set.services[0].name == "a");
  REQUIRE(loaded.set.services[0].line == 5);
  REQUIRE(loaded.set.services[1].line == 1);
  REQUIRE(loaded.set.services[1].spec.command.argv == std::vector<std::string>{"x", "y z"});
  REQUIRE(loaded.set.services[1].spec.restart.when == RestartWhen::never);
  REQUIRE(loaded.set.files == std::vector<std::string>{"f.toml"});
}

TEST_CASE("environment values are kept byte for byte and in order") {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  all += "%(x)s %% $HOME ${X} #=' ä";
  std::string escaped;
  for (const char c : all) {
    char buffer[8];
    std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned char>(c));
    escaped += static_cast<unsigned char>(c) < 0x80 ? std::string(buffer) : std::string{c};
  }
  const Loaded loaded =
      load_text("[service.a]\ncommand = [\"x\"]\nenv = { Z = \"" + escaped + "\", A = \"\" }\n", "f.toml");
  INFO(render_all(loaded));
  REQUIRE_FALSE(loaded.has_errors);
  const auto& variables = loaded.set.services[0].spec.env.variables;
  REQUIRE(variables.size() == 2);
  REQUIRE(variables[0].first == "A");  // Whatever their order in the file is.
  REQUIRE(variables[1] == std::pair<std::string, std::string>("Z", all));
}

TEST_CASE("a directory is read in name order, supervisord.toml first, then conf.d; hidden and other files are not") {
  const TempDir dir;
  dir.write("zz.toml", "[service.z]\ncommand = [\"/bin/sh\"]\n");
  dir.write("supervisord.toml", "[supervisord]\nexit = \"when-done\"\n");
  dir.write("aa.toml", "");
  dir.write("conf.d/20.toml", "");
  dir.write("conf.d/10.toml", kService);
  dir.write(".hidden.toml", "]");
  dir.write("conf.d/.hidden.toml", "]");
  dir.write("web.toml~", "]");
  const Loaded loaded = load_paths({dir.path()});
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.empty());
  REQUIRE(loaded.set.files == std::vector<std::string>{dir.path() + "/supervisord.toml", dir.path() + "/aa.toml",
                                                       dir.path() + "/zz.toml", dir.path() + "/conf.d/10.toml",
                                                       dir.path() + "/conf.d/20.toml"});
  REQUIRE(loaded.set.daemon.exit == ExitWhen::when_done);
  REQUIRE(loaded.set.services[0].file == 3);
}

TEST_CASE("several paths are one configuration") {
  const TempDir dir;
  const std::string a = dir.write("a.toml", "[service.a]\ncommand = [\"/bin/sh\"]\nrequires = [\"b\"]\n");
  const std::string b = dir.write("other/b.toml", "[service.b]\ncommand = [\"/bin/sh\"]\n");
  REQUIRE(load_paths({a, b}).diagnostics.empty());
  REQUIRE(load_paths({a}).has_errors);
}

TEST_CASE("a path that cannot be read is an error, and what else is missing is not blamed on the rest") {
  const TempDir dir;
  const std::string a = dir.write("a.toml", "[service.a]\ncommand = [\"/bin/sh\"]\nrequires = [\"b\"]\n");
  REQUIRE(only_headline(load_paths({a, dir.path() + "/none.toml"})) ==
          dir.path() + "/none.toml: error: cannot open: No such file or directory");
}

TEST_CASE("what is no file is refused without waiting for it") {
  const TempDir dir;
  REQUIRE(::mkfifo((dir.path() + "/fifo.toml").c_str(), 0600) == 0);
  REQUIRE(only_headline(load_paths({dir.path() + "/fifo.toml"})).ends_with("neither a regular file nor a directory"));
  REQUIRE(only_headline(load_paths({dir.path()})).ends_with("neither a regular file nor a directory"));
}

TEST_CASE("an empty directory and a missing default directory are warnings") {
  const TempDir dir;
  const Loaded empty = load_paths({dir.path()});
  REQUIRE(only_headline(empty).ends_with("warning: no *.toml is in this directory"));
  REQUIRE_FALSE(empty.has_errors);
  LoadOptions options = options_of(1000);
  options.who.env = [&](std::string_view name) {
    return name == "XDG_CONFIG_HOME" ? std::optional<std::string>(dir.path() + "/none") : std::nullopt;
  };
  const Loaded missing = load({}, options);
  REQUIRE(only_headline(missing).ends_with("none/supervisord: warning: there is no configuration directory"));
  REQUIRE_FALSE(missing.has_errors);
}

TEST_CASE("paths and text of the environment are one configuration, and neither wins over the other", "[given]") {
  const TempDir dir;
  const std::string file = dir.write("a.toml", kService);
  std::string text = "[service.db]\ncommand = [\"/bin/sh\"]\nrequires = [\"web\"]\n";
  LoadOptions options = options_of(1000);
  options.who.env = [&](std::string_view name) -> std::optional<std::string> {
    return name == "SUPERVISORD_CONFIG" ? file : name == "SUPERVISORD_TOML" ? text : "";
  };
  const Loaded good = load({}, options);
  INFO(render_all(good));
  REQUIRE_FALSE(good.has_errors);
  REQUIRE(good.set.services.size() == 2);
  text = kService;
  REQUIRE(only_headline(load({}, options)) ==
          "$SUPERVISORD_TOML:1:10: error: service 'web' is defined twice, first at " + file + ":1");
  text = "nonsense";
  REQUIRE(load_paths({file}, options).diagnostics.empty());  // What is named is all that is read.
}

TEST_CASE("the size of a file is bounded") {
  const TempDir dir;
  const std::string big = dir.write("big.toml", std::string(kMaxConfigFileBytes + 1, '\n'));
  REQUIRE(only_headline(load_paths({big})).ends_with("it is larger than 1MiB"));
  REQUIRE(load_paths({dir.write("fits.toml", std::string(kMaxConfigFileBytes, '\n'))}).diagnostics.empty());
}

TEST_CASE("root refuses files and directories that others may write to, unless told otherwise") {
  const TempDir dir;
  const std::string file = dir.write("web.toml", kService);
  LoadOptions root = options_of(0);
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    REQUIRE(load_paths({dir.path()}, root).diagnostics.empty());
    REQUIRE(::chmod(file.c_str(), 0664) == 0);
    REQUIRE(only_headline(load_paths({file}, root)).find("others may write to (mode 0664)") != std::string::npos);
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    REQUIRE(::chmod(dir.path().c_str(), 0757) == 0);
    REQUIRE(only_headline(load_paths({dir.path()}, root)).find("directory that others may write to") !=
            std::string::npos);
    REQUIRE(::chmod(dir.path().c_str(), 0700) == 0);
    REQUIRE(::chown(file.c_str(), 12345, 0) == 0);
  }
  // Now the file belongs to somebody who is not root.
  REQUIRE(only_headline(load_paths({file}, root)).find("root does not trust a file of another user") !=
          std::string::npos);
  root.trust = FileTrust::unchecked;
  REQUIRE(load_paths({file}, root).diagnostics.empty());
}

TEST_CASE("a broken env file is reported at its own line, without showing it") {
  const TempDir dir;
  const std::string env = dir.write("web.env", "A=1\nsecret word\n");
  const Loaded loaded = load_paths({dir.write("web.toml", kService + ("env-file = [\"" + env + "\"]\n"))});
  REQUIRE(loaded.has_errors);
  REQUIRE(render_all(loaded) == env + ":2:7: error: a blank follows the name, write KEY=VALUE\n");
}

TEST_CASE("a program is looked up in the PATH that the service will have") {
  const TempDir dir;
  const std::string env = dir.write("web.env", "PATH=" + dir.path() + "\n");
  const std::string program = dir.write("only-here", "#!/bin/sh\n");
  const std::string toml = "[service.web]\ncommand = [\"only-here\"]\nenv-file = [\"" + env + "\"]\n";
  REQUIRE(only_headline(load_paths({dir.write("web.toml", toml)})).find("no program 'only-here' is in PATH now") !=
          std::string::npos);
  REQUIRE(::chmod(program.c_str(), 0755) == 0);
  REQUIRE(load_paths({dir.path() + "/web.toml"}).diagnostics.empty());
}

TEST_CASE("system checks can be left out") {
  LoadOptions options = options_of(1000);
  options.system = SystemChecks::off;
  const TempDir dir;
  const std::string file = dir.write("a.toml", "[service.a]\ncommand = [\"/nonexistent\"]\nuser = \"no-such-user\"\n");
  REQUIRE(load_paths({file}, options).diagnostics.empty());
}

TEST_CASE("the number of findings is bounded and told") {
  std::string text = "[service.web]\ncommand = [\"x\"]\n";
  for (int i = 0; i < 3'000; ++i) text += "unknown" + std::to_string(i) + " = 1\n";
  const Loaded loaded = load_text(text, "f.toml");
  REQUIRE(loaded.diagnostics.size() == Report::kMaxDiagnostics + 1);
  REQUIRE(loaded.diagnostics.back().message == "2000 more problems are not shown");
}

TEST_CASE("groups are read with their place, by name, and stand for their members") {
  const Loaded loaded = load_text(
      "[group.site]\nmembers = [\"web\", \"db\"]\n[group.a]\nmembers = [\"db\"]\n"
      "[service.web]\ncommand = [\"x\"]\n[service.db]\ncommand = [\"x\"]\n",
      "f.toml");
  REQUIRE_FALSE(loaded.has_errors);
  REQUIRE(loaded.set.groups.size() == 2);
  REQUIRE(loaded.set.groups[0].name == "a");
  REQUIRE(loaded.set.groups[1].line == 1);
  REQUIRE(find_group(loaded.set.groups, "nobody") == nullptr);
  const std::vector<std::string> names = {"x*", "site"};
  REQUIRE(without_groups(loaded.set.groups, names) == std::vector<std::string>{"x*", "web", "db"});
}

TEST_CASE("service names have a rule") {
  for (const char* good : {"a", "web-1.x_Y", "0", "All"}) REQUIRE(check_service_name(good).has_value());
  for (const char* bad : {"", "all", "-a", ".a", "_a", "a b", "a@1", "a/b", "ä", "a\n"})
    REQUIRE_FALSE(check_service_name(bad).has_value());
  REQUIRE(check_service_name(std::string(kMaxServiceName, 'a')).has_value());
  REQUIRE_FALSE(check_service_name(std::string(kMaxServiceName + 1, 'a')).has_value());
}
