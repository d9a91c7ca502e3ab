// `ctl graph`: services and their relations, of supervisord or, offline, of configuration files.
#include "ctl/graph.hpp"

#include "ctl/graphviz.hpp"
#include "ctl/offline.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "wire/service_graph.hpp"

namespace sup::ctl {
namespace {

// What the files say, without supervisord.
OrFailure<wire::GraphReply> offline_graph(Context& context) {
  const auto set = load_offline(context);
  if (!set) return std::unexpected(set.error());
  const auto chosen = named_offline(context, *set);
  if (!chosen) return std::unexpected(chosen.error());
  std::vector<const NamedService*> services;
  for (const NamedService& service : set->services) services.push_back(&service);
  return wire::part_of(wire::graph_of(services), *chosen);
}

bool is_offline(const Context& context) {
  return context.call.arguments.flag("offline") || context.call.arguments.has("config");
}

}  // namespace

int run_graph(Context& context) {
  const auto graph = is_offline(context) ? offline_graph(context) : ask<wire::GraphReply>(context);
  if (!graph) return report(context, graph.error());
  if (context.call.arguments.flag("svg")) {
    const auto drawn = draw_svg(render_dot(*graph), context.deadline());
    return drawn ? code_of(ExitCode::done) : report(context, drawn.error());
  }
  if (context.call.arguments.flag("dot"))
    context.out.write(render_dot(*graph));
  else if (context.wants_json())
    print_json(context, *graph);
  else if (graph->services.empty())
    note(context, "ctl: there are no services");
  else
    context.out.write(render_graph(*graph, context.out.paint()));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
