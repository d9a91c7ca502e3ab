// A [program:x] of supervisor: its options, and the settings that they become.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "import/option.hpp"

namespace sup::imports {

// Where an output stream goes.
struct SupervisorLog {
  std::string file;  // Empty: nothing was said.
  std::optional<Value> max_size;
  std::optional<std::int64_t> backups;
  bool is_off = false, is_syslog = false, is_stdout = false, also_syslog = false;
};

// What the options of a program said.
struct SupervisorProgram {
  std::string folder;  // What relative paths count from.
  std::vector<std::string> command;
  std::int64_t start_seconds = 1;
  std::int64_t stop_seconds = 10;
  std::string stop_signal = "TERM";
  bool stops_group = false;
  bool redirects_stderr = false;
  bool is_enabled = true;
  std::string restart = "on-failure";
  std::vector<std::int64_t> exit_codes = {0};
  std::int64_t priority = 999;
  SupervisorLog out, err;
  ValueTable further;  // Settings that follow from one option alone.
};

// Maps the options, whose values are expanded. `service` and `context` are for the notes.
[[nodiscard]] SupervisorProgram read_program(std::span<const Option> options, const std::string& folder,
                                             std::string_view service, std::string_view context,
                                             std::vector<Note>& notes);
[[nodiscard]] ValueTable settings_of(const SupervisorProgram& program);

// "50MB" as supervisor reads it: 1024-based; 0 is no limit. Nothing if it is no size.
[[nodiscard]] std::optional<Value> supervisor_size(std::string_view text);

// The options of a program that its kinds share, for sections whose programs cannot be imported.
[[nodiscard]] bool is_program_option(std::string_view name);

}  // namespace sup::imports
