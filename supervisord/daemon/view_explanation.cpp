// What `ctl explain` shows.
#include "daemon/views.hpp"
#include "engine/explain.hpp"
#include "engine/foresight.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

constexpr std::array<std::int32_t, 2> kUsualCodes = {0, 1};

wire::ExitPolicy view_policy(const Supervisor& supervisor, InstanceId id, ExitStatus status) {
  const World& w = supervisor.world();
  Foresight seen = foresee_end(supervisor.engine(), sys::monotonic_now(), id, status);
  wire::ExitPolicy out{.exit_code = status.as_code(),
                       .exit_signal = {},
                       .success = seen.is_success,
                       .action = std::move(seen.text),
                       .state = {},
                       .restart_in_ms = {},
                       .attempts_left = {},
                       .stops = {}};
  if (status.signal != 0) out.exit_signal = status.signal;
  if (seen.state) out.state = enum_name(*seen.state);
  if (seen.restart_in) out.restart_in_ms = whole_ms(*seen.restart_in);
  if (seen.attempts) out.attempts_left = *seen.attempts;
  for (const InstanceId other : seen.down) out.stops.push_back(w.name(w.at(other)));
  return out;
}

}  // namespace

wire::ExplainReply view_explanation(const Supervisor& supervisor, InstanceId id, std::optional<ExitStatus> end) {
  const World& w = supervisor.world();
  Explanation explanation = explain(w, id);
  wire::ExplainReply out;
  out.service = w.name(w.at(id));
  out.state = enum_name(explanation.state);
  out.goal = enum_name(explanation.goal);
  for (std::string* reason : {&explanation.why, &explanation.cause})
    if (!reason->empty()) out.reasons.push_back(std::move(*reason));
  if (std::string next = deadline_text(w, id, sys::monotonic_now()); !next.empty())
    out.reasons.push_back(std::move(next));
  if (std::string health = health_report(w, id); !health.empty()) out.reasons.push_back(std::move(health));
  out.waiting_for = std::move(explanation.waits_for);
  out.would_stop_with = std::move(explanation.would_stop_with);
  out.needed_by = std::move(explanation.needed_by);
  if (!explanation.last_end.empty()) out.last_ends.push_back(std::move(explanation.last_end));
  if (const log::LastWords* words = supervisor.last_words_of(id)) {
    out.last_failed_run = static_cast<std::int64_t>(words->run.value);
    out.last_lines = words->lines;
  }
  if (end) {
    out.policy.push_back(view_policy(supervisor, id, *end));
    return out;
  }
  if (is_resting(explanation.state) || !has_process(w.spec(w.at(id)))) return out;  // There is nothing that could end.
  for (const std::int32_t code : kUsualCodes)
    out.policy.push_back(view_policy(supervisor, id, ExitStatus{.code = code, .signal = 0, .core_dumped = false}));
  return out;
}

}  // namespace sup
