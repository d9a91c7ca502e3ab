#include "ctl/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "ctl/verbs.hpp"

namespace sup::ctl {
namespace {

struct Look {
  std::string_view change;
  std::string_view sign;
  Style style;
};
constexpr Look kLooks[] = {{"added", "+", Style::good}, {"changed", "~", Style::busy}, {"removed", "-", Style::bad}};

// What would become of it, in words.
std::string_view action_text(std::string_view action) {
  if (action == "start") return "would be started";
  if (action == "stop") return "would be stopped";
  if (action == "restart") return "would be restarted";
  if (action == "update") return "would go on as it is";
  return "is down";
}

std::string_view effect_text(std::string_view effect) {
  if (effect == "live") return "at once";
  if (effect == "next-start") return "at the next start";
  return "by a restart";
}

std::string value_text(const std::string& value) { return value.empty() ? "not set" : visible(value); }

void add_rows(std::vector<TableRow>& rows, const std::vector<wire::PlannedSetting>& settings) {
  for (const wire::PlannedSetting& setting : settings)
    rows.push_back({{"    " + setting.key},
                    {fmt::format("{} -> {}", value_text(setting.before), value_text(setting.after))},
                    {fmt::format("({})", effect_text(setting.effect))}});
}

// Settings in columns of their own, one table for each service: a long value widens no other one.
std::string settings_text(const std::vector<wire::PlannedSetting>& settings, Paint paint) {
  std::vector<TableRow> rows;
  add_rows(rows, settings);
  return render_table({}, rows, std::nullopt, paint);
}

std::string service_text(const wire::PlannedService& service, Paint paint) {
  const auto look = std::ranges::find(kLooks, service.change, &Look::change);
  const bool is_known = look != std::end(kLooks);
  return fmt::format("{} {}: {}, {}\n",
                     styled(is_known ? look->sign : "?", is_known ? look->style : Style::plain, paint),
                     visible(service.service), visible(service.change), action_text(service.action)) +
         settings_text(service.settings, paint);
}

std::string summary(const wire::PlanReply& plan) {
  std::size_t counts[std::size(kLooks)] = {};
  for (const wire::PlannedService& service : plan.services)
    for (std::size_t i = 0; i < std::size(kLooks); ++i) counts[i] += kLooks[i].change == service.change ? 1 : 0;
  const bool is_all = plan.services.empty() && plan.daemon.empty() && plan.groups.empty() && plan.hooks.empty();
  if (is_all)
    return fmt::format("everything is in force ({})\n", counted(static_cast<std::size_t>(plan.unchanged), "service"));
  return fmt::format("{} added, {} changed, {} removed, {} unchanged\n", counts[0], counts[1], counts[2],
                     plan.unchanged);
}

}  // namespace

bool print_plan(Context& context, const wire::PlanReply& plan) {
  context.err.write(plan.diagnostics);
  if (!plan.valid) return false;
  const Paint paint = context.out.paint();
  for (const wire::PlannedService& service : plan.services) context.out.write(service_text(service, paint));
  if (!plan.daemon.empty()) context.out.write("~ [supervisord]\n" + settings_text(plan.daemon, paint));
  if (!plan.groups.empty()) context.out.write("~ groups\n" + settings_text(plan.groups, paint));
  if (!plan.hooks.empty()) context.out.write("~ [on-event.NAME]\n" + settings_text(plan.hooks, paint));
  context.out.write(summary(plan));
  return true;
}

int run_plan(Context& context) {
  const auto reply = ask<wire::PlanReply>(context);
  if (!reply) return report(context, reply.error());
  if (context.wants_json()) {
    print_json(context, *reply);
    return code_of(reply->valid ? ExitCode::done : ExitCode::failed);
  }
  return print_plan(context, *reply) ? code_of(ExitCode::done) : report(context, kInvalidFiles);
}

}  // namespace sup::ctl
