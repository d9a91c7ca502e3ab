// `ctl enable` and `ctl disable`: by supervisord, or offline in the state directory itself.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "config/enabled.hpp"
#include "config/paths.hpp"
#include "ctl/offline.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {
namespace {

bool is_enabling(const Context& context) { return context.call.row->verb == wire::Verb::enable; }

std::unexpected<Failure> cannot(const Context& context, const std::string& why) {
  return failure(ExitCode::failed, fmt::format("cannot {}: {}", context.call.row->name, why));
}

OrFailure<std::string> state_dir(const Context& context, const DaemonSpec& spec) {
  if (const std::string_view given = context.call.arguments.text("state_dir"); !given.empty())
    return std::filesystem::absolute(given).string();
  auto found = state_dir_of(spec, this_process());
  if (!found) return cannot(context, found.error().what);
  return *std::move(found);
}

OrFailure<wire::EnableReply> choose(const Context& context, SpecSet& set) {
  const auto directory = state_dir(context, set.daemon);
  if (!directory) return std::unexpected(directory.error());
  const auto before = load_enabled(*directory);
  if (!before) return cannot(context, before.error().what);
  apply_enabled(*before, set.services);
  const auto indexes = named_offline(context, set);
  if (!indexes) return std::unexpected(indexes.error());
  wire::EnableReply reply{.results = {}, .file = fmt::format("{}/{}", *directory, kEnabledName)};
  std::vector<std::string> names;
  for (const std::size_t at : *indexes) {
    const NamedService& service = set.services[at];
    names.push_back(service.name);
    reply.results.push_back({service.name, is_enabling(context), service.spec.enabled});
  }
  std::vector<const NamedService*> all;
  for (const NamedService& service : set.services) all.push_back(&service);
  const auto allowed = is_enabling(context) ? check_enabled(all, names) : Result<>{};
  if (!allowed) return failure(ExitCode::failed, allowed.error().what);
  const auto written = choose_enabled(*directory, names, is_enabling(context), ::geteuid());
  if (!written) return cannot(context, written.error().what);
  return reply;
}

OrFailure<wire::EnableReply> choose_offline(Context& context) {
  auto loaded = load_offline(context);
  if (!loaded) return std::unexpected(loaded.error());
  return choose(context, *loaded);
}

bool is_offline(const Context& context) {
  const auto& arguments = context.call.arguments;
  return arguments.flag("offline") || arguments.has("config") || arguments.has("state_dir");
}

void print(Context& context, const wire::EnableReply& reply) {
  if (context.wants_json()) return print_json(context, reply);
  if (context.is_quiet()) return;
  for (const wire::EnableResult& result : reply.results)
    context.out.write(fmt::format("{}: {}{}\n", result.service, result.enabled ? "enabled" : "disabled",
                                  result.enabled == result.before ? " (as before)" : ""));
}

// The other half of --now: as if `ctl start` or `ctl stop` had been said with the same names.
int change_now(Context& context) {
  Invocation next = context.call;
  next.row = &wire::command(is_enabling(context) ? wire::Verb::start : wire::Verb::stop);
  next.arguments = {};
  const auto names = context.call.arguments.texts("names");
  next.arguments.set("names", std::vector<std::string>(names.begin(), names.end()));
  wire::fill_fallbacks(*next.row, next.arguments);
  Context as_change{next, context.out, context.err, context.socket, context.began};
  return run_change(as_change);
}

}  // namespace

int run_enable(Context& context) {
  const bool is_now = context.call.arguments.flag("now");
  if (is_now && is_offline(context))
    return report(context, {ExitCode::usage, "--now needs supervisord, so it does not go with --offline"});
  const auto reply = is_offline(context) ? choose_offline(context) : ask<wire::EnableReply>(context);
  if (!reply) return report(context, reply.error());
  print(context, *reply);
  return is_now ? change_now(context) : code_of(ExitCode::done);
}

}  // namespace sup::ctl
