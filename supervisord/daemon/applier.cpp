#include "daemon/applier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "config/masking.hpp"
#include "config/override.hpp"
#include "daemon/own_log.hpp"
#include "daemon/say.hpp"
#include "engine/explain.hpp"
#include "engine/record.hpp"

namespace sup {
namespace {

// What takes another relation to others, or is another kind of thing, cannot be begun anew by itself.
bool is_stopped_first(const ServicePlan& service) {
  return service.action == PlannedAction::restart && (service.relates_anew || service.is_other_kind);
}
// What goes takes along what requires it by an earlier definition: that comes back.
bool goes(const ServicePlan& service) {
  return service.change == PlannedChange::removed && service.action == PlannedAction::stop;
}

// What has settings of both has the secrets of both.
void keep_secrets(NamedService& mixed, const NamedService& other) {
  if (other.secrets->empty()) return;
  std::vector<std::string>& secrets = mixed.secrets.edit();
  secrets.insert(secrets.end(), other.secrets->begin(), other.secrets->end());
  sort_secrets(secrets);
}

// A thing of the other kind takes the place of this one.
bool is_exchanged(const ServicePlan& service) {
  return service.change == PlannedChange::changed && service.is_other_kind;
}

}  // namespace

Applier::Applier(loop::Loop& loop, Supervisor& supervisor, Workers& workers)
    : supervisor_(supervisor), workers_(workers), begin_(loop, [this] { start(); }) {
  supervisor.add_observer(*this);
}

void Applier::begin(Plan plan, Loaded loaded, ApplyOrder order, Done done) {
  CHECK(!job_);
  job_.emplace(Job{.plan = std::move(plan),
                   .loaded = std::move(loaded),
                   .order = order,
                   .done = std::move(done),
                   .awaited = {},
                   .concerned = {},
                   .outcome = {}});
  place_files();
  note_concerned();
  stop_first();
}

// Definitions name their file by its place in a list, and earlier ones stay in use: so the list only grows.
void Applier::place_files() {
  SpecSet& set = job_->loaded.set;
  std::vector<std::string> all = w().files;
  std::vector<std::uint32_t> places;
  for (const std::string& file : set.files) {
    const auto known = std::ranges::find(all, file);
    places.push_back(static_cast<std::uint32_t>(known - all.begin()));
    if (known == all.end()) all.push_back(file);
  }
  for (NamedService& service : set.services) {
    if (service.line != 0) service.file = places[service.file];
    if (service.origins.is_written()) service.origins.edit().renumber(places);
  }
  set.files = std::move(all);
}

void Applier::note_concerned() {
  std::vector<InstanceId> work;
  for (const ServicePlan& service : job_->plan.services) {
    job_->concerned.insert(service.service);
    std::ranges::copy(find_instances(w(), service.service), std::back_inserter(work));
  }
  while (!work.empty()) {
    const InstanceId id = work.back();
    work.pop_back();
    for (const InstanceId other : dependents_of(w(), id))
      if (job_->concerned.insert(w().definition(w().at(other))->name).second) work.push_back(other);
  }
}

const NamedService& Applier::defined(const std::string& name) const {
  return *std::ranges::lower_bound(job_->loaded.set.services, name, {}, &NamedService::name);
}

// ---- stop ----

void Applier::stop_first() {
  std::vector<InstanceId> targets;
  for (const ServicePlan& service : job_->plan.services) {
    if (!goes(service) && !(job_->order.restarts && is_stopped_first(service))) continue;
    for (const InstanceId id : find_instances(w(), service.service)) {
      if (is_resting(w().at(id).state)) continue;
      targets.push_back(id);
      if (!goes(service) && w().at(id).goal == Goal::up) coming().push_back(recorded_name(w(), id));
    }
  }
  if (targets.empty()) return tell();
  supervisor_.post(EndHeld{true});
  job_->step = Job::Step::stop;
  command(CommandKind::stop, std::move(targets));
}

void Applier::command(CommandKind kind, std::vector<InstanceId> targets) {
  if (targets.empty()) return;
  CommandGiven given{.change = supervisor_.next_change(), .kind = kind, .targets = std::move(targets), .signal = {}};
  given.at_a_time = job_->order.at_a_time;
  job_->awaited.insert(given.change);
  supervisor_.post(std::move(given));
}

void Applier::on_change_done(const ChangeDone& done) {
  if (!job_ || job_->awaited.erase(done.change) == 0) return;
  for (const TargetResult& result : done.results) {
    if (job_->step != Job::Step::stop || is_removed(result.name))
      job_->outcome.results.push_back(result);
    else if (result.along_with != kNoInstance && result.along == Along::requires_it)
      coming().push_back(recorded_name(w(), result.instance));
  }
  if (!job_->awaited.empty()) return;
  if (job_->step == Job::Step::stop) return tell();
  finish_if_done();
}

bool Applier::is_removed(const std::string& instance) const {
  return std::ranges::any_of(job_->plan.services, [&](const ServicePlan& service) {
    return goes(service) && instance.substr(0, instance.rfind('@')) == service.service;
  });
}

// ---- tell ----

// All of it in one turn: another manager finds the one configuration or the other.
void Applier::tell() {
  job_->step = Job::Step::tell;
  std::vector<ServiceRef> redefined;
  std::vector<Scaling> scalings;
  std::vector<const ServicePlan*> newcomers;
  for (const ServicePlan& service : job_->plan.services) {
    const bool is_held_up = is_exchanged(service) && !job_->order.restarts && service.action != PlannedAction::none;
    if (is_held_up) {
      job_->outcome.warnings.push_back(
          fmt::format("{} stays as it is: it can become another kind of thing only by a "
                      "restart",
                      service.service));
      continue;
    }
    if (service.change == PlannedChange::changed && !is_exchanged(service)) {
      redefine(service, redefined);
      scale(service, scalings);
      continue;
    }
    if (service.change != PlannedChange::added) {
      remove(service);
    } else if (find_service(w(), service.service)) {
      job_->outcome.warnings.push_back(
          fmt::format("{} is not added: a service that was run by command has its name", service.service));
      continue;
    }
    if (service.change != PlannedChange::removed) newcomers.push_back(&service);
  }
  for (const NamedService& service : job_->loaded.set.services)
    if (!std::ranges::binary_search(job_->plan.services, service.name, {}, &ServicePlan::service)) move(service);
  // First those whom the others may name.
  for (const ServicePlan* service : newcomers) {
    const NamedService& definition = defined(service->service);
    supervisor_.post(ServiceAdded{
        .service = std::make_shared<const NamedService>(definition), .instances = definition.instances, .start = {}});
  }
  supervisor_.post(ServicesRedefined{std::move(redefined)});
  if (!scalings.empty()) {
    const ChangeId change = supervisor_.next_change();
    job_->awaited.insert(change);
    supervisor_.post(Scaled{.scalings = std::move(scalings), .change = change});
  }
  tell_settings();
}

// The engine has heard of it now, whoever has told it and when.
void Applier::on_turn_over() {
  if (job_ && job_->step == Job::Step::tell) begin_.arm(Duration{0});
}

// It says the same as before, perhaps elsewhere.
void Applier::move(const NamedService& service) {
  const ServiceRef now = w().service(*find_service(w(), service.name)).definition;
  if (now->file == service.file && now->line == service.line && now->origins == service.origins) return;
  const auto moved = [&](const ServiceRef& before) {
    NamedService out = *before;
    out.file = service.file;
    out.line = service.line;
    out.origins = service.origins;
    return std::make_shared<const NamedService>(std::move(out));
  };
  const ServiceRef after = moved(now);
  if (const Overridden* known = supervisor_.overrides().find(now))
    supervisor_.overrides().put({moved(known->original), after, known->overrides});
  supervisor_.post(DefinitionChanged{after});
}

// Nothing of it is alive, unless somebody has just started it again.
void Applier::remove(const ServicePlan& service) {
  supervisor_.post(ServiceRemoved{.name = service.service, .stop = {}});
}

// What can be so at once is; the rest is taken by the next run.
void Applier::redefine(const ServicePlan& service, std::vector<ServiceRef>& out) {
  const auto found = find_service(w(), service.service);
  if (!found) return;
  const ServiceRef now = w().service(*found).definition;
  auto original = std::make_shared<const NamedService>(defined(service.service));
  ServiceRef wanted = original;
  if (const Overridden* known = supervisor_.overrides().find(now)) {
    NamedService changed = *original;
    std::vector<Override> overrides = known->overrides;
    if (auto spec = with_overrides(changed.name, changed.spec, overrides)) {
      changed.spec = std::move(*spec);
      wanted = std::make_shared<const NamedService>(std::move(changed));
    } else {
      overrides.clear();
      job_->outcome.warnings.push_back(
          fmt::format("{}: what was set by command is not any more: {}", service.service, spec.error().what));
    }
    supervisor_.overrides().put({original, wanted, std::move(overrides)});
  }
  if (wanted->external.is_written()) return out.push_back(std::move(wanted));
  NamedService between = *wanted;
  between.spec = with_live_changes(now->spec, wanted->spec);
  keep_secrets(between, *now);
  const bool is_all = between.spec == wanted->spec;
  const ServiceRef live = is_all ? wanted : std::make_shared<const NamedService>(std::move(between));
  supervisor_.post(DefinitionChanged{live});
  tell_runs(service, live);
  const bool has_stale = tell_stale(*found, *wanted);
  if (!is_all || has_stale) out.push_back(std::move(wanted));
}

// Likewise for those who live by still earlier definitions. Returns whether there are any.
bool Applier::tell_stale(ServiceId service, const NamedService& wanted) {
  std::set<ServiceRef> formers;
  for (const InstanceId id : w().service(service).instances)
    if (is_stale(w(), w().at(id))) formers.insert(w().definition(w().at(id)));
  for (const ServiceRef& former : formers) {
    NamedService live = *former;
    live.spec = with_live_changes(former->spec, wanted.spec);
    keep_secrets(live, wanted);
    supervisor_.post(
        DefinitionChanged{.service = std::make_shared<const NamedService>(std::move(live)), .former = former});
  }
  return !formers.empty();
}

// What is alive goes on by what has changed of its limits, too. Who stays with an earlier definition does not.
void Applier::tell_runs(const ServicePlan& service, const ServiceRef& live) {
  std::vector<InstanceId> fresh = find_instances(w(), service.service);
  std::erase_if(fresh, [this](InstanceId id) { return is_stale(w(), w().at(id)); });
  auto groups = live_groups(supervisor_, fresh);
  if (!groups) {
    job_->outcome.warnings.push_back(fmt::format("{}: {}", service.service, groups.error().what));
    return;
  }
  ++job_->limiting;
  ContainmentTree& containment = *supervisor_.runs().context().containment;
  auto work = [this, &containment, live, groups = std::move(*groups),
               changes = service.settings]() mutable -> Continuation {
    auto limited = limit(containment, *live->spec.resources, groups);
    return [this, live, groups = std::move(groups), changes = std::move(changes),
            limited = std::move(limited)]() mutable { note_limits(live, groups, changes, limited); };
  };
  workers_.submit(std::move(work));
}

void Applier::note_limits(const ServiceRef& live, const std::vector<LiveGroup>& groups,
                          const std::vector<SettingChange>& changes, Limited& limited) {
  for (std::size_t i = 0; i < groups.size() && limited; ++i)
    redefine_run(supervisor_, groups[i], live, std::move((*limited)[i]), changes);
  if (!limited)
    say::warn("{}: its limits stay as they are until it is restarted: {}", live->name, limited.error().what);
  if (!job_) return;
  if (!limited)
    job_->outcome.warnings.push_back(
        fmt::format("{}: its limits stay as they are until it is restarted: {}", live->name, limited.error().what));
  --job_->limiting;
  finish_if_done();
}

// How many there are by command stays, unless the files say another number than before.
void Applier::scale(const ServicePlan& service, std::vector<Scaling>& out) const {
  const auto found = find_service(w(), service.service);
  if (!found) return;
  const std::uint32_t wanted = defined(service.service).instances;
  if (wanted != w().service(*found).definition->instances) out.push_back({service.service, wanted});
}

void Applier::tell_settings() {
  SettingsChanged settings{.daemon = w().daemon,
                           .groups = std::move(job_->loaded.set.groups),
                           .files = std::move(job_->loaded.set.files),
                           .event_hooks = std::move(job_->loaded.set.event_hooks),
                           .absent = std::move(job_->loaded.set.absent)};
  take_live(settings.daemon, job_->loaded.set.daemon);
  if (settings.daemon.log.level != w().daemon.log.level) set_own_log_level(settings.daemon.log.level);
  for (const SettingChange& change : job_->plan.daemon)
    if (change.on_change != OnChange::live)
      job_->outcome.warnings.push_back(
          fmt::format("[supervisord] {} takes effect when supervisord is started anew", change.key));
  supervisor_.post(std::move(settings));
  supervisor_.record_configuration(job_->loaded.files);
}

// ---- begin ----

void Applier::start() {
  if (!job_ || job_->step != Job::Step::tell) return;
  job_->step = Job::Step::begin;
  std::vector<InstanceId> started;
  std::vector<InstanceId> restarted;
  for (const ServicePlan& service : job_->plan.services) {
    const std::vector<InstanceId> all = find_instances(w(), service.service);
    const bool is_new = service.change == PlannedChange::added && service.action == PlannedAction::start;
    const bool is_renewed = service.change == PlannedChange::changed && service.action == PlannedAction::restart &&
                            !is_stopped_first(service) && job_->order.restarts;
    if (is_new) started.insert(started.end(), all.begin(), all.end());
    if (is_renewed)
      std::ranges::copy_if(all, std::back_inserter(restarted), [&](InstanceId id) { return is_renewable(id); });
  }
  for (const std::string& name : coming())
    if (const InstanceId id = find_instance(w(), name); id != kNoInstance && is_resting(w().at(id).state))
      started.push_back(id);
  std::ranges::sort(started);
  started.erase(std::ranges::unique(started).begin(), started.end());
  command(CommandKind::start, std::move(started));
  command(job_->order.is_rolling ? CommandKind::roll : CommandKind::restart, std::move(restarted));
  coming().clear();
  supervisor_.post(EndHeld{false});
  finish_if_done();
}

// It is up, or is to be, by a definition that is not the newest.
bool Applier::is_renewable(InstanceId id) const { return w().at(id).goal == Goal::up && is_stale(w(), w().at(id)); }

void Applier::finish_if_done() {
  if (job_->step != Job::Step::begin || !job_->awaited.empty() || job_->limiting > 0) return;
  Job job = std::move(*job_);
  job_.reset();
  job.done(std::move(job.outcome));
}

void Applier::resume() {
  std::vector<InstanceId> targets;
  for (const std::string& name : std::exchange(coming(), {}))
    if (const InstanceId id = find_instance(w(), name); id != kNoInstance) targets.push_back(id);
  if (targets.empty()) return supervisor_.post(EndHeld{false});
  say::warn(
      "the manager before this one died while it put a configuration in force: what it had stopped for that is "
      "started again; see ctl plan");
  CommandGiven given{
      .change = supervisor_.next_change(), .kind = CommandKind::start, .targets = std::move(targets), .signal = {}};
  supervisor_.post(std::move(given));
  supervisor_.post(EndHeld{false});
}

}  // namespace sup
