#include "daemon/resources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/cpu_list.hpp"
#include "sys/cgroup_values.hpp"
#include "sys/cpus.hpp"
#include "sys/memory.hpp"

namespace sup {
namespace {

constexpr std::string_view kMemory = "memory", kCpu = "cpu", kCpuset = "cpuset", kPids = "pids", kIo = "io";
constexpr std::string_view kIoMaxKey = "resources.io-max";

using Text = std::optional<std::string>;

Text memory_text(const std::optional<MemoryAmount>& amount) {
  if (!amount) return std::nullopt;
  if (amount->percent != 0) return sys::cgroup_limit_text(sys::machine_memory_bytes() / 100 * amount->percent);
  return amount->bytes == MemoryAmount::kUnlimited ? "max" : sys::cgroup_limit_text(amount->bytes);
}

Text number_text(const std::optional<std::uint16_t>& number) {
  return number ? Text(std::to_string(*number)) : std::nullopt;
}

// One setting that is one file with one value.
struct Knob {
  std::string_view key;
  std::string_view controller;
  std::string_view file;
  std::string_view kernel_value;  // Of a new group.
  Text (*value)(const ResourcesSpec&);
};

// In the order of writing. The run dies as a whole: half a service is none.
const Knob kKnobs[] = {
    {"resources.memory-low", kMemory, "memory.low", "0", [](const auto& r) { return memory_text(r.memory_low); }},
    {"resources.memory-high", kMemory, "memory.high", "max", [](const auto& r) { return memory_text(r.memory_high); }},
    {"resources.memory-swap-max", kMemory, "memory.swap.max", "max",
     [](const auto& r) { return memory_text(r.memory_swap_max); }},
    {"resources.memory-max", kMemory, "memory.oom.group", "0",
     [](const auto& r) { return r.memory_max ? Text("1") : std::nullopt; }},
    {"resources.memory-max", kMemory, "memory.max", "max", [](const auto& r) { return memory_text(r.memory_max); }},
    {"resources.cpu-max", kCpu, "cpu.max", "max 100000",
     [](const auto& r) { return r.cpu_max ? Text(sys::cpu_max_text(r.cpu_max->percent)) : std::nullopt; }},
    {"resources.cpu-weight", kCpu, "cpu.weight", "100", [](const auto& r) { return number_text(r.cpu_weight); }},
    {"resources.cpuset", kCpuset, "cpuset.cpus", "",
     [](const auto& r) { return r.cpuset.cpus.empty() ? std::nullopt : Text(format_cpu_list(r.cpuset.cpus)); }},
    {"resources.pids-max", kPids, "pids.max", "max",
     [](const auto& r) { return r.pids_max ? Text(sys::cgroup_limit_text(r.pids_max->count)) : std::nullopt; }},
    {"resources.io-weight", kIo, "io.weight", "default 100",
     [](const auto& r) { return r.io_weight ? Text(fmt::format("default {}", *r.io_weight)) : std::nullopt; }},
};

std::optional<std::uint64_t> bytes_of(const std::optional<ByteRate>& rate) {
  return rate ? std::optional(rate->bytes) : std::nullopt;
}

Result<ResourceWrite> disk_write(const IoMaxSpec& disk) {
  const auto number = sys::block_device(disk.device);
  if (!number) return std::unexpected(Error(number.error()).wrap(std::string(kIoMaxKey)));
  const sys::IoMax limits{.major = number->major,
                          .minor = number->minor,
                          .read_bytes_per_second = bytes_of(disk.rbps),
                          .write_bytes_per_second = bytes_of(disk.wbps),
                          .reads_per_second = disk.riops,
                          .writes_per_second = disk.wiops};
  return ResourceWrite{kIoMaxKey, kIo, "io.max", sys::io_max_text(limits), true};
}

// A disk that is not limited any more is told so; one that is gone has no limits.
Result<> add_disks(std::vector<ResourceWrite>& out, const std::vector<IoMaxSpec>& wanted,
                   const std::vector<IoMaxSpec>& before) {
  for (const IoMaxSpec& old : before) {
    const auto is_same = [&](const IoMaxSpec& disk) { return disk.device == old.device; };
    if (std::ranges::any_of(wanted, is_same)) continue;
    if (auto write = disk_write({.device = old.device, .rbps = {}, .wbps = {}, .riops = {}, .wiops = {}}))
      out.push_back({write->key, write->controller, write->file, std::move(write->value), false});
  }
  for (const IoMaxSpec& disk : wanted)
    if (std::ranges::find(before, disk) == before.end()) out.push_back(TRY(disk_write(disk)));
  return {};
}

// The group has no such file: either the controller is not enabled, or the kernel does not have this one.
bool is_missing(const Error& error) { return error.code == Errc::not_found && error.sys_errno == ENOENT; }

std::string why_missing(ContainmentTree& containment, const ResourceWrite& write) {
  const std::string reason = containment.provide(write.controller);
  if (reason.empty()) return fmt::format("this kernel has no {}", write.file);
  return fmt::format("the {} controller is not available here ({})", write.controller, reason);
}

// Empty: it is written; else why it cannot be had. Errors: what the kernel refuses.
Result<std::string> write_one(ContainmentTree& containment, const sys::Cgroup* group, const ResourceWrite& write) {
  if (group == nullptr) return why_missing(containment, write);
  auto written = group->write_knob(write.file, write.value);
  if (!written && is_missing(written.error()) && containment.provide(write.controller).empty())
    written = group->write_knob(write.file, write.value);
  if (written) return std::string();
  if (is_missing(written.error())) return why_missing(containment, write);
  return std::unexpected(std::move(written).error().wrap(std::string(write.key)));
}

Result<std::vector<UnmetResource>> write_all(ContainmentTree& containment, const sys::Cgroup* group,
                                             const std::vector<ResourceWrite>& writes, bool is_required) {
  std::vector<UnmetResource> unmet;
  for (const ResourceWrite& write : writes) {
    std::string reason = TRY(write_one(containment, group, write));
    if (reason.empty() || !write.is_wanted) continue;
    if (is_required) return fail(Errc::not_found, fmt::format("{}: {}", write.key, reason));
    if (unmet.empty() || unmet.back().key != write.key) unmet.push_back({write.key, std::move(reason)});
  }
  return unmet;
}

// A group in which somebody lives is refused an empty list of CPUs, which would mean all: so they are named.
std::string kernel_text(const Knob& knob) {
  if (knob.controller != kCpuset) return std::string(knob.kernel_value);
  return format_cpu_list(sys::present_cpus().value_or(std::vector<std::uint16_t>{}));
}

// "max 100000" is what a group has that nobody has written to: nothing has to be taken back there.
bool is_taken_back(const Knob& knob, const Text& before) { return before && *before != knob.kernel_value; }

}  // namespace

Result<std::vector<ResourceWrite>> resource_writes(const ResourcesSpec& wanted, const ResourcesSpec& before) {
  std::vector<ResourceWrite> out;
  for (const Knob& knob : kKnobs) {
    Text value = knob.value(wanted);
    const Text old = knob.value(before);
    if (value == old) continue;
    if (value)
      out.push_back({knob.key, knob.controller, knob.file, *std::move(value), true});
    else if (is_taken_back(knob, old))
      out.push_back({knob.key, knob.controller, knob.file, kernel_text(knob), false});
  }
  TRY(add_disks(out, wanted.io_max, before.io_max));
  return out;
}

Result<std::vector<UnmetResource>> apply_resources(ContainmentTree& containment, const sys::Cgroup* group,
                                                   const ResourcesSpec& wanted, const ResourcesSpec& before) {
  const std::vector<ResourceWrite> writes = TRY(resource_writes(wanted, before));
  auto applied = write_all(containment, group, writes, wanted.required);
  if (applied || group == nullptr) return applied;
  // What was written is taken back; what was not is told once more what it has.
  if (const auto back = resource_writes(before, wanted)) (void)write_all(containment, group, *back, false);
  return applied;
}

std::string unmet_text(const std::vector<UnmetResource>& unmet) {
  std::string out;
  for (std::size_t i = 0; i < unmet.size(); ++i) {
    const bool goes_on = i + 1 < unmet.size() && unmet[i + 1].reason == unmet[i].reason;
    out += unmet[i].key;
    out += goes_on ? std::string(", ") : fmt::format(": {}{}", unmet[i].reason, i + 1 < unmet.size() ? "; " : "");
  }
  return out;
}

LimitsHit limits_hit(const sys::Cgroup& group, const ResourcesSpec& spec, const ExitStatus& status) {
  LimitsHit out;
  if (spec.memory_max || status.signal == SIGKILL) {
    const auto events = sys::cgroup_memory_events(group);
    out.is_oom_killed = events && events->oom_kill > 0;
    const auto limit = out.is_oom_killed && events->oom > 0 ? group.read_knob("memory.max") : fail(Errc::not_found, "");
    const auto bytes = limit ? sys::cgroup_number(*limit) : std::nullopt;
    if (bytes && *bytes != sys::kNoCgroupLimit) out.memory_limit_bytes = *bytes;
  }
  if (spec.pids_max) out.refused_forks = sys::cgroup_refused_forks(group).value_or(0);
  return out;
}

std::vector<ResourceInForce> resources_in_force(const sys::Cgroup& group, const ResourcesSpec& spec) {
  std::vector<ResourceInForce> out;
  const auto add = [&](std::string_view key, std::string_view file) {
    std::string value = group.read_knob(file).value_or("");
    std::ranges::replace(value, '\n', ';');
    out.push_back({key, std::move(value)});
  };
  for (const Knob& knob : kKnobs)
    if (knob.file != "memory.oom.group" && knob.value(spec)) add(knob.key, knob.file);
  if (!spec.io_max.empty()) add(kIoMaxKey, "io.max");
  return out;
}

}  // namespace sup
