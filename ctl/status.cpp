// `ctl status`: how services are, for people, programs and scripts.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"
#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "ctl/verbs.hpp"
#include "ctl/watch.hpp"
#include "sys/env.hpp"

namespace sup::ctl {
namespace {

using wire::ServiceStatus;
using wire::StatusReply;

// Without names, a service that nobody wants to run is as it should be.
bool counts_as_up(const ServiceStatus& service, bool was_named) {
  if (service.status == "up") return true;
  return !was_named && (!service.enabled || service.left_out) && service.status == "down";
}

int check(Context& context, const StatusReply& reply) {
  const wire::Arguments& arguments = context.call.arguments;
  const bool were_named = !arguments.texts("names").empty() || !arguments.texts(wire::kTags).empty();
  if (context.wants_json()) print_json(context, reply);
  bool all_up = true;
  for (const ServiceStatus& service : reply.services) {
    if (counts_as_up(service, were_named)) continue;
    all_up = false;
    note(context, render_not_up(service));
  }
  return code_of(all_up ? ExitCode::done : ExitCode::not_running);
}

// Of commands that are told of events: those with whom something is wrong.
void note_hooks(Context& context, const std::vector<wire::HookStatus>& hooks) {
  for (const wire::HookStatus& hook : hooks) {
    if (!hook.last_failure.empty())
      note(context,
           fmt::format("ctl: on-event.{} has failed last: {}", visible(hook.name), visible(hook.last_failure)));
    if (hook.dropped > 0)
      note(context, fmt::format("ctl: on-event.{} was not told of {}", visible(hook.name),
                                counted(static_cast<std::uint64_t>(hook.dropped), "event")));
  }
}

}  // namespace

std::string status_text(const Context& context, const StatusReply& reply) {
  if (context.wants_json()) return data_text(context, wire::to_json(reply));
  if (context.is_verbose()) return render_status_details(reply.services, context.out.paint(), reply.scales);
  return render_status_table(reply.services,
                             context.out.is_terminal() ? sys::terminal_columns(STDOUT_FILENO) : std::nullopt,
                             context.out.paint(), reply.scales);
}

OrFailure<StatusReply> ask_status(Asker& asker, const Context& context) {
  auto reply = asker.ask<StatusReply>(wire::command(wire::Verb::status), context.call.arguments);
  if (reply && reply->version != wire::kProtocolVersion)
    return failure(ExitCode::incompatible,
                   fmt::format("supervisord {} speaks version {} of the protocol, this ctl speaks version {}",
                               reply->daemon.version, reply->version, wire::kProtocolVersion));
  return reply;
}

int run_status(Context& context) {
  if (context.call.arguments.flag("watch")) return watch_status(context);
  Asker asker(context);
  const auto reply = ask_status(asker, context);
  if (!reply) return report(context, reply.error());
  if (context.call.arguments.flag("check")) return check(context, *reply);
  if (reply->services.empty() && reply->scales.empty() && !context.wants_json())
    note(context, "no services");
  else
    context.out.write(status_text(context, *reply));
  if (!context.wants_json()) note_hooks(context, reply->hooks);
  if (const auto left = reply->daemon.confirm_ms; left && !context.wants_json())
    note(context, fmt::format("ctl: the configuration is on trial for {} yet: `ctl confirm` keeps it",
                              format_duration(std::chrono::milliseconds{*left / 1000 * 1000})));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
