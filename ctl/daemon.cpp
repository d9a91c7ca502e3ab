// Verbs about supervisord itself: version, ping, shutdown, and the end of its machine.
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"
#include "sys/clock.hpp"

namespace sup::ctl {

int run_version(Context& context) {
  if (!context.wants_json()) context.out.write("ctl " SUP_VERSION "\n");
  const auto reply = ask<wire::VersionReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json())
    print_json(context, *reply);
  else
    context.out.write(
        fmt::format("supervisord {} (pid {}, protocol {})\n", reply->version, reply->pid, reply->protocol));
  return code_of(ExitCode::done);
}

int run_log_level(Context& context) {
  const auto reply = ask<wire::LogLevelReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json())
    print_json(context, *reply);
  else if (!context.is_quiet())
    context.out.write(reply->before ? fmt::format("{} (was {})\n", reply->level, *reply->before) : reply->level + "\n");
  return code_of(ExitCode::done);
}

int run_ping(Context& context) {
  Asker asker(context);
  if (const auto there = asker.provide(); !there) return report(context, there.error());
  const Instant sent = sys::monotonic_now();
  const auto reply = asker.ask<wire::PingReply>(*context.call.row, context.call.arguments);
  const Duration round_trip = sys::monotonic_now() - sent;
  if (!reply) return report(context, reply.error());
  if (context.wants_json())
    print_json(context, *reply);
  else if (!context.is_quiet())
    context.out.write(fmt::format("supervisord answered in {}\n", human_duration(round_trip)));
  return code_of(ExitCode::done);
}

namespace {

void tell_stopping(Context& context, const wire::ShutdownReply& reply) {
  if (context.wants_json()) print_json(context, reply);
  if (context.shows_progress() && !context.call.arguments.flag("no_wait"))
    note(context, fmt::format("stopping {}", counted(static_cast<std::uint64_t>(reply.stopping), "service")));
}

}  // namespace

int run_shutdown(Context& context) {
  auto client = connect(context, Patience::endless);
  bool is_told = false;
  while (client) {
    const auto reply = client->ask<wire::ShutdownReply>(*context.call.row, context.call.arguments);
    if (!reply && !reply.error().is_lost) return report(context, reply.error());
    if (reply && !std::exchange(is_told, true)) tell_stopping(context, *reply);
    if (reply && context.call.arguments.flag("no_wait")) return code_of(ExitCode::done);
    const auto gone = reply ? client->wait_until_gone() : OrFailure<>{};
    if (!gone) return report(context, {gone.error().code, "supervisord is still there: " + gone.error().text});
    // Who was asked is gone, and so is supervisord, unless another goes on with it.
    client =
        go_on(context, *client, Patience::endless, reply ? Failure{ExitCode::done, "it is stopping"} : reply.error());
  }
  if (client.error().code != ExitCode::done) return report(context, client.error());
  if (!context.wants_json() && !context.is_quiet())
    context.out.write(context.call.row->verb == wire::Verb::shutdown
                          ? "supervisord has ended\n"
                          : "all services have ended: the machine goes down\n");
  return code_of(ExitCode::done);
}

namespace {

// As supervisord sees it, which works elsewhere.
OrFailure<wire::Arguments> with_whole_path(wire::Arguments arguments) {
  if (!arguments.has("program")) return arguments;
  std::error_code error;
  const auto whole = std::filesystem::absolute(std::string(arguments.text("program")), error);
  if (error) return failure(ExitCode::usage, fmt::format("--program: {}", error.message()));
  arguments.set("program", whole.lexically_normal().string());
  return arguments;
}

}  // namespace

int run_reexec(Context& context) {
  const auto arguments = with_whole_path(context.call.arguments);
  if (!arguments) return report(context, arguments.error());
  auto client = connect(context, Patience::for_an_answer);
  if (!client) return report(context, client.error());
  const auto reply = client->ask<wire::ReexecReply>(*context.call.row, *arguments);
  if (!reply) return report(context, reply.error());
  if (context.wants_json()) print_json(context, *reply);
  if (context.call.arguments.flag("no_wait")) return code_of(ExitCode::done);
  if (const auto gone = client->wait_until_gone(); !gone) return report(context, gone.error());
  auto next = await_successor(context, *client, Patience::for_an_answer,
                              {ExitCode::failed, "supervisord has ended, and nobody goes on"});
  if (!next) return report(context, next.error());
  const auto now = next->ask<wire::VersionReply>(wire::command(wire::Verb::version), {});
  if (!now) return report(context, now.error());
  if (now->version != reply->version)
    return report(context, {ExitCode::failed,
                            fmt::format("supervisord {} could not stay: {} goes on", reply->version, now->version)});
  if (!context.wants_json() && !context.is_quiet())
    context.out.write(reply->version == reply->before
                          ? fmt::format("supervisord {} goes on anew\n", now->version)
                          : fmt::format("supervisord {} goes on in place of {}\n", now->version, reply->before));
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
