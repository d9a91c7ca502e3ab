// The files of a configuration: found, opened, checked for trust and read.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/load.hpp"

namespace sup {

// Everything that load() says about paths holds here. What cannot be read is reported and left out. Trust is judged by
// fstat(2) of what was opened, so that nothing can be swapped in between.
[[nodiscard]] std::vector<ConfigFile> read_config_files(std::span<const std::string> paths, const LoadOptions& options,
                                                        Report& report);

// Why more than kMaxConfigFileBytes are not read.
[[nodiscard]] std::string too_large_text();

}  // namespace sup
