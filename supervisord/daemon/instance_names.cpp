#include "daemon/instance_names.hpp"

#include <fmt/format.h>

#include "spec/absent.hpp"

namespace sup {
namespace {

// All names that can be meant, and whom each means.
struct Index {
  std::vector<std::string> names;
  std::vector<std::span<const InstanceId>> meant;

  void add(std::string name, std::span<const InstanceId> who) {
    names.push_back(std::move(name));
    meant.push_back(who);
  }
};

// A number is a name of its own where somebody asks for one: patterns without '@' mean services.
bool asks_for_numbers(std::span<const std::string> patterns) {
  return std::ranges::any_of(patterns, [](const std::string& p) { return p.find('@') != std::string::npos; });
}

Index index_of(const World& w, bool has_numbers) {
  Index out;
  for (const ServiceId id : w.by_name) {
    const ServiceSlot& service = w.service(id);
    const std::string& name = service.definition->name;
    out.add(name, service.instances);
    if (!has_numbers) continue;
    for (const InstanceId& i : service.instances) out.add(fmt::format("{}@{}", name, w.at(i).number), std::span(&i, 1));
  }
  return out;
}

}  // namespace

std::expected<std::vector<InstanceId>, wire::UnknownName> resolve_instances(const World& w,
                                                                            std::span<const std::string> patterns) {
  Index index = index_of(w, asks_for_numbers(patterns));
  const std::vector<std::string> services = without_groups(w.groups, patterns);
  if (services.empty() && !patterns.empty()) return std::vector<InstanceId>{};
  const auto resolved = wire::resolve_names(services, index.names);
  if (!resolved) {
    for (const NamedGroup& group : w.groups) index.names.push_back(group.name);
    return std::unexpected(wire::unknown_name(resolved.error().name, index.names));
  }
  std::vector<InstanceId> out;
  std::vector<char> is_taken(w.instances.size());
  for (const std::size_t at : *resolved)
    for (const InstanceId id : index.meant[at])
      if (std::exchange(is_taken[id.value], char{1}) == 0) out.push_back(id);
  return out;
}

wire::NoSuchService no_such_service(const World& w, const wire::UnknownName& unknown) {
  wire::NoSuchService out{.name = unknown.name, .nearest = unknown.nearest, .absent = {}};
  if (const AbsentService* absent = find_absent(w.absent, unknown.name)) out.absent = why_text(*absent);
  return out;
}

std::string several_text(const World& w, const std::vector<InstanceId>& ids) {
  constexpr std::size_t kShown = 8;
  if (ids.empty()) return "it means nobody";
  std::vector<std::string> names;
  for (const InstanceId id : std::span(ids).first(std::min(ids.size(), kShown))) names.push_back(w.name(w.at(id)));
  return fmt::format("it means {}{}; name one of them", fmt::join(names, ", "),
                     ids.size() > kShown ? fmt::format(" and {} more", ids.size() - kShown) : "");
}

}  // namespace sup
