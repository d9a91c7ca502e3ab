// What makes supervisord_next another version of supervisord, for the cases about `ctl reexec`: it calls itself 0.2.0.
// With NEXT_FAILS=managers in the environment its managers die as soon as they say so, although its trial is good; with
// NEXT_FAILS=trial its trial hangs; with NEXT_FAILS=words it says nothing, and leaves a process that could.
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "base/version.hpp"
#include "guard/guard.hpp"
#include "guard/holder.hpp"

namespace sup {

std::string_view program_version() noexcept {
  const char* const set = std::getenv("NEXT_FAILS");
  const std::string_view fails(set == nullptr ? "" : set);
  if (fails == "managers" && guard::inheritance().socket >= 0) std::abort();
  while (fails == "trial" && guard::is_trial()) ::pause();
  if (fails == "words" && guard::is_trial()) {
    constexpr int kMilliseconds = 6'000;
    if (::fork() == 0) (void)::poll(nullptr, 0, kMilliseconds);
    ::_exit(0);
  }
  return "0.2.0";
}

}  // namespace sup
