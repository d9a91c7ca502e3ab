// Units of systemd as files: found by name or path, with their drop-ins, and split into sections of options.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/option.hpp"
#include "import/source.hpp"

namespace sup::imports {

// The parts of a unit's name: web@1.service is prefix "web", instance "1", suffix "service".
struct UnitName {
  std::string full;
  std::string prefix;
  std::string instance;
  std::string suffix;
  bool has_at = false;
  [[nodiscard]] bool is_template() const { return has_at && instance.empty(); }
};
// ".service" is added where there is no suffix.
[[nodiscard]] UnitName unit_name(std::string_view text);

struct UnitOption {
  std::string section;  // "Service"
  Option option;
};

struct Unit {
  UnitName name;
  std::string file;
  std::vector<UnitOption> options;
  // Those of one section, in order.
  [[nodiscard]] std::vector<Option> in(std::string_view section) const;
};

// Splits the text of a unit or drop-in; what cannot be read is a problem.
void read_unit_text(std::string_view text, const std::string& file, std::vector<UnitOption>& options, Imported& result);

// `wanted` with a slash is a file; else it is looked for where systemd looks. Nothing, and a problem, if there is none.
[[nodiscard]] std::optional<Unit> read_unit(const std::string& wanted, Sources& sources, Imported& result);

}  // namespace sup::imports
