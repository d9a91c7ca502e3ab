// The graph in the language of Graphviz.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ctl/graph.hpp"

namespace sup::ctl {
namespace {

using wire::GraphRelation;
using wire::GraphReply;
using wire::GraphService;

// What a word of supervisord looks like; the first row is for words of a later version.
struct Look {
  std::string_view word;
  std::string_view attributes;
};

constexpr auto kFills = std::array{
    Look{"", "#ffffff"},       Look{"up", "#c8e6c9"},   Look{"changing", "#fff3c4"},
    Look{"failed", "#ffcdd2"}, Look{"down", "#eceff1"},
};
constexpr auto kLines = std::array{
    Look{"", "style = solid"},
    Look{"requires", "style = solid"},
    Look{"binds-to", "style = bold"},
    Look{"wants", "style = dashed"},
    Look{"restart-with", "style = dotted, arrowhead = normalnormal"},
    Look{"after", "style = dotted"},
    Look{"parent", "style = solid, arrowhead = diamond"},
    Look{"conflicts", "style = solid, color = \"#c62828\", fontcolor = \"#c62828\", dir = none, constraint = false"},
};

std::string_view look_of(std::span<const Look> looks, std::string_view word) {
  const auto found = std::ranges::find(looks, word, &Look::word);
  return found != looks.end() ? found->attributes : looks.front().attributes;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string service_line(const GraphService& service) {
  const std::string state = service.state ? *service.state : (service.enabled ? "enabled" : "not enabled");
  const std::string several =
      service.state && service.instances != 1 ? fmt::format("\\n{} of {} up", service.up, service.instances) : "";
  std::string label = quoted(service.name);
  label.insert(label.size() - 1, fmt::format("\\n{}{}", state, several));
  return fmt::format("  {} [label = {}, fillcolor = \"{}\"{}];\n", quoted(service.name), label,
                     look_of(kFills, service.status.value_or("")), service.type == "target" ? ", shape = oval" : "");
}

std::string relation_line(const GraphRelation& relation) {
  const std::string until = relation.until ? fmt::format("\\nuntil {}", *relation.until) : "";
  return fmt::format("  {} -> {} [label = \"{}{}\", {}];\n", quoted(relation.from), quoted(relation.to), relation.kind,
                     until, look_of(kLines, relation.kind));
}

}  // namespace

std::string render_dot(const GraphReply& graph) {
  std::string out =
      "digraph services {\n"
      "  rankdir = LR;\n"
      "  node [shape = box, style = \"rounded,filled\", fontname = \"sans-serif\"];\n"
      "  edge [fontname = \"sans-serif\", fontsize = 10];\n";
  for (const GraphService& service : graph.services) out += service_line(service);
  for (const GraphRelation& relation : graph.relations) out += relation_line(relation);
  return out + "}\n";
}

}  // namespace sup::ctl
