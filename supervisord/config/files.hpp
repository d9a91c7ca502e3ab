// The files of a configuration: found, opened, checked for trust, read and parsed.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/load.hpp"
#include "config/value.hpp"

namespace sup {

inline constexpr std::size_t kMaxIncludeDepth = 16;
inline constexpr std::string_view kIncludeKey = "include";

// A file, and its root table or why that cannot be had. An answer has none.
struct ReadFile {
  ConfigFile file;
  std::expected<Value, Diagnostic> root;
};
[[nodiscard]] ReadFile parsed(ConfigFile file);

struct ReadFiles {
  std::vector<ReadFile> files;
  std::vector<std::string> looked_for;  // As Loaded has it: patterns, of a path the one that means it alone.
};
// Everything that load() says about paths holds here; `text`, if it is not empty, is one more file, without a place, of
// this name. What cannot be read is reported and left out. Trust is judged by fstat(2) of what was opened, so that
// nothing can be swapped in between; of what is not named on the command line that of its directory, too.
[[nodiscard]] ReadFiles read_config_files(std::span<const std::string> paths, ConfigFile text,
                                          const LoadOptions& options, Report& report);

// Why root does not trust what this is the status of, as `options` have it; empty: it does.
[[nodiscard]] std::string distrust(const LoadOptions& options, const struct stat& status);
// What to do about it.
[[nodiscard]] std::string trust_hint(const struct stat& status);

// Why more than kMaxConfigFileBytes are not read.
[[nodiscard]] std::string too_large_text();

}  // namespace sup
