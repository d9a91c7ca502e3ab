#include "ctl/watch.hpp"

#include <algorithm>

#include "ctl/render_event.hpp"
#include "sys/clock.hpp"

namespace sup::ctl {
namespace {

using wire::EventsReply;
using wire::StatusReply;

constexpr std::int64_t kRedrawMs = 1000;  // So that "since" does not stand still.
constexpr std::string_view kHomeAndClear = "\x1b[H\x1b[2J\x1b[3J";

// Whose events are meant: tags are turned into names here, by what has them.
std::optional<wire::ArgumentValue> watched_names(const Context& context, const StatusReply& reply) {
  if (context.call.arguments.texts(wire::kTags).empty()) {
    const auto* names = context.call.arguments.find("names");
    return names != nullptr ? std::optional(*names) : std::nullopt;
  }
  std::vector<std::string> names;
  for (const wire::ServiceStatus& service : reply.services) names.push_back(service.name);
  return names;
}

// A subscription to what happens to the services after this reply.
OrFailure<Client> subscribe(const Context& context, const StatusReply& reply) {
  auto client = connect(context, Patience::while_read);
  if (!client) return client;
  wire::Arguments arguments;
  if (auto names = watched_names(context, reply)) arguments.set("names", *std::move(names));
  arguments.set("follow", true);
  arguments.set("since", reply.daemon.event_seq);
  if (auto sent = client->call(wire::command(wire::Verb::events), arguments, wire::More::yes); !sent)
    return std::unexpected(std::move(sent).error());
  return client;
}

// The same reply as it would be `elapsed_ms` later if nothing happened: only the clocks move.
StatusReply aged(StatusReply reply, std::int64_t elapsed_ms) {
  for (wire::ServiceStatus& service : reply.services) {
    service.since_ms_ago += elapsed_ms;
    if (service.stop_told_ms_ago) *service.stop_told_ms_ago += elapsed_ms;
    for (auto* left : {&service.next_try_ms, &service.kill_in_ms})
      if (*left) *left = std::max<std::int64_t>(**left - elapsed_ms, 0);
  }
  return reply;
}

// No answer any more: in order if the events, too, have had their final reply.
int end_of_asking(Context& context, Client& events, const Failure& failure) {
  events.set_deadline(sys::monotonic_now() + kAnswerTimeout);
  while (const auto batch = events.next<EventsReply>()) {
    if (batch->continues) continue;
    note_shut_down(context);
    return code_of(ExitCode::done);
  }
  return report(context, failure);
}

// Watches on a terminal: draws, then waits for an event or for the next second.
class Screen {
 public:
  Screen(Context& context, Client& asker, Client& events) : context_(context), asker_(asker), events_(events) {}

  int run(StatusReply reply) {
    while (true) {
      const auto more = draw_until_event(reply);
      if (!more) return report(context_, more.error());
      if (*more == Next::unread) return code_of(ExitCode::done);
      if (*more == Next::end) {
        note_shut_down(context_);
        return code_of(ExitCode::done);
      }
      asker_.set_deadline(sys::monotonic_now() + kAnswerTimeout);
      auto next = ask_status(asker_, context_);
      if (!next) return end_of_asking(context_, events_, next.error());
      reply = *std::move(next);
    }
  }

 private:
  enum class Next : unsigned char { look_again, end, unread };

  // Draws once a second, with clocks that go on, until something happens.
  OrFailure<Next> draw_until_event(const StatusReply& reply) {
    const Instant began = sys::monotonic_now();
    for (std::int64_t elapsed_ms = 0;; elapsed_ms += kRedrawMs) {
      if (!draw(aged(reply, elapsed_ms))) return Next::unread;
      if (context_.deadline() && sys::monotonic_now() >= *context_.deadline())
        return failure(ExitCode::timed_out, "timed out");
      events_.set_deadline(began + std::chrono::milliseconds{elapsed_ms + kRedrawMs});
      const auto batch = events_.next<EventsReply>();
      if (batch) return batch->continues ? Next::look_again : Next::end;
      if (batch.error().code != ExitCode::timed_out) return std::unexpected(batch.error());
    }
  }

  bool draw(const StatusReply& reply) {
    context_.out.write(kHomeAndClear);
    context_.out.write(status_text(context_, reply));
    return context_.out.flush();
  }

  Context& context_;
  Client& asker_;
  Client& events_;
};

// Watches into a file or pipe: one line per change; with --json the whole reply per change.
int print_changes(Context& context, Client& asker, Client& events) {
  while (true) {
    const auto batch = events.next<EventsReply>();
    if (!batch) return report(context, batch.error());
    if (context.wants_json() && !batch->message.events.empty()) {
      asker.set_deadline(sys::monotonic_now() + kAnswerTimeout);
      const auto reply = ask_status(asker, context);
      if (!reply) return end_of_asking(context, events, reply.error());
      print_json(context, *reply);
    } else if (!context.wants_json()) {
      for (const wire::EventRecord& event : batch->message.events)
        context.out.write(render_event(event, context.out.paint()));
    }
    if (!context.out.flush()) return code_of(ExitCode::done);
    if (batch->continues) continue;
    note_shut_down(context);
    return code_of(ExitCode::done);
  }
}

}  // namespace

int watch_status(Context& context) {
  auto asker = connect(context, Patience::for_an_answer);
  if (!asker) return report(context, asker.error());
  auto reply = ask_status(*asker, context);
  if (!reply) return report(context, reply.error());
  auto events = subscribe(context, *reply);
  if (!events) return report(context, events.error());
  if (context.out.is_terminal() && !context.wants_json())
    return Screen(context, *asker, *events).run(*std::move(reply));
  if (context.wants_json()) print_json(context, *reply);
  if (!context.out.flush()) return code_of(ExitCode::done);
  return print_changes(context, *asker, *events);
}

}  // namespace sup::ctl
