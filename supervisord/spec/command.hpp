// A program and its arguments.
#pragma once

#include <string>
#include <vector>

namespace sup {

// From an array: exactly these; from a string: split by shell word rules, no shell is run.
struct Command {
  std::vector<std::string> argv;
  friend bool operator==(const Command&, const Command&) = default;
};

}  // namespace sup
