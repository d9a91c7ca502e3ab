#include "ctl/watch.hpp"

#include <algorithm>

#include "ctl/event_cursor.hpp"
#include "ctl/render_event.hpp"
#include "ctl/successor.hpp"
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

// What happens to the services after this reply.
class Happenings {
 public:
  Happenings(Context& context, const StatusReply& reply)
      : cursor_(wanted(context, reply)),
        stream_(context, wire::command(wire::Verb::events), Patience::while_read,
                [this] { return cursor_.arguments(); }) {}

  [[nodiscard]] OrFailure<> begin() { return stream_.begin(); }
  [[nodiscard]] OrFailure<Client::Received<EventsReply>> next() {
    auto batch = stream_.next<EventsReply>();
    if (batch) cursor_.take(batch->message);
    return batch;
  }
  void set_deadline(Instant deadline) { stream_.set_deadline(deadline); }

 private:
  static wire::Arguments wanted(const Context& context, const StatusReply& reply) {
    wire::Arguments arguments;
    if (auto names = watched_names(context, reply)) arguments.set("names", *std::move(names));
    arguments.set("follow", true);
    arguments.set("since", reply.daemon.event_seq);
    return arguments;
  }

  EventCursor cursor_;
  Stream stream_;
};

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
int end_of_asking(Context& context, Happenings& events, const Failure& failure) {
  events.set_deadline(sys::monotonic_now() + kAnswerTimeout);
  while (const auto batch = events.next()) {
    if (batch->continues) continue;
    note_shut_down(context);
    return code_of(ExitCode::done);
  }
  return report(context, failure);
}

// Watches on a terminal: draws, then waits for an event or for the next second.
class Screen {
 public:
  Screen(Context& context, Asker& asker, Happenings& events) : context_(context), asker_(asker), events_(events) {}

  int run(StatusReply reply) {
    while (true) {
      const auto more = draw_until_event(reply);
      if (!more) return report(context_, more.error());
      if (*more == Next::unread) return code_of(ExitCode::done);
      if (*more == Next::end) {
        note_shut_down(context_);
        return code_of(ExitCode::done);
      }
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
      const auto batch = events_.next();
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
  Asker& asker_;
  Happenings& events_;
};

// Watches into a file or pipe: one line per change; with --json the whole reply per change.
int print_changes(Context& context, Asker& asker, Happenings& events) {
  while (true) {
    const auto batch = events.next();
    if (!batch) return report(context, batch.error());
    if (context.wants_json() && !batch->message.events.empty()) {
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
  Asker asker(context);
  auto reply = ask_status(asker, context);
  if (!reply) return report(context, reply.error());
  Happenings events(context, *reply);
  if (const auto begun = events.begin(); !begun) return report(context, begun.error());
  if (context.out.is_terminal() && !context.wants_json()) return Screen(context, asker, events).run(*std::move(reply));
  if (context.wants_json()) print_json(context, *reply);
  if (!context.out.flush()) return code_of(ExitCode::done);
  return print_changes(context, asker, events);
}

}  // namespace sup::ctl
