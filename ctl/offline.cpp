#include "ctl/offline.hpp"

#include "base/text.hpp"
#include "config/load.hpp"
#include "spec/absent.hpp"
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
  return std::unexpected(no_such_service(set, found.error().name));
}

Failure no_such_service(const SpecSet& set, const std::string& name) {
  std::vector<std::string_view> known;
  for (const NamedService& service : set.services) known.push_back(service.name);
  wire::ErrorReply error{.name = std::string(wire::MessageRows<wire::NoSuchService>::kName), .parameters = {}};
  error.parameters.emplace_back("name", name);
  if (const AbsentService* absent = find_absent(set.absent, name))
    error.parameters.emplace_back("absent", why_text(*absent));
  if (const auto near = nearest(name, known)) error.parameters.emplace_back("nearest", std::string(*near));
  return failure(error).error();
}

}  // namespace sup::ctl
