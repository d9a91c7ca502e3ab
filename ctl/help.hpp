// Help texts and docs/ctl.md, generated from the rows.
#pragma once

#include <string>

#include "wire/commands.hpp"

namespace sup::ctl {

// `ctl --help`: all verbs by group.
[[nodiscard]] std::string general_help();
// `ctl VERB --help`.
[[nodiscard]] std::string verb_help(const wire::CommandRow& row);
// "usage: ctl start [OPTIONS] NAME..."
[[nodiscard]] std::string usage_line(const wire::CommandRow& row);
// The content of docs/ctl.md.
[[nodiscard]] std::string reference_page();

}  // namespace sup::ctl
