// `ctl tree` and `ctl features`.
#include "ctl/tree.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <vector>

#include "base/text.hpp"
#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "sys/env.hpp"

namespace sup::ctl {
namespace {

// One row of the table: what stands in the tree column, and the rest.
struct Line {
  std::string tree;
  Style style = Style::plain;
  const wire::TreeProcess* process = nullptr;  // Null: a heading.
};

// A service or a process, and what stands under it: its processes first, then its children.
struct Node {
  std::string text;
  Style style = Style::plain;
  const wire::TreeProcess* process = nullptr;
  std::vector<std::size_t> below = {};
};

// All nodes; the first is supervisord.
class Forest {
 public:
  explicit Forest(const wire::TreeReply& reply) {
    nodes_.push_back({fmt::format("supervisord, pid {}", reply.pid), Style::title});
    for (const wire::TreeService& service : reply.services) add_service(service);
    for (const wire::TreeService& service : reply.services) {
      // Where the parent was not asked for, it stands at the top.
      const auto parent = service.parent ? services_.find(*service.parent) : services_.end();
      nodes_[parent == services_.end() ? 0 : parent->second].below.push_back(nodes_of_.at(&service));
    }
  }

  // By hand, since a chain of processes may be longer than the stack is deep.
  [[nodiscard]] std::vector<Line> lines() const {
    struct Step {
      const Node& node;
      std::size_t next;
      std::string indent;
    };
    std::vector<Line> out{{nodes_[0].text, nodes_[0].style, nullptr}};
    std::vector<Step> path{{nodes_[0], 0, ""}};
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next == step.node.below.size()) {
        path.pop_back();
        continue;
      }
      const Node& node = nodes_[step.node.below[step.next++]];
      const bool is_last = step.next == step.node.below.size();
      out.push_back({step.indent + (is_last ? "└─ " : "├─ ") + node.text, node.style, node.process});
      path.push_back({node, 0, step.indent + (is_last ? "   " : "│  ")});
    }
    return out;
  }

 private:
  std::size_t add(Node node) {
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }

  // Processes whose parent is none of the service stand under the service itself.
  void add_service(const wire::TreeService& service) {
    const Style style = service.processes.empty() ? Style::faint : Style::plain;
    const std::size_t self =
        add({fmt::format("{} ({}{})", service.service, service.state, service.daemon ? ", daemon" : ""), style});
    nodes_of_[&service] = self;
    services_.emplace(service.service.substr(0, service.service.find('@')), self);
    std::map<std::int64_t, std::size_t> by_pid;
    for (const wire::TreeProcess& process : service.processes)
      by_pid[process.pid] = add({std::to_string(process.pid), Style::plain, &process});
    for (const wire::TreeProcess& process : service.processes) {
      const auto parent = by_pid.find(process.parent);
      nodes_[parent == by_pid.end() ? self : parent->second].below.push_back(by_pid[process.pid]);
    }
  }

  std::vector<Node> nodes_;
  std::map<const wire::TreeService*, std::size_t> nodes_of_;
  std::map<std::string, std::size_t> services_;  // The first instance of each.
};

std::string role_note(const wire::TreeProcess& process) {
  return process.role == "hook" ? "(hook) " : process.state == "Z" ? "(dead) " : "";
}

TableRow row_of(const Line& line) {
  if (line.process == nullptr) return {{line.tree, line.style}, {}, {}, {}, {}};
  const wire::TreeProcess& process = *line.process;
  return {{line.tree, line.style},
          {process.user},
          {human_ms(process.cpu_ms)},
          {human_size(static_cast<std::uint64_t>(process.memory))},
          {role_note(process) + process.command, process.role == "main" ? Style::plain : Style::faint}};
}

}  // namespace

std::string render_tree(const wire::TreeReply& reply, std::optional<unsigned> width, Paint paint) {
  constexpr std::string_view kTitles[] = {"PROCESS", "USER", "CPU", "MEMORY", "COMMAND"};
  std::vector<TableRow> rows;
  for (const Line& line : Forest(reply).lines()) rows.push_back(row_of(line));
  return render_table(kTitles, rows, width, paint);
}

int run_tree(Context& context) {
  const auto reply = ask<wire::TreeReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json())
    print_json(context, *reply);
  else
    context.out.write(render_tree(
        *reply, context.out.is_terminal() ? sys::terminal_columns(STDOUT_FILENO) : std::nullopt, context.out.paint()));
  return code_of(ExitCode::done);
}

int run_features(Context& context) {
  const auto reply = ask<wire::FeaturesReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json()) {
    print_json(context, *reply);
    return code_of(ExitCode::done);
  }
  constexpr std::string_view kTitles[] = {"FEATURE", "HERE", "WHY NOT MORE"};
  std::vector<TableRow> rows;
  for (const wire::Feature& feature : reply->features)
    rows.push_back({{feature.name}, {feature.value, feature.best ? Style::good : Style::busy}, {feature.reason}});
  context.out.write(render_table(kTitles, rows, std::nullopt, context.out.paint()));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
