// Graphviz: the program that draws graphs, where it is installed.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "ctl/client.hpp"

namespace sup::ctl {

// Has `dot` draw the graph as SVG onto standard output. It is ended when the deadline comes first. Failures: it is not
// installed, it failed, timed out.
[[nodiscard]] OrFailure<> draw_svg(std::string_view graph, std::optional<Instant> deadline);

}  // namespace sup::ctl
