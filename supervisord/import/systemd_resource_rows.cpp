// [Service] of systemd: resources, but for those that are one value for one setting.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "import/source.hpp"
#include "import/systemd_draft.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

using Draft = SystemdDraft;

// As systemd makes a weight of shares: 1024 is 100.
Verdict map_shares(Draft& draft, const Option& option) {
  const auto shares = whole_number(option.value);
  if (!shares || *shares < 2 || *shares > 262'144) return lost("this is no number from 2 to 262144");
  set(draft.settings, "resources.cpu-weight", number_value(std::clamp<std::int64_t>(*shares * 100 / 1024, 1, 10'000)));
  return mapped("resources.cpu-weight");
}

// "10M" is 10 000 000 here, other than for memory.
std::optional<std::int64_t> in_thousands(std::string_view text) {
  constexpr std::pair<char, std::int64_t> kUnits[] = {
      {'K', 1'000}, {'M', 1'000'000}, {'G', 1'000'000'000}, {'T', 1'000'000'000'000}};
  std::int64_t factor = 1;
  for (const auto& [unit, bytes] : kUnits)
    if (text.ends_with(unit)) factor = bytes;
  if (factor > 1) text.remove_suffix(1);
  const auto number = whole_number(text);
  constexpr std::int64_t kMost = std::int64_t{1} << 50;
  if (!number || *number < 1 || *number > kMost / factor) return std::nullopt;
  return *number * factor;
}

// "/dev/sda 10M".
Verdict map_disk(Draft& draft, const Option& option, std::string_view key, bool is_bytes) {
  constexpr std::int64_t kMostInASecond = 4'294'967'295;
  const std::vector<std::string> words = blank_separated(option.value);
  if (words.size() != 2) return lost("this is no disk with a limit");
  if (!words[0].starts_with("/dev/"))
    return lost("the disk of a file is not looked up: name the disk in resources.io-max");
  if (words[1] == "infinity") return same("without a setting there is no limit");
  const auto number = in_thousands(words[1]);
  if (!number || (!is_bytes && *number > kMostInASecond)) return lost("this is no limit");
  ValueTable& disk = draft.disks[words[0]];
  set(disk, "device", text_value(words[0]));
  set(disk, key, is_bytes ? text_value(format_size(static_cast<std::uint64_t>(*number))) : number_value(*number));
  return mapped("resources.io-max");
}

constexpr std::string_view kCounted = "what it uses is counted without a setting: `ctl top`";
constexpr std::string_view kAtBoot = "the start of the machine has no values of its own; see resources";
constexpr std::string_view kEachAlone = "resources are those of one service; nothing is handed down";
constexpr std::string_view kSwap = "see resources.memory-swap-max";
constexpr std::string_view kDisks = "see resources.io-weight, one weight for all disks, and resources.io-max";
constexpr std::string_view kNodes = "memory nodes are not chosen";
constexpr std::string_view kOwnGroup = "its cgroup is supervisord's, and is not handed over";
constexpr std::string_view kPrograms = "no filter of the kernel is loaded for it";

constexpr UnitRow row(std::string_view name, std::string_view reason) {
  return {.name = name, .reason = reason, .repeats = Repeats::list};
}
constexpr UnitRow counted(std::string_view name) { return {.name = name, .reason = kCounted, .fate = Fate::same}; }

constexpr UnitRow kRows[] = {
    {"CPUShares", map_shares},
    {"IOReadBandwidthMax",
     [](Draft& d, const Option& o) { return map_disk(d, o, "rbps", true); },
     {},
     {},
     {},
     Repeats::list},
    {"IOWriteBandwidthMax",
     [](Draft& d, const Option& o) { return map_disk(d, o, "wbps", true); },
     {},
     {},
     {},
     Repeats::list},
    {"IOReadIOPSMax",
     [](Draft& d, const Option& o) { return map_disk(d, o, "riops", false); },
     {},
     {},
     {},
     Repeats::list},
    {"IOWriteIOPSMax",
     [](Draft& d, const Option& o) { return map_disk(d, o, "wiops", false); },
     {},
     {},
     {},
     Repeats::list},
    {"BlockIOReadBandwidth",
     [](Draft& d, const Option& o) { return map_disk(d, o, "rbps", true); },
     {},
     {},
     {},
     Repeats::list},
    {"BlockIOWriteBandwidth",
     [](Draft& d, const Option& o) { return map_disk(d, o, "wbps", true); },
     {},
     {},
     {},
     Repeats::list},
    counted("CPUAccounting"),
    counted("MemoryAccounting"),
    counted("TasksAccounting"),
    counted("IOAccounting"),
    counted("BlockIOAccounting"),
    row("StartupCPUShares", kAtBoot),
    row("StartupCPUWeight", kAtBoot),
    row("StartupAllowedCPUs", kAtBoot),
    row("StartupAllowedMemoryNodes", kAtBoot),
    row("StartupMemoryLow", kAtBoot),
    row("StartupMemoryHigh", kAtBoot),
    row("StartupMemoryMax", kAtBoot),
    row("StartupMemorySwapMax", kAtBoot),
    row("StartupMemoryZSwapMax", kAtBoot),
    row("StartupIOWeight", kAtBoot),
    row("StartupBlockIOWeight", kAtBoot),
    row("CPUQuotaPeriodSec", "resources.cpu-max is a part of a period that is not chosen"),
    row("AllowedMemoryNodes", kNodes),
    row("MemoryMin", "see resources.memory-low, which is taken last, but is taken"),
    row("DefaultMemoryMin", kEachAlone),
    row("DefaultMemoryLow", kEachAlone),
    row("DefaultStartupMemoryLow", kEachAlone),
    row("MemoryZSwapMax", kSwap),
    row("MemoryZSwapWriteback", kSwap),
    row("IODeviceWeight", kDisks),
    row("IODeviceLatencyTargetSec", kDisks),
    row("BlockIOWeight", kDisks),
    row("BlockIODeviceWeight", kDisks),
    row("Delegate", kOwnGroup),
    row("DelegateSubgroup", kOwnGroup),
    row("DisableControllers", kOwnGroup),
    row("BPFProgram", kPrograms),
    row("NFTSet", kPrograms),
};

}  // namespace

std::span<const UnitRow> systemd_resource_rows() { return kRows; }

}  // namespace sup::imports
