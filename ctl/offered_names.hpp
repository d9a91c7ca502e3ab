// The names that a shell offers for what is typed.
#pragma once

#include <string>

#include "wire/commands.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

// One per line: services for which the verb has something to do, those with instances of which it has for one, and all
// groups.
[[nodiscard]] std::string offered_names(wire::Verb verb, const wire::StatusReply& reply);

}  // namespace sup::ctl
