// Files of environment variables.
//
// The syntax, line by line; nothing is ever expanded:
//   # a comment            blank lines are ignored too
//   KEY=VALUE              VALUE is the rest of the line, without blanks at its end; a # or a quote in it is part of it
//   export KEY=VALUE       the word export is ignored, so that a shell can read the file too
//   KEY='VALUE'            every byte up to the next ', newlines included
//   KEY="VALUE"            every byte up to the next ", newlines included; \n \t \\ \" \$ stand for newline, tab, \, "
//   and $,
//                          any other backslash is an error
// Only blanks and a comment may follow a closing quote. KEY is letters, digits, _ . and -, and begins with a letter or
// _. Blanks beside the = are an error: a shell would read something else. Lines may end in CR LF, the file may begin
// with a UTF-8 byte order mark. Of a key that occurs twice the last value counts. NUL is an error anywhere. Diagnostics
// never show a part of a value, since it may be a secret.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/diagnostic.hpp"
#include "spec/service_spec.hpp"

namespace sup {

inline constexpr std::size_t kMaxEnvFileBytes = 1 << 20;
inline constexpr std::size_t kMaxEnvFileErrors = 20;  // Per file; more are not reported.

struct EnvFileContent {
  Environment variables;                // Without the bad lines.
  std::vector<Diagnostic> diagnostics;  // All errors.
};

// Pure. `file_name` is for the diagnostics.
[[nodiscard]] EnvFileContent parse_env_file(std::string_view text, std::string_view file_name);

// Reads and parses. Errors: sys (not there, not readable), limit, invalid with the first bad line as file:line:column.
[[nodiscard]] Result<Environment> read_env_file(const std::string& path);

// All files of a service in order, later ones win; optional files may be missing, but not be broken.
[[nodiscard]] Result<Environment> read_env_files(const std::vector<EnvFile>& files);

}  // namespace sup
