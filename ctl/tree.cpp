// `ctl tree` and `ctl features`.
#include "ctl/tree.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <vector>

#include "base/text.hpp"
#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
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

// The children of each process of a service; those whose parent is no process of it are children of 0.
using Children = std::map<std::int64_t, std::vector<const wire::TreeProcess*>>;

Children children_of(const wire::TreeService& service) {
  std::map<std::int64_t, bool> is_here;
  for (const wire::TreeProcess& process : service.processes) is_here[process.pid] = true;
  Children out;
  for (const wire::TreeProcess& process : service.processes)
    out[is_here.contains(process.parent) ? process.parent : 0].push_back(&process);
  return out;
}

// By hand, since a chain of processes may be longer than the stack is deep.
void add_processes(std::vector<Line>& lines, const Children& children, const std::string& indent) {
  struct Step {
    std::int64_t parent;
    std::size_t next;
    std::string indent;
  };
  std::vector<Step> path{{0, 0, indent}};
  while (!path.empty()) {
    Step& step = path.back();
    const auto found = children.find(step.parent);
    if (found == children.end() || step.next == found->second.size()) {
      path.pop_back();
      continue;
    }
    const wire::TreeProcess* process = found->second[step.next++];
    const bool is_last = step.next == found->second.size();
    lines.push_back({step.indent + (is_last ? "└─ " : "├─ ") + std::to_string(process->pid), Style::plain, process});
    path.push_back({process->pid, 0, step.indent + (is_last ? "   " : "│  ")});
  }
}

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
  std::vector<Line> lines{{fmt::format("supervisord, pid {}", reply.pid), Style::title, nullptr}};
  for (std::size_t i = 0; i < reply.services.size(); ++i) {
    const wire::TreeService& service = reply.services[i];
    const bool is_last = i + 1 == reply.services.size();
    lines.push_back({fmt::format("{}{} ({})", is_last ? "└─ " : "├─ ", service.service, service.state),
                     service.processes.empty() ? Style::faint : Style::plain, nullptr});
    add_processes(lines, children_of(service), is_last ? "   " : "│  ");
  }
  constexpr std::string_view kTitles[] = {"PROCESS", "USER", "CPU", "MEMORY", "COMMAND"};
  std::vector<TableRow> rows;
  for (const Line& line : lines) rows.push_back(row_of(line));
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
