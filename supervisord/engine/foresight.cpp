#include "engine/foresight.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "engine/explain.hpp"

namespace sup {
namespace {

// Its post-stop hooks, if there are any, succeed.
void tell_end(Engine& engine, Instant now, InstanceId id, ExitStatus status) {
  const RunId run = engine.world().at(id).run;
  engine.step(now, Ended{id, run, status, {}});
  const auto has_hook = [&] {
    const Instance& i = engine.world().at(id);
    return i.run == run && is_live(i.state) && i.phase == Phase::post_stop;
  };
  for (std::size_t left = hooks_left(engine.world(), engine.world().at(id)); left > 0 && has_hook(); --left)
    engine.step(now, TaskEnded{id, run, TaskKind::post_stop, engine.world().at(id).hook, {}});
}

// What was up or on its way, and is no more or has to go.
std::vector<InstanceId> gone_down(const World& before, const World& after, InstanceId id) {
  std::vector<InstanceId> out;
  for (const Instance& old : before.present()) {
    const InstanceId other = before.id(old);
    const Instance& i = after.at(other);
    if (other == id || is_resting(old.state) || old.facts.is_leaving) continue;
    if (is_resting(i.state) || i.facts.is_leaving) out.push_back(other);
  }
  return out;
}

void read_effects(Engine& engine, Foresight& out) {
  for (const Effect& effect : engine.take_effects())
    if (const auto* begun = std::get_if<ShutdownBegun>(&effect)) out.shutdown = begun->why;
}

std::string then_text(const World& before, InstanceId id, ExitStatus status, const Foresight& f) {
  const Instance& i = before.at(id);
  const RestartSpec& policy = before.spec(i).restart;
  if (f.state == State::failed &&
      after_end(before.spec(i), status, i.recent_restarts, before.now) == AfterEnd::exhausted)
    return std::string(give_up_text(policy.on_give_up->action));
  if (!f.restart_in) return std::string(enum_name(*f.state));
  const std::string left =
      f.attempts ? fmt::format(", {} of {} attempts left then", *f.attempts, *policy.max.count) : "";
  return fmt::format("started again after {}{}", format_duration(*f.restart_in), left);
}

std::string names_of(const World& w, const std::vector<InstanceId>& ids) {
  std::vector<std::string> names;
  for (const InstanceId id : ids) names.push_back(w.name(w.at(id)));
  return fmt::format("{}", fmt::join(names, ", "));
}

void read_restart(const World& after, InstanceId id, Foresight& out) {
  const Instance& i = after.at(id);
  if (is_resting(i.state) || i.state == State::joining || !out.shutdown.empty()) return;
  const RestartSpec& policy = after.spec(i).restart;
  out.restart_in = i.state == State::backoff ? restart_delay(policy, i.restarts_in_row - 1, 0) : Duration{0};
  if (!policy.max.count) return;
  const auto made = static_cast<std::uint32_t>(i.recent_restarts.size());
  out.attempts = *policy.max.count - std::min(*policy.max.count, made);
}

}  // namespace

Foresight foresee_end(const Engine& engine, Instant now, InstanceId id, ExitStatus status) {
  const World& before = engine.world();
  Foresight out;
  out.is_success = is_success(before.spec(before.at(id)), status);
  if (!is_live(before.at(id).state) || engine.is_shutting_down()) {
    out.text = explain_exit(before, id, status);
    return out;
  }
  Engine copy = engine;
  (void)copy.take_effects();
  tell_end(copy, now, id, status);
  read_effects(copy, out);
  out.state = copy.world().at(id).state;
  read_restart(copy.world(), id, out);
  out.down = gone_down(before, copy.world(), id);
  out.text = asked_end_text(before.at(id)).empty()
                 ? fmt::format("{}: {}", exit_verdict(before, id, status), then_text(before, id, status, out))
                 : explain_exit(before, id, status);
  if (!out.shutdown.empty())
    out.text += fmt::format(", and supervisord shuts down ({})", out.shutdown);
  else if (!out.down.empty())
    out.text += fmt::format("; goes down with it: {}", names_of(before, out.down));
  return out;
}

}  // namespace sup
