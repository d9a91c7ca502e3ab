#include "ctl/change.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "ctl/wait_line.hpp"
#include "sys/clock.hpp"

namespace sup::ctl {
namespace {

using wire::ChangeReply;
using wire::ChangeResult;
using wire::ServiceStatus;
using wire::StatusReply;

bool is_good(const ChangeResult& result) { return result.outcome == "done" || result.outcome == "accepted"; }

// Whether the service is where the verb was to bring it.
bool has_arrived(wire::Verb verb, const ServiceStatus& service) {
  if (verb == wire::Verb::pause || verb == wire::Verb::resume)
    return (service.state == "paused") == (verb == wire::Verb::pause);
  if (verb == wire::Verb::reload) return service.state == "running";
  const bool goes_up = verb == wire::Verb::start || verb == wire::Verb::restart;
  return goes_up ? service.ready : service.status == "down" || service.status == "failed";
}

// What is missing after --timeout, from a fresh look; supervisord may not even answer that.
std::string missing_text(const Context& context) {
  constexpr Duration kLook = std::chrono::seconds{1};
  auto client = Client::connect(context.socket);
  if (!client) return {};
  client->set_deadline(sys::monotonic_now() + kLook);
  const auto reply = client->ask<wire::StatusReply>(wire::command(wire::Verb::status), context.call.arguments);
  if (!reply) return {};
  std::string text;
  for (const ServiceStatus& service : reply->services)
    if (!has_arrived(context.call.row->verb, service)) text += fmt::format("\n  {}", render_not_up(service));
  return text;
}

int report_failure(Context& context, const Failure& why) {
  if (why.code != ExitCode::timed_out) return report(context, why);
  const std::string missing = missing_text(context);
  return report(context, {why.code, missing.empty() ? why.text : "timed out; still missing:" + missing});
}

bool was_named(const Context& context, const std::string& service) {
  const auto names = context.call.arguments.texts("names");
  return std::ranges::find(names, service) != names.end();
}

// What a start leaves as it is, although one might expect otherwise.
void note_left_over(Context& context, const ChangePaths& paths, const ChangeReply& reply) {
  if (context.call.row->verb == wire::Verb::start)
    for (const ChangeResult& result : reply.results)
      if (result.state == "completed" && !paths.has(result.service) && was_named(context, result.service))
        note(context,
             fmt::format("ctl: {0} has done its work before; `ctl restart {0}` does it again", result.service));
  if (reply.left_down.empty()) return;
  note(context, fmt::format("ctl: still down since an earlier stop: {}; `ctl start {}` starts {}",
                            fmt::join(reply.left_down, ", "), fmt::join(reply.left_down, " "),
                            reply.left_down.size() == 1 ? "it" : "them"));
}

int print_results(Context& context, const ChangePaths& paths, const ChangeReply& reply) {
  if (context.wants_json()) print_json(context, reply);
  bool all_good = true;
  for (const ChangeResult& result : reply.results) {
    if (!context.wants_json() && !context.is_quiet()) context.out.write(paths.result_line(result) + "\n");
    if (is_good(result)) continue;
    all_good = false;
    context.out.flush();
    context.err.write(failure_lines(context.call.row->name, result));
    context.err.flush();
  }
  if (!context.wants_json() && !context.is_quiet())
    for (const wire::ServiceScale& scale : reply.scales)
      context.out.write(fmt::format("{}: {}\n", scale.service, scale_text(scale)));
  if (!context.wants_json()) note_left_over(context, paths, reply);
  return code_of(all_good ? ExitCode::done : ExitCode::failed);
}

// The change from the question to its results, over the deaths of managers.
class PursuedChange {
 public:
  explicit PursuedChange(Context& context)
      : context_(context),
        row_(*context.call.row),
        waits_(context.call.arguments.flag("wait")),
        patience_(waits_ ? Patience::endless : Patience::for_an_answer) {}

  [[nodiscard]] const ChangePaths& paths() const { return paths_; }

  OrFailure<ChangeReply> pursue() {
    auto client = connect(context_, patience_);
    wire::Arguments arguments = context_.call.arguments;
    while (client) {
      const auto done = ask(*client, arguments);
      if (done) return reply_;
      if (!done.error().is_lost) return std::unexpected(done.error());
      client = go_on(context_, *client, patience_, done.error());
      if (!client || again(row_.verb) == Again::harmless) continue;
      const auto rest = await_begun();
      if (!rest) return std::unexpected(rest.error());
      if (rest->empty()) return reply_;
      arguments.set("names", *rest);
      arguments.set(wire::kTags, std::vector<std::string>());
    }
    return std::unexpected(std::move(client).error());
  }

 private:
  // The results are added to the reply.
  OrFailure<> ask(Client& client, const wire::Arguments& arguments) {
    const auto more = waits_ ? wire::More::yes : wire::More::no;
    if (auto sent = client.call(row_, arguments, more); !sent) return sent;
    while (true) {
      auto reply = client.next<ChangeReply>();
      if (!reply) return std::unexpected(std::move(reply).error());
      if (reply->message.progress) {
        paths_.add(*reply->message.progress);
        print_progress(context_, *reply->message.progress);
      }
      if (reply->continues) continue;
      reply->message.results.insert(reply->message.results.begin(), reply_.results.begin(), reply_.results.end());
      reply_ = std::move(reply->message);
      return {};
    }
  }

  // The end of what an earlier manager has begun. Returned is what none has begun yet, and may be asked again.
  OrFailure<std::vector<std::string>> await_begun() {
    const auto now = Asker(context_).ask<StatusReply>(wire::command(wire::Verb::status), context_.call.arguments);
    if (!now) return std::unexpected(now.error());
    const Resumed resumed = resume_change(row_.verb, asked_, *now);
    if (!resumed.unknown.empty())
      return failure(ExitCode::failed,
                     fmt::format("supervisord died before it answered: whether {} of {} was done is not known",
                                 row_.name, fmt::join(resumed.unknown, ", ")));
    reply_ = {};
    if (resumed.begun.empty()) return resumed.not_begun;
    if (!waits_) {
      for (const ServiceStatus& service : now->services)
        if (std::ranges::find(resumed.begun, service.name) != resumed.begun.end())
          reply_.results.push_back(
              {.service = service.name, .outcome = "accepted", .state = service.state, .cause = {}, .last_lines = {}});
      return resumed.not_begun;
    }
    const auto end = await(resumed.begun);
    if (!end) return std::unexpected(end.error());
    return resumed.not_begun;
  }

  OrFailure<> await(const std::vector<std::string>& names) {
    wire::Arguments arguments;
    arguments.set("names", names);
    arguments.set("for", std::string(row_.verb == wire::Verb::kill ? "stopped" : "ready"));
    Stream waiting(context_, wire::command(wire::Verb::wait), Patience::endless, [&] { return arguments; });
    while (true) {
      const auto reply = waiting.next<wire::WaitReply>();
      if (!reply) return std::unexpected(reply.error());
      if (reply->continues) continue;
      for (const wire::WaitState& service : reply->message.services)
        reply_.results.push_back({.service = service.service,
                                  .outcome = service.met ? "done" : "failed",
                                  .state = service.state,
                                  .cause = service.met ? "" : service.cause,
                                  .elapsed_ms = wall_ms() - asked_,
                                  .last_lines = {}});
      return {};
    }
  }

  Context& context_;
  const wire::CommandRow& row_;
  bool waits_;
  Patience patience_;
  std::int64_t asked_ = wall_ms();
  ChangePaths paths_;
  ChangeReply reply_;
};

}  // namespace

void print_progress(Context& context, const wire::ChangeProgress& step) {
  if (!context.shows_progress()) return;
  context.err.write(fmt::format("{}: {} -> {}: {}\n", step.service, step.from, step.to, visible(step.why)));
  context.err.flush();
}

void ChangePaths::add(const wire::ChangeProgress& progress) {
  std::vector<std::string>& path = paths_[progress.service];
  if (path.empty()) path.push_back(progress.from);
  path.push_back(progress.to);
}

std::string ChangePaths::result_line(const ChangeResult& result) const {
  if (result.outcome == "accepted") return fmt::format("{}: accepted", result.service);
  const auto path = paths_.find(result.service);
  std::string text = fmt::format("{}: ", result.service);
  if (path == paths_.end())
    text += result.state;
  else
    text += fmt::format("{}", fmt::join(path->second, " -> "));
  // The path may go on behind the answer, while others are still under way.
  if (path != paths_.end() && std::ranges::find(path->second, result.state) == path->second.end())
    text += fmt::format(" -> {}", result.state);
  if (result.outcome == "cancelled") text += ", cancelled";
  if (path != paths_.end())
    text += result.elapsed_ms > 0 ? fmt::format(" ({})", human_ms(result.elapsed_ms)) : " (<1 ms)";
  if (result.gives_way_to) text += fmt::format(", because it conflicts with {}", *result.gives_way_to);
  if (result.along_with) text += fmt::format(", because it requires {}", *result.along_with);
  return text;
}

std::string failure_lines(std::string_view verb, const ChangeResult& result) {
  const std::string cause = result.cause.empty() ? result.state : visible(result.cause);
  std::string text = result.outcome == "cancelled"
                         ? fmt::format("ctl: {} of {} was cancelled: {}\n", verb, result.service, cause)
                         : fmt::format("ctl: cannot {} {}: {}\n", verb, result.service, cause);
  for (const std::string& line : result.last_lines)
    text += fmt::format("  {} | {}\n", result.service, terminal_safe(line));
  return text;
}

Resumed resume_change(wire::Verb verb, std::int64_t asked, const StatusReply& now) {
  Resumed out;
  for (const ServiceStatus& service : now.services) {
    const bool has_begun = service.since >= asked;
    if (has_begun)
      out.begun.push_back(service.name);
    else
      (verb == wire::Verb::reload ? out.unknown : out.not_begun).push_back(service.name);
  }
  return out;
}

int run_change(Context& context) {
  PursuedChange change(context);
  const auto reply = [&] {
    const WaitLine line(
        context, [verb = context.call.row->verb](const ServiceStatus& service) { return has_arrived(verb, service); });
    return change.pursue();
  }();
  return reply ? print_results(context, change.paths(), *reply) : report_failure(context, reply.error());
}

}  // namespace sup::ctl
