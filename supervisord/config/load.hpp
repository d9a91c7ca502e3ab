// Files -> SpecSet, with every problem of every file at once.
//
// A path is a file, or a directory: then all *.toml in it in name order (supervisord.toml first), and all *.toml of its
// conf.d/ if there is one. Names that begin with a dot are skipped. This is how /etc/supervisord is laid out. What a
// file includes follows it. Beside the files, directories NAME.d hold drop-ins of the service NAME. How a service comes
// of all this is told in config/layers.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/paths.hpp"
#include "spec/spec_set.hpp"

namespace sup {

inline constexpr std::size_t kMaxConfigFileBytes = 1 << 20;
inline constexpr std::size_t kMaxConfigFiles = 20'000;
inline constexpr std::size_t kMaxServices = 20'000;
inline constexpr std::size_t kMaxServiceName = 64;
inline constexpr std::size_t kMaxEventHooks = 100;

// Whether files and directories that somebody else could write to are refused when root loads them.
enum class FileTrust : std::uint8_t { checked, unchecked };
// Whether what the configuration names is looked for on this machine: users, env files, programs, directories.
// at_start: without what the start of a service tells by itself, which knows it better.
enum class SystemChecks : std::uint8_t { on, at_start, off };

// The service whose command may come from a command line (LoadOptions::main_command).
inline constexpr std::string_view kMainService = "main";
inline constexpr std::string_view kCommandLineName = "command line";  // Stands for the name of its file.

// What of the world went into a configuration. The numbers are recorded.
enum class ConfigKind : std::uint8_t {
  definitions = 0,
  drop_in = 1,  // NAME.d/FILE.toml
  answer = 2,   // The name is a question to the machine, the text what it answered (config/outside.hpp).
};

struct ConfigFile {
  std::string name;  // As a user would write it: the path given, or the directory's path and the name.
  std::string text;
  ConfigKind kind = ConfigKind::definitions;
};

struct LoadOptions {
  Who who = this_process();
  FileTrust trust = FileTrust::checked;
  SystemChecks system = SystemChecks::on;
  DaemonSpec defaults = {};  // What holds where [supervisord] says nothing.
  // Not empty: there is a service "main" which runs it, and whose end is the end of all. Files may say more of it, but
  // not another command.
  std::vector<std::string> main_command = {};
  bool keeps_files = false;                // Loaded::files is wanted.
  bool follows_files = true;  // Also what a file includes, and the drop-ins beside a single one, are read.
  std::vector<std::string> profiles = {};  // Chosen, beside those that the environment names.
};

struct Loaded {
  SpecSet set;  // Only to be used when there are no errors.
  std::vector<Diagnostic> diagnostics;
  SourceTexts sources;
  bool has_errors = false;
  std::vector<ConfigFile> files = {};  // All that was read, in order.
  // Paths of files, directories and what may become one, and patterns of include: each change there may be one of this
  // configuration. Sorted, each once.
  std::vector<std::string> looked_for = {};
};

// No paths: what the environment gives (config/given.hpp), else the default configuration directory, which may be
// missing (then a warning says so). Several paths are one configuration. Never fails otherwise than by diagnostics.
[[nodiscard]] Loaded load(std::span<const std::string> paths, const LoadOptions& options = {});

// The same for what was read once: an equal set comes of it, whatever has become of the files since.
[[nodiscard]] Loaded load_again(std::vector<ConfigFile> files, const LoadOptions& options);

// The same for one text that is no file; without system checks. For tests and fuzzing.
[[nodiscard]] Loaded load_text(std::string_view text, std::string_view file_name);

// Every diagnostic rendered, one after the other.
[[nodiscard]] std::string render_all(const Loaded& loaded, Colors colors = Colors::off);

// "2 services", "2 services and 1 external thing, 3 left out".
[[nodiscard]] std::string contents_text(const SpecSet& set);

// One object on one line: services, externals, absent (name, why), errors, warnings (how many), diagnostics (file,
// line, column, severity, message, hint; line and column are null when the whole file is meant, hint when there is
// none).
[[nodiscard]] std::string report_json(const Loaded& loaded);

// [A-Za-z0-9_.-]+ that begins with a letter or digit, at most kMaxServiceName bytes, and not "all".
// Errors: invalid, with the rule that was broken.
[[nodiscard]] Result<> check_service_name(std::string_view name);

}  // namespace sup
