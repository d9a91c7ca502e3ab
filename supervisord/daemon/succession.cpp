#include "daemon/succession.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "base/signals.hpp"
#include "base/version.hpp"
#include "config/shape.hpp"
#include "config/transient.hpp"
#include "daemon/manager_rows.hpp"
#include "daemon/say.hpp"
#include "guard/guard.hpp"
#include "guard/holder.hpp"
#include "log/ledger.hpp"

namespace sup {

namespace {

// The records of the manager before, if it has come so far.
Result<StateRecords> left_records(Resumption& left) {
  UniqueFd records = left.take(kHeldRecords);
  UniqueFd launches = left.take(kHeldLaunches);
  if (!records.is_open() || !launches.is_open()) return fail(Errc::not_found, "it had recorded nothing");
  // In a trial the manager is there yet, and writes them.
  StateRecords out = TRY(guard::is_trial() ? StateRecords::open_copy(std::move(records), launches)
                                           : StateRecords::open(std::move(records), std::move(launches)));
  const auto engine = out.all<EngineRecord>(RecordKind::engine);
  if (engine.empty() || !engine.front().second.is_booted) return fail(Errc::not_found, "it had begun nothing");
  return out;
}

}  // namespace

Result<std::unique_ptr<Succession>> succeed() {
  guard::Holder& guard = guard::Holder::of_this_process();
  auto out = std::make_unique<Succession>(Succession{
      .records = {}, .left = Resumption(guard.take_world(), guard.guard_pid()), .ledger = {}, .trouble = {}});
  if (!guard.is_guarded() && !guard::is_trial()) return out;
  if (out->left.world().managers_before > 0) {
    if (auto records = left_records(out->left)) {
      out->records = std::move(*records);
      out->left.add_launches(out->records.launches()->left());
      out->ledger = out->left.take(kHeldLedger);
      out->has_world = true;
      return out;
    } else {
      out->trouble = std::move(records).error().what;
    }
  }
  if (guard::is_trial()) return out;
  out->records = TRY(StateRecords::create());
  out->ledger = TRY(log::create_ledger());
  const guard::Holder::Named held[] = {{kHeldRecords, out->records.store_fd()},
                                       {kHeldLaunches, out->records.launches_fd()},
                                       {kHeldLedger, out->ledger.get()}};
  TRY(guard.hold(held));
  return out;
}

std::string how_it_ended(const guard::World& world) {
  if (!world.previous_end) return "has ended";
  return world.previous_end->signal != 0 ? fmt::format("was killed by {}", signal_name({world.previous_end->signal}))
                                         : fmt::format("ended with {}", world.previous_end->text());
}

void say_who_goes_on(Succession& succession) {
  const auto former = succession.records.all<ManagerRecord>(RecordKind::manager);
  const std::string version = former.empty() ? "" : former.front().second.version;
  const bool was_asked_for = succession.left.world().previous_end == ExitStatus{};  // Without a goodbye.
  if (was_asked_for)
    return say::info("supervisord {} goes on in place of {}, process {}", program_version(), version, ::getpid());
  say::warn("the manager before this one {}{}: process {} goes on in its place",
            version == program_version() ? "" : fmt::format("({}) ", version), how_it_ended(succession.left.world()),
            ::getpid());
}

std::size_t count_foreign(StateRecords& records) {
  (void)records.all<ManagerRecord>(RecordKind::manager);
  (void)records.all<EngineRecord>(RecordKind::engine);
  (void)records.all<InstanceRecord>(RecordKind::instance);
  (void)records.all<RunRecord>(RecordKind::run);
  return records.foreign();
}

std::vector<ConfigFile> recorded_files(StateRecords& records, RecordKind kind) {
  std::vector<ConfigFile> out;
  for (auto& [index, record] : records.all<ConfigTextRecord>(kind))
    out.push_back({std::move(record.name), std::move(record.text), static_cast<ConfigKind>(record.kind)});
  return out;
}

void record_files(StateRecords& records, const std::vector<ConfigFile>& files, RecordKind kind) {
  if (!records.are_kept()) return;
  for (const auto& [index, record] : records.all<ConfigTextRecord>(kind))
    if (index >= files.size()) records.erase(kind, index);
  for (std::size_t i = 0; i < files.size(); ++i)
    records.put(kind, i, ConfigTextRecord{files[i].name, files[i].text, static_cast<std::uint32_t>(files[i].kind)});
}

std::vector<FormerDefinition> take_formers(StateRecords& records) {
  std::vector<FormerDefinition> out;
  for (const auto& [slot, record] : records.all<FormerRecord>(RecordKind::former)) {
    records.erase(RecordKind::former, slot);  // Slots are others now.
    NamedService former{.name = record.instance.substr(0, record.instance.rfind('@')), .spec = {}};
    auto spec = recall_service(former.name, record.toml);
    if (!spec) {
      say::error("{}: what it was begun by cannot be read, it goes on by its newest definition: {}", record.instance,
                 spec.error().what);
      continue;
    }
    former.spec = std::move(*spec);
    if (!record.secrets.empty()) former.secrets.edit() = record.secrets;
    out.push_back({record.instance, std::make_shared<const NamedService>(std::move(former))});
  }
  return out;
}

std::uint64_t record_id(std::string_view service) { return fnv1a_64(service); }

void record_transient(StateRecords& records, const NamedService& service) {
  records.put(RecordKind::transient, record_id(service.name),
              TransientRecord{service.name, to_toml(service, Detail::changed), service.transience, service.instances});
}

namespace {

void restore_transients(StateRecords& records, SpecSet& set) {
  for (const auto& [id, record] : records.all<TransientRecord>(RecordKind::transient)) {
    auto spec = recall_service(record.name, record.toml);
    if (!spec) {
      say::error("{}, which was run by command, cannot be gone on with: {}", record.name, spec.error().what);
      continue;
    }
    set.services.push_back({.name = record.name,
                            .spec = std::move(*spec),
                            .file = 0,
                            .line = 0,
                            .transience = record.transience,
                            .instances = record.instances});
  }
  std::ranges::sort(set.services, {}, &NamedService::name);
}

Result<std::vector<Override>> overrides_of(const OverridesRecord& record) {
  std::vector<Override> out;
  for (const std::string& text : record.settings) {
    const std::size_t equals = text.find(" = ");
    if (equals == text.npos) return fail(Errc::invalid, "a setting without a value");
    out.push_back(TRY(parse_override(text.substr(0, equals) + "=" + text.substr(equals + 3))));
  }
  return out;
}

}  // namespace

std::vector<Restored> restore_changes(StateRecords& records, SpecSet& set) {
  restore_transients(records, set);
  std::vector<Restored> out;
  for (const auto& [id, record] : records.all<OverridesRecord>(RecordKind::overrides)) {
    const auto service = std::ranges::find(set.services, record.service, &NamedService::name);
    if (service == set.services.end()) continue;
    auto overrides = overrides_of(record);
    auto spec = overrides ? with_overrides(service->name, service->spec, *overrides)
                          : Result<ServiceSpec>(std::unexpected(overrides.error()));
    if (!spec) {
      say::error("{}: what was set by command is lost: {}", record.service, spec.error().what);
      continue;
    }
    out.push_back({*service, std::move(*overrides)});
    service->spec = std::move(*spec);
  }
  return out;
}

}  // namespace sup
