// What must hold between the settings of a configuration, beyond each setting on its own. Pure: nothing of the machine
// is asked.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/spec_set.hpp"

namespace sup {

// A place in the configuration: a service (or a group, an event hook, or supervisord itself), a key with dots for
// tables ("log.path"; empty: the service as such), and an element where the value is an array.
struct SpecPlace {
  static constexpr std::size_t kDaemon = ~std::size_t{0};
  std::size_t service = kDaemon;  // Index into SpecSet::services.
  std::string_view key;
  std::optional<std::size_t> element;
  std::optional<std::size_t> group = {};       // Index into SpecSet::groups: the place is there, and in no service.
  std::optional<std::size_t> event_hook = {};  // Likewise, into SpecSet::event_hooks.
};

// Another place that takes part in a problem, and what it does there ("a requires b").
struct SpecRelated {
  SpecPlace place;
  std::string text;
};

enum class ProblemKind : unsigned char {
  unknown_name,  // A service that is not there. Says nothing if a part of the configuration could not be read.
  missing,       // A setting that is needed. Says nothing if it was written and could not be read.
  contradiction,
};

struct SpecProblem {
  ProblemKind kind = ProblemKind::contradiction;
  SpecPlace place;
  std::string message;
  std::string hint;
  std::vector<SpecRelated> related;
  std::optional<SpecPlace> missing = {};  // What is missing, where that is not the place.
};

inline constexpr std::size_t kMaxSpecProblems = 1'000;  // More are not reported.

// All problems: of each service in order, then those between services. `default_log_dir` is where logs without a path
// go.
[[nodiscard]] std::vector<SpecProblem> check_specs(const SpecSet& set, std::string_view default_log_dir);

// Without doubled slashes and /./, so that one file has one path. Links and .. are not followed.
[[nodiscard]] std::string simplified_path(std::string_view path);

// The file that a log table means: its path, else NAME.log in the log directory (for a stderr log of its own:
// NAME.stderr.log), spelled in one way. `log_dir` is [supervisord] log.dir or its default.
enum class LogStream : unsigned char { standard_output, standard_error };
[[nodiscard]] std::string log_file_path(const LogSpec& log, std::string_view service_name, LogStream stream,
                                        std::string_view log_dir);
// That of supervisord's own log.
[[nodiscard]] std::string own_log_path(const DaemonLogSpec& log, std::string_view log_dir);

}  // namespace sup
