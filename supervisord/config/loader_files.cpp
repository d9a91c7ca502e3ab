// What files say, before anything is put together.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/loader.hpp"

namespace sup {
namespace {

constexpr std::string_view kServiceTable = "service";
constexpr std::string_view kExternalTable = "external";
constexpr std::string_view kGroupTable = "group";
constexpr std::string_view kEventHookTable = "on-event";
constexpr std::string_view kTemplateTable = "template";
constexpr std::string_view kDefaultsTable = "defaults";
constexpr std::string_view kDaemonTable = "supervisord";
constexpr std::string_view kNamedTables[] = {kServiceTable, kExternalTable, kGroupTable, kEventHookTable,
                                             kTemplateTable};

bool has_name(std::string_view table) { return std::ranges::find(kNamedTables, table) != std::end(kNamedTables); }

// Whether a group says anything of its members but that there are none.
bool has_members(const Value& group) {
  const auto* table = group.get_if<ValueTable>();
  const Entry* entry = table != nullptr ? table->find("members") : nullptr;
  const auto* list = entry != nullptr ? entry->value.get_if<ValueArray>() : nullptr;
  return entry != nullptr && (list == nullptr || !list->empty());
}

// NAME of ".../NAME.d/10-more.toml".
std::string service_of_drop_in(const std::string& path) {
  const std::size_t end = path.rfind('/');
  const std::size_t begin = end == 0 || end == path.npos ? path.npos : path.rfind('/', end - 1);
  const std::string directory =
      path.substr(begin == path.npos ? 0 : begin + 1, end - (begin == path.npos ? 0 : begin + 1));
  return directory.substr(0, directory.size() - std::min<std::size_t>(directory.size(), 2));
}

}  // namespace

void Loader::add(ReadFile read) {
  if (read.file.kind == ConfigKind::answer) return outside_.recall(read.file);
  const auto index = static_cast<std::uint32_t>(set_.files.size());
  const std::string& name = set_.files.emplace_back(read.file.name);
  sources_.insert_or_assign(name, std::move(read.file.text));
  if (!read.root) {
    const Diagnostic& error = read.root.error();
    report_.error(name, error.span, error.message, error.hint);
    return miss_a_file();
  }
  if (read.file.kind == ConfigKind::drop_in) return add_drop_in(index, *read.root);
  for (Entry& entry : std::get<ValueTable>(read.root->data).entries) add_root_entry(index, entry);
}

void Loader::add_root_entry(std::uint32_t file, Entry& entry) {
  if (entry.key == kIncludeKey) return;  // Was followed when the file was read.
  if (entry.key == kDaemonTable) return add_daemon({file, entry.key_span, std::move(entry.value)});
  if (entry.key == kDefaultsTable) return add_defaults({file, entry.key_span, std::move(entry.value)});
  if (!has_name(entry.key)) return unknown_table(file, entry);
  auto* table = std::get_if<ValueTable>(&entry.value.data);
  if (table == nullptr)
    return report_.error(set_.files[file], entry.key_span,
                         fmt::format("expected [{}.NAME], found {}", entry.key, describe(entry.value)),
                         fmt::format("its table has a name: [{}.web]", entry.key));
  for (Entry& named : table->entries) {
    Definition definition{file, named.key_span, std::move(named.value)};
    if (!check_named(entry.key, named.key, definition)) continue;
    if (entry.key == kGroupTable)
      add_group(named.key, std::move(definition));
    else if (entry.key == kEventHookTable)
      add_event_hook(named.key, std::move(definition));
    else if (entry.key == kTemplateTable)
      add_template(named.key, std::move(definition));
    else
      add_named(entry.key, named.key, std::move(definition));
  }
}

void Loader::unknown_table(std::uint32_t file, const Entry& entry) {
  constexpr std::string_view kKnown[] = {kServiceTable,  kExternalTable, kGroupTable, kEventHookTable,
                                         kTemplateTable, kDefaultsTable, kIncludeKey, kDaemonTable};
  constexpr std::string_view kServiceWords[] = {"services", "program",   "programs", "unit",
                                                "process",  "processes", "app",      "apps"};
  const bool means_service =
      std::find(std::begin(kServiceWords), std::end(kServiceWords), entry.key) != std::end(kServiceWords);
  const auto near = nearest(entry.key, kKnown);
  std::string hint =
      "the tables are [service.NAME], [external.NAME], [group.NAME], [on-event.NAME], [template.NAME], [defaults] and "
      "[supervisord]";
  if (means_service || near == kServiceTable)
    hint = "did you mean [service.NAME]?";
  else if (near == kIncludeKey)
    hint = "did you mean 'include'?";
  else if (near)
    hint = fmt::format("did you mean [{}{}]?", *near, has_name(*near) ? ".NAME" : "");
  const bool is_table = entry.value.get_if<ValueTable>() != nullptr;
  report_.error(set_.files[file], entry.key_span,
                fmt::format("unknown {} '{}'", is_table ? "table" : "key", printable(entry.key, 80)), std::move(hint));
}

void Loader::add_daemon(Definition definition) {
  DaemonSpec spec = options_.defaults;
  Decoder decoder(file_of(definition), "[supervisord]", report_);
  decode(decoder, definition.table, spec);
  if (daemon_)
    return report_.error(file_of(definition), definition.key,
                         fmt::format("[supervisord] is there twice, first at {}", place_text(*daemon_)));
  set_.daemon = std::move(spec);
  daemon_ = std::move(definition);
}

// What it says is decoded with each service, where the layers above it are known; here once, so that its mistakes are
// told once. With mistakes it is no layer.
void Loader::add_defaults(Definition definition) {
  const std::string& file = file_of(definition);
  if (definition.table.get_if<ValueTable>() == nullptr)
    return report_.error(file, definition.key,
                         fmt::format("expected [defaults], found {}", describe(definition.table)));
  if (defaults_)
    return report_.error(file, definition.key,
                         fmt::format("[defaults] is there twice, first at {}", place_text(*defaults_)));
  stamp(definition.table, source_of(definition.file, Layer::defaults));
  Report findings;
  Decoder decoder(file, "[defaults]", findings, &set_.files);
  ServiceSpec unused;
  decode(decoder, definition.table, unused);
  if (findings.has_errors()) definition.table = make_value(ValueTable{});
  for (Diagnostic& found : findings.take())
    report_.error(found.file, found.span, std::move(found.message), std::move(found.hint));
  defaults_ = std::move(definition);
}

void Loader::add_group(const std::string& name, Definition definition) {
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

void Loader::add_template(const std::string& name, Definition definition) {
  Span first;
  stamp(definition.table, source_of(definition.file, Layer::template_));
  if (!templates_.add(name, definition.file, definition.key, std::move(definition.table), &first))
    report_.error(file_of(definition), definition.key,
                  fmt::format("template '{}' is defined twice, first at {}:{}", name,
                              set_.files[file_of_source(first.source)], first.line));
}

void Loader::add_event_hook(const std::string& name, Definition definition) {
  const std::string& file = file_of(definition);
  if (const auto first = event_hooks_.find(name); first != event_hooks_.end())
    return report_.error(file, definition.key,
                         fmt::format("on-event '{}' is defined twice, first at {}", name, place_text(first->second)));
  if (event_hooks_.size() >= kMaxEventHooks)
    return report_.error(file, definition.key, fmt::format("more than {} tables [on-event.NAME]", kMaxEventHooks));
  event_hooks_.emplace(name, std::move(definition));
}

bool Loader::check_named(std::string_view kind, const std::string& name, const Definition& definition) {
  const bool is_own_kind = kind == kGroupTable || kind == kTemplateTable;
  const std::string_view noun = is_own_kind ? kind : kind == kEventHookTable ? "hook" : kServiceTable;
  if (const auto good = check_definition_name(noun, name); !good) {
    report_.error(file_of(definition), definition.key, good.error().what);
    return false;
  }
  if (definition.table.get_if<ValueTable>() != nullptr) return true;
  report_.error(file_of(definition), definition.key,
                fmt::format("{}.{}: expected a table, found {}", kind, name, describe(definition.table)),
                fmt::format("its table has a name: [{}.web]", kind));
  return false;
}

// A service, or something external: these have their names in common.
void Loader::add_named(std::string_view kind, const std::string& name, Definition definition) {
  const std::uint32_t source = source_of(definition.file, Layer::definition);
  definition.key.source = source;
  stamp(definition.table, source);
  named_.push_back({kind == kServiceTable ? kServiceTable : kExternalTable, name, std::move(definition)});
}

// ---- drop-ins: as any file, but all of one service ----

void Loader::add_drop_in(std::uint32_t file, Value& root) {
  const std::string service = service_of_drop_in(set_.files[file]);
  for (Entry& entry : std::get<ValueTable>(root.data).entries) add_drop_in_entry(file, service, entry);
}

void Loader::add_drop_in_entry(std::uint32_t file, const std::string& service, Entry& entry) {
  const auto refuse = [&](Span place, std::string message) {
    report_.error(set_.files[file], place, std::move(message),
                  fmt::format("its settings are below [service.{0}] or [external.{0}]", toml_key(service)));
  };
  auto* table = std::get_if<ValueTable>(&entry.value.data);
  if (table == nullptr || (entry.key != kServiceTable && entry.key != kExternalTable))
    return refuse(entry.key_span, fmt::format("'{}' cannot be in a drop-in of {}", printable(entry.key, 80), service));
  for (Entry& named : table->entries) {
    if (named.key != service) {
      refuse(named.key_span, fmt::format("this is a drop-in of '{}', not of '{}'", service, printable(named.key, 80)));
      continue;
    }
    Definition definition{file, named.key_span, std::move(named.value)};
    if (!check_named(entry.key, named.key, definition)) continue;
    const std::uint32_t source = source_of(file, Layer::drop_in);
    definition.key.source = source;
    stamp(definition.table, source);
    drop_ins_[service].push_back(
        {entry.key == kServiceTable ? kServiceTable : kExternalTable, service, std::move(definition)});
  }
}

}  // namespace sup
