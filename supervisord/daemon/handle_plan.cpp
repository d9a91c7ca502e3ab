// plan, apply, confirm: the files are read on a worker, and compared on the loop thread with what is in force then.
#include <fmt/format.h>

#include <memory>
#include <ranges>
#include <string_view>

#include "base/text.hpp"
#include "config/enabled.hpp"
#include "config/setting_docs.hpp"
#include "daemon/applier.hpp"
#include "daemon/config_source.hpp"
#include "daemon/confirmation.hpp"
#include "daemon/handlers.hpp"
#include "daemon/plan.hpp"
#include "daemon/say.hpp"
#include "daemon/views.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

std::vector<wire::PlannedSetting> view_settings(std::vector<SettingChange> changes) {
  std::vector<wire::PlannedSetting> out;
  for (SettingChange& change : changes)
    out.push_back({.key = std::move(change.key),
                   .before = std::move(change.old_value),
                   .after = std::move(change.new_value),
                   .effect = std::string(on_change_word(change.on_change))});
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
  reply.hooks = view_settings(plan.event_hooks);
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
  out.reply.sources = source.paths();
  out.reply.looked_for = loaded.looked_for;
  out.reply.report.text = report_json(loaded);
  out.reply.diagnostics = render_all(loaded) + objection;
  return out;
}

std::string summary(const Plan& plan) {
  const auto count = [&](PlannedChange change) {
    return std::ranges::count(plan.services, change, &ServicePlan::change);
  };
  return fmt::format("{} added, {} changed, {} removed, {} unchanged", count(PlannedChange::added),
                     count(PlannedChange::changed), count(PlannedChange::removed), plan.unchanged);
}

struct ApplyRequest {
  ApplyOrder order;
  std::optional<Duration> confirm;  // It is on trial for so long.
  bool is_dry = false;
  bool waits = true;
};

// Who asked may be gone when it is done.
class ApplyTask final : public Task {
 public:
  ApplyTask(const Server& server, bool has_more) : server_(server), has_more_(has_more) {}

  void on_state_changed(Session& session, const StateChanged& change) override {
    const World& w = server_.parts().supervisor.world();
    const bool is_told = has_more_ && server_.parts().applier.concerns(w.service(w.at(change.instance).service));
    if (!is_told || !session.has_room()) return;
    wire::ApplyReply reply;
    reply.progress = view_progress(w, change, sys::monotonic_now() - started_);
    session.send(wire::encode_reply(reply, wire::Continues::yes));
  }
  void wind_up(Session& session) override {
    session.finish(wire::encode_error(wire::Failed{"supervisord ends before all of the configuration is in force"}));
  }

 private:
  const Server& server_;
  bool has_more_;
  Instant started_ = sys::monotonic_now();
};

using Answer = std::move_only_function<void(std::string)>;

template <class Reply>
void add_outcome(Reply& reply, Applier::Outcome outcome) {
  for (const std::string& warning : outcome.warnings) say::warn("{}", warning);
  for (const TargetResult& result : outcome.results) reply.results.push_back(view_result(result));
  reply.warnings.insert(reply.warnings.end(), outcome.warnings.begin(), outcome.warnings.end());
}

// "web did not become ready: ...", of the first that did not come as far as it should; empty if all did.
std::string failure_of(const Applier::Outcome& outcome) {
  const auto failed =
      std::ranges::find_if(outcome.results, [](const TargetResult& result) { return result.outcome != Outcome::done; });
  return failed == outcome.results.end() ? std::string() : fmt::format("{}: {}", failed->name, failed->cause);
}

// It is in force on trial, or is not any more.
void conclude_trial(Server& server, const Applier::Outcome& outcome, wire::ApplyReply reply, Answer answer) {
  Confirmation& confirmation = server.parts().confirmation;
  reply.reverted = failure_of(outcome);
  if (reply.reverted.empty()) {
    confirmation.await();
    reply.confirm_ms = whole_ms(confirmation.left());
    return answer(wire::encode_reply(reply));
  }
  confirmation.revert(reply.reverted, [reply, answer = std::move(answer)](Applier::Outcome back) mutable {
    add_outcome(reply, std::move(back));
    answer(wire::encode_reply(reply));
  });
}

// Why it cannot be put in force now; empty if it can.
std::string refusal(const Server& server, bool is_nothing) {
  if (server.parts().applier.is_busy()) return "another configuration is just being put in force";
  const Confirmation& confirmation = server.parts().confirmation;
  if (is_nothing || !confirmation.is_awaited()) return {};
  return fmt::format(
      "another configuration is on trial for {} yet: `ctl confirm` keeps it, `ctl confirm --revert` "
      "goes back at once",
      format_duration(std::chrono::ceil<std::chrono::seconds>(confirmation.left())));
}

// On the loop thread: what is to be done, or why not.
void begin_applying(Server& server, Loaded& loaded, const ApplyRequest& request, Answer answer) {
  const Indispensable whole;
  const Server::Parts& parts = server.parts();
  Comparison found = compare(parts.supervisor, parts.source, loaded);
  wire::ApplyReply reply;
  reply.plan = std::move(found.reply);
  if (request.is_dry || loaded.has_errors) return answer(wire::encode_reply(reply));
  if (parts.supervisor.engine().is_shutting_down())
    return answer(wire::encode_error(wire::ShuttingDown{parts.supervisor.shutdown_reason()}));
  const bool is_nothing = found.plan.is_nothing();
  if (const std::string why = refusal(server, is_nothing); !why.empty()) {
    say::warn("the configuration is not put in force: {}", why);
    return answer(wire::encode_error(wire::Failed{"cannot apply: " + why}));
  }
  say::info("the configuration is put in force: {}", is_nothing ? "it is so already" : summary(found.plan));
  reply.applied = true;
  const bool is_trial = request.confirm && !is_nothing;
  if (is_trial) parts.confirmation.prepare(found.plan, request.order, *request.confirm);
  if (parts.confirmation.is_awaited()) reply.confirm_ms = whole_ms(parts.confirmation.left());
  if (!request.waits) answer(wire::encode_reply(reply));
  if (!request.waits) answer = [](const std::string&) {};
  parts.applier.begin(
      std::move(found.plan), std::move(loaded), request.order,
      [&server, is_trial, reply = std::move(reply), answer = std::move(answer)](Applier::Outcome outcome) mutable {
        add_outcome(reply, outcome);
        if (is_trial) return conclude_trial(server, outcome, std::move(reply), std::move(answer));
        answer(wire::encode_reply(reply));
      });
}

Answer answer_to(Server& server, const Session& session) {
  return [&server, id = session.id()](std::string reply) {
    server.with_session(id, [&](Session& mine) {
      server.hold(mine);
      mine.finish(reply);
    });
  };
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
  ApplyRequest request{.order = {.restarts = given.flag("restart"),
                                 .is_rolling = given.flag("rolling") || given.has("max_unavailable"),
                                 .at_a_time = static_cast<std::uint32_t>(given.integer("max_unavailable").value_or(1))},
                       .confirm = {},
                       .is_dry = given.flag("dry_run"),
                       .waits = given.flag("wait")};
  if (const auto ms = given.integer("confirm_ms")) request.confirm = std::chrono::milliseconds{*ms};
  session.begin(std::make_unique<ApplyTask>(server, call.more));
  auto read = [&server, request, answer = answer_to(server, session)]() mutable -> Continuation {
    auto loaded = std::make_unique<Loaded>(server.parts().source.read());
    return [&server, request, answer = std::move(answer), loaded = std::move(loaded)]() mutable {
      begin_applying(server, *loaded, request, std::move(answer));
    };
  };
  server.parts().workers.submit(std::move(read), Asks::accounts);
}

void handle_confirm(Server& server, Session& session, const wire::Call& call) {
  Confirmation& confirmation = server.parts().confirmation;
  if (!confirmation.is_awaited())
    return session.send(wire::encode_error(wire::Failed{"nothing waits to be confirmed"}));
  if (server.parts().applier.is_busy())
    return session.send(
        wire::encode_error(wire::Failed{"what is to be confirmed is just being put in force: ask again when it is"}));
  if (!call.arguments.flag("revert")) {
    confirmation.confirm();
    return session.send(wire::encode_reply(wire::ConfirmReply{}));
  }
  session.begin(std::make_unique<ApplyTask>(server, false));
  confirmation.revert("it was asked for", [answer = answer_to(server, session)](Applier::Outcome outcome) mutable {
    wire::ConfirmReply reply{.reverted = true, .results = {}, .warnings = {}};
    add_outcome(reply, std::move(outcome));
    answer(wire::encode_reply(reply));
  });
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
      begin_applying(server, *loaded, {}, [](const std::string&) {});
    };
  };
  server.parts().workers.submit(std::move(read), Asks::accounts);
}

}  // namespace sup
