// Any bytes as an environment file: no crash, and only variables that a process can be given.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "config/env_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sup::EnvFileContent content = sup::parse_env_file(text, "fuzz.env");
  std::set<std::string_view> names;
  for (const auto& [name, value] : content.variables.variables) {
    if (name.empty() || name.find('=') != name.npos || !names.insert(name).second) std::abort();
    if (name.find('\0') != name.npos || value.find('\0') != value.npos) std::abort();
  }
  if (content.diagnostics.size() > sup::kMaxEnvFileErrors) std::abort();
  for (const sup::Diagnostic& diagnostic : content.diagnostics)
    if (diagnostic.span.line == 0 && size <= sup::kMaxEnvFileBytes) std::abort();
  return 0;
}
