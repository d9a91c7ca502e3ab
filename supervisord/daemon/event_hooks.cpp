#include "daemon/event_hooks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <optional>
#include <utility>

#include "base/refusable.hpp"
#include "base/text.hpp"
#include "daemon/event_match.hpp"
#include "daemon/event_process.hpp"
#include "daemon/manager_rows.hpp"
#include "daemon/say.hpp"
#include "daemon/succession.hpp"
#include "daemon/views.hpp"
#include "sys/clock.hpp"
#include "sys/process_tree.hpp"
#include "wire/varlink.hpp"

namespace sup {
namespace {

using namespace std::chrono_literals;

constexpr Duration kWordsPatience = 250ms;  // As readers of events have it.
constexpr Duration kEndPatience = 5s;       // When all has ended, if the time of the shutdown is not over before.
constexpr Duration kKillPatience = 1s;
constexpr Duration kGroupsPause = 50ms;

// As `ctl events` names it.
std::string name_of(const World& w, const HistoryEntry& entry) {
  return entry.instance == kNoInstance ? *entry.departed : w.name(w.at(entry.instance));
}

// For scripts without a parser of JSON. They win over what the table says.
void add_variables(Environment& env, const std::string& hook, const wire::EventRecord& event, std::uint64_t missed) {
  const auto add = [&](std::string_view name, std::string value) {
    env.variables.emplace_back(fmt::format("SUPERVISORD_{}", name), std::move(value));
  };
  add("HOOK", hook);
  add("SEQ", std::to_string(event.seq));
  add("EVENT", event.kind);
  add("SERVICE", event.service.value_or(""));
  add("FROM", event.from.value_or(""));
  add("TO", event.to.value_or(""));
  add("CAUSE", event.cause.value_or(""));
  add("MISSED", std::to_string(missed));
  std::erase_if(env.variables, [](const auto& variable) { return variable.second.find('\0') != std::string::npos; });
}

// What an earlier manager has begun, and nobody can wait for any more.
void kill(const sys::ProcessRef& process) {
  constexpr Signal kKill{SIGKILL};
  if (process.pid == 0) return;
  if (const auto below = sys::descendants_of(process.pid))
    for (const pid_t pid : *below)
      if (const auto one = sys::open_process(pid)) (void)sys::send_signal(*one, kKill);
  (void)sys::send_group_signal(process.pid, kKill);
  (void)sys::send_signal(process, kKill);
}

}  // namespace

struct EventHooks::Hook {
  std::string name;
  EventHookSpec spec;
  std::vector<std::string> secrets;  // In its settings.
  std::uint64_t seen = 0;            // What has come up to here was looked at.
  std::deque<std::uint64_t> queue;   // The numbers of the events that wait.
  std::uint64_t current = 0;         // Of what it is told now; 0: nothing.
  std::uint64_t again = 0;  // What it was told of when an earlier manager died: it does not count in the queue.
  std::unique_ptr<EventProcess> process;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t missed = 0;  // Of these, those that nobody was told about.
  std::string last_failure;
  bool is_removed = false;  // And goes when what it is at is over.
};

EventHooks::EventHooks(loop::Loop& loop, Supervisor& supervisor, Workers& workers, StateRecords& records)
    : loop_(loop),
      supervisor_(supervisor),
      workers_(workers),
      records_(records),
      work_(loop, [this] { work(); }),
      patience_(loop, [this] { work(); }),
      groups_(loop, [this] { clean_up(); }),
      end_(loop, [this] { give_up(); }) {
  supervisor.add_observer(*this);
}

EventHooks::~EventHooks() = default;

// ---- going on ----

void EventHooks::settle(Resumption& left) {
  for (const auto& [id, manager] : records_.all<ManagerRecord>(RecordKind::manager)) left.forget_ends(manager.exits);
  for (auto& [id, record] : records_.all<EventHookRecord>(RecordKind::event_hook)) {
    if (const pid_t pid = std::exchange(record.pid, 0); pid != 0) {
      for (const guard::Exit& exit : left.world().exits)
        if (exit.pid == pid) exits_ = std::max(exits_, exit.sequence);
      const Resumption::Found found = left.find(pid);
      kill(found.process);
      const bool has_ended = found.ended && found.ended->signal == 0;  // Else it was killed, and begins anew.
      if (has_ended) record.current = 0;
      if (has_ended) ++(found.ended->code == 0 ? record.done : record.failed);
      if (has_ended) record.last_failure = found.ended->code == 0 ? std::string() : found.ended->text();
    }
    recorded_.emplace(record.name, std::move(record));
  }
}

void EventHooks::resume() {
  ManagerRecord& manager = supervisor_.manager_record();
  manager.exits = std::max(manager.exits, exits_);
  has_begun_ = true;
  take_settings();
  for (const auto& [name, record] : std::exchange(recorded_, {}))
    if (!hooks_.contains(name)) records_.erase(RecordKind::event_hook, record_id(name));
  work_.arm(Duration{0});
}

void EventHooks::record(const Hook& hook) {
  if (hook.is_removed) return records_.erase(RecordKind::event_hook, record_id(hook.name));
  records_.put(RecordKind::event_hook, record_id(hook.name),
               EventHookRecord{.name = hook.name,
                               .seen = hook.queue.empty() ? hook.seen : hook.queue.front() - 1,
                               .current = hook.current,
                               .done = hook.done,
                               .failed = hook.failed,
                               .dropped = hook.dropped,
                               .missed = hook.missed,
                               .last_failure = hook.last_failure,
                               .pid = hook.process ? hook.process->pid() : 0});
}

// ---- settings ----

void EventHooks::take_settings() {
  for (const NamedEventHook& wanted : w().event_hooks) {
    std::unique_ptr<Hook>& hook = hooks_[wanted.name];
    if (hook == nullptr) hook = begin(wanted.name);
    hook->spec = wanted.spec;
    hook->secrets = wanted.secrets;
    hook->is_removed = false;
    record(*hook);
  }
  for (auto it = hooks_.begin(); it != hooks_.end();) {
    Hook& hook = *(it++)->second;
    if (!std::ranges::binary_search(w().event_hooks, hook.name, {}, &NamedEventHook::name)) remove(hook);
  }
  has_begun_ = true;
}

// One that comes later is told of what comes after it.
std::unique_ptr<EventHooks::Hook> EventHooks::begin(const std::string& name) {
  auto hook = std::make_unique<Hook>();
  hook->name = name;
  hook->seen = has_begun_ ? supervisor_.history().last_sequence() : 0;
  const auto known = recorded_.find(name);
  if (known == recorded_.end()) return hook;
  const EventHookRecord& record = known->second;
  hook->seen = std::min(record.seen, supervisor_.history().last_sequence());  // Unless that was damaged.
  if (record.current != 0) hook->queue.push_back(hook->again = record.current);
  hook->done = record.done;
  hook->failed = record.failed;
  hook->dropped = record.dropped;
  hook->missed = record.missed;
  hook->last_failure = record.last_failure;
  return hook;
}

void EventHooks::remove(Hook& hook) {
  if (hook.is_removed) return;
  hook.is_removed = true;
  record(hook);
  for (const std::uint64_t event : hook.queue) conclude_test(hook, event, "dropped", "it is removed");
  if (!hook.queue.empty())
    tell(LogLevel::warning, hook,
         fmt::format("it is removed: {} dropped that waited for it",
                     hook.queue.size() == 1 ? "1 event is" : fmt::format("{} events are", hook.queue.size())));
  hook.queue.clear();
  if (!hook.process) hooks_.erase(std::string(hook.name));
}

bool EventHooks::has_settings() const {
  const auto is_same = [this](const NamedEventHook& wanted) {
    const auto found = hooks_.find(wanted.name);
    return found != hooks_.end() && !found->second->is_removed && found->second->spec == wanted.spec &&
           found->second->secrets == wanted.secrets;
  };
  const auto here = std::ranges::count_if(hooks_, [](const auto& hook) { return !hook.second->is_removed; });
  return std::cmp_equal(here, w().event_hooks.size()) && std::ranges::all_of(w().event_hooks, is_same);
}

// ---- events ----

// What happened in this turn is recorded in it; what follows from it here is so in the next one.
void EventHooks::on_turn_over() {
  if (hooks_.empty() && w().event_hooks.empty()) {
    has_begun_ = true;
    return;
  }
  const bool is_new = supervisor_.history().last_sequence() != seen_;
  if (is_new || !has_settings()) work_.arm(Duration{0});
}

void EventHooks::on_last_words() {
  if (!hooks_.empty()) work_.arm(Duration{0});
}

void EventHooks::on_shutdown(const ShutdownBegun&) { end_by_ = sys::monotonic_now() + w().daemon.shutdown_timeout; }

void EventHooks::work() {
  const Indispensable whole;
  if (!has_settings()) take_settings();
  examine_all();
  for (const auto& [name, hook] : hooks_)
    if (!hook->process) hand_over(*hook);
  clean_up();
  stop_if_idle();
}

void EventHooks::examine_all() {
  seen_ = supervisor_.history().last_sequence();
  for (const auto& [name, hook] : hooks_)
    if (!hook->is_removed) examine(*hook);
}

bool EventHooks::is_for(const Hook& hook, const HistoryEntry& entry) const {
  if (entry.kind == Happening::test) return *entry.departed == hook.name;
  return matches(hook.spec.match, w().groups, entry, name_of(w(), entry));
}

void EventHooks::examine(Hook& hook) {
  const History& history = supervisor_.history();
  bool has_dropped = false;
  while (const HistoryEntry* entry = history.after(hook.seen)) {
    const std::uint64_t gap = entry->sequence - hook.seen - 1;  // Gone before it was looked at: nobody knows whose.
    hook.dropped += gap;
    hook.missed += gap;
    if (gap > 0) conclude_tests_before(hook, entry->sequence);
    hook.seen = entry->sequence;
    if (!is_for(hook, *entry)) continue;
    hook.queue.push_back(entry->sequence);
    if (hook.queue.size() <= hook.spec.queue + (hook.queue.front() == hook.again ? 1U : 0U)) continue;
    if (hook.missed == 0)
      say::warn("on-event.{}: {} wait for it (queue): the oldest are dropped", hook.name,
                counted(hook.spec.queue, "event"));
    has_dropped = true;
    drop_oldest(hook);
  }
  if (has_dropped) record(hook);
}

void EventHooks::drop_oldest(Hook& hook) {
  conclude_test(hook, hook.queue.front(), "dropped", "too many events wait for it");
  hook.queue.pop_front();
  ++hook.dropped;
  ++hook.missed;
}

void EventHooks::hand_over(Hook& hook) {
  while (!hook.queue.empty() && stage_ != Stage::over) {
    const HistoryEntry* entry = supervisor_.history().find(hook.queue.front());
    if (entry == nullptr) {  // The history does not keep it any more.
      drop_oldest(hook);
      continue;
    }
    const Duration age = sys::wall_now() - entry->time;  // Negative if the clock was set back meanwhile.
    if (entry->awaits_words && stage_ == Stage::running && age >= Duration{0} && age < kWordsPatience)
      return patience_.arm(kWordsPatience);
    return launch(hook, *entry);
  }
}

// The entry may go when something is told.
void EventHooks::launch(Hook& hook, const HistoryEntry& entry) {
  const wire::EventRecord event = view_event(w(), entry);
  EventProcess::Order order{.name = "on-event." + hook.name,
                            .spec = as_service(hook.spec),
                            .input = wire::to_json(event) + "\n",
                            .timeout = hook.spec.timeout,
                            .secrets = hook.secrets};
  add_variables(order.spec.env, hook.name, event, hook.missed);
  hook.current = entry.sequence;
  hook.queue.pop_front();
  if (const std::uint64_t missed = std::exchange(hook.missed, 0); missed > 0)
    tell(LogLevel::warning, hook,
         fmt::format("{} dropped: more than {} waited for it (queue)",
                     missed == 1 ? "1 event was" : fmt::format("{} events were", missed), hook.spec.queue));
  hook.process = std::make_unique<EventProcess>(
      loop_, workers_, supervisor_.runs().context(), std::move(order), [this, &hook] { record(hook); },
      [this, &hook](EventProcess::Outcome outcome) {
        if (outcome.group) empty_groups_.push_back(std::move(*outcome.group));
        on_done(hook, outcome.failure);
      });
  record(hook);
}

void EventHooks::on_done(Hook& hook, const std::string& failure) {
  const Indispensable whole;
  hook.process.reset();
  const std::uint64_t event = std::exchange(hook.current, 0);
  ++(failure.empty() ? hook.done : hook.failed);
  conclude_test(hook, event, failure.empty() ? "done" : "failed", failure);
  // One that fails each time would drive all else out of the history.
  const bool is_first = hook.last_failure.empty();
  hook.last_failure = failure;
  const std::string what = fmt::format("it has failed for event {}: {}", event, failure);
  if (!failure.empty() && is_first) tell(LogLevel::warning, hook, what);
  if (!failure.empty() && !is_first) say::warn("on-event.{}: {}", hook.name, what);
  work_.arm(Duration{0});
  if (hook.is_removed) return void(hooks_.erase(std::string(hook.name)));
  record(hook);
}

void EventHooks::tell(LogLevel level, const Hook& hook, const std::string& what) {
  say::at(level, "on-event.{}: {}", hook.name, what);
  supervisor_.note_hook(fmt::format("on-event.{}: {}", hook.name, what));
}

// Who was killed has not died yet; what cannot be removed at all is removed at the end.
void EventHooks::clean_up() {
  if (empty_groups_.empty() || is_removing_) return;
  is_removing_ = true;
  workers_.submit([this, groups = std::exchange(empty_groups_, {})]() mutable -> Continuation {
    std::erase_if(groups, [](const sys::Cgroup& group) { return group.remove().has_value(); });
    return [this, groups = std::move(groups)]() mutable {
      is_removing_ = false;
      if (!groups.empty()) groups_.arm(kGroupsPause);
      std::ranges::move(groups, std::back_inserter(empty_groups_));
      stop_if_idle();
    };
  });
}

// ---- the end ----

void EventHooks::finish() {
  if (hooks_.empty()) return;
  stage_ = Stage::finishing;
  const Duration left = std::clamp<Duration>(end_by_ - sys::monotonic_now(), kKillPatience, kEndPatience);
  end_.arm(left);
  examine_all();
  if (w().is_out_of_patience) give_up();
  work_.arm(Duration{0});
  while (!is_over_) loop_.run();
  end_.disarm();
}

void EventHooks::hurry() {
  if (stage_ == Stage::finishing) give_up();
}

// There is no time any more.
void EventHooks::give_up() {
  is_over_ = std::exchange(stage_, Stage::over) == Stage::over;
  if (is_over_) return loop_.stop();
  for (const auto& [name, hook] : hooks_) {
    for (const std::uint64_t event : hook->queue) conclude_test(*hook, event, "dropped", "supervisord ends");
    if (!hook->queue.empty()) {
      hook->dropped += hook->queue.size();
      tell(LogLevel::warning, *hook,
           fmt::format("{} not handed over: supervisord ends",
                       hook->queue.size() == 1 ? std::string("1 event was")
                                               : fmt::format("{} events were", hook->queue.size())));
    }
    hook->queue.clear();
    if (hook->process) hook->process->end("supervisord ends");
  }
  end_.arm(kKillPatience);
  work_.arm(Duration{0});
}

void EventHooks::stop_if_idle() {
  const bool is_looked_at = seen_ == supervisor_.history().last_sequence();
  const bool is_idle =
      is_looked_at && empty_groups_.empty() && !is_removing_ &&
      std::ranges::all_of(hooks_, [](const auto& hook) { return !hook.second->process && hook.second->queue.empty(); });
  if (!is_idle || stage_ == Stage::running) return;
  is_over_ = true;
  loop_.stop();
}

// ---- trying ----

Result<> EventHooks::test(const std::string& name, const std::string& who, Tested tested) {
  std::vector<std::string_view> known;
  for (const auto& [one, hook] : hooks_)
    if (!hook->is_removed) known.push_back(one);
  if (std::ranges::find(known, name) == known.end()) {
    const auto near = nearest(name, known);
    return fail(Errc::not_found, fmt::format("there is no [on-event.{}]{}", printable(name, 80),
                                             near            ? fmt::format("; did you mean '{}'?", *near)
                                             : known.empty() ? "; no command is told of events"
                                                             : ""));
  }
  const std::uint64_t event = supervisor_.note_test(name, fmt::format("{} tries on-event.{}", who, name));
  tests_.emplace(event, std::move(tested));
  work_.arm(Duration{0});
  return {};
}

// Which of those that nobody keeps was for this one is not known; who waits is not left waiting.
void EventHooks::conclude_tests_before(const Hook& hook, std::uint64_t event) {
  while (!tests_.empty() && tests_.begin()->first < event &&
         supervisor_.history().find(tests_.begin()->first) == nullptr)
    conclude_test(hook, tests_.begin()->first, "dropped", "it is no longer kept");
}

void EventHooks::conclude_test(const Hook& hook, std::uint64_t event, std::string_view outcome,
                               const std::string& failure) {
  auto test = tests_.extract(event);
  if (test.empty()) return;
  const HistoryEntry* entry = supervisor_.history().find(event);
  const Duration took = entry != nullptr ? sys::wall_now() - entry->time : Duration{0};
  test.mapped()({.hook = hook.name,
                 .event = static_cast<std::int64_t>(event),
                 .outcome = std::string(outcome),
                 .failure = failure,
                 .took_ms = std::max<std::int64_t>(whole_ms(took), 0)});
}

// ---- looking ----

std::vector<wire::HookStatus> EventHooks::view() const {
  std::vector<wire::HookStatus> out;
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  for (const auto& [name, hook] : hooks_) {
    wire::HookStatus one{.name = name,
                         .state = hook->process ? "running" : "idle",
                         .event = {},
                         .queued = number(hook->queue.size()),
                         .done = number(hook->done),
                         .failed = number(hook->failed),
                         .dropped = number(hook->dropped),
                         .last_failure = hook->last_failure};
    if (hook->current != 0) one.event = number(hook->current);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace sup
