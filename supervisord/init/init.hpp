// supervisord as the init of one command: reaps everybody, sends signals on, ends with the command's exit code. It
// needs no file, no socket, nothing that could be written to, and nothing of the rest of supervisord.
#pragma once

#include <optional>
#include <string_view>

namespace sup::init {

// Call it first in main. Nothing: this is not what we were started for. Else all has been done, and this is the exit
// code.
[[nodiscard]] std::optional<int> run_if_asked(int argc, char** argv);

// Whether this is the name of another init, whose place we take.
[[nodiscard]] bool stands_in(std::string_view program) noexcept;
// Whether this option is of the init of one command, and of nothing else.
[[nodiscard]] bool is_own_option(std::string_view word) noexcept;

}  // namespace sup::init
