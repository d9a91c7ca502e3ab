// Documents about all settings, generated from the field rows: `ctl schema`, `ctl schema --manual`, `ctl schema
// --template`.
#pragma once

#include <string>

namespace sup {

// JSON Schema, draft 2020-12, for configuration files (TOML as JSON), with descriptions, defaults and examples.
[[nodiscard]] std::string json_schema();
// The manual of all settings, Markdown.
[[nodiscard]] std::string settings_manual();
// A configuration file with every setting, its documentation and its default, all commented out.
[[nodiscard]] std::string config_template();

}  // namespace sup
