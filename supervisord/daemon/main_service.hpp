// The service "main": the command of the command line, beside what the configuration defines. It is a service like the
// others but for its input and output.
#pragma once

#include <optional>

#include "daemon/daemon.hpp"
#include "daemon/launch.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// Nothing if its definition says where its input comes from. On a terminal (`docker run -it`) it gets all of that, as
// its controlling one if it was ours; else our input, and its output is logged as that of the others. Call it when
// signals are blocked.
[[nodiscard]] std::optional<OwnStdio> stdio_of_main(const SpecSet& set, const DaemonOptions& options);

}  // namespace sup
