#include "spec/left_out.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/text.hpp"
#include "spec/relations.hpp"

namespace sup {
namespace {

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
    service.left_out.edit() = {"--skip", true};
    work.push_back(&service);
  }
  const Users users = users_of(set);
  for (std::size_t next = 0; next < work.size(); ++next) {
    const auto found = users.find(work[next]->name);
    if (found == users.end()) continue;
    for (NamedService* user : found->second) {
      if (user->left_out->is_skipped) continue;
      user->left_out.edit() = {"it needs " + work[next]->name + ", which --skip leaves out", true};
      work.push_back(user);
    }
  }
}

std::string joined(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

void leave_out(SpecSet& set, const BootChoice& choice) {
  if (!choice.skipped.empty()) skip(set, choice.skipped);
  for (NamedService& service : set.services) {
    const std::vector<std::string>& tags = *service.spec.tags;
    const bool is_named = std::ranges::find(choice.only, service.name) != choice.only.end();
    if (tags.empty() || is_named || service.left_out->is_skipped || has_tag(service.spec, choice.tags)) continue;
    service.left_out.edit().why = "--tag names none of its tags: " + joined(tags);
  }
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
