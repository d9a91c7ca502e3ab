// `ctl show` and `ctl env`: what a service is configured to be, and what its next start gets.
#include <fmt/format.h>

#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {
namespace {

std::string place_of(const wire::ShownService& service) {
  if (service.file.empty()) return service.name;
  return fmt::format("{}, from {}:{}", service.name, service.file, service.line);
}

// As comments, so that all of it stays TOML.
void write_notes(Context& context, std::string_view what, const std::vector<std::string>& notes) {
  for (const std::string& text : notes)
    context.out.write(styled(fmt::format("# {}: {}", what, visible(text)), Style::faint, context.out.paint()) + "\n");
}

// "health: healthy; tcp 127.0.0.1:80 was asked at 2026-01-01 12:00:00: Connection refused"
std::vector<std::string> probe_notes(const wire::ShownService& service) {
  std::vector<std::string> out;
  for (const wire::ShownProbe& probe : service.probes) {
    std::string text = probe.verdict ? *probe.verdict + "; " : "";
    text += probe.time ? fmt::format("{} was asked at {}", probe.target, local_time(*probe.time)) : probe.target;
    if (probe.failure) text += ": " + *probe.failure;
    if (probe.time && !probe.failure) text += ": good";
    out.push_back(fmt::format("{}: {}", probe.of, text));
  }
  return out;
}

// "'http': socket:[4711]"
std::vector<std::string> fd_notes(const wire::ShownService& service) {
  std::vector<std::string> out;
  for (const wire::ShownFd& stored : service.stored_fds)
    out.push_back(fmt::format("'{}': {}{}", stored.name, stored.target, stored.is_polled ? "" : ", not polled"));
  return out;
}

// "restart.delay: /etc/supervisord/web.d/10.toml:2 (drop-in)"
std::vector<std::string> origin_notes(const wire::ShownService& service) {
  std::vector<std::string> out;
  for (const wire::ShownOrigin& origin : service.origins)
    out.push_back(fmt::format("{}: {}:{} ({})", origin.key, origin.file, origin.line, origin.layer));
  return out;
}

TableRow env_row(const wire::EnvVariable& variable) {
  const std::string value = variable.varies ? "(new for each run)" : variable.masked ? "(masked)" : variable.value;
  return {{variable.origin, Style::faint}, {fmt::format("{}={}", variable.name, value)}};
}

}  // namespace

int run_show(Context& context) {
  const auto reply = ask<wire::ShowReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json()) {
    print_json(context, *reply);
    return code_of(ExitCode::done);
  }
  for (const wire::ShownService& service : reply->services) {
    if (&service != reply->services.data()) context.out.write("\n");
    context.out.write(styled(fmt::format("# {}", place_of(service)), Style::faint, context.out.paint()) + "\n");
    context.out.write(service.toml);
    if (!service.toml.ends_with('\n')) context.out.write("\n");
    write_notes(context, "origin", origin_notes(service));
    write_notes(context, "set by ctl", service.overrides);
    if (service.enabled_by)
      write_notes(context, "chosen", {choice_text({service.enabled, service.chosen_by, service.chosen})});
    write_notes(context, "in force", service.in_force);
    write_notes(context, "not in force", service.not_in_force);
    write_notes(context, "last probe", probe_notes(service));
    write_notes(context, "stored descriptor", fd_notes(service));
    write_notes(context, "contained by", {service.contained_by});
  }
  return code_of(ExitCode::done);
}

int run_env(Context& context) {
  const auto reply = ask<wire::EnvReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json()) {
    print_json(context, *reply);
    return code_of(ExitCode::done);
  }
  std::vector<TableRow> rows;
  bool some_masked = false;
  for (const wire::EnvVariable& variable : reply->variables) {
    rows.push_back(env_row(variable));
    some_masked = some_masked || variable.masked;
  }
  context.out.write(render_table({}, rows, std::nullopt, context.out.paint()));
  if (some_masked) note(context, "ctl: some values are masked; --reveal shows them to an admin");
  return code_of(ExitCode::done);
}

}  // namespace sup::ctl
