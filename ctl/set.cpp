// `ctl set`: settings of a service that change while it runs.
#include <fmt/format.h>

#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {

int run_set(Context& context) {
  const auto reply = ask<wire::SetReply>(context);
  if (!reply) return report(context, reply.error());
  for (const std::string& warning : reply->warnings)
    note(context, fmt::format("ctl: not in force: {}", visible(warning)));
  if (context.wants_json()) {
    print_json(context, *reply);
    return code_of(ExitCode::done);
  }
  if (context.is_quiet()) return code_of(ExitCode::done);
  const auto shown = [](const std::string& value) { return value.empty() ? "not set" : visible(value); };
  for (const wire::SetChange& change : reply->changes)
    context.out.write(
        fmt::format("{}: {}: {} (was {})\n", reply->service, change.key, shown(change.after), shown(change.before)));
  if (reply->changes.empty()) context.out.write(fmt::format("{}: nothing is different\n", reply->service));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
