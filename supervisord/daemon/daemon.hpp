// The daemon: puts the parts together, and takes them apart in the right order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "spec/daemon_spec.hpp"

namespace sup {

// Exit codes of supervisord, those of sysexits.h(3head) where there is one. Any other code is that of a service (see
// exit-code-from).
enum class DaemonExit : int {
  done = 0,
  usage = 64,
  internal = 70,
  system = 71,
  already_running = 73,
  configuration = 78
};

// What the command line says. Options win over files.
struct DaemonOptions {
  std::vector<std::string> config;  // Files and directories; empty: the default place.
  std::string socket;
  std::string runtime_dir;
  std::string state_dir;
  std::optional<LogLevel> log_level;
  std::optional<Containment> containment;
  std::vector<std::string> only;          // Start only these and what they need.
  std::vector<std::string> skip;          // Do not start these, nor what needs them.
  std::vector<std::string> tags;          // Of what has tags, start what has one of these.
  std::vector<std::string> profiles;      // Of what has profiles, what has one of these is there.
  std::vector<std::string> main_command;  // Run as the service "main" beside those of the configuration.
  bool is_terminal_free = false;          // Ours was given up already (sys::give_up_terminal), so main can have it.
  FileTrust trust = FileTrust::checked;
};

// Checks the configuration and prints what is wrong with it. Returns the exit code.
[[nodiscard]] int check_configuration(const DaemonOptions& options);

// Supervises until the end. Call it first thing in main, on the main thread, after prepare_process(). Returns the exit
// code; nothing if another program goes on, and this process has to end by _exit(2). In a trial (guard::is_trial()) it
// tells whether it could go on. In the init of a machine it returns only for the next manager to try once more.
[[nodiscard]] std::optional<int> run_daemon(const DaemonOptions& options);

}  // namespace sup
