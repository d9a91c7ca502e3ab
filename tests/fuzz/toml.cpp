// Any bytes as a configuration file: no crash, no control characters in what is said about them, and what is accepted
// is written and read back as the same services. What is TOML can be formatted.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/format.hpp"
#include "config/load.hpp"
#include "config/shape.hpp"
#include "config/toml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sup::Loaded loaded = sup::load_text(text, "fuzz.toml");
  for (const char c : sup::render_all(loaded))
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F) std::abort();
  if (sup::parse_toml(text, "").has_value() != sup::format_toml(text, "").has_value()) std::abort();
  if (loaded.has_errors) return 0;
  std::string written = sup::to_toml(loaded.set.daemon);
  for (const sup::NamedService& service : loaded.set.services) written += sup::to_toml(service.name, service.spec);
  const sup::Loaded again = sup::load_text(written, "again.toml");
  if (again.has_errors || again.set.services.size() != loaded.set.services.size()) std::abort();
  if (!(again.set.daemon == loaded.set.daemon)) std::abort();
  for (std::size_t i = 0; i < again.set.services.size(); ++i)
    if (!(again.set.services[i].spec == loaded.set.services[i].spec)) std::abort();
  return 0;
}
