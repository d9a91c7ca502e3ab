// Verbs about supervisord itself: version, ping, shutdown.
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "base/text.hpp"
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
  auto client = connect(context, Patience::for_an_answer);
  if (!client) return report(context, client.error());
  const Instant sent = sys::monotonic_now();
  const auto reply = client->ask<wire::PingReply>(*context.call.row, context.call.arguments);
  const Duration round_trip = sys::monotonic_now() - sent;
  if (!reply) return report(context, reply.error());
  if (context.wants_json())
    print_json(context, *reply);
  else if (!context.is_quiet())
    context.out.write(fmt::format("supervisord answered in {}\n", human_duration(round_trip)));
  return code_of(ExitCode::done);
}

int run_shutdown(Context& context) {
  auto client = connect(context, Patience::endless);
  if (!client) return report(context, client.error());
  const auto reply = client->ask<wire::ShutdownReply>(*context.call.row, context.call.arguments);
  if (!reply) return report(context, reply.error());
  if (context.wants_json()) print_json(context, *reply);
  if (context.call.arguments.flag("no_wait")) return code_of(ExitCode::done);
  if (context.shows_progress())
    note(context, fmt::format("stopping {}", counted(static_cast<std::uint64_t>(reply->stopping), "service")));
  if (const auto gone = client->wait_until_gone(); !gone)
    return report(context, {gone.error().code, "supervisord is still there: " + gone.error().text});
  if (!context.wants_json() && !context.is_quiet()) context.out.write("supervisord has ended\n");
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
  auto next = connect(context, Patience::for_an_answer);
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
