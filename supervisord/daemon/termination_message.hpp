// What Kubernetes shows of a container that has ended: a file that the container writes before it ends.
#pragma once

#include "daemon/supervisor.hpp"

namespace sup {

inline constexpr std::size_t kTerminationMessageBytes = 4096;  // Kubernetes takes no more.

// Why supervisord ends, with which code, and the last lines of what has failed; at most kTerminationMessageBytes.
[[nodiscard]] std::string termination_message(const Supervisor& supervisor);

// When everything has ended. A failure is a warning in the log.
void write_termination_message(const Supervisor& supervisor);

}  // namespace sup
