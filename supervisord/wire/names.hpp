// Which services a command means.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sup::wire {

// A name or pattern that no service has.
struct UnknownName {
  std::string name;
  std::optional<std::string> nearest;  // A service it was perhaps meant to be.
};

// With the nearest of the known names, if one is near.
[[nodiscard]] UnknownName unknown_name(const std::string& name, std::span<const std::string> known);

// The indexes into `known` of the services that the patterns name, ascending, each once. A pattern is a service's name,
// the word "all" (unless a service has that name), or a shell pattern (* ? [a-z]), which must match at least one
// service. No patterns mean all services. The first pattern that names nothing is the error.
[[nodiscard]] std::expected<std::vector<std::size_t>, UnknownName> resolve_names(std::span<const std::string> patterns,
                                                                                 std::span<const std::string> known);

}  // namespace sup::wire
