#include "config/given.hpp"

#include <algorithm>

namespace sup {
namespace {

std::vector<std::string> parts_of(std::string_view list, char separator) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(separator));
    if (!part.empty()) parts.emplace_back(part);
    list.remove_prefix(std::min(part.size() + 1, list.size()));
  }
  return parts;
}

}  // namespace

GivenConfiguration given_configuration(const Who& who) {
  return {parts_of(who.env(kConfigVariable).value_or(""), ':'), who.env(kTomlVariable).value_or("")};
}

std::vector<std::string> given_profiles(const Who& who) {
  return parts_of(who.env(kProfileVariable).value_or(""), ',');
}

std::vector<std::pair<std::string, std::string>> without_configuration(
    std::vector<std::pair<std::string, std::string>> environment) {
  constexpr std::string_view kOurs[] = {kConfigVariable, kTomlVariable, kProfileVariable};
  std::erase_if(environment,
                [&](const auto& entry) { return std::ranges::find(kOurs, entry.first) != std::end(kOurs); });
  return environment;
}

}  // namespace sup
