// Rendering of `ctl graph`, apart from its I/O so that tests can read it.
#pragma once

#include <string>

#include "ctl/output.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

// What nobody needs, and beneath each service what it relates to. What a service needs is told once: where it comes
// again it has "..." instead of what is beneath it.
[[nodiscard]] std::string render_graph(const wire::GraphReply& graph, Paint paint);

// The same as a drawing in the language of Graphviz: https://graphviz.org/doc/info/lang.html
[[nodiscard]] std::string render_dot(const wire::GraphReply& graph);

}  // namespace sup::ctl
