#include "config/load.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "base/text.hpp"
#include "config/codec.hpp"
#include "config/controller_check.hpp"
#include "config/files.hpp"
#include "config/given.hpp"
#include "config/instances.hpp"
#include "config/system_check.hpp"
#include "config/toml.hpp"
#include "spec/check.hpp"

namespace sup {
namespace {

constexpr std::string_view kServiceTable = "service";
constexpr std::string_view kExternalTable = "external";
constexpr std::string_view kGroupTable = "group";
constexpr std::string_view kDaemonTable = "supervisord";

// A definition as it was written. Lives while loading only: a SpecSet keeps no places but file and line of each
// service.
struct Definition {
  std::uint32_t file = 0;
  Span key;  // The name in the header.
  Value table;
};

// The value at a path of keys in a table, or the nearest thing around it that was written; `found` is false for the
// table itself.
Span span_in(const Definition& definition, std::string_view key, std::optional<std::size_t> element, bool& found) {
  const Value* value = &definition.table;
  Span span = definition.key;
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

Result<> check_name(std::string_view kind, std::string_view name) {
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

// Whether a group says anything of its members but that there are none.
bool has_members(const Value& group) {
  const auto* table = group.get_if<ValueTable>();
  const Entry* entry = table != nullptr ? table->find("members") : nullptr;
  const auto* list = entry != nullptr ? entry->value.get_if<ValueArray>() : nullptr;
  return entry != nullptr && (list == nullptr || !list->empty());
}

class Loader {
 public:
  Loader(Report& report, const LoadOptions& options) : report_(report), defaults_(options.defaults) {
    set_.daemon = defaults_;
    for (const std::string& word : options.main_command) main_command_.push_back({word, {}});
  }

  void add_file(const std::string& name, std::string text) {
    const auto index = static_cast<std::uint32_t>(set_.files.size());
    set_.files.push_back(name);
    const std::string& kept = sources_.insert_or_assign(name, std::move(text)).first->second;
    auto root = parse_toml(kept, name);
    if (!root) {
      const Diagnostic& error = root.error();
      report_.error(name, error.span, error.message, error.hint);
      is_complete_ = false;
      return;
    }
    for (Entry& entry : std::get<ValueTable>(root->data).entries) add_root_entry(index, entry);
  }

  // Something of the configuration could not be read: what is not there may be in it.
  void miss_a_file() { is_complete_ = false; }

  // After all files: sorts, and checks what holds between the settings.
  void finish(std::string_view default_log_dir, const EnvLookup& env) {
    if (!main_command_.empty() && !has_main_)
      add_file(std::string(kCommandLineName), fmt::format("[service.{}]\n", kMainService));
    sort_services();
    count_instances(env);
    for (const SpecProblem& problem : check_specs(set_, default_log_dir)) report_problem(problem);
  }

  [[nodiscard]] SourcePlace locate(const SpecPlace& place) const {
    bool found = false;
    return locate(place, found);
  }

  SpecSet set_;
  SourceTexts sources_;

 private:
  [[nodiscard]] const std::string& file_of(const Definition& definition) const { return set_.files[definition.file]; }
  [[nodiscard]] std::string place_text(const SourcePlace& place) const {
    return fmt::format("{}:{}", place.file, place.span.line);
  }
  [[nodiscard]] std::string place_text(const Definition& definition) const {
    return place_text({file_of(definition), definition.key});
  }

  void add_root_entry(std::uint32_t file, Entry& entry) {
    if (entry.key == kDaemonTable) return add_daemon({file, entry.key_span, std::move(entry.value)});
    const bool is_known = entry.key == kServiceTable || entry.key == kExternalTable || entry.key == kGroupTable;
    if (!is_known) return unknown_table(file, entry);
    auto* table = std::get_if<ValueTable>(&entry.value.data);
    if (table == nullptr)
      return report_.error(set_.files[file], entry.key_span,
                           fmt::format("expected [{}.NAME], found {}", entry.key, describe(entry.value)),
                           fmt::format("its table has a name: [{}.web]", entry.key));
    for (Entry& named : table->entries) add_named(entry.key, named.key, {file, named.key_span, std::move(named.value)});
  }

  void unknown_table(std::uint32_t file, const Entry& entry) {
    constexpr std::string_view kKnown[] = {kServiceTable, kExternalTable, kGroupTable, kDaemonTable};
    constexpr std::string_view kServiceWords[] = {"services", "program",   "programs", "unit",
                                                  "process",  "processes", "app",      "apps"};
    const bool means_service =
        std::find(std::begin(kServiceWords), std::end(kServiceWords), entry.key) != std::end(kServiceWords);
    const auto near = nearest(entry.key, kKnown);
    std::string hint = "the tables are [service.NAME], [external.NAME], [group.NAME] and [supervisord]";
    if (means_service || near == kServiceTable)
      hint = "did you mean [service.NAME]?";
    else if (near)
      hint = fmt::format("did you mean [{}{}]?", *near, near == kDaemonTable ? "" : ".NAME");
    const bool is_table = entry.value.get_if<ValueTable>() != nullptr;
    report_.error(set_.files[file], entry.key_span,
                  fmt::format("unknown {} '{}'", is_table ? "table" : "key", printable(entry.key, 80)),
                  std::move(hint));
  }

  void add_daemon(Definition definition) {
    DaemonSpec spec = defaults_;
    Decoder decoder(file_of(definition), "[supervisord]", report_);
    decode(decoder, definition.table, spec);
    if (daemon_)
      return report_.error(file_of(definition), definition.key,
                           fmt::format("[supervisord] is there twice, first at {}", place_text(*daemon_)));
    set_.daemon = std::move(spec);
    daemon_ = std::move(definition);
  }

  void add_group(const std::string& name, Definition definition) {
    const std::string& file = file_of(definition);
    NamedGroup group{name, {}, definition.file, definition.key.line};
    Decoder decoder(file, fmt::format("[group.{}]", toml_key(name)), report_);
    decode(decoder, definition.table, group.spec);
    if (const auto first = groups_.find(name); first != groups_.end())
      return report_.error(file, definition.key,
                           fmt::format("group '{}' is defined twice, first at {}", name, place_text(first->second)));
    const bool is_read = !group.spec.members.empty() || !has_members(definition.table);
    groups_.emplace(name, std::move(definition));
    if (is_read) set_.groups.push_back(std::move(group));  // Else its members were refused, and are not missing.
  }

  // A service, or something external: these have their names in common. Or a group.
  void add_named(std::string_view kind, const std::string& name, Definition definition) {
    const std::string& file = file_of(definition);
    if (const auto good = check_name(kind == kGroupTable ? "group" : "service", name); !good)
      return report_.error(file, definition.key, good.error().what);
    if (definition.table.get_if<ValueTable>() == nullptr)
      return report_.error(file, definition.key,
                           fmt::format("{}.{}: expected a table, found {}", kind, name, describe(definition.table)),
                           fmt::format("its table has a name: [{}.web]", kind));
    if (kind == kGroupTable) return add_group(name, std::move(definition));
    if (kind == kServiceTable && name == kMainService && !main_command_.empty()) complete_main(definition);
    NamedService service;
    service.name = name;
    service.file = definition.file;
    service.line = definition.key.line;
    decode_named(kind, definition, service);
    if (const auto first = definitions_.find(name); first != definitions_.end())
      return report_.error(file, definition.key,
                           fmt::format("{} '{}' is defined twice, first at {}", kind, name, place_text(first->second)));
    if (set_.services.size() >= kMaxServices) {
      if (!std::exchange(is_full_, true))
        report_.error(file, definition.key, fmt::format("more than {} services", kMaxServices));
      return;
    }
    definitions_.emplace(name, std::move(definition));
    set_.services.push_back(std::move(service));
  }

  // Makes of a table [service.main] the service that runs the command of the command line.
  void complete_main(Definition& definition) {
    has_main_ = true;
    auto* table = std::get_if<ValueTable>(&definition.table.data);
    if (const Entry* command = table->find("command"))
      return report_.error(file_of(definition), command->key_span,
                           "service 'main' has a command already, and the one of the command line needs that name",
                           "give the service another name; without `command` it runs the one of the command line");
    const Span place = definition.key;
    table->add("command", {main_command_, place});
    if (table->find("on-exit") == nullptr) table->add("on-exit", {std::string("shutdown"), place});
    if (table->find("restart") == nullptr) table->add("restart", {std::string("never"), place});
  }

  void decode_named(std::string_view kind, const Definition& definition, NamedService& out) {
    Decoder decoder(file_of(definition), fmt::format("[{}.{}]", kind, toml_key(out.name)), report_);
    if (kind == kServiceTable) return decode(decoder, definition.table, out.spec);
    decode(decoder, definition.table, out.external.edit());
    out.spec = as_service(*out.external);
  }

  void sort_services() {
    std::sort(set_.services.begin(), set_.services.end(),
              [](const NamedService& a, const NamedService& b) { return a.name < b.name; });
    set_.services.shrink_to_fit();
    std::ranges::sort(set_.groups, {}, &NamedGroup::name);
  }

  void count_instances(const EnvLookup& env) {
    for (std::size_t i = 0; i < set_.services.size(); ++i) {
      const InstanceCount& wanted = *set_.services[i].spec.instances;
      const auto count = instances_of(wanted, env);
      if (count) {
        set_.services[i].instances = *count;
        continue;
      }
      const SourcePlace at = locate({i, "instances", {}});
      report_.error(at.file, at.span, fmt::format("instances: {}", count.error().what),
                    fmt::format("\"${{{}:-1}}\" is 1 where it is not set", wanted.variable));
    }
  }

  [[nodiscard]] SourcePlace locate(const SpecPlace& place, bool& found) const {
    const Definition* definition = daemon_ ? &*daemon_ : nullptr;
    if (place.group)
      definition = &groups_.at(set_.groups[*place.group].name);
    else if (place.service != SpecPlace::kDaemon)
      definition = &definitions_.at(set_.services[place.service].name);
    if (definition == nullptr) return {};
    const Span span = span_in(*definition, place.key, place.element, found);
    return {file_of(*definition), span};
  }

  void report_problem(const SpecProblem& problem) {
    bool is_written = false;
    const SourcePlace at = locate(problem.place, is_written);
    // What could not be read has been reported already, and must not be reported as missing too.
    if (problem.kind == ProblemKind::unknown_name && !is_complete_) return;
    if (problem.missing) {
      is_written = false;
      (void)locate(*problem.missing, is_written);
    }
    if (problem.kind == ProblemKind::missing && is_written) return;
    std::string message = problem.message, places;
    for (const SpecRelated& related : problem.related)
      places += fmt::format("{}{} at {}", places.empty() ? "" : ", ", related.text, place_text(locate(related.place)));
    if (!places.empty()) message += fmt::format(" ({})", places);
    report_.error(at.file, at.span, std::move(message), problem.hint);
  }

  Report& report_;
  const DaemonSpec defaults_;
  ValueArray main_command_;
  bool has_main_ = false;
  std::optional<Definition> daemon_;
  std::map<std::string, Definition, std::less<>> definitions_;
  std::map<std::string, Definition, std::less<>> groups_;
  bool is_complete_ = true;
  bool is_full_ = false;
};

Loaded finish(Loader& loader, Report& report) {
  Loaded out;
  out.has_errors = report.has_errors();
  out.set = std::move(loader.set_);
  out.diagnostics = report.take();
  for (const Diagnostic& diagnostic : out.diagnostics)
    if (auto text = loader.sources_.extract(diagnostic.file)) out.sources.insert(std::move(text));
  return out;
}

// Where logs without a path go, for comparing paths only.
std::string log_dir_or_none(const SpecSet& set, const Who& who) { return log_dir_of(set.daemon, who).value_or(""); }

// The default directory if it is there. Services can also be given on the command line, so that it is missing is no
// error.
std::vector<std::string> default_paths(const Who& who, Report& report) {
  auto directory = default_config_dir(who);
  if (!directory) {
    report.warning("configuration", {}, directory.error().what);
    return {};
  }
  if (::access(directory->c_str(), F_OK) == 0 || errno != ENOENT) return {*std::move(directory)};
  report.warning(*directory, {}, "there is no configuration directory");
  return {};
}

void add_files(Loader& loader, std::vector<ConfigFile>& files, const LoadOptions& options) {
  for (ConfigFile& file : files) loader.add_file(file.name, options.keeps_files ? file.text : std::move(file.text));
  loader.finish(log_dir_or_none(loader.set_, options.who), options.who.env);
}

}  // namespace

Loaded load(std::span<const std::string> paths, const LoadOptions& options) {
  Report report;
  Loader loader(report, options);
  GivenConfiguration given;
  if (paths.empty()) {
    given = given_configuration(options.who);
    if (given.is_empty()) given.paths = default_paths(options.who, report);
    paths = given.paths;
  }
  std::vector<ConfigFile> files = read_config_files(paths, options, report);
  if (given.text.size() > kMaxConfigFileBytes)
    report.error(kTomlName, {}, too_large_text());
  else if (!given.text.empty())
    files.push_back({std::string(kTomlName), std::move(given.text)});
  if (report.has_errors()) loader.miss_a_file();
  add_files(loader, files, options);
  const Locate locate = [&](const SpecPlace& place) { return loader.locate(place); };
  if (options.system != SystemChecks::off) check_system(loader.set_, options.who, locate, report);
  if (options.system == SystemChecks::on) check_controllers(loader.set_, locate, report);
  Loaded out = finish(loader, report);
  if (options.keeps_files) out.files = std::move(files);
  return out;
}

Loaded load_again(std::vector<ConfigFile> files, const LoadOptions& options) {
  Report report;
  Loader loader(report, options);
  add_files(loader, files, options);
  Loaded out = finish(loader, report);
  if (options.keeps_files) out.files = std::move(files);
  return out;
}

Loaded load_text(std::string_view text, std::string_view file_name) {
  Report report;
  Loader loader(report, {});
  loader.add_file(std::string(file_name), std::string(text));
  loader.finish("/var/log/supervisord", this_process().env);
  return finish(loader, report);
}

std::string render_all(const Loaded& loaded, Colors colors) {
  std::string out;
  for (const Diagnostic& diagnostic : loaded.diagnostics) out += render(diagnostic, loaded.sources, colors);
  return out;
}

Result<> check_service_name(std::string_view name) { return check_name("service", name); }

}  // namespace sup
