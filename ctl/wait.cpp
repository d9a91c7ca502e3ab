#include "ctl/wait.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "ctl/event_cursor.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "ctl/wait_line.hpp"

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

// As far as a status tells: for a line that says what is missing.
bool is_met(std::string_view condition, const wire::ServiceStatus& service) {
  if (condition == "ready") return service.ready;
  if (condition == "healthy") return service.health == "healthy";
  if (condition == "completed") return service.state == "completed";
  return service.status == "down" || service.status == "failed" || (condition == "exited" && !service.pid);
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

// What happened to these services since then.
OrFailure<std::vector<wire::EventRecord>> events_since(Context& context, std::vector<std::string> names,
                                                       std::int64_t since_ms) {
  wire::Arguments arguments;
  arguments.set("names", std::move(names));
  EventCursor cursor(std::move(arguments));
  Stream events(context, wire::command(wire::Verb::events), Patience::for_an_answer,
                [&cursor] { return cursor.arguments(); });
  std::vector<wire::EventRecord> out;
  while (true) {
    auto batch = events.next<wire::EventsReply>();
    if (!batch) return std::unexpected(std::move(batch).error());
    cursor.take(batch->message);
    for (wire::EventRecord& event : batch->message.events)
      if (event.time >= since_ms) out.push_back(std::move(event));
    if (!batch->continues) return out;
  }
}

// The wait, over the deaths of managers. What was awaited may have come and gone while nobody was there to tell it: the
// events tell.
class Waiting {
 public:
  explicit Waiting(Context& context)
      : context_(context),
        condition_(context.call.arguments.text("for")),
        arguments_(context.call.arguments),
        stream_(context, *context.call.row, Patience::endless, [this] {
          goes_on_ = std::exchange(has_asked_, true);
          return arguments_;
        }) {}

  int run() {
    WaitReply last;
    while (true) {
      auto reply = stream_.next<WaitReply>();
      if (!reply && reply.error().code == ExitCode::timed_out && !last.services.empty())
        return report(context_, {ExitCode::timed_out, "timed out; still missing:" + missing_services(last)});
      if (!reply) return report(context_, reply.error());
      if (!reply->continues) return conclude(context_, with_passed(std::move(reply->message)));
      last = std::move(reply->message);
      if (!std::exchange(goes_on_, false)) continue;
      const auto found = look_back(last);
      if (!found) return report(context_, found.error());
      if (*found) return conclude(context_, with_passed({.decided = true, .met = true, .services = {}}));
    }
  }

 private:
  // Whether what has passed is enough. What is awaited still is asked for anew.
  OrFailure<bool> look_back(const WaitReply& now) {
    if (condition_ == "ready" || condition_ == "healthy") return false;
    std::vector<std::string> left;
    for (const WaitState& service : now.services) left.push_back(service.service);
    const auto events = events_since(context_, left, asked_);
    if (!events) return std::unexpected(events.error());
    const std::size_t before = passed_.size();
    for (const wire::EventRecord& event : *events)
      if (is_passed(condition_, event) && std::erase(left, event.service.value_or("")) > 0)
        passed_.push_back({.service = *event.service,
                           .met = true,
                           .state = event.to.value_or(""),
                           .cause = event.cause.value_or(""),
                           .exit_code = event.exit_code,
                           .exit_signal = event.exit_signal});
    if (left.empty() || (!passed_.empty() && arguments_.flag("any"))) return true;
    if (passed_.size() == before) return false;
    arguments_.set("names", std::move(left));
    has_asked_ = false;
    if (auto begun = stream_.begin_anew(); !begun) return std::unexpected(std::move(begun).error());
    return false;
  }

  WaitReply with_passed(WaitReply reply) {
    reply.services.insert(reply.services.begin(), passed_.begin(), passed_.end());
    return reply;
  }

  Context& context_;
  std::string condition_;
  wire::Arguments arguments_;
  std::int64_t asked_ = wall_ms();
  bool has_asked_ = false;
  bool goes_on_ = false;  // It was asked again, and not looked back yet.
  std::vector<WaitState> passed_;
  Stream stream_;
};

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

bool is_passed(std::string_view condition, const wire::EventRecord& event) {
  if (condition == "exited") return event.exit_code || event.exit_signal;
  if (event.kind != "state") return false;
  if (condition == "completed") return event.to == "completed";
  return condition == "stopped" && (event.to == "stopped" || event.to == "completed" || event.to == "failed");
}

int run_wait(Context& context) {
  const WaitLine line(context, [condition = context.call.arguments.text("for")](const wire::ServiceStatus& service) {
    return is_met(condition, service);
  });
  return Waiting(context).run();
}

}  // namespace sup::ctl
