// `ctl events`: what happened, once or as a stream.
#include <fmt/format.h>

#include "base/text.hpp"
#include "ctl/render_event.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {
namespace {

void print(Context& context, const wire::EventsReply& reply) {
  if (reply.missed > 0)
    note(context,
         fmt::format("ctl: not kept any more: {}", counted(static_cast<std::uint64_t>(reply.missed), "event")));
  for (const wire::EventRecord& event : reply.events) {
    if (context.wants_json())
      print_json(context, event);
    else
      context.out.write(render_event(event, context.out.paint()));
  }
}

}  // namespace

int run_events(Context& context) {
  const bool follows = context.call.arguments.flag("follow");
  auto client = connect(context, follows ? Patience::while_read : Patience::for_an_answer);
  if (!client) return report(context, client.error());
  if (const auto sent = client->call(*context.call.row, context.call.arguments, wire::More::yes); !sent)
    return report(context, sent.error());
  while (true) {
    const auto batch = client->next<wire::EventsReply>();
    if (!batch) return report(context, batch.error());
    print(context, batch->message);
    if (!context.out.flush()) return code_of(ExitCode::done);
    if (batch->continues) continue;
    if (follows) note_shut_down(context);
    return code_of(ExitCode::done);
  }
}

}  // namespace sup::ctl
