// `ctl apply` and `ctl confirm`: the configuration files come in force, and perhaps only on trial.
#include <fmt/format.h>
#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "ctl/change.hpp"
#include "ctl/config_watch.hpp"
#include "ctl/plan.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "ctl/wait_line.hpp"

namespace sup::ctl {
namespace {

bool is_good(const std::vector<wire::ChangeResult>& results) {
  return std::ranges::all_of(results, [](const wire::ChangeResult& result) { return result.outcome == "done"; });
}

void print_results(Context& context, const ChangePaths& paths, const std::vector<wire::ChangeResult>& results) {
  for (const wire::ChangeResult& result : results)
    if (result.outcome == "done" && !context.is_quiet()) context.out.write(paths.result_line(result) + "\n");
  context.out.flush();
  for (const wire::ChangeResult& result : results)
    if (result.outcome != "done") context.err.write(failure_lines(context.call.row->name, result));
  context.err.flush();
}

void print_warnings(Context& context, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) note(context, fmt::format("ctl: {}", visible(warning)));
}

std::string time_text(std::int64_t ms) {
  return format_duration(std::chrono::ceil<std::chrono::seconds>(std::chrono::milliseconds{ms}));
}

// The last reply, after all progress.
OrFailure<wire::ApplyReply> apply(Context& context, ChangePaths& paths) {
  const WaitLine line(context, [](const wire::ServiceStatus& service) { return service.status != "changing"; });
  Stream applying(context, *context.call.row, Patience::endless, [&] { return context.call.arguments; });
  while (true) {
    auto reply = applying.next<wire::ApplyReply>();
    if (!reply) return std::unexpected(std::move(reply).error());
    if (!reply->continues) return std::move(reply->message);
    if (!reply->message.progress) continue;
    paths.add(*reply->message.progress);
    print_progress(context, *reply->message.progress);
  }
}

ExitCode print_applied(Context& context, const ChangePaths& paths, const wire::ApplyReply& reply) {
  const bool is_done = reply.plan.valid && is_good(reply.results) && reply.reverted.empty();
  const ExitCode code = is_done ? ExitCode::done : ExitCode::failed;
  if (context.wants_json()) {
    print_json(context, reply);
    return code;
  }
  if (!print_plan(context, reply.plan)) return report(context, kInvalidFiles), code;
  print_results(context, paths, reply.results);
  print_warnings(context, reply.warnings);
  if (!reply.reverted.empty())
    context.err.write("ctl: the configuration before is in force again; the files stay as they are (ctl plan)\n");
  else if (reply.confirm_ms)
    note(context, fmt::format("ctl: on trial: without `ctl confirm` the configuration before is in force again in {}",
                              time_text(*reply.confirm_ms)));
  context.err.flush();
  return code;
}

// Errors are told, and mended by the next change. What is watched comes before what is read, so that no change is
// missed between, and is another each time: files may include others now.
int watch_and_apply(Context& context) {
  while (true) {
    auto watched = ConfigWatch::begin(context);
    if (!watched) return report(context, watched.error());
    ChangePaths paths;
    const auto reply = apply(context, paths);
    const bool is_refused = !reply && reply.error().code == ExitCode::failed && !reply.error().is_lost;
    if (!reply && !is_refused) return report(context, reply.error());
    if (reply)
      (void)print_applied(context, paths, *reply);
    else
      (void)report(context, reply.error());  // Another one is at it: the next change is another chance.
    context.out.flush();
    context.err.flush();
    if (reply && watched->is_outdated(reply->plan)) continue;
    if (const auto changed = watched->await_change(); !changed) return report(context, changed.error());
  }
}

}  // namespace

int run_apply(Context& context) {
  if (context.call.arguments.flag("watch")) return watch_and_apply(context);
  ChangePaths paths;
  const auto reply = apply(context, paths);
  return reply ? code_of(print_applied(context, paths, *reply)) : report(context, reply.error());
}

int run_confirm(Context& context) {
  const auto reply = ask<wire::ConfirmReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json())
    print_json(context, *reply);
  else
    print_results(context, {}, reply->results);
  if (!context.wants_json()) print_warnings(context, reply->warnings);
  return code_of(is_good(reply->results) ? ExitCode::done : ExitCode::failed);
}

}  // namespace sup::ctl
