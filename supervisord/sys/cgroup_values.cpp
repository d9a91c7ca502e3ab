#include "sys/cgroup_values.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>

#include "base/check.hpp"
#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {

namespace {

// Empty if the group does not have the file; an error if it does not exist itself.
Result<std::optional<std::uint64_t>> number_of(const Cgroup& group, std::string_view knob) {
  const Result<std::string> text = group.read_knob(knob);
  if (!text && text.error().sys_errno == ENOENT) return std::optional<std::uint64_t>{};
  if (!text) return std::unexpected(text.error());
  return cgroup_number(*text);
}

std::string io_limit(std::string_view key, const std::optional<std::uint64_t>& limit) {
  return fmt::format(" {}={}", key, cgroup_limit_text(limit));
}

}  // namespace

std::optional<std::uint64_t> flat_keyed(std::string_view text, std::string_view key) noexcept {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ')
      return cgroup_number(line.substr(key.size() + 1));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> cgroup_number(std::string_view text) noexcept {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text == "max") return kNoCgroupLimit;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<CgroupUsage> cgroup_usage(const Cgroup& group) {
  CgroupUsage usage;
  // Is always there, so that its lack tells that the group is gone.
  TRY(group.read_knob("cgroup.controllers"));
  const Result<std::string> cpu = group.read_knob("cpu.stat");
  if (cpu)
    if (const auto microseconds = flat_keyed(*cpu, "usage_usec"))
      usage.cpu_time = std::chrono::microseconds{*microseconds};
  usage.memory_bytes = TRY(number_of(group, "memory.current"));
  usage.memory_peak_bytes = TRY(number_of(group, "memory.peak"));
  usage.swap_bytes = TRY(number_of(group, "memory.swap.current"));
  usage.pids = TRY(number_of(group, "pids.current"));
  usage.pids_peak = TRY(number_of(group, "pids.peak"));
  return usage;
}

Result<CgroupMemoryEvents> cgroup_memory_events(const Cgroup& group) {
  const std::string text = TRY(group.read_knob("memory.events"));
  const auto count = [&](std::string_view key) { return flat_keyed(text, key).value_or(0); };
  return CgroupMemoryEvents{count("high"), count("max"), count("oom"), count("oom_kill"), count("oom_group_kill")};
}

Result<std::uint64_t> cgroup_refused_forks(const Cgroup& group) {
  return flat_keyed(TRY(group.read_knob("pids.events")), "max").value_or(0);
}

std::string cpu_max_text(std::optional<unsigned> percent) {
  constexpr std::uint64_t kPeriodMicroseconds = 100'000;  // The kernel's own; 1 % of it is the least that it accepts.
  CHECK(!percent || *percent > 0);
  if (!percent) return fmt::format("max {}", kPeriodMicroseconds);
  return fmt::format("{} {}", *percent * (kPeriodMicroseconds / 100), kPeriodMicroseconds);
}

std::string io_max_text(const IoMax& limits) {
  return fmt::format("{}:{}", limits.major, limits.minor) + io_limit("rbps", limits.read_bytes_per_second) +
         io_limit("wbps", limits.write_bytes_per_second) + io_limit("riops", limits.reads_per_second) +
         io_limit("wiops", limits.writes_per_second);
}

Result<DeviceNumber> block_device(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return fail_call(errno, fmt::format("cannot look at '{}'", printable(path)));
  if (!S_ISBLK(status.st_mode))
    return fail(Errc::not_found, fmt::format("'{}' is not a block device", printable(path)));
  return DeviceNumber{major(status.st_rdev), minor(status.st_rdev)};
}

std::string cgroup_limit_text(std::optional<std::uint64_t> limit) {
  return limit ? fmt::format("{}", *limit) : std::string{"max"};
}

}  // namespace sup::sys
