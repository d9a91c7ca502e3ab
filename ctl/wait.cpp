#include "ctl/wait.hpp"

#include <fmt/format.h>

#include "ctl/render_table.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {
namespace {

using wire::WaitReply;
using wire::WaitState;

// The shell's way; a run that never became a process has neither code nor signal.
int own_code(const WaitState& service) {
  if (service.exit_signal) return 128 + static_cast<int>(*service.exit_signal);
  if (service.exit_code) return static_cast<int>(*service.exit_code);
  return code_of(ExitCode::failed);
}

std::string state_line(const WaitState& service) {
  const std::string cause = service.cause.empty() ? "" : fmt::format(": {}", visible(service.cause));
  return fmt::format("{}: {}{}", service.service, service.state, cause);
}

int conclude(Context& context, const WaitReply& reply) {
  const std::string_view condition = context.call.arguments.text("for");
  if (context.wants_json()) print_json(context, reply);
  if (!reply.met) {
    std::string text = fmt::format("can no longer happen: {}", condition);
    for (const WaitState& service : reply.services)
      if (service.impossible) text += fmt::format("\n  {}", state_line(service));
    return report(context, {ExitCode::failed, std::move(text)});
  }
  if (!context.wants_json() && !context.is_quiet())
    for (const WaitState& service : reply.services)
      if (service.met) context.out.write(state_line(service) + "\n");
  return wait_exit_code(condition, reply);
}

}  // namespace

int wait_exit_code(std::string_view condition, const WaitReply& reply) {
  if (!reply.met) return code_of(ExitCode::failed);
  if (condition != "exited") return code_of(ExitCode::done);
  for (const WaitState& service : reply.services)
    if (service.met && own_code(service) != 0) return own_code(service);
  return code_of(ExitCode::done);
}

std::string missing_services(const WaitReply& reply) {
  std::string text;
  for (const WaitState& service : reply.services)
    if (!service.met) text += fmt::format("\n  {}", state_line(service));
  return text;
}

int run_wait(Context& context) {
  auto client = connect(context, Patience::endless);
  if (!client) return report(context, client.error());
  if (const auto sent = client->call(*context.call.row, context.call.arguments, wire::More::yes); !sent)
    return report(context, sent.error());
  WaitReply last;
  while (true) {
    auto reply = client->next<WaitReply>();
    if (!reply && reply.error().code == ExitCode::timed_out && !last.services.empty())
      return report(context, {ExitCode::timed_out, "timed out; still missing:" + missing_services(last)});
    if (!reply) return report(context, reply.error());
    if (!reply->continues) return conclude(context, reply->message);
    last = std::move(reply->message);
  }
}

}  // namespace sup::ctl
