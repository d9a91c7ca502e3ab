#include "ctl/offline.hpp"

#include "config/load.hpp"
#include "wire/message_tables.hpp"
#include "wire/names.hpp"

namespace sup::ctl {

OrFailure<SpecSet> load_offline(Context& context) {
  std::vector<std::string> paths;
  if (const std::string_view path = context.call.arguments.text("config"); !path.empty()) paths.emplace_back(path);
  Loaded loaded = load(paths, {.system = SystemChecks::off});
  if (!loaded.has_errors) return std::move(loaded.set);
  context.err.write(render_all(loaded, context.err.paint() == Paint::on ? Colors::on : Colors::off));
  return failure(ExitCode::failed, "the configuration has errors");
}

OrFailure<std::vector<std::size_t>> named_offline(const Context& context, const SpecSet& set) {
  std::vector<std::string> known;
  for (const NamedService& service : set.services) known.push_back(service.name);
  auto found = wire::resolve_names(without_groups(set.groups, context.call.arguments.texts("names")), known);
  if (found) return *std::move(found);
  wire::ErrorReply error{.name = std::string(wire::MessageRows<wire::NoSuchService>::kName), .parameters = {}};
  error.parameters.emplace_back("name", found.error().name);
  if (found.error().nearest) error.parameters.emplace_back("nearest", *found.error().nearest);
  return failure(error);
}

}  // namespace sup::ctl
