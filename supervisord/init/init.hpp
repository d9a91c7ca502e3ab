// supervisord as the init of one command: reaps everybody, sends signals on, ends with the command's exit code. It
// needs no file, no socket, nothing that could be written to, and nothing of the rest of supervisord.
#pragma once

#include <optional>

namespace sup::init {

// Call it first in main. Nothing: this is not what we were started for. Else all has been done, and this is the exit
// code.
[[nodiscard]] std::optional<int> run_if_asked(int argc, char** argv);

}  // namespace sup::init
