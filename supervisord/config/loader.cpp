#include "config/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "config/conditions.hpp"
#include "config/given.hpp"
#include "config/instances.hpp"
#include "config/interpolate.hpp"
#include "config/masking.hpp"
#include "spec/absent.hpp"

namespace sup {
namespace {

constexpr std::string_view kServiceTable = "service";

// The value at a path of keys in a table, or the nearest thing around it that was written; `found` is false for the
// table itself.
Span span_in(const Value& whole, Span span, std::string_view key, std::optional<std::size_t> element, bool& found) {
  const Value* value = &whole;
  found = false;
  while (!key.empty()) {
    const auto* table = value->get_if<ValueTable>();
    const Entry* entry = table != nullptr ? table->find(key.substr(0, key.find('.'))) : nullptr;
    if (entry == nullptr) break;
    value = &entry->value;
    span = value->get_if<ValueTable>() != nullptr ? entry->key_span : value->span;
    found = true;
    key.remove_prefix(std::min(key.find('.'), key.size() - 1) + 1);
  }
  const auto* array = value->get_if<ValueArray>();
  if (element && array != nullptr && *element < array->size()) span = (*array)[*element].span;
  return span;
}

std::string_view file_name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Result<> check_definition_name(std::string_view kind, std::string_view name) {
  const auto is_alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto is_part = [&](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; };
  const std::string shown = "'" + printable(name, 80) + "' cannot be the name of a " + std::string(kind) + ": ";
  if (name.empty()) return fail(Errc::invalid, shown + "it is empty");
  if (name == "all") return fail(Errc::invalid, shown + "it stands for every service in commands");
  if (name.size() > kMaxServiceName)
    return fail(Errc::invalid, shown + fmt::format("it is longer than {} bytes", kMaxServiceName));
  if (!is_alnum(name[0])) return fail(Errc::invalid, shown + "it must begin with a letter or digit");
  if (!std::all_of(name.begin(), name.end(), is_part))
    return fail(Errc::invalid, shown + "it may only have letters, digits, _ . and -");
  return {};
}

Loader::Loader(Report& report, const LoadOptions& options)
    : report_(report),
      options_(options),
      outside_(options),
      profiles_(given_profiles(options.who)),
      templates_(set_.files, report) {
  set_.daemon = options.defaults;
  profiles_.insert(profiles_.end(), options.profiles.begin(), options.profiles.end());
}

SourcePlace Loader::place_in(const Definition& definition, Span span) const {
  return {span.source == 0 ? file_of(definition) : set_.files[file_of_source(span.source)], span};
}

std::string Loader::place_text(const Definition& definition) const {
  return fmt::format("{}:{}", file_of(definition), definition.key.line);
}

void Loader::finish() {
  templates_.check();
  for (auto& [name, all] : drop_ins_)
    std::ranges::sort(
        all, {}, [&](const Named& it) { return std::tuple(file_name_of(file_of(it.definition)), it.definition.file); });
  check_drop_ins();
  for (Named& named : named_) resolve(named);
  for (auto& [name, definition] : event_hooks_) take_event_hook(name, definition);
  add_main();
  check_profiles();
  sort_services();
  count_instances();
  const auto log_dir = log_dir_of(set_.daemon, options_.who);
  for (const SpecProblem& problem : check_specs(set_, log_dir.value_or(""))) report_problem(problem);
  drop_absent(set_);
}

// What a package that is gone has left behind must not keep the others from starting, so this is a warning.
void Loader::check_drop_ins() {
  if (!is_complete_ || drop_ins_.empty()) return;
  std::set<std::pair<std::string_view, std::string_view>> defined;
  std::vector<std::string_view> names;
  for (const Named& named : named_) {
    defined.emplace(named.kind, named.name);
    names.push_back(named.name);
  }
  for (const auto& [name, all] : drop_ins_) {
    for (const Named& drop_in : all) {
      if (defined.contains({drop_in.kind, name})) continue;
      const auto near = nearest(name, names);
      report_.warning(file_of(drop_in.definition), drop_in.definition.key,
                      fmt::format("this drop-in changes nothing: there is no [{}.{}]", drop_in.kind, toml_key(name)),
                      near ? fmt::format("did you mean '{}'?", *near) : "");
    }
  }
}

void Loader::check_profiles() {
  const std::vector<std::string_view> known(known_profiles_.begin(), known_profiles_.end());
  for (const std::string& profile : profiles_) {
    if (!is_complete_ || std::ranges::find(known, profile) != known.end()) continue;
    const auto near = nearest(profile, known);
    report_.warning("configuration", {}, fmt::format("no service has the profile '{}'", printable(profile, 80)),
                    near ? fmt::format("did you mean '{}'?", *near) : "");
  }
}

// Without a [service.main] that is there, the command line is all that is said of it.
void Loader::add_main() {
  const auto is_main = [](const NamedService& it) { return it.name == kMainService && !it.external.is_written(); };
  if (options_.main_command.empty() || std::ranges::any_of(set_.services, is_main)) return;
  const auto file = static_cast<std::uint32_t>(set_.files.size());
  set_.files.emplace_back(kCommandLineName);
  sources_.insert_or_assign(std::string(kCommandLineName), fmt::format("[service.{}]\n", kMainService));
  Named named{kServiceTable, std::string(kMainService), {file, {1, 10, 4}, make_value(ValueTable{})}};
  named.definition.key.source = source_of(file, Layer::definition);
  resolve(named);
}

void Loader::put_drop_ins_over(Named& named) {
  const auto all = drop_ins_.find(named.name);
  if (all == drop_ins_.end()) return;
  for (const Named& drop_in : all->second) {
    if (drop_in.kind != named.kind) continue;
    Value table = drop_in.definition.table;
    put_under(std::get<ValueTable>(table.data), std::get<ValueTable>(named.definition.table.data));
    named.definition.table = std::move(table);
  }
}

// From the uppermost layer down.
void Loader::resolve(Named& named) {
  put_drop_ins_over(named);
  Definition definition = std::move(named.definition);
  auto& table = std::get<ValueTable>(definition.table.data);
  Decoder decoder(file_of(definition), fmt::format("[{}.{}]", named.kind, toml_key(named.name)), report_, &set_.files);
  const LayerKeys keys = take_layer_keys(decoder, table);
  if (named.kind == kServiceTable) {
    definition.is_complete = templates_.put_under(table, keys.use, named.name);
    if (named.name == kMainService && !options_.main_command.empty()) complete_main(definition);
    if (defaults_) {
      Value defaults = defaults_->table;
      if (!fill_in(defaults, {{"service", make_value(named.name)}}))
        report_.error(file_of(*defaults_), defaults_->key,
                      fmt::format("with the name of service '{}' filled in, its texts would be too large", named.name));
      put_under(table, std::get<ValueTable>(defaults.data));
    }
  } else if (!keys.use.list.empty()) {
    decoder.error(keys.use.list[0].place, "only a service uses templates");
  }
  known_profiles_.insert(known_profiles_.end(), keys.profile.list.begin(), keys.profile.list.end());
  if (auto absent = why_absent(named.name, keys, profiles_, outside_)) {
    check_absent(named, definition);
    absent->name = named.name;
    return set_.absent.push_back(*std::move(absent));
  }
  std::vector<std::string> secrets;
  interpolate(table, decoder, outside_, secrets);
  keep_secrets(secrets);
  take_service(named, std::move(definition), std::move(secrets));
}

// Its settings are checked all the same, unless they need what is not here either.
void Loader::check_absent(const Named& named, Definition& definition) {
  Report missing;
  std::vector<std::string> secrets;
  Decoder decoder("", "", missing);
  interpolate(std::get<ValueTable>(definition.table.data), decoder, outside_, secrets);
  keep_secrets(secrets);
  if (missing.has_errors()) return;
  NamedService unused;
  unused.name = named.name;
  decode_named(named.kind, definition, unused);
}

void Loader::take_event_hook(const std::string& name, Definition& definition) {
  NamedEventHook hook{name, {}, definition.file, definition.key.line};
  std::vector<std::string> secrets;
  Decoder decoder(file_of(definition), fmt::format("[on-event.{}]", toml_key(name)), report_);
  interpolate(std::get<ValueTable>(definition.table.data), decoder, outside_, secrets);
  decode(decoder, definition.table, hook.spec);
  keep_secrets(secrets);
  hook.secrets = std::move(secrets);
  set_.event_hooks.push_back(std::move(hook));
}

void Loader::keep_secrets(std::vector<std::string>& secrets) {
  sort_secrets(secrets);
  secrets_.insert(secrets_.end(), secrets.begin(), secrets.end());
  sort_secrets(secrets_);
}

void Loader::take_service(const Named& named, Definition definition, std::vector<std::string> secrets) {
  const std::string& file = file_of(definition);
  NamedService service;
  service.name = named.name;
  service.file = definition.file;
  service.line = definition.key.line;
  service.origins.edit() = origins_of(std::get<ValueTable>(definition.table.data));
  if (!secrets.empty()) service.secrets.edit() = std::move(secrets);
  decode_named(named.kind, definition, service);
  if (const auto first = definitions_.find(named.name); first != definitions_.end())
    return report_.error(
        file, definition.key,
        fmt::format("{} '{}' is defined twice, first at {}", named.kind, named.name, place_text(first->second)));
  if (set_.services.size() >= kMaxServices) {
    if (!std::exchange(is_full_, true))
      report_.error(file, definition.key, fmt::format("more than {} services", kMaxServices));
    return;
  }
  definitions_.emplace(named.name, std::move(definition));
  set_.services.push_back(std::move(service));
}

// Makes of a table [service.main] the service that runs the command of the command line.
void Loader::complete_main(Definition& definition) {
  auto* table = std::get_if<ValueTable>(&definition.table.data);
  if (const Entry* command = table->find("command")) {
    const SourcePlace at = place_in(definition, command->key_span);
    return report_.error(at.file, at.span,
                         "service 'main' has a command already, and the one of the command line needs that name",
                         "give the service another name; without `command` it runs the one of the command line");
  }
  ValueArray command;
  for (const std::string& word : options_.main_command) command.push_back({word, {}});
  const Span place = definition.key;
  table->add("command", {std::move(command), place});
  if (table->find("on-exit") == nullptr) table->add("on-exit", {std::string("shutdown"), place});
  if (table->find("restart") == nullptr) table->add("restart", {std::string("never"), place});
}

void Loader::decode_named(std::string_view kind, const Definition& definition, NamedService& out) {
  Decoder decoder(file_of(definition), fmt::format("[{}.{}]", kind, toml_key(out.name)), report_, &set_.files);
  if (kind == kServiceTable) return decode(decoder, definition.table, out.spec);
  decode(decoder, definition.table, out.external.edit());
  out.spec = as_service(*out.external);
}

void Loader::sort_services() {
  std::sort(set_.services.begin(), set_.services.end(),
            [](const NamedService& a, const NamedService& b) { return a.name < b.name; });
  set_.services.shrink_to_fit();
  std::ranges::sort(set_.groups, {}, &NamedGroup::name);
  std::erase_if(set_.absent, [&](const AbsentService& absent) { return definitions_.contains(absent.name); });
  std::ranges::sort(set_.absent, {}, &AbsentService::name);
}

void Loader::count_instances() {
  for (std::size_t i = 0; i < set_.services.size(); ++i) {
    const InstanceCount& wanted = *set_.services[i].spec.instances;
    const auto count = instances_of(wanted, options_.who.env);
    if (count) {
      set_.services[i].instances = *count;
      continue;
    }
    const SourcePlace at = locate({i, "instances", {}});
    report_.error(at.file, at.span, fmt::format("instances: {}", count.error().what),
                  fmt::format("\"${{{}:-1}}\" is 1 where it is not set", wanted.variable));
  }
}

SourcePlace Loader::locate(const SpecPlace& place, bool& found) const {
  const Definition* definition = daemon_ ? &*daemon_ : nullptr;
  if (place.group)
    definition = &groups_.at(set_.groups[*place.group].name);
  else if (place.event_hook)
    definition = &event_hooks_.at(set_.event_hooks[*place.event_hook].name);
  else if (place.service != SpecPlace::kDaemon)
    definition = &definitions_.at(set_.services[place.service].name);
  if (definition == nullptr) return {};
  return place_in(*definition, span_in(definition->table, definition->key, place.key, place.element, found));
}

void Loader::report_problem(const SpecProblem& problem) {
  bool is_written = false;
  const SourcePlace at = locate(problem.place, is_written);
  // What could not be read has been reported already, and must not be reported as missing too.
  if (problem.kind == ProblemKind::unknown_name && !is_complete_) return;
  const SpecPlace& missing = problem.missing ? *problem.missing : problem.place;
  if (problem.missing) {
    is_written = false;
    (void)locate(missing, is_written);
  }
  const bool is_of_service = !missing.group && missing.service != SpecPlace::kDaemon;
  if (problem.kind == ProblemKind::missing &&
      (is_written || (is_of_service && !definitions_.at(set_.services[missing.service].name).is_complete)))
    return;
  std::string message = problem.message, places;
  for (const SpecRelated& related : problem.related) {
    const SourcePlace there = locate(related.place);
    places += fmt::format("{}{} at {}:{}", places.empty() ? "" : ", ", related.text, there.file, there.span.line);
  }
  if (!places.empty()) message += fmt::format(" ({})", places);
  report_.error(at.file, at.span, std::move(message), problem.hint);
}

}  // namespace sup
