// `ctl events`: what happened, once or as a stream.
#include <fmt/format.h>

#include <span>

#include "base/text.hpp"
#include "ctl/event_cursor.hpp"
#include "ctl/render_event.hpp"
#include "ctl/render_table.hpp"
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

// `ctl events test HOOK`: unless that is about services of these names.
bool asks_for_test(const Context& context, const Failure& failure) {
  const std::span<const std::string> names = context.call.arguments.texts("names");
  return failure.code == ExitCode::no_such_service && failure.text.contains("'test'") && names.size() == 2 &&
         names[0] == "test";
}

int test_hook(Context& context, const std::string& name) {
  wire::Arguments arguments;
  arguments.set("name", name);
  const auto reply = Asker(context).ask<wire::TestHookReply>(wire::command(wire::Verb::test_hook), arguments);
  if (!reply) return report(context, reply.error());
  const bool is_good = reply->outcome == "done";
  const std::string hook = visible(reply->hook);
  if (context.wants_json())
    print_json(context, *reply);
  else if (is_good)
    context.out.write(fmt::format("on-event.{}: was told of event {} and has exited with 0 ({} ms)\n", hook,
                                  reply->event, reply->took_ms));
  else
    context.err.write(fmt::format("ctl: on-event.{} {} event {}: {}\n", hook,
                                  reply->outcome == "failed" ? "has failed for" : "was not told of", reply->event,
                                  visible(reply->failure)));
  return code_of(is_good ? ExitCode::done : ExitCode::failed);
}

}  // namespace

int run_test_hook(Context& context) { return test_hook(context, std::string(context.call.arguments.text("name"))); }

int run_events(Context& context) {
  const bool follows = context.call.arguments.flag("follow");
  EventCursor cursor(context.call.arguments);
  Stream events(context, *context.call.row, follows ? Patience::while_read : Patience::for_an_answer,
                [&cursor] { return cursor.arguments(); });
  ExitCode code = ExitCode::done;
  while (true) {
    auto batch = events.next<wire::EventsReply>();
    if (!batch && follows && batch.error().is_over) return end_unheard(context);
    if (!batch && asks_for_test(context, batch.error()))
      return test_hook(context, context.call.arguments.texts("names")[1]);
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
