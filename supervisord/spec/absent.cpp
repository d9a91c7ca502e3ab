#include "spec/absent.hpp"

#include <algorithm>

namespace sup {
namespace {

// NOLINTNEXTLINE(bugprone-return-const-ref-from-parameter): it is given what is in a list.
const std::string& name_in(const std::string& name) { return name; }
const std::string& name_in(const Dependency& dependency) { return dependency.service; }

}  // namespace

std::string absent_text(const SpecSet& set) {
  constexpr std::size_t kMost = 20;
  std::string out;
  for (std::size_t i = 0; i < std::min(kMost, set.absent.size()); ++i)
    out += (i == 0 ? "" : ", ") + set.absent[i].name + " (" + set.absent[i].why + ")";
  if (set.absent.size() > kMost) out += " and " + std::to_string(set.absent.size() - kMost) + " more";
  return out.empty() ? out : "not defined here: " + out;
}

const AbsentService* find_absent(std::span<const AbsentService> all, std::string_view name) {
  const auto found = std::ranges::lower_bound(all, name, {}, &AbsentService::name);
  return found == all.end() || found->name != name ? nullptr : &*found;
}

std::string why_text(const AbsentService& absent) {
  return absent.hint.empty() ? absent.why : absent.why + " (" + absent.hint + ")";
}

void drop_absent(SpecSet& set) {
  if (set.absent.empty()) return;
  const auto drop = [&](auto& list) {
    std::erase_if(list, [&](const auto& element) { return find_absent(set.absent, name_in(element)) != nullptr; });
  };
  for (NamedService& service : set.services) {
    drop(service.spec.wants);
    drop(service.spec.after);
    drop(service.spec.before);
    drop(service.spec.conflicts);
    if (service.spec.restart_with.is_written()) drop(service.spec.restart_with.edit());
  }
  for (NamedGroup& group : set.groups) drop(group.spec.members);
  std::erase_if(set.groups, [](const NamedGroup& group) { return group.spec.members.empty(); });
}

}  // namespace sup
