// What we were started with and on: environment, processors, terminals.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sup::sys {

// Our own environment in its order, byte-exact. Entries without '=' are left out; of two equal names both stay.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> environment();
// One variable of it.
[[nodiscard]] std::optional<std::string> environment_variable(const std::string& name);

// Processors that this process may run on (sched_getaffinity(2)); at least 1.
[[nodiscard]] unsigned cpu_count() noexcept;

[[nodiscard]] bool is_a_tty(int fd) noexcept;
// Columns of the terminal; empty if `fd` is none or does not know.
[[nodiscard]] std::optional<unsigned> terminal_columns(int fd) noexcept;

}  // namespace sup::sys
