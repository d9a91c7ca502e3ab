// `ctl clean`: drops what services have stored.
#include <fmt/format.h>

#include "base/text.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {

int run_clean(Context& context) {
  const auto reply = ask<wire::CleanReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json()) {
    print_json(context, *reply);
    return code_of(ExitCode::done);
  }
  if (context.is_quiet()) return code_of(ExitCode::done);
  for (const wire::CleanResult& result : reply->results)
    context.out.write(fmt::format("{}: {} dropped\n", result.service,
                                  counted(static_cast<std::uint64_t>(result.dropped_fds), "stored descriptor")));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
