// What `ctl VERB --json` prints, as JSON Schema: replies from their rows, and what ctl makes itself.
#pragma once

#include <string>

namespace sup::ctl {

// Draft 2020-12. Its property VERB describes each line that the verb prints; $defs has the objects.
[[nodiscard]] std::string output_schema();

}  // namespace sup::ctl
