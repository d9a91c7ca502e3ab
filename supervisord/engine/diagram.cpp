#include "engine/diagram.hpp"

#include <fmt/format.h>

#include "engine/transitions.hpp"

namespace sup {
namespace {

std::string label_of(const Row& row) {
  std::string out{enum_name(row.input)};
  if (!row.guard->name.empty()) out += fmt::format(" [{}]", row.guard->name);
  return out;
}

std::string_view shape_of(State state) {
  return is_resting(state) ? "doublecircle" : is_live(state) ? "box" : "ellipse";
}

}  // namespace

std::string state_diagram_dot() {
  std::string out = "// Generated from supervisord/engine/transitions.cpp.\ndigraph states {\n  rankdir=LR;\n";
  for (const auto& state : kEnumNames<State>)
    out += fmt::format("  {} [shape={}, tooltip=\"{}\"];\n", state.name, shape_of(state.value), state.doc);
  for (const Row& row : transitions()) {
    if (row.to == row.from) continue;
    out += fmt::format("  {} -> {} [label=\"{}\\n{}\"];\n", enum_name(row.from), enum_name(row.to), label_of(row),
                       row.why);
  }
  return out + "}\n";
}

std::string state_table_markdown() {
  std::string out = "# States of a service\n\nGenerated from `supervisord/engine/transitions.cpp`.\n";
  for (const auto& state : kEnumNames<State>) {
    out += fmt::format("\n## {}\n\n{}\n\n| when | if | then | why |\n|---|---|---|---|\n", state.name, state.doc);
    for (const Row& row : transitions()) {
      if (row.from != state.value) continue;
      const std::string_view then = row.to == row.from ? "stays" : enum_name(row.to);
      out += fmt::format("| {} | {} | {} | {} |\n", enum_name(row.input), row.guard->name, then, row.why);
    }
  }
  return out;
}

}  // namespace sup
