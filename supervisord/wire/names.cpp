#include "wire/names.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"

namespace sup::wire {
namespace {

// Marks what one pattern names; returns whether it named something.
bool mark(const std::string& pattern, std::span<const std::string> known, std::vector<bool>& chosen) {
  if (const auto exact = std::ranges::find(known, pattern); exact != known.end()) {
    chosen[static_cast<std::size_t>(exact - known.begin())] = true;
    return true;
  }
  if (pattern == "all") {
    chosen.assign(known.size(), true);
    return true;
  }
  if (!is_glob(pattern)) return false;
  bool matched = false;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!glob_match(pattern, known[i])) continue;
    chosen[i] = true;
    matched = true;
  }
  return matched;
}

}  // namespace

UnknownName unknown_name(const std::string& name, std::span<const std::string> known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  UnknownName result{name, std::nullopt};
  if (const auto near = nearest(name, candidates)) result.nearest = std::string(*near);
  return result;
}

std::expected<std::vector<std::size_t>, UnknownName> resolve_names(std::span<const std::string> patterns,
                                                                   std::span<const std::string> known) {
  std::vector<bool> chosen(known.size(), patterns.empty());
  for (const std::string& pattern : patterns)
    if (!mark(pattern, known, chosen)) return std::unexpected(unknown_name(pattern, known));
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; i < known.size(); ++i)
    if (chosen[i]) indexes.push_back(i);
  return indexes;
}

}  // namespace sup::wire
