// Placeholders: what an instance puts into the settings of its service. `{instance}` is its number, from 1, and
// `{instances}` how many there are. They are known in commands, in the values of env, and in paths and addresses;
// `{{instance}}` stands for the text itself. All other braces are the programs' own, and so is `${instance}`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/spec_set.hpp"

namespace sup {

// The text for one instance.
[[nodiscard]] std::string expand(std::string_view text, InstancePlace place);

// Whether anything in the settings is another for each instance.
[[nodiscard]] bool has_placeholders(const ServiceSpec& spec);
// The settings as this instance uses them.
[[nodiscard]] ServiceSpec expanded(ServiceSpec spec, InstancePlace place);

// The definition as this instance uses it: the same, or a copy that says whose it is where something depends on that.
[[nodiscard]] ServiceRef definition_for(const ServiceRef& definition, InstancePlace place);

// What looks like a placeholder that was mistyped.
struct PlaceholderSlip {
  std::string_view key;                // Of the service.
  std::optional<std::size_t> element;  // Where its value is a list.
  std::string written;                 // "{instnace}"
  std::string_view meant;              // "{instance}"
};
[[nodiscard]] std::vector<PlaceholderSlip> placeholder_slips(const ServiceSpec& spec);

// A file that all instances would write, although there is to be one for each.
struct SharedFile {
  std::string_view key;  // "log.path"
  std::string path;
};
[[nodiscard]] std::optional<SharedFile> shared_file(const ServiceSpec& spec);

}  // namespace sup
