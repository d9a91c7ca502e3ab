// A service of docker-compose.yml on its way.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "import/option.hpp"
#include "import/yaml.hpp"

namespace sup::imports {

struct ComposeDraft {
  const YamlNode* root = nullptr;           // The file.
  const YamlNode* node = nullptr;           // The service.
  std::string folder;                       // Of the file: what relative paths count from.
  std::set<std::string> services;           // Of the file.
  std::set<std::string> with_health_check;  // Those of them that can become healthy.
  ValueTable settings;
  std::optional<std::vector<std::string>> entrypoint, command;
  bool has_image = false;

  [[nodiscard]] const YamlNode& value_of(const Option& option) const { return *node->find(option.name); }
};

using ComposeRow = Row<ComposeDraft>;

// All, and the parts of them.
[[nodiscard]] std::span<const ComposeRow> compose_rows();
[[nodiscard]] std::span<const ComposeRow> compose_resource_rows();
[[nodiscard]] std::span<const ComposeRow> compose_file_rows();

// A scalar alone, or a list of scalars.
[[nodiscard]] std::optional<std::vector<std::string>> texts_of(const YamlNode& node);
// A text is split like a shell does, but no shell is run.
[[nodiscard]] std::optional<std::vector<std::string>> argv_of(const YamlNode& node);
// Relative paths count from the folder of the file.
[[nodiscard]] std::string whole_path(const ComposeDraft& draft, const std::string& path);
// "512m", "1gb": 1024-based.
[[nodiscard]] std::optional<std::string> size_of(const YamlNode& node);
// "1m30s", "30s" as compose writes times; a bare number of seconds, too.
[[nodiscard]] std::optional<std::string> time_of(const YamlNode* node);

// Whether the service has a healthcheck that says something.
[[nodiscard]] bool has_health_check(const YamlNode& service);

}  // namespace sup::imports
