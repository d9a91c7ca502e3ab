// Events as lines.
#pragma once

#include <string>

#include "ctl/output.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

// "#12 2025-01-31 13:45:07.123 web: starting -> running: its program was executed (pid 321)", with a newline.
[[nodiscard]] std::string render_event(const wire::EventRecord& event, Paint paint);

}  // namespace sup::ctl
