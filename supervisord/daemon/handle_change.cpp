// start, stop, restart, kill and wait: calls that become changes of the engine.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "daemon/handlers.hpp"
#include "daemon/views.hpp"
#include "engine/explain.hpp"
#include "engine/transitions.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

constexpr std::size_t kLastLines = 20;                                   // Of stderr, shown for a failure.
constexpr Duration kLastLinesPatience = std::chrono::milliseconds{500};  // The log thread may hang on a dead disk.

std::optional<ChangeId> submit(Server& server, Session& session, CommandGiven command) {
  Supervisor& supervisor = server.parts().supervisor;
  if (supervisor.engine().open_changes() >= kMaxOpenChanges) {
    session.send(wire::encode_error(wire::LimitReached{fmt::format("{} changes in progress", kMaxOpenChanges)}));
    return std::nullopt;
  }
  command.change = supervisor.next_change();
  const ChangeId id = command.change;
  supervisor.post(std::move(command));
  return id;
}

bool is_upward(CommandKind kind) {
  return kind == CommandKind::start || kind == CommandKind::restart || kind == CommandKind::roll;
}

// The services whose transitions are progress of the change: the targets, what an upward change brings up before them
// and what has to give way to it, and what a downward change takes down before them.
std::vector<char> involved_in(const World& w, CommandKind kind, const std::vector<InstanceId>& targets) {
  std::vector<char> out(w.instances.size());
  std::vector<InstanceId> work = targets;
  while (!work.empty()) {
    const InstanceId id = work.back();
    work.pop_back();
    if (std::exchange(out[id.value], char{1}) != 0 || !is_upward(kind)) continue;
    const Relations& relations = w.relations(w.at(id));
    const std::vector<InstanceId> children = children_to_start(w, id);
    work.insert(work.end(), children.begin(), children.end());
    work.insert(work.end(), relations.requires_.begin(), relations.requires_.end());
    work.insert(work.end(), relations.wants.begin(), relations.wants.end());
  }
  std::vector<InstanceId> falling;
  for (const Instance& i : w.present())
    if (is_upward(kind) && out[w.id(i).value] != 0)
      falling.insert(falling.end(), w.relations(i).conflicts.begin(), w.relations(i).conflicts.end());
  for (const InstanceId id : falling) out[id.value] = 1;
  if (kind != CommandKind::start) falling.insert(falling.end(), targets.begin(), targets.end());
  for (const InstanceId id : falling)
    for (const InstanceId d : dependents_of(w, id)) out[d.value] = 1;
  return out;
}

// Waits for the end of a change; after a failure also for the last lines of stderr.
class ChangeTask final : public Task {
 public:
  ChangeTask(Server& server, SessionId session_id, ChangeId change, CommandKind kind,
             const std::vector<InstanceId>& targets, bool has_more)
      : server_(server),
        session_(session_id),
        change_(change),
        kind_(kind),
        involved_(has_more ? involved_in(w(), kind, targets) : std::vector<char>()),
        started_(sys::monotonic_now()) {}

  ~ChangeTask() override {
    if (!is_done_) server_.parts().supervisor.post(ChangeForgotten{change_});
    if (follower_) server_.parts().log.unfollow(*follower_);
  }

  // The reply says how many there are of these.
  void tell_scales_of(std::vector<std::string> services) { scaled_ = std::move(services); }

  void on_state_changed(Session& session, const StateChanged& change) override {
    const bool is_involved = change.instance.value < involved_.size() && involved_[change.instance.value] != 0;
    if (is_done_ || !is_involved || !session.has_room()) return;
    wire::ChangeReply reply;
    reply.change = static_cast<std::int64_t>(change_.value);
    reply.progress = view_progress(w(), change, sys::monotonic_now() - started_);
    session.send(wire::encode_reply(reply, wire::Continues::yes));
  }

  void on_vacated(InstanceId instance) override {
    if (instance.value < involved_.size()) involved_[instance.value] = 0;
    failed_runs_.erase(instance);
  }

  void on_change_done(Session& session, const ChangeDone& done) override {
    if (done.change != change_) return;
    is_done_ = true;
    if (is_upward(kind_)) note_left_down(done);
    for (const std::string& name : scaled_)
      if (const auto service = find_service(w(), name)) reply_.scales.push_back(view_scale(w(), *service));
    reply_.change = static_cast<std::int64_t>(change_.value);
    std::vector<InstanceId> failed;
    for (const TargetResult& result : done.results) {
      reply_.results.push_back(view_result(result));
      if (result.outcome != Outcome::failed || !is_still_there(result)) continue;
      failed.push_back(result.instance);
      failed_runs_[result.instance] = w().at(result.instance).run;
    }
    if (failed.empty() || !ask_for_lines(std::move(failed))) session.finish(wire::encode_reply(reply_));
  }

  // The change itself has ended with the last service; only last lines may be awaited still.
  void wind_up(Session& session) override { session.finish(wire::encode_reply(reply_)); }

  void on_log_ready(Session& session, log::FollowerId follower) override {
    if (follower_ != follower) return;
    while (true) {  // Only a queue that was emptied wakes its reader again.
      const log::TakeResult lines = server_.parts().log.take(follower, Session::kOutputMark);
      for (const log::Record& record : lines.records) add_line(record);
      if (lines.at_end) return session.finish(wire::encode_reply(reply_));
      if (lines.records.empty()) return;
    }
  }

 private:
  [[nodiscard]] const World& w() const { return server_.parts().supervisor.world(); }

  // Another may be in the place of one that has left.
  [[nodiscard]] bool is_still_there(const TargetResult& result) const {
    return w().is_present(result.instance) && w().name(w().at(result.instance)) == result.name;
  }

  void note_left_down(const ChangeDone& done) {
    std::vector<InstanceId> up;
    for (const TargetResult& result : done.results)
      if (result.outcome == Outcome::done && is_still_there(result) && is_ready(w(), w().at(result.instance)))
        up.push_back(result.instance);
    for (const InstanceId id : left_down_by(w(), up)) reply_.left_down.push_back(w().name(w().at(id)));
  }

  [[nodiscard]] bool ask_for_lines(std::vector<InstanceId> failed) {
    log::FollowRequest request;
    request.last_lines = kLastLines * failed.size();
    request.services = std::move(failed);
    request.streams = log::StreamFilter::err;
    const auto follower = server_.parts().log.follow(std::move(request));
    if (!follower) return false;
    follower_ = *follower;
    give_up_.emplace(server_.parts().loop, [this] {
      server_.with_session(session_, [this](Session& mine) { mine.finish(wire::encode_reply(reply_)); });
    });
    give_up_->arm(kLastLinesPatience);
    return true;
  }

  // The words of earlier runs say nothing about this failure.
  void add_line(const log::Record& record) {
    if (const auto run = failed_runs_.find(record.service); run == failed_runs_.end() || run->second != record.run)
      return;
    const auto it = std::ranges::find(reply_.results, record.name, &wire::ChangeResult::service);
    if (it == reply_.results.end()) return;
    if (it->last_lines.size() == kLastLines) it->last_lines.erase(it->last_lines.begin());
    it->last_lines.emplace_back(record.bytes);
  }

  Server& server_;
  SessionId session_;
  ChangeId change_;
  CommandKind kind_;
  std::vector<char> involved_;  // By instance; empty: no progress is wanted.
  Instant started_;
  bool is_done_ = false;
  wire::ChangeReply reply_;
  std::vector<std::string> scaled_;
  std::map<InstanceId, RunId> failed_runs_;
  std::optional<log::FollowerId> follower_;
  std::optional<loop::Timer> give_up_;
};

// Waits for a condition. With "more" it says where all targets stand, at once and after each change.
class WaitTask final : public Task {
 public:
  WaitTask(Server& server, ChangeId change, std::vector<InstanceId> targets, WaitMode mode, bool has_more)
      : server_(server), change_(change), targets_(std::move(targets)), mode_(mode), has_more_(has_more) {}

  ~WaitTask() override {
    if (!is_done_) server_.parts().supervisor.post(ChangeForgotten{change_});
  }

  void on_state_changed(Session& session, const StateChanged& change) override {
    if (!has_more_ || is_done_ || !session.has_room() || !std::ranges::binary_search(targets_, change.instance)) return;
    session.send(wire::encode_reply(snapshot(), wire::Continues::yes));
  }

  void on_change_done(Session& session, const ChangeDone& done) override {
    if (done.change != change_) return;
    is_done_ = true;
    wire::WaitReply reply = snapshot();
    reply.decided = true;
    for (const TargetResult& result : done.results) {
      const auto at = std::ranges::lower_bound(targets_, result.instance) - targets_.begin();
      wire::WaitState& state = reply.services[static_cast<std::size_t>(at)];
      state.met = result.outcome == Outcome::done;
      state.impossible = !state.met;
      if (!result.cause.empty()) state.cause = result.cause;
    }
    const auto is_met = [](const wire::WaitState& state) { return state.met; };
    reply.met = mode_ == WaitMode::any ? std::ranges::any_of(reply.services, is_met)
                                       : std::ranges::all_of(reply.services, is_met);
    session.finish(wire::encode_reply(reply));
  }

  void on_vacated(InstanceId instance) override {
    const auto at = std::ranges::lower_bound(targets_, instance);
    if (at == targets_.end() || *at != instance) return;
    wire::WaitReply last = snapshot();
    departed_.emplace(instance, std::move(last.services[static_cast<std::size_t>(at - targets_.begin())]));
  }

  void wind_up(Session& session) override { session.finish(wire::encode_reply(snapshot())); }

  [[nodiscard]] wire::WaitReply snapshot() const {
    const Supervisor& supervisor = server_.parts().supervisor;
    const Instant now = sys::monotonic_now();
    wire::WaitReply reply;
    for (const InstanceId id : targets_) {
      if (const auto gone = departed_.find(id); gone != departed_.end()) {
        reply.services.push_back(gone->second);
        continue;
      }
      wire::ServiceStatus status = view_service(supervisor, id, now, sys::wall_now());
      reply.services.push_back({.service = std::move(status.name),
                                .state = std::move(status.state),
                                .cause = std::move(status.cause),
                                .exit_code = status.exit_code,
                                .exit_signal = status.exit_signal});
    }
    return reply;
  }

 private:
  Server& server_;
  ChangeId change_;
  std::vector<InstanceId> targets_;                 // Sorted.
  std::map<InstanceId, wire::WaitState> departed_;  // Those that have left, as they were then.
  WaitMode mode_;
  bool has_more_;
  bool is_done_ = false;
};

void send_accepted(Server& server, Session& session, ChangeId change, const std::vector<InstanceId>& targets) {
  const World& w = server.parts().supervisor.world();
  wire::ChangeReply reply;
  reply.change = static_cast<std::int64_t>(change.value);
  for (const InstanceId id : targets)
    reply.results.push_back({.service = w.name(w.at(id)),
                             .outcome = "accepted",
                             .state = std::string(enum_name(w.at(id).state)),
                             .cause = {},
                             .last_lines = {}});
  session.send(wire::encode_reply(reply));
}

}  // namespace

void handle_change(Server& server, Session& session, const wire::Call& call, CommandKind kind) {
  const auto targets = commanded_services(server, session, call);
  if (!targets) return;
  if (is_upward(kind) && server.parts().supervisor.engine().is_shutting_down())
    return session.send(wire::encode_error(wire::ShuttingDown{server.parts().supervisor.shutdown_reason()}));
  CommandGiven command;
  command.kind = kind;
  command.targets = *targets;
  command.at_a_time = static_cast<std::uint32_t>(call.arguments.integer("max_unavailable").value_or(1));
  const auto change = submit(server, session, std::move(command));
  if (!change) return;
  if (!call.arguments.flag("wait")) return send_accepted(server, session, *change, *targets);
  session.begin(std::make_unique<ChangeTask>(server, session.id(), *change, kind, *targets, call.more));
}

void handle_restart(Server& server, Session& session, const wire::Call& call) {
  const bool is_rolling = call.arguments.flag("rolling") || call.arguments.has("max_unavailable");
  handle_change(server, session, call, is_rolling ? CommandKind::roll : CommandKind::restart);
}

void begin_scaling(Server& server, Session& session, const wire::Call& call, Scaled scaled) {
  const ChangeId change = scaled.change;
  std::vector<std::string> services;
  for (const Scaling& scaling : scaled.scalings) services.push_back(scaling.service);
  server.parts().supervisor.post(std::move(scaled));
  if (!call.arguments.flag("wait")) return send_accepted(server, session, change, {});
  auto task =
      std::make_unique<ChangeTask>(server, session.id(), change, CommandKind::scale, std::vector<InstanceId>(), false);
  task->tell_scales_of(std::move(services));
  session.begin(std::move(task));
}

void handle_wait(Server& server, Session& session, const wire::Call& call) {
  const auto targets = named_services(server, session, call);
  if (!targets) return;
  const WaitMode mode = call.arguments.flag("any") ? WaitMode::any : WaitMode::all;
  CommandGiven command;
  command.kind = CommandKind::wait;
  command.targets = *targets;
  command.wait_for = *enum_from_name<WaitFor>(call.arguments.text("for"));
  command.wait_mode = mode;
  const auto change = submit(server, session, std::move(command));
  if (!change) return;
  auto task = std::make_unique<WaitTask>(server, *change, *targets, mode, call.more);
  if (call.more) session.send(wire::encode_reply(task->snapshot(), wire::Continues::yes));
  session.begin(std::move(task));
}

}  // namespace sup
