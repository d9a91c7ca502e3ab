#include "ctl/explain.hpp"

#include <fmt/format.h>

#include "base/signals.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "wire/exit_argument.hpp"

namespace sup::ctl {
namespace {

void append_names(std::string& out, std::string_view title, const std::vector<std::string>& names) {
  if (!names.empty()) out += visible(fmt::format("{} {}", title, fmt::join(names, ", "))) + "\n";
}

std::string end_text(const wire::ExitPolicy& policy) {
  if (policy.exit_signal) return fmt::format("  signal {}", signal_name(Signal{static_cast<int>(*policy.exit_signal)}));
  return fmt::format("  exit {}", policy.exit_code);
}

}  // namespace

std::string render_explanation(const wire::ExplainReply& reply, Paint paint) {
  std::string out =
      fmt::format("{}: {}, goal {}\n", styled(reply.service, Style::title, paint), reply.state, reply.goal);
  for (const std::string& reason : reply.reasons) out += fmt::format("  {}\n", visible(reason));
  append_names(out, "Waits for:", reply.waiting_for);
  append_names(out, "Would stop with:", reply.would_stop_with);
  append_names(out, "Needed by:", reply.needed_by);
  append_names(out, "Last ends:", reply.last_ends);
  if (reply.last_failed_run) out += fmt::format("Last lines of run {}, which failed:\n", *reply.last_failed_run);
  for (const std::string& line : reply.last_lines) out += fmt::format("  | {}\n", visible(line));
  if (!reply.policy.empty()) out += "If it ends:\n";
  std::vector<TableRow> rows;
  for (const wire::ExitPolicy& policy : reply.policy)
    rows.push_back({{end_text(policy)},
                    {policy.success ? "success" : "failure", policy.success ? Style::good : Style::bad},
                    {policy.action}});
  return out + render_table({}, rows, std::nullopt, paint);
}

int run_explain(Context& context) {
  const std::string_view end = context.call.arguments.text("exit");
  if (context.call.arguments.has("exit") && !wire::parse_exit(end))
    return report(context,
                  {ExitCode::usage, fmt::format("'{}' is neither an exit code (0 to 255) nor a signal", visible(end))});
  const auto reply = ask<wire::ExplainReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json())
    print_json(context, *reply);
  else
    context.out.write(render_explanation(*reply, context.out.paint()));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
