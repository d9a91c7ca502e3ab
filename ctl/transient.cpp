// `ctl run`: a transient service. One that is waited for is run as `ctl exec` runs a command.
#include "ctl/verbs.hpp"

namespace sup::ctl {

int run_transient(Context& context) {
  if (context.call.arguments.flag("wait")) return run_exec(context);
  const auto reply = ask<wire::ExecReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json())
    print_json(context, *reply);
  else if (!context.is_quiet())
    context.out.write(reply->service.value_or("") + "\n");
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
