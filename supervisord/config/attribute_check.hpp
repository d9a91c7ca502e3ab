// Whether this machine and this process can give a service the attributes that its definition asks for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "spec/check.hpp"

namespace sup {

enum class FindingKind : unsigned char { error, warning };

struct AttributeFinding {
  FindingKind kind = FindingKind::error;
  SpecPlace place;
  std::string message;  // Begins with the key.
  std::string hint;
};

// Errors: what this machine does not have (a CPU, a capability). Warnings: what this process may not do, since who
// checks a configuration is not always who runs it, and files that may come to be. Asks kernel and file system.
[[nodiscard]] std::vector<AttributeFinding> check_attributes(std::size_t service, const ServiceSpec& spec);

}  // namespace sup
