// `ctl status --watch`: the table drawn again at each change on a terminal, else one line per change.
#pragma once

#include <string>

#include "ctl/successor.hpp"

namespace sup::ctl {

int watch_status(Context& context);

// One Status call. Failures: also a daemon whose messages this ctl could misread.
[[nodiscard]] OrFailure<wire::StatusReply> ask_status(Asker& asker, const Context& context);
// The reply in the format that was asked for.
[[nodiscard]] std::string status_text(const Context& context, const wire::StatusReply& reply);

}  // namespace sup::ctl
