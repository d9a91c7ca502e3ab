// `ctl run`: a transient service. One that it attaches to is run as `ctl exec` runs a command.
#include <fmt/format.h>

#include <array>

#include "base/exit_status.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {
namespace {

// Two options that say the contrary of each other; empty if there are none.
std::string contradiction(const wire::Arguments& arguments) {
  constexpr std::array<std::array<std::string_view, 2>, 4> kPairs = {
      {{"detach", "wait"}, {"detach", "attach"}, {"wait", "attach"}, {"keep", "rm"}}};
  for (const auto& [one, other] : kPairs)
    if (arguments.flag(one) && arguments.flag(other))
      return fmt::format("--{} and --{} exclude each other", one, other);
  return {};
}

int conclude(Context& context, const wire::ExecReply& reply) {
  if (context.wants_json()) print_json(context, reply);
  const bool has_ended = reply.exit_code || reply.exit_signal;
  if (!has_ended) {
    if (!context.wants_json() && !context.is_quiet()) context.out.write(reply.service.value_or("") + "\n");
    return code_of(ExitCode::done);
  }
  const ExitStatus end{static_cast<int>(reply.exit_code.value_or(0)), static_cast<int>(reply.exit_signal.value_or(0)),
                       false};
  if (end.as_code() != 0) note(context, fmt::format("ctl: {}: {}", reply.service.value_or(""), end.text()));
  return end.as_code();
}

}  // namespace

int run_transient(Context& context) {
  const wire::Arguments& arguments = context.call.arguments;
  if (const std::string why = contradiction(arguments); !why.empty()) return report(context, {ExitCode::usage, why});
  if (arguments.flag("attach")) return run_exec(context);
  auto client = connect(context, Patience::endless);
  if (!client) return report(context, client.error());
  const auto reply = client->ask<wire::ExecReply>(*context.call.row, arguments);
  if (!reply && reply.error().is_lost) return report(context, fate_unknown(context, *client, reply.error()));
  return reply ? conclude(context, *reply) : report(context, reply.error());
}

}  // namespace sup::ctl
