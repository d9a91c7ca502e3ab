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

[[nodiscard]] std::span<const ComposeRow> compose_rows();

// Whether the service has a healthcheck that says something.
[[nodiscard]] bool has_health_check(const YamlNode& service);

}  // namespace sup::imports
