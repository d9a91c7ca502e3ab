#include "config/conditions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace sup {
namespace {

// "CI" is set, or "CI=1" is that.
bool holds_env(const std::string& word, const Outside& outside) {
  const std::size_t equals = word.find('=');
  const auto value = outside.env(std::string_view(word).substr(0, equals));
  return value && (equals == word.npos || *value == std::string_view(word).substr(equals + 1));
}

// Where this machine stands among all, from 0 to 1: the same each time, elsewhere for another service.
double draw(std::string_view service, std::string_view host) {
  std::uint64_t bits = fnv1a_64(fmt::format("{}\n{}", service, host));
  // The hash alone leaves names that differ in their last letters side by side: the end of MurmurHash3 mixes them.
  bits = (bits ^ (bits >> 33U)) * 0xff51afd7ed558ccdULL;
  bits = (bits ^ (bits >> 33U)) * 0xc4ceb9fe1a85ec53ULL;
  bits ^= bits >> 33U;
  return static_cast<double>(bits >> 11U) * 0x1p-53;
}

std::optional<std::string> broken_condition(const ConditionSpec& condition, std::string_view service,
                                            Outside& outside) {
  for (const std::string& path : condition.exists.list)
    if (!outside.exists(path)) return fmt::format("if.exists: {} is not there", printable(path));
  for (const std::string& path : condition.not_exists.list)
    if (outside.exists(path)) return fmt::format("if.not-exists: {} is there", printable(path));
  for (const std::string& word : condition.env.list)
    if (!holds_env(word, outside)) return fmt::format("if.env: {} does not hold", printable(word));
  for (const std::string& word : condition.not_env.list)
    if (holds_env(word, outside)) return fmt::format("if.not-env: {} holds", printable(word));
  const bool is_for_some = condition.fraction < 1;
  if (condition.host.list.empty() && condition.not_host.list.empty() && !is_for_some) return std::nullopt;
  const std::string host = outside.host();
  const auto names_host = [&](const std::string& pattern) { return glob_match(pattern, host); };
  if (!condition.host.list.empty() && std::ranges::none_of(condition.host.list, names_host))
    return fmt::format("if.host: this is {}, not {}", printable(host),
                       printable(fmt::format("{}", fmt::join(condition.host.list, " or "))));
  if (const auto named = std::ranges::find_if(condition.not_host.list, names_host);
      named != condition.not_host.list.end())
    return fmt::format("if.not-host: this is {}", printable(host));
  if (const double place = draw(service, host); is_for_some && place >= condition.fraction)
    return fmt::format("if.fraction: {} is at {:.4f} for it, not below {}", printable(host), place, condition.fraction);
  return std::nullopt;
}

}  // namespace

std::optional<AbsentService> why_absent(std::string_view service, const LayerKeys& keys,
                                        std::span<const std::string> profiles, Outside& outside) {
  const std::vector<std::string>& its = keys.profile.list;
  const auto is_chosen = [&](const std::string& profile) {
    return std::ranges::find(profiles, profile) != profiles.end();
  };
  if (!its.empty() && std::ranges::none_of(its, is_chosen)) {
    const std::string names = printable(fmt::format("{}", fmt::join(its, ", ")));
    const std::string why = its.size() == 1 ? fmt::format("its profile {} is not chosen", names)
                                            : fmt::format("none of its profiles {} is chosen", names);
    return AbsentService{{}, why, fmt::format("--profile {} brings it in", printable(its[0]))};
  }
  if (auto why = broken_condition(keys.condition, service, outside)) return AbsentService{{}, *std::move(why), {}};
  return std::nullopt;
}

}  // namespace sup
