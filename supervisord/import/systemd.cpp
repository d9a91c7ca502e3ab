// Units of systemd: services, and targets as names for what they want. Those of other kinds are told.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "import/readers.hpp"
#include "import/systemd_draft.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

struct LeftOut {
  std::string_view suffix, why;
  Weight weight = Weight::minor;
};
constexpr LeftOut kLeftOut[] = {
    {"socket", "no socket is opened for a service, and none starts one", Weight::essential},
    {"timer", "nothing is started by a clock", Weight::essential},
    {"path", "the service itself says what it is watched for: see watch, with action = \"run\" for a oneshot",
     Weight::essential},
    {"mount", "nothing is mounted; [external.NAME] waits until something is"},
    {"automount", "nothing is mounted; [external.NAME] waits until something is"},
    {"slice", "services are not put into slices; see resources"},
};

class UnitImport {
 public:
  UnitImport(const Unit& unit, const std::map<std::string, std::string>& imported, Imported& result)
      : unit_(unit), name_(imported.at(unit.name.full)), result_(result) {
    draft_.unit = unit.name;
    draft_.imported = &imported;
  }

  void run() {
    if (unit_.name.suffix != "service" && unit_.name.suffix != "target") return leave_out();
    foresee();
    map_section("Unit", systemd_unit_rows());
    const std::vector<UnitRow> rows = systemd_service_rows();
    if (unit_.name.suffix == "service") map_section("Service", rows);
    map_section("Install", systemd_install_rows());
    note_other_sections();
    if (unit_.name.suffix == "service")
      add_service();
    else
      add_target();
  }

 private:
  void note(const Option& option, std::string_view context, Verdict verdict) {
    result_.notes.push_back(note_of(name_, context, option, std::move(verdict)));
  }

  void leave_out() {
    Verdict verdict = lost("units of this kind are not imported");
    for (const auto& [suffix, why, weight] : kLeftOut)
      if (unit_.name.suffix == suffix) verdict = {Fate::not_mapped, weight, std::string(why)};
    note({unit_.name.full, "", {unit_.file}}, "", std::move(verdict));
    for (const UnitOption& option : unit_.options)
      note(option.option, fmt::format("[{}] ", option.section), lost("the whole unit is left out"));
  }

  // What other options are understood by, wherever it stands.
  void foresee() {
    for (const UnitOption& option : unit_.options) {
      const auto& [name, value, place] = option.option;
      if (name == "Type") draft_.type = value;
      if (name == "User") draft_.owner = value;
      if (name == "Group") draft_.owner_group = value;
      if (name == "RootDirectory") draft_.has_root_dir = !value.empty();
    }
    draft_.is_all_privileged = is_all_privileged();
    draft_.has_user =
        !draft_.is_all_privileged && !draft_.owner.empty() && draft_.owner != "root" && draft_.owner != "0";
    const bool has_start = std::ranges::any_of(
        unit_.options, [](const UnitOption& o) { return o.option.name == "ExecStart" && !o.option.value.empty(); });
    const bool says_type =
        std::ranges::any_of(unit_.options, [](const UnitOption& o) { return o.option.name == "Type"; });
    if (!has_start && !says_type) draft_.type = "oneshot";
  }

  bool is_all_privileged() const {
    bool has_commands = false;
    for (const UnitOption& option : unit_.options) {
      const auto& [name, value, place] = option.option;
      if (!name.starts_with("Exec") || name == "ExecPaths" || value.empty()) continue;
      const std::string_view prefix = std::string_view(value).substr(0, value.find_first_not_of("@-:+!"));
      if (prefix.find_first_of("+!") == prefix.npos) return false;
      has_commands = true;
    }
    return has_commands;
  }

  void map_section(std::string_view section, std::span<const UnitRow> rows) {
    std::vector<Option> options = unit_.in(section);
    // An extension that is for somebody else.
    const auto is_private = [](const Option& o) { return o.name.starts_with("X-"); };
    for (const Option& option : options)
      if (is_private(option)) note(option, fmt::format("[{}] ", section), same("systemd ignores it, too"));
    std::erase_if(options, is_private);
    apply<SystemdDraft>(rows, options, draft_, name_, fmt::format("[{}] ", section), result_.notes);
  }

  void note_other_sections() {
    for (const UnitOption& option : unit_.options) {
      const bool is_known = option.section == "Unit" || option.section == "Install" ||
                            (option.section == "Service" && unit_.name.suffix == "service");
      if (is_known) continue;
      const bool is_private = option.section.starts_with("X-");
      note(option.option, fmt::format("[{}] ", option.section),
           is_private ? same("systemd ignores it, too") : lost("this section is not known"));
    }
  }

  void add_service() {
    if (draft_.start.empty() && draft_.type != "oneshot") {
      note({"ExecStart", "", {unit_.file}}, "[Service] ", lost_essential("there is no command that can be run"));
      return;
    }
    std::vector<std::string> before;
    Definition definition{"service", name_, {unit_.file}, settings_of(draft_, before)};
    if (!before.empty()) {
      Definition folders{"service", service_name(name_.substr(0, 52) + ".directories"), {unit_.file}, {}};
      set(folders.settings, "description", text_value(fmt::format("makes the directories of {}", name_)));
      set(folders.settings, "command", words_value(before));
      set(folders.settings, "type", text_value("oneshot"));
      set(folders.settings, "enabled", flag_value(false));
      ValueArray required;
      if (const Value* others = get(definition.settings, "requires")) required = *others->get_if<ValueArray>();
      required.push_back(text_value(folders.name));
      set(definition.settings, "requires", {std::move(required), {}});
      result_.definitions.push_back(std::move(folders));
    }
    result_.definitions.push_back(std::move(definition));
  }

  void add_target() {
    Definition definition{"service", name_, {unit_.file}, {}};
    if (const Value* text = get(draft_.settings, "description")) definition.settings.add("description", *text);
    set(definition.settings, "type", text_value("target"));
    if (!draft_.is_wanted) set(definition.settings, "enabled", flag_value(false));
    for (const auto& [setting, services] : draft_.relations) set(definition.settings, setting, words_value(services));
    set_conditions(draft_, definition.settings);
    result_.definitions.push_back(std::move(definition));
  }

  const Unit& unit_;
  const std::string& name_;
  Imported& result_;
  SystemdDraft draft_;
};

// nginx.service is nginx, web@1.service web-1, sound.target sound.target.
std::string name_of(const UnitName& unit) {
  const std::string whole = unit.suffix == "service" ? unit.full.substr(0, unit.full.rfind('.')) : unit.full;
  return service_name(whole);
}

}  // namespace

void import_systemd(const std::vector<std::string>& wanted, Sources& sources, Imported& result) {
  std::vector<Unit> units;
  std::map<std::string, std::string> imported;
  for (const std::string& name : wanted) {
    auto unit = read_unit(name, sources, result);
    if (!unit || imported.contains(unit->name.full)) continue;
    const std::string ours = name_of(unit->name);
    for (const auto& [other, service] : imported)
      if (service == ours)
        result.problem({unit->file}, fmt::format("it would have the name '{}', as {} has", ours, other));
    imported.emplace(unit->name.full, ours);
    units.push_back(*std::move(unit));
  }
  // Relations to what is read but left out would lead nowhere.
  std::map<std::string, std::string> related;
  for (const Unit& unit : units)
    if (unit.name.suffix == "service" || unit.name.suffix == "target") related.insert(*imported.find(unit.name.full));
  for (const Unit& unit : units) {
    if (!related.contains(unit.name.full)) {
      std::map<std::string, std::string> with_itself = related;
      with_itself.emplace(unit.name.full, imported.at(unit.name.full));
      UnitImport(unit, with_itself, result).run();
    } else {
      UnitImport(unit, related, result).run();
    }
  }
}

}  // namespace sup::imports
