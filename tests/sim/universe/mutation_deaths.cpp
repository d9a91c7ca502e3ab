// Lies about a death: what is recorded is not what is so, or the next manager does not do what it owes.
#include <utility>

#include "sim/universe/mutation.hpp"

namespace sup::sim {
namespace {

template <class Order>
void keep_back(Tamper&, Effect effect, std::vector<Effect>& out) {
  if (!std::holds_alternative<Order>(effect)) out.push_back(std::move(effect));
}

void boot(Engine& engine, Instant now) { engine.step(now, Boot{}); }

template <class Change>
void each(std::vector<InstanceRecord>& records, Change change) {
  for (InstanceRecord& record : records) change(record);
}
void lose_deadlines(EngineRecord&, std::vector<InstanceRecord>& records) {
  each(records, [](InstanceRecord& r) { r.deadline = kNever; });
}
void lose_pids(EngineRecord&, std::vector<InstanceRecord>& records) {
  each(records, [](InstanceRecord& r) { r.pid = 0; });
}
void lose_hooks(EngineRecord&, std::vector<InstanceRecord>& records) {
  each(records, [](InstanceRecord& r) { r.hook = 0; });
}
void lose_goals(EngineRecord&, std::vector<InstanceRecord>& records) {
  each(records, [](InstanceRecord& r) { r.goal = Goal::down; });
}
void lose_states(EngineRecord&, std::vector<InstanceRecord>& records) {
  each(records, [](InstanceRecord& r) {
    if (r.state == State::backoff) r.state = State::waiting;
  });
}
void lose_restarts(EngineRecord&, std::vector<InstanceRecord>& records) {
  each(records, [](InstanceRecord& r) { r.recent_restarts.clear(); });
}
void renumber_signals(EngineRecord&, std::vector<InstanceRecord>& records) {
  each(records, [](InstanceRecord& r) { ++r.serial; });
}
void lose_runs(EngineRecord& engine, std::vector<InstanceRecord>&) { engine.next_run = 1; }
void lose_shutdown(EngineRecord& engine, std::vector<InstanceRecord>&) { engine.is_shutting_down = false; }
void lose_boot(EngineRecord& engine, std::vector<InstanceRecord>&) { engine.is_booted = false; }
void lose_patience(EngineRecord& engine, std::vector<InstanceRecord>&) { engine.shutdown_deadline = kNever; }
void lose_somebody(EngineRecord&, std::vector<InstanceRecord>& records) {
  if (!records.empty()) records.erase(records.begin());
}

void forget_formers(std::vector<FormerDefinition>& formers) { formers.clear(); }

const Mutation kMutations[] = {
    {.name = "a launch is not told again", .caught_by = "told-again", .tell_again = keep_back<SpawnRun>},
    {.name = "hooks are not told again", .caught_by = "told-again", .tell_again = keep_back<RunTask>},
    {.name = "a stop is not told again", .caught_by = "told-again", .tell_again = keep_back<SignalRun>},
    {.name = "KILL is not told again", .caught_by = "told-again", .tell_again = keep_back<KillRun>},
    {.name = "a search is not told again", .caught_by = "told-again", .tell_again = keep_back<FindMain>},
    {.name = "a freeze is not told again", .caught_by = "told-again", .tell_again = keep_back<FreezeRun>},
    {.name = "a thaw is not told again", .caught_by = "told-again", .tell_again = keep_back<ThawRun>},
    {.name = "readiness is looked for by the dead alone", .caught_by = "awaiting", .tell_again = keep_back<AwaitReady>},
    {.name = "health is asked for by the dead alone", .caught_by = "probing", .tell_again = keep_back<AskHealth>},
    {.name = "it boots again", .caught_by = "nothing-moves", .wake = boot},
    {.name = "deadlines get lost", .caught_by = "deadlines", .record = lose_deadlines},
    {.name = "every program is begun again", .caught_by = "begun-once", .record = lose_pids},
    {.name = "hooks begin anew", .caught_by = "begun-once", .record = lose_hooks},
    {.name = "what was wanted gets lost", .caught_by = "bookkeeping", .record = lose_goals},
    {.name = "back-off gets lost", .caught_by = "states-agree", .record = lose_states},
    {.name = "restarts are forgotten by a death", .caught_by = "restart-limit", .record = lose_restarts},
    {.name = "signals get other serials", .caught_by = "same-signal", .record = renumber_signals},
    {.name = "run ids begin anew", .caught_by = "runs-grow", .record = lose_runs},
    {.name = "a shutdown is forgotten", .caught_by = "leaves-in-time", .record = lose_shutdown},
    {.name = "that it has booted is forgotten", .caught_by = "when-done", .record = lose_boot},
    {.name = "the patience of a shutdown gets lost", .caught_by = "deadlines", .record = lose_patience},
    {.name = "what is alive lives by the newest definition", .caught_by = "lives-by", .remember = forget_formers},
    {.name = "somebody is not recorded", .caught_by = "states-agree", .record = lose_somebody},
};

}  // namespace

std::span<const Mutation> death_mutations() { return kMutations; }

}  // namespace sup::sim
