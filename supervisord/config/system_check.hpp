// Whether what a configuration names is there on this machine: users, groups, env files, directories, programs.
#pragma once

#include <functional>

#include "config/diagnostic.hpp"
#include "config/paths.hpp"
#include "spec/check.hpp"

namespace sup {

// A place of the configuration in its file.
struct SourcePlace {
  std::string_view file;
  Span span;
};
using Locate = std::function<SourcePlace(const SpecPlace&)>;

// Errors: unknown user or group, an env file that is broken or (unless optional) missing, a log path without its
// directory. Warnings, because they may come to be before the service starts or on another machine: a working directory
// or a program that is not there; and an account that cannot be looked up now. Asks the account database, which may
// take a second to be found silent, and the file system: may block, not for the loop thread.
void check_system(const SpecSet& set, const Who& who, const Locate& locate, Report& report);

}  // namespace sup
