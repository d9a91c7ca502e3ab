#include "daemon/confirmation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/enabled.hpp"
#include "daemon/say.hpp"
#include "engine/record.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

constexpr Duration kBusyPause = std::chrono::milliseconds{100};

// As the files said that are in force: without what was set by command.
SpecSet in_force(const Supervisor& supervisor) {
  const World& w = supervisor.world();
  SpecSet out{.daemon = w.daemon,
              .services = {},
              .groups = w.groups,
              .absent = w.absent,
              .files = w.files,
              .event_hooks = w.event_hooks};
  for (const ServiceId id : w.by_name) {
    const ServiceSlot& service = w.service(id);
    if (service.is_vanishing || service.definition->transience != Transience::none) continue;
    const Overridden* known = supervisor.overrides().find(service.definition);
    out.services.push_back(known != nullptr ? *known->original : *service.definition);
  }
  return out;
}

}  // namespace

Confirmation::Confirmation(loop::Loop& loop, Supervisor& supervisor, Applier& applier, const ConfigSource& source)
    : supervisor_(supervisor), applier_(applier), source_(source), timer_(loop, [this] { give_up(); }) {
  supervisor.add_observer(*this);
}

Duration Confirmation::left() const {
  const std::optional<Instant> by = record().confirm_by;
  return by ? std::max(*by - sys::monotonic_now(), Duration{}) : Duration{};
}

void Confirmation::prepare(const Plan& plan, const ApplyOrder& order, Duration within) {
  Loaded loaded;
  loaded.set = in_force(supervisor_);
  loaded.files = supervisor_.recorded_configuration(RecordKind::config_text);
  supervisor_.record_configuration(loaded.files, RecordKind::config_before);
  before_.emplace(Before{.loaded = std::move(loaded), .order = order, .within = within});
  record().confirm_by = sys::monotonic_now() + within;
  record().is_tried_in_place = !order.restarts;
  record().tried_at_a_time = order.is_rolling ? order.at_a_time : 0;
  for (const ServicePlan& service : plan.services) {
    record().tried.push_back(service.service);
    for (const InstanceId id : find_instances(w(), service.service)) {
      const Instance& i = w().at(id);
      if (i.goal == Goal::up && !is_resting(i.state)) record().were_up.push_back(recorded_name(w(), id));
      if (i.state == State::failed) before_->failed.insert(recorded_name(w(), id));
    }
  }
}

void Confirmation::await() {
  has_begun_ = true;
  record().confirm_by = sys::monotonic_now() + before_->within;
  timer_.arm(before_->within);
  // Who came up and failed while others were still under way.
  for (const std::string& service : record().tried)
    for (const InstanceId id : find_instances(w(), service))
      if (w().at(id).state == State::failed && !before_->failed.contains(recorded_name(w(), id))) note_failure(id);
}

void Confirmation::confirm() {
  say::info("the configuration is confirmed");
  before_.reset();
  forget();
}

void Confirmation::forget() {
  timer_.disarm();
  has_begun_ = false;
  failed_.clear();
  record().confirm_by.reset();
  record().tried.clear();
  record().were_up.clear();
  record().is_tried_in_place = false;
  record().tried_at_a_time = 0;
  supervisor_.record_configuration({}, RecordKind::config_before);
}

// It is recorded until it is done that it is to be done.
void Confirmation::revert(std::string_view why, Applier::Done done) {
  Before before = *std::exchange(before_, std::nullopt);
  timer_.disarm();
  has_begun_ = false;
  record().confirm_by = sys::monotonic_now();  // Another manager goes back at once.
  say::warn("{}: the configuration before is put in force again", why);
  apply_enabled(supervisor_.enabled_choices(), before.loaded.set.services);
  (void)source_.leave_out_of(before.loaded.set);  // The reason why not was told when supervisord began.
  Plan plan = plan_changes(w(), supervisor_.overrides(), before.loaded.set);
  record().coming = record().were_up;
  applier_.begin(std::move(plan), std::move(before.loaded), before.order,
                 [this, done = std::move(done)](Applier::Outcome outcome) mutable {
                   forget();
                   done(std::move(outcome));
                 });
}

void Confirmation::give_up() {
  if (!before_ || supervisor_.engine().is_shutting_down()) return;
  if (applier_.is_busy()) return timer_.arm(kBusyPause);
  const std::string why =
      failed_.empty() ? "nobody has confirmed the configuration in time" : fmt::format("{} has failed", failed_);
  revert(why, [](const Applier::Outcome& outcome) {
    for (const std::string& warning : outcome.warnings) say::warn("{}", warning);
    for (const TargetResult& result : outcome.results)
      if (result.outcome != Outcome::done) say::warn("{} did not come back as it was: {}", result.name, result.cause);
  });
}

void Confirmation::on_state_changed(const StateChanged& change) {
  if (!before_ || !has_begun_ || change.to != State::failed || !failed_.empty()) return;
  const std::string& service = w().definition(w().at(change.instance))->name;
  if (std::ranges::find(record().tried, service) != record().tried.end()) note_failure(change.instance);
}

void Confirmation::note_failure(InstanceId id) {
  failed_ = w().name(w().at(id));
  timer_.arm(Duration{0});
}

void Confirmation::resume() {
  if (!record().confirm_by) return;
  Loaded loaded = source_.read_again(supervisor_.recorded_configuration(RecordKind::config_before));
  if (loaded.has_errors) {
    say::error("the configuration before the one that is to be confirmed cannot be read any more: it stays");
    return forget();
  }
  const ApplyOrder order{.restarts = !record().is_tried_in_place,
                         .is_rolling = record().tried_at_a_time > 0,
                         .at_a_time = std::max(record().tried_at_a_time, 1U)};
  before_.emplace(Before{.loaded = std::move(loaded), .order = order, .within = left()});
  has_begun_ = true;
  timer_.arm(left());
}

}  // namespace sup
