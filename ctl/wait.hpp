// What the end of a wait means for ctl.
#pragma once

#include <string>
#include <string_view>

#include "wire/messages.hpp"

namespace sup::ctl {

// The exit code of a decided wait: 0 or 1; for `--for exited` the first code of the services that is not 0 (128+n for
// signal n).
[[nodiscard]] int wait_exit_code(std::string_view condition, const wire::WaitReply& reply);
// Whether what is awaited has come with this event, also if it has gone since. Being ready and healthy are not told so.
[[nodiscard]] bool is_passed(std::string_view condition, const wire::EventRecord& event);
// The services for which it has not happened, one per line with two blanks in front: "  web: starting".
[[nodiscard]] std::string missing_services(const wire::WaitReply& reply);

}  // namespace sup::ctl
