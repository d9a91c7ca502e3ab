// The state diagram, made from the transition table.
#pragma once

#include <string>

namespace sup {

// The table as a Graphviz digraph: a node per state, an edge per row that changes the state, labelled with input,
// condition and action.
[[nodiscard]] std::string state_diagram_dot();

// The table as Markdown: a section per state, a line per row.
[[nodiscard]] std::string state_table_markdown();

}  // namespace sup
