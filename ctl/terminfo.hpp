// Whether ncurses knows a terminal: asked before, since newterm(3) leaves memory behind when it does not.
#pragma once

#include <string>

namespace sup::ctl {

[[nodiscard]] bool is_known_terminal(const std::string& name);

}  // namespace sup::ctl
