// CHECK: an invariant of ours. On in release builds: a supervisor that goes on after a broken invariant does harm.
#pragma once

#include <source_location>

namespace sup {

// Prints the broken invariant with its place to stderr and aborts.
[[noreturn]] void check_failed(const char* expression, std::source_location where = std::source_location::current());

}  // namespace sup

#define CHECK(condition) (static_cast<bool>(condition) ? void(0) : ::sup::check_failed(#condition))
