#include "spec/check_resources.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sup {
namespace {

constexpr std::uint64_t kPage = 4096;

std::string amount_text(MemoryAmount amount) {
  if (amount.percent != 0) return std::to_string(amount.percent) + "%";
  return amount.bytes == MemoryAmount::kUnlimited ? "unlimited" : format_size(amount.bytes);
}

// Only what is written in the same unit can be compared without the machine.
bool is_above(const std::optional<MemoryAmount>& amount, const std::optional<MemoryAmount>& bound) {
  if (!amount || !bound || (amount->percent != 0) != (bound->percent != 0)) return false;
  return amount->percent > bound->percent || amount->bytes > bound->bytes;
}

SpecProblem contradiction(SpecPlace place, std::string message, std::string hint) {
  return {ProblemKind::contradiction, place, std::move(message), std::move(hint), {}};
}

// The lower bounds of memory, as data.
struct Below {
  std::string_view key;
  std::optional<MemoryAmount> ResourcesSpec::* member;
};
constexpr Below kBelowMax[] = {{"resources.memory-high", &ResourcesSpec::memory_high},
                               {"resources.memory-low", &ResourcesSpec::memory_low}};

void check_memory(std::size_t service, const ResourcesSpec& spec, std::vector<SpecProblem>& out) {
  const auto& max = spec.memory_max;
  if (max && max->percent == 0 && max->bytes < kPage)
    out.push_back(contradiction({service, "resources.memory-max", {}},
                                "resources.memory-max: nothing can run in " + amount_text(*max),
                                "write for example memory-max = \"512MiB\""));
  for (const Below& below : kBelowMax) {
    const auto& amount = spec.*below.member;
    if (!is_above(amount, max)) continue;
    out.push_back(contradiction(
        {service, below.key, {}},
        std::string(below.key) + ": " + amount_text(*amount) + " is above memory-max " + amount_text(*max),
        "make it at most " + amount_text(*max)));
  }
}

void check_disks(std::size_t service, const std::vector<IoMaxSpec>& disks, std::vector<SpecProblem>& out) {
  for (std::size_t j = 0; j < disks.size(); ++j) {
    const IoMaxSpec& disk = disks[j];
    const SpecPlace place{service, "resources.io-max", j};
    if (disk.device.empty())
      out.push_back(contradiction(place, "resources.io-max: the device is missing",
                                  "write for example { device = \"/dev/sda\", rbps = \"20MiB\" }"));
    else if (!disk.rbps && !disk.wbps && !disk.riops && !disk.wiops)
      out.push_back(contradiction(place, "resources.io-max: nothing is said about " + printable(disk.device),
                                  "add rbps, wbps, riops or wiops"));
    const auto is_same = [&](const IoMaxSpec& other) { return other.device == disk.device; };
    if (!disk.device.empty() && std::any_of(disks.begin(), disks.begin() + static_cast<std::ptrdiff_t>(j), is_same))
      out.push_back(contradiction(place, "resources.io-max: two tables are for " + printable(disk.device),
                                  "make one table of the two"));
  }
}

}  // namespace

std::vector<SpecProblem> check_resources(std::size_t service, const ResourcesSpec& spec) {
  std::vector<SpecProblem> out;
  check_memory(service, spec, out);
  check_disks(service, spec.io_max, out);
  return out;
}

}  // namespace sup
