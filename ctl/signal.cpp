// `ctl signal`: a signal to services.
#include <fmt/format.h>

#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {

int run_signal(Context& context) {
  const auto reply = ask<wire::SignalReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json()) print_json(context, *reply);
  int code = code_of(ExitCode::done);
  for (const wire::SignalResult& result : reply->results) {
    if (result.failure)
      code = report(context, {ExitCode::failed, fmt::format("cannot signal {}: {}", result.service, *result.failure)});
    else if (!context.wants_json() && !context.is_quiet())
      context.out.write(fmt::format("{}: sent {}{}\n", result.service, context.call.arguments.text("signal"),
                                    result.pid ? fmt::format(" to pid {}", *result.pid) : ""));
  }
  return code;
}

}  // namespace sup::ctl
