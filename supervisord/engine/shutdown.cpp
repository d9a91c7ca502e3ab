// What the end of one does to all: what follows it, the order to stop, the end of patience, and the code to leave with.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/engine.hpp"

namespace sup {

void Engine::handle(const ShutdownRequested& event) {
  const bool is_second = is_shutting_down_;
  if (!is_second) begin_shutdown("asked to");
  if (is_second || event.pace == ShutdownPace::at_once) kill_all(Input::kill_now);
}

// Only ends ask for these; what is started or dismissed here ends nothing by itself.
void Engine::run_follow_ups() {
  for (const FollowUp& f : std::exchange(w_.follow_ups, {})) {
    if (is_shutting_down_) continue;
    switch (f.kind) {
      // A oneshot that has done its work is to do it again.
      case FollowUp::Kind::start:
        for (const InstanceId id : find_instances(w_, f.target))
          start({id}, w_.at(id).state == State::completed ? Input::want_restart : Input::want_up);
        break;
      case FollowUp::Kind::dismiss_daemons: dismiss_daemons(f.by); break;
      case FollowUp::Kind::shutdown: {
        exit_by_ = f.by;
        const Instance& i = w_.at(f.by);
        begin_shutdown(fmt::format("{} is {} ({})", w_.name(i), enum_name(i.state), cause_text(w_, i)));
        break;
      }
    }
  }
}

// What is last is stopped when all others are; but what of it is not up is not begun any more.
void Engine::begin_shutdown(std::string why) {
  is_shutting_down_ = true;
  shutdown_deadline_ = w_.now + w_.daemon.shutdown_timeout;
  shutdown_why_ = std::move(why);
  w_.effects.emplace_back(ShutdownBegun{shutdown_why_});
  plan_shutdown();
  for (std::uint32_t index = 0; index < w_.instances.size(); ++index) {
    const InstanceId id{index};
    const State state = w_.at(id).state;
    if (state == State::stopping) {
      const Instant before = w_.at(id).deadline;
      share_time(id);
      sync_deadline(id, before);
    }
    // What rests is left as it is: its last end is worth keeping in the final status.
    const bool is_kept = is_rising_or_up(state) && is_last(id);
    if (!is_resting(state) && !is_kept) dispatch(id, Input::want_down);
  }
}

// Before anything that waited for the last end of the work may start.
void Engine::leave_when_done() {
  if (!is_booted_ || is_shutting_down_ || is_end_held_ || work_count_ > 0 || w_.daemon.exit != ExitWhen::when_done)
    return;
  is_all_done_ = true;
  begin_shutdown("all services are done");
}

void Engine::kill_all(Input input) {
  if (!std::exchange(w_.is_out_of_patience, true)) shutdown_deadline_ = w_.now + kSurvivorGrace;
  for (const InstanceId id : forget_last())
    if (!is_resting(w_.at(id).state)) dispatch(id, Input::want_down);
  for (std::uint32_t index = 0; index < w_.instances.size(); ++index)
    if (is_there(w_.instances[index].state)) dispatch(InstanceId{index}, input);
  settle();
}

void Engine::fire_shutdown_deadline() {
  if (w_.is_out_of_patience) return finish();
  kill_all(Input::out_of_time);
}

void Engine::finish() {
  is_finished_ = true;
  changes_.close(w_, "supervisord exits");
  Finished finished{exit_code(), {}};
  for (const Instance& i : w_.instances)
    if (is_live(i.state)) finished.survivors.push_back(w_.id(i));
  w_.effects.emplace_back(std::move(finished));
}

// Whose end decides the exit code: the service named by exit-code-from (of several instances the first that failed), or
// the one whose end caused the shutdown, or, when all was done, the first of the work that failed by itself. None when
// the shutdown was asked for.
InstanceId Engine::exit_code_source() const {
  // Those that failed for want of another tell nothing that the other does not tell better.
  const auto rank = [](const Instance& i) { return std::pair{i.cause == Cause::requirement, i.since}; };
  InstanceId first = kNoInstance;
  const auto note = [&](const Instance& i) {
    if (i.state == State::failed && (first == kNoInstance || rank(i) < rank(w_.at(first)))) first = w_.id(i);
  };
  if (!w_.daemon.exit_code_from.empty()) {
    const auto named = find_instances(w_, w_.daemon.exit_code_from);
    for (const InstanceId id : named) note(w_.at(id));
    return first == kNoInstance && !named.empty() ? named.front() : first;
  }
  if (!is_all_done_) return exit_by_;
  for (const Instance& i : w_.present())
    if (!w_.spec(i).daemon) note(i);
  return first;
}

// What ended because we told it to counts as 0; what could not be started, or not for want of a requirement, as 1. What
// has failed is never 0, even if its program says so (it gave up, or 0 is not among the success-codes).
int Engine::exit_code() const {
  const InstanceId from = exit_code_source();
  if (from == kNoInstance) return 0;
  const Instance& i = w_.at(from);
  if (i.state == State::failed && i.cause == Cause::requirement) return 1;
  if (i.run_was_asked_to_end) return 0;
  const int least = i.state == State::failed ? 1 : 0;
  switch (i.last_kind) {
    case EndKind::none: return 0;
    case EndKind::start_failed:
    case EndKind::unfit: return 1;
    case EndKind::exited: return std::max(least, i.last_status.as_code());
  }
  return 0;
}

}  // namespace sup
