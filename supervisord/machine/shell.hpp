// The rescue shell: what is left when the machine cannot be brought up, or when somebody asked for it at boot.
#pragma once

#include <string_view>

#include "base/power.hpp"

namespace sup::machine {

// Says why, gives the console to a shell (sulogin(8) where there is one, which asks for root's password) and waits for
// its end. What a signal asks for meanwhile ends the shell; `none`: it has ended by itself. All signals must be
// blocked, and nobody else may be reading them.
[[nodiscard]] PowerAction offer_shell(std::string_view why);

}  // namespace sup::machine
