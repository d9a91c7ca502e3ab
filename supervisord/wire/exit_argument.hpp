// How somebody writes an end that has not happened: for `explain --exit`.
#pragma once

#include <optional>
#include <string_view>

#include "base/exit_status.hpp"

namespace sup::wire {

// An exit code from 0 to 255, where 128+n means death by signal n, or a signal by its name ("KILL", "SIGKILL").
[[nodiscard]] std::optional<ExitStatus> parse_exit(std::string_view text);

}  // namespace sup::wire
