// What the init of a machine says on the console, where it has no log.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "base/result.hpp"

namespace sup::machine {

inline void say(std::string_view text) { fmt::print(stderr, "supervisord: {}\n", text); }

inline void say_failure(const Result<>& done) {
  if (!done) say(done.error().what);
}

}  // namespace sup::machine
