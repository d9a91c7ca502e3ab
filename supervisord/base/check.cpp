#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace sup {

void check_failed(const char* expression, std::source_location where) {
  std::fprintf(stderr, "%s:%u: %s: broken invariant: %s\n", where.file_name(), where.line(), where.function_name(),
               expression);
  std::abort();
}

}  // namespace sup
