#include "daemon/overrides.hpp"

#include <fmt/format.h>

namespace sup {

const Overridden* Overrides::find(const ServiceRef& definition) const {
  const auto found = by_name_.find(definition->name);
  return found != by_name_.end() && found->second.current == definition ? &found->second : nullptr;
}

void Overrides::put(Overridden overridden) {
  const std::string name = overridden.original->name;
  changed_.push_back(name);
  if (overridden.overrides.empty())
    by_name_.erase(name);
  else
    by_name_.insert_or_assign(name, std::move(overridden));
}

const Overridden* Overrides::find_by_name(const std::string& service) const {
  const auto found = by_name_.find(service);
  return found == by_name_.end() ? nullptr : &found->second;
}

bool Overrides::take(const std::string& service) { return taken_.insert(service).second; }

std::vector<std::string> texts_of(const std::vector<Override>& overrides) {
  std::vector<std::string> out;
  for (const Override& change : overrides)
    out.push_back(fmt::format("{} = {}", change.path, inline_toml(change.value)));
  return out;
}

}  // namespace sup
