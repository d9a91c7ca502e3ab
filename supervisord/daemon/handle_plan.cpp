// plan, apply: the files are read on a worker, and compared on the loop thread with what is in force then.
#include <fmt/format.h>

#include <memory>
#include <ranges>
#include <string_view>

#include "base/text.hpp"
#include "config/enabled.hpp"
#include "daemon/applier.hpp"
#include "daemon/config_source.hpp"
#include "daemon/handlers.hpp"
#include "daemon/plan.hpp"
#include "daemon/say.hpp"
#include "daemon/views.hpp"

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

wire::PlanReply view_plan(const Plan& plan) {
  wire::PlanReply reply;
  for (const ServicePlan& service : plan.services)
    reply.services.push_back({.service = service.service,
                              .change = std::string(enum_name(service.change)),
                              .action = std::string(enum_name(service.action)),
                              .settings = view_settings(service.settings)});
  reply.daemon = view_settings(plan.daemon);
  reply.groups = view_settings(plan.groups);
  reply.unchanged = static_cast<std::int64_t>(plan.unchanged);
  return reply;
}

// What is not in force, and what is said of the files.
struct Comparison {
  Plan plan;
  wire::PlanReply reply;
};
Comparison compare(const Supervisor& supervisor, const ConfigSource& source, Loaded& loaded) {
  Comparison out;
  std::string objection;
  if (!loaded.has_errors) {
    apply_enabled(supervisor.enabled_choices(), loaded.set.services);
    if (const auto left_out = source.leave_out_of(loaded.set); !left_out)
      objection = "supervisord: warning: " + left_out.error().what + "\n";
    out.plan = plan_changes(supervisor.world(), supervisor.overrides(), loaded.set);
    out.reply = view_plan(out.plan);
  }
  out.reply.valid = !loaded.has_errors;
  out.reply.report.text = report_json(loaded);
  out.reply.diagnostics = render_all(loaded) + objection;
  return out;
}

wire::ChangeResult view_result(const TargetResult& result) {
  wire::ChangeResult out{.service = result.name,
                         .outcome = std::string(enum_name(result.outcome)),
                         .state = std::string(enum_name(result.state)),
                         .cause = result.outcome == Outcome::done ? std::string() : result.cause,
                         .elapsed_ms = whole_ms(result.took),
                         .last_lines = {}};
  if (result.along_with != kNoInstance)
    (result.along == Along::gives_way ? out.gives_way_to : out.along_with) = result.along_with_name;
  return out;
}

std::string summary(const Plan& plan) {
  const auto count = [&](PlannedChange change) {
    return std::ranges::count(plan.services, change, &ServicePlan::change);
  };
  return fmt::format("{} added, {} changed, {} removed, {} unchanged", count(PlannedChange::added),
                     count(PlannedChange::changed), count(PlannedChange::removed), plan.unchanged);
}

// Who asked may be gone when it is done.
class ApplyTask final : public Task {
 public:
  void wind_up(Session& session) override {
    session.finish(wire::encode_error(wire::Failed{"supervisord ends before all of the configuration is in force"}));
  }
};

using Answer = std::move_only_function<void(std::string)>;

// On the loop thread: what is to be done, or why not.
void begin_applying(Server& server, Loaded& loaded, const ApplyOrder& order, bool is_dry, bool waits, Answer answer) {
  const Indispensable whole;
  Supervisor& supervisor = server.parts().supervisor;
  Applier& applier = server.parts().applier;
  Comparison found = compare(supervisor, server.parts().source, loaded);
  wire::ApplyReply reply{.plan = std::move(found.reply), .results = {}, .warnings = {}};
  if (is_dry || loaded.has_errors) return answer(wire::encode_reply(reply));
  if (supervisor.engine().is_shutting_down())
    return answer(wire::encode_error(wire::ShuttingDown{supervisor.shutdown_reason()}));
  if (applier.is_busy())
    return answer(wire::encode_error(wire::Failed{"cannot apply: another configuration is just being put in force"}));
  const bool is_nothing = found.plan.services.empty() && found.plan.daemon.empty() && found.plan.groups.empty();
  say::info("the configuration is put in force: {}", is_nothing ? "it is so already" : summary(found.plan));
  reply.applied = true;
  if (!waits) answer(wire::encode_reply(reply));
  applier.begin(std::move(found.plan), std::move(loaded), order,
                [reply = std::move(reply), waits, answer = std::move(answer)](Applier::Outcome outcome) mutable {
                  for (const std::string& warning : outcome.warnings) say::warn("{}", warning);
                  for (const TargetResult& result : outcome.results) reply.results.push_back(view_result(result));
                  reply.warnings = std::move(outcome.warnings);
                  if (waits) answer(wire::encode_reply(reply));
                });
}

}  // namespace

void handle_plan(Server& server, Session& session) {
  const Supervisor& supervisor = server.parts().supervisor;
  const ConfigSource& source = server.parts().source;
  answer_after_worker(
      server, session,
      [&supervisor, &source]() -> Conclusion {
        auto loaded = std::make_unique<Loaded>(source.read());
        return [&supervisor, &source, loaded = std::move(loaded)] {
          const Indispensable whole;
          return wire::encode_reply(compare(supervisor, source, *loaded).reply);
        };
      },
      Asks::accounts);
}

void handle_apply(Server& server, Session& session, const wire::Call& call) {
  const wire::Arguments& given = call.arguments;
  const ApplyOrder order{.restarts = given.flag("restart"),
                         .is_rolling = given.flag("rolling") || given.has("max_unavailable"),
                         .at_a_time = static_cast<std::uint32_t>(given.integer("max_unavailable").value_or(1))};
  session.begin(std::make_unique<ApplyTask>());
  Answer answer = [&server, id = session.id()](std::string reply) {
    server.with_session(id, [&](Session& mine) {
      server.hold(mine);
      mine.finish(reply);
    });
  };
  auto read = [&server, order, is_dry = given.flag("dry_run"), waits = given.flag("wait"),
               answer = std::move(answer)]() mutable -> Continuation {
    auto loaded = std::make_unique<Loaded>(server.parts().source.read());
    return [&server, order, is_dry, waits, answer = std::move(answer), loaded = std::move(loaded)]() mutable {
      begin_applying(server, *loaded, order, is_dry, waits, std::move(answer));
    };
  };
  server.parts().workers.submit(std::move(read), Asks::accounts);
}

void apply_unasked(Server& server) {
  auto read = [&server]() -> Continuation {
    auto loaded = std::make_unique<Loaded>(server.parts().source.read());
    return [&server, loaded = std::move(loaded)]() mutable {
      const std::string diagnostics = render_all(*loaded);
      for (const auto line : std::views::split(std::string_view(diagnostics), '\n'))
        if (!line.empty())
          say::at(loaded->has_errors ? LogLevel::error : LogLevel::warning, "{}", std::string_view(line));
      if (loaded->has_errors) return say::error("the configuration has errors: what is in force stays so");
      begin_applying(server, *loaded, {}, false, true, [](const std::string&) {});
    };
  };
  server.parts().workers.submit(std::move(read), Asks::accounts);
}

}  // namespace sup
