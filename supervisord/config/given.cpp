#include "config/given.hpp"

#include <algorithm>

namespace sup {
namespace {

std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(':'));
    if (!part.empty()) parts.emplace_back(part);
    list.remove_prefix(std::min(part.size() + 1, list.size()));
  }
  return parts;
}

}  // namespace

GivenConfiguration given_configuration(const Who& who) {
  return {parts_of(who.env(kConfigVariable).value_or("")), who.env(kTomlVariable).value_or("")};
}

std::vector<std::pair<std::string, std::string>> without_configuration(
    std::vector<std::pair<std::string, std::string>> environment) {
  std::erase_if(environment,
                [](const auto& entry) { return entry.first == kConfigVariable || entry.first == kTomlVariable; });
  return environment;
}

}  // namespace sup
