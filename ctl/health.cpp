// `ctl health`: one line and an exit code, for probes.
#include <fmt/format.h>

#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {
namespace {

constexpr std::size_t kMostNamed = 5;

// "not ready: web is starting; db is failed (exit 1); and 3 more".
std::string unwell_text(const wire::HealthReply& reply) {
  std::string out = fmt::format("not {}: ", reply.level);
  std::string_view between;
  const auto add = [&](const std::string& part) { out += fmt::format("{}{}", std::exchange(between, "; "), part); };
  if (reply.shutting_down) add(fmt::format("supervisord is shutting down ({})", *reply.shutting_down));
  for (std::size_t at = 0; at < reply.unwell.size() && at < kMostNamed; ++at)
    add(fmt::format("{} {}", reply.unwell[at].service, reply.unwell[at].reason));
  if (reply.unwell.size() > kMostNamed) add(fmt::format("and {} more", reply.unwell.size() - kMostNamed));
  return out + "\n";
}

}  // namespace

int run_health(Context& context) {
  const auto reply = ask<wire::HealthReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json())
    print_json(context, *reply);
  else if (!context.is_quiet())
    context.out.write(reply->well ? reply->level + "\n" : unwell_text(*reply));
  return code_of(reply->well ? ExitCode::done : ExitCode::failed);
}

}  // namespace sup::ctl
