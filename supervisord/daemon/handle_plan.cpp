// plan: the files are read on a worker, and compared on the loop thread with what is in force then.
#include <memory>

#include "config/enabled.hpp"
#include "daemon/config_source.hpp"
#include "daemon/handlers.hpp"
#include "daemon/plan.hpp"

namespace sup {
namespace {

std::string_view effect_of(OnChange on_change) {
  switch (on_change) {
    case OnChange::live: return "live";
    case OnChange::next_start: return "next-start";
    case OnChange::restart: return "restart";
  }
  return "";
}

std::vector<wire::PlannedSetting> view_settings(std::vector<SettingChange> changes) {
  std::vector<wire::PlannedSetting> out;
  for (SettingChange& change : changes)
    out.push_back({.key = std::move(change.key),
                   .before = std::move(change.old_value),
                   .after = std::move(change.new_value),
                   .effect = std::string(effect_of(change.on_change))});
  return out;
}

wire::PlanReply view_plan(Plan plan) {
  wire::PlanReply reply;
  for (ServicePlan& service : plan.services)
    reply.services.push_back({.service = std::move(service.service),
                              .change = std::string(enum_name(service.change)),
                              .action = std::string(enum_name(service.action)),
                              .settings = view_settings(std::move(service.settings))});
  reply.daemon = view_settings(std::move(plan.daemon));
  reply.groups = view_settings(std::move(plan.groups));
  reply.unchanged = static_cast<std::int64_t>(plan.unchanged);
  return reply;
}

std::string conclude(const Supervisor& supervisor, const ConfigSource& source, Loaded& loaded) {
  const Indispensable whole;
  wire::PlanReply reply;
  std::string objection;
  if (!loaded.has_errors) {
    apply_enabled(supervisor.enabled_choices(), loaded.set.services);
    if (const auto left_out = source.leave_out_of(loaded.set); !left_out)
      objection = "supervisord: warning: " + left_out.error().what + "\n";
    reply = view_plan(plan_changes(supervisor.world(), supervisor.overrides(), loaded.set));
  }
  reply.valid = !loaded.has_errors;
  reply.report.text = report_json(loaded);
  reply.diagnostics = render_all(loaded) + objection;
  return wire::encode_reply(reply);
}

}  // namespace

void handle_plan(Server& server, Session& session) {
  const Supervisor& supervisor = server.parts().supervisor;
  const ConfigSource& source = server.parts().source;
  answer_after_worker(
      server, session,
      [&supervisor, &source]() -> Conclusion {
        auto loaded = std::make_unique<Loaded>(source.read());
        return [&supervisor, &source, loaded = std::move(loaded)] { return conclude(supervisor, source, *loaded); };
      },
      Asks::accounts);
}

}  // namespace sup
