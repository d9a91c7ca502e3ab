// supervisord's command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "daemon/daemon.hpp"

namespace {

using sup::DaemonOptions;

constexpr const char* kDescription =
    "supervisord supervises services: it starts them in order, keeps them up, stops them completely, and answers ctl.\n"
    "It stays in the foreground.";
constexpr const char* kFooter =
    "Examples:\n"
    "  supervisord                          with the configuration of /etc/supervisord\n"
    "  supervisord --config ./conf.d        with the files of one directory\n"
    "  supervisord --config web.toml --check\n\n"
    "Signals: TERM, INT, QUIT stop everything in order, a second one kills what is left; HUP makes a removed control "
    "socket\n"
    "again.\n"
    "Exit codes: 0 done, 64 usage, 70 internal error, 71 system error, 73 already running, 78 configuration error, or "
    "the\n"
    "code of a service (exit-code-from, on-exit).";

struct CommandLine {
  DaemonOptions options;
  std::string log_level;
  bool is_check = false;
  bool trusts_writable_config = false;
};

void declare(CLI::App& app, CommandLine& line) {
  app.footer(kFooter);
  app.add_option("-c,--config", line.options.config,
                 "A file, or a directory of *.toml files; may be given more than once")
      ->type_name("DIR|FILE")
      ->expected(1)
      ->take_all();
  app.add_option("--socket", line.options.socket, "The control socket")->type_name("PATH");
  app.add_option("--runtime-dir", line.options.runtime_dir, "Where the lock file and the control socket are")
      ->type_name("DIR");
  std::vector<std::string> levels;
  for (const auto& level : sup::kEnumNames<sup::LogLevel>) levels.emplace_back(level.name);
  app.add_option("--log-level", line.log_level, "How much supervisord says on standard error")
      ->type_name("LEVEL")
      ->check(CLI::IsMember(levels));
  app.add_flag("--check", line.is_check, "Check the configuration, say what is wrong, start nothing");
  app.add_option("--only", line.options.only, "Start only these services and what they need")->type_name("NAME");
  app.add_flag("--trust-writable-config", line.trusts_writable_config,
               "As root, also read files that other users could have written");
  app.set_version_flag("-V,--version", std::string("supervisord " SUP_VERSION));
}

int run(int argc, char** argv) {
  CLI::App app{kDescription, "supervisord"};
  CommandLine line;
  declare(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(sup::DaemonExit::usage);
  }
  if (!line.log_level.empty()) line.options.log_level = sup::enum_from_name<sup::LogLevel>(line.log_level);
  if (line.trusts_writable_config) line.options.trust = sup::FileTrust::unchecked;
  return line.is_check ? sup::check_configuration(line.options) : sup::run_daemon(line.options);
}

}  // namespace

int main(int argc, char** argv) {
  sup::prepare_process();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // Thrown by libraries only: above all out of memory.
    fmt::print(stderr, "supervisord: internal error: {}\n", error.what());
    return static_cast<int>(sup::DaemonExit::internal);
  }
}
