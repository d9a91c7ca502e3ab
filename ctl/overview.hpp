// `ctl` alone, at a terminal: how services are, and what to type next.
#pragma once

#include <string>

#include "wire/messages.hpp"

namespace sup::ctl {

// A few commands that make sense now, with the names of services that they are about; one per line, with why.
[[nodiscard]] std::string next_steps(const wire::StatusReply& reply);

}  // namespace sup::ctl
