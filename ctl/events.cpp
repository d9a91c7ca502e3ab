// `ctl events`: what happened, once or as a stream.
#include <fmt/format.h>

#include "ctl/event_cursor.hpp"
#include "ctl/render_event.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {
namespace {

void print_gap(Context& context, const wire::EventGap& gap) {
  if (context.wants_json()) print_json(context, gap);
  note(context, gap.first == gap.last ? fmt::format("ctl: event {} is no longer kept", gap.first)
                                      : fmt::format("ctl: events {} to {} are no longer kept", gap.first, gap.last));
}

void print(Context& context, const wire::EventsReply& reply) {
  if (reply.gap) print_gap(context, *reply.gap);
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
  EventCursor cursor(context.call.arguments);
  Stream events(context, *context.call.row, follows ? Patience::while_read : Patience::for_an_answer,
                [&cursor] { return cursor.arguments(); });
  ExitCode code = ExitCode::done;
  while (true) {
    auto batch = events.next<wire::EventsReply>();
    if (!batch && follows && batch.error().is_over) return end_unheard(context);
    if (!batch) return report(context, batch.error());
    cursor.take(batch->message);
    print(context, batch->message);
    if (batch->message.gap) code = ExitCode::failed;
    if (!context.out.flush()) return code_of(ExitCode::done);
    if (batch->continues) continue;
    if (follows) note_shut_down(context);
    return code_of(code);
  }
}

}  // namespace sup::ctl
