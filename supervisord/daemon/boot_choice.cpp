#include "daemon/boot_choice.hpp"

#include <fmt/format.h>

#include "daemon/main_service.hpp"
#include "spec/absent.hpp"
#include "wire/names.hpp"

namespace sup {
namespace {

// The services that an option (--only, --skip) names. Errors: not_found.
Result<std::vector<std::string>> services_of(std::string_view option, const SpecSet& set,
                                             const std::vector<std::string>& names) {
  if (names.empty()) return std::vector<std::string>();
  std::vector<std::string> known;
  for (const NamedService& service : set.services) known.push_back(service.name);
  const auto resolved = wire::resolve_names(without_groups(set.groups, names), known);
  if (!resolved) {
    const auto& [name, near] = resolved.error();
    if (const AbsentService* absent = find_absent(set.absent, name))
      return fail(Errc::not_found, fmt::format("{}: '{}' is left out: {}", option, name, why_text(*absent)));
    return fail(Errc::not_found, fmt::format("{}: no service '{}'{}", option, name,
                                             near ? fmt::format("; did you mean '{}'?", *near) : ""));
  }
  std::vector<std::string> out;
  for (const std::size_t index : *resolved) out.push_back(known[index]);
  return out;
}

}  // namespace

Result<BootChoice> boot_choice(const SpecSet& set, const DaemonOptions& options) {
  if (!options.only.empty() && !options.tags.empty())
    return fail(Errc::invalid, "--only and --tag exclude each other: --only starts what it names, whatever its tags");
  BootChoice out;
  out.only = TRY(services_of("--only", set, options.only));
  if (!out.only.empty() && !options.main_command.empty()) out.only.emplace_back(kMainService);
  out.skipped = TRY(services_of("--skip", set, options.skip));
  if (const auto known = check_tags(tags_of(set.services), options.tags); !known)
    return fail(Errc::not_found, "--tag: " + known.error().what);
  out.tags = options.tags;
  return out;
}

}  // namespace sup
