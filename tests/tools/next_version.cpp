// What makes supervisord_next another version of supervisord, for the cases about `ctl reexec`: it calls itself 0.2.0,
// and with NEXT_FAILS in the environment its managers die as soon as they say so, although its trial is good.
#include <cstdlib>

#include "base/version.hpp"
#include "guard/holder.hpp"

namespace sup {

std::string_view program_version() noexcept {
  if (guard::inheritance().socket >= 0 && std::getenv("NEXT_FAILS") != nullptr) std::abort();
  return "0.2.0";
}

}  // namespace sup
