#include "spec/left_out.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "spec/relations.hpp"

namespace sup {
namespace {

constexpr std::string_view kNotNamed = "--only does not name it";

using Users = std::map<std::string_view, std::vector<NamedService*>>;

// By the name of a service: who cannot be up without it.
Users users_of(SpecSet& set) {
  Users out;
  for (NamedService& service : set.services)
    for_each_relation(service.spec, [&](const Relation& relation) {
      if (is_need(relation.kind)) out[relation.service].push_back(&service);
    });
  return out;
}

void skip(SpecSet& set, const std::vector<std::string>& names) {
  std::vector<NamedService*> work;
  for (NamedService& service : set.services) {
    if (std::ranges::find(names, service.name) == names.end()) continue;
    service.left_out.edit() = {.why = "--skip", .is_skipped = true};
    work.push_back(&service);
  }
  const Users users = users_of(set);
  for (std::size_t next = 0; next < work.size(); ++next) {
    const auto found = users.find(work[next]->name);
    if (found == users.end()) continue;
    for (NamedService* user : found->second) {
      if (user->left_out->is_skipped) continue;
      user->left_out.edit() = {.why = "it needs " + work[next]->name + ", which --skip leaves out", .is_skipped = true};
      work.push_back(user);
    }
  }
}

bool is_in(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_chosen(const NamedService& service, const BootChoice& choice) {
  if (!choice.only.empty()) return is_in(choice.only, service.name);
  return service.spec.tags->empty() || has_tag(service.spec, choice.tags);
}

// Who is started, and all that is started for it.
std::set<std::string_view> begun_by(const SpecSet& set, const BootChoice& choice) {
  std::map<std::string_view, const NamedService*> by_name;
  for (const NamedService& service : set.services) by_name.emplace(service.name, &service);
  std::set<std::string_view> begun;
  std::vector<const NamedService*> work;
  const auto begin = [&](const NamedService& service) {
    if (!service.left_out->is_skipped && begun.insert(service.name).second) work.push_back(&service);
  };
  for (const NamedService& service : set.services)
    if (is_chosen(service, choice) && (service.spec.enabled || !choice.only.empty())) begin(service);
  while (!work.empty()) {
    const NamedService& user = *work.back();
    work.pop_back();
    for_each_relation(user.spec, [&](const Relation& relation) {
      const auto found = by_name.find(relation.service);
      if (found != by_name.end() && (is_need(relation.kind) || relation.kind == RelationKind::wants))
        begin(*found->second);
    });
  }
  return begun;
}

std::string joined(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

void leave_out(SpecSet& set, const BootChoice& choice) {
  if (!choice.skipped.empty()) skip(set, choice.skipped);
  const bool has_tags =
      std::ranges::any_of(set.services, [](const auto& service) { return !service.spec.tags->empty(); });
  if (choice.only.empty() && !has_tags) return;
  const std::set<std::string_view> begun = begun_by(set, choice);
  for (NamedService& service : set.services) {
    if (service.left_out->is_skipped || is_chosen(service, choice) || begun.contains(service.name)) continue;
    if (choice.only.empty())
      service.left_out.edit().why = "--tag names none of its tags: " + joined(*service.spec.tags);
    else
      service.left_out.edit() = {.why = std::string(kNotNamed), .is_skipped = false};
  }
}

bool starts_with_parent(const NamedService& service) {
  return service.spec.enabled && (service.left_out->why.empty() || service.left_out->why == kNotNamed);
}

std::string left_out_text(const SpecSet& set) {
  constexpr std::size_t kShown = 20;
  std::vector<std::string> all;
  for (const NamedService& service : set.services)
    if (!service.left_out->why.empty()) all.push_back(service.name + " (" + service.left_out->why + ")");
  if (all.empty()) return {};
  const std::size_t shown = std::min(all.size(), kShown);
  std::string out = "left out of this start: " + joined(std::span(all).first(shown));
  if (shown < all.size()) out += " and " + std::to_string(all.size() - shown) + " more";
  return out;
}

std::vector<std::string> tags_of(std::span<const NamedService> services) {
  std::vector<std::string> out;
  for (const NamedService& service : services)
    out.insert(out.end(), service.spec.tags->begin(), service.spec.tags->end());
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

bool has_tag(const ServiceSpec& spec, std::span<const std::string> tags) {
  return std::ranges::any_of(*spec.tags,
                             [&](const std::string& tag) { return std::ranges::find(tags, tag) != tags.end(); });
}

Result<> check_tags(std::span<const std::string> known, std::span<const std::string> asked) {
  for (const std::string& tag : asked) {
    if (std::ranges::find(known, tag) != known.end()) continue;
    const auto near = nearest(tag, std::vector<std::string_view>(known.begin(), known.end()));
    return fail(Errc::not_found, "no service has the tag '" + printable(tag, 80) + "'" +
                                     (near ? "; did you mean '" + std::string(*near) + "'?" : ""));
  }
  return {};
}

}  // namespace sup
