// What a guard leaves to the program that it executes in its own place, which keeps the pid, the children and the
// descriptors: a line for each thing, in a memory file ("held 17 out:web.3"). Each version reads the words that it
// knows and passes over the rest, so a guard can be followed by an older one, too.
#pragma once

#include <string_view>

#include "guard/state.hpp"

namespace sup::guard {

// How the next program is told where that is: SUPERVISORD_HANDOVER=FD. "trial:FD" asks it whether it could go on.
inline constexpr const char* kHandoverVariable = "SUPERVISORD_HANDOVER";

// A sealed memory file; -1 and errno: there can be none.
[[nodiscard]] int write_handover(const State& state) noexcept;
// What that has, into a state of which nothing was used but Shelf::limit(). False: it is no hand-over, or not whole.
[[nodiscard]] bool read_handover(int fd, State& out) noexcept;
[[nodiscard]] bool parse_handover(std::string_view text, State& out) noexcept;
// Lets all descriptors of a state survive an execve(2), or not.
void carry_descriptors(const State& state, bool is_carried) noexcept;

}  // namespace sup::guard
