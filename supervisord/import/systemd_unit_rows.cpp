// [Unit] and [Install] of systemd.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "import/source.hpp"
#include "import/systemd_draft.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

using Draft = SystemdDraft;
enum class Kind : std::uint8_t { order, need };

// Whether it is a thing that only a service can do what it is there for.
bool is_work(std::string_view unit) {
  return unit.ends_with(".service") || unit.ends_with(".socket") || unit.ends_with(".path");
}

// Units that are imported become relations; the others are told.
Verdict relate(Draft& draft, const Option& option, std::string_view setting, Kind kind) {
  std::string done, missing;
  bool is_essential = false;
  for (const std::string& word : blank_separated(option.value)) {
    const auto name = expand_specifiers(word, draft.unit);
    const std::string full = unit_name(name ? *name : word).full;
    const auto known = draft.imported->find(full);
    if (known != draft.imported->end()) {
      draft.relations[std::string(setting)].push_back(known->second);
      done += (done.empty() ? "" : ", ") + known->second;
    } else {
      missing += (missing.empty() ? "" : ", ") + full;
      is_essential = is_essential || (kind == Kind::need && is_work(full));
    }
  }
  const std::string setting_text = done.empty() ? "" : fmt::format("{} ({})", setting, done);
  if (missing.empty()) return mapped(setting_text);
  std::string text = fmt::format("not among what is imported: {}", missing);
  if (!done.empty()) text = fmt::format("mapped to {}; {}", setting_text, text);
  return is_essential ? lost_essential(text) : lost(text);
}

constexpr std::string_view kNoSuchCondition = "`if` knows no such condition: it is started in any case";
constexpr std::string_view kNoAssert = "a start does not fail by a condition; see if and pre-start";

// ConditionX=!value holds where ConditionX=value does not; with "|" one of several is enough.
Verdict add_condition(Draft& draft, const Option& option, std::string_view key) {
  std::string_view text = option.value;
  if (text.starts_with('|')) return lost("`if` has no alternatives: it is started in any case");
  const bool is_negated = text.starts_with('!');
  if (is_negated) text.remove_prefix(1);
  const auto word = expand_specifiers(trimmed(text), draft.unit);
  if (!word || word->empty()) return lost("its value is only known when it is started");
  const std::string whole = (is_negated ? "not-" : "") + std::string(key);
  std::vector<std::string>& words = draft.conditions[whole];
  if (whole == "host" && !words.empty()) return lost("of several names `if.host` takes each, and not all");
  words.push_back(*word);
  return mapped(fmt::format("if.{}, which is looked at when the configuration is read", whole));
}

Verdict add_host(Draft& draft, const Option& option) {
  constexpr std::size_t kMachineId = 32;
  const std::size_t digits = option.value.find_first_not_of("0123456789abcdef", option.value.starts_with('!') ? 1 : 0);
  if (digits == option.value.npos && option.value.size() >= kMachineId) return lost("if.host knows no machine IDs");
  return add_condition(draft, option, "host");
}

constexpr std::string_view kForPeople = "for people";

constexpr auto kUnitRows = std::array{
    UnitRow{"Description",
            [](Draft& d, const Option& o) {
              const auto text = expand_specifiers(o.value, d.unit);
              set(d.settings, "description", text_value(text ? *text : o.value));
              return mapped("description");
            }},
    same_row<Draft>("Documentation", kForPeople),
    same_row<Draft>("SourcePath", kForPeople),
    UnitRow{"After",
            [](Draft& d, const Option& o) { return relate(d, o, "after", Kind::order); },
            {},
            {},
            {},
            Repeats::list},
    UnitRow{"Before",
            [](Draft& d, const Option& o) { return relate(d, o, "before", Kind::order); },
            {},
            {},
            {},
            Repeats::list},
    UnitRow{"Requires",
            [](Draft& d, const Option& o) { return relate(d, o, "requires", Kind::need); },
            {},
            {},
            {},
            Repeats::list},
    UnitRow{"Requisite",
            [](Draft& d, const Option& o) { return relate(d, o, "requires", Kind::need); },
            {},
            {},
            {},
            Repeats::list},
    UnitRow{"BindsTo",
            [](Draft& d, const Option& o) { return relate(d, o, "binds-to", Kind::need); },
            {},
            {},
            {},
            Repeats::list},
    UnitRow{"Wants",
            [](Draft& d, const Option& o) { return relate(d, o, "wants", Kind::order); },
            {},
            {},
            {},
            Repeats::list},
    UnitRow{"Conflicts",
            [](Draft& d, const Option& o) { return relate(d, o, "conflicts", Kind::order); },
            {},
            {},
            {},
            Repeats::list},
    UnitRow{"PartOf",
            [](Draft&, const Option&) {
              return lost(
                  "see restart-with, which restarts it with another; only requires and binds-to stop it with one");
            },
            {},
            {},
            {},
            Repeats::list},
    lost_row<Draft>("Upholds", "see wants, and the restart policy of the other"),
    UnitRow{"OnFailure",
            [](Draft& d, const Option& o) {
              if (d.unit.suffix == "target") return lost("a target does not fail by itself; see [on-event.NAME]");
              const auto name = expand_specifiers(o.value, d.unit);
              const auto known = d.imported->find(unit_name(name ? *name : o.value).full);
              if (known == d.imported->end() || !d.on_failure.empty())
                return lost("not among what is imported, or more than one; see [on-event.NAME]");
              d.on_failure = known->second;
              return mapped("restart.on-give-up");
            },
            {},
            {},
            {},
            Repeats::list},
    lost_row<Draft>("OnSuccess", "see [on-event.NAME], with match = [\"completed\"]"),
    lost_row<Draft>("PropagatesReloadTo", "a reload reaches one service"),
    lost_row<Draft>("ReloadPropagatedFrom", "a reload reaches one service"),
    lost_row<Draft>("PropagatesStopTo", "see requires and binds-to"),
    lost_row<Draft>("StopPropagatedFrom", "see requires and binds-to"),
    lost_row<Draft>("JoinsNamespaceOf", "services have no namespaces of their own to join"),
    lost_row<Draft>("RequiresMountsFor", "mounts are not waited for; see [external.NAME]"),
    lost_row<Draft>("WantsMountsFor", "mounts are not waited for; see [external.NAME]"),
    lost_row<Draft>("OnFailureJobMode", "restart.on-give-up starts a service as a command does"),
    lost_row<Draft>("IgnoreOnIsolate", "there is no isolate"),
    lost_row<Draft>("AllowIsolate", "there is no isolate"),
    lost_row<Draft>("StopWhenUnneeded", "what nobody needs is not stopped"),
    lost_row<Draft>("RefuseManualStart", "every service can be started by a command"),
    lost_row<Draft>("RefuseManualStop", "every service can be stopped by a command"),
    same_row<Draft>("DefaultDependencies", "there are no dependencies but those that are written"),
    same_row<Draft>("CollectMode", "what has ended is not forgotten"),
    lost_row<Draft>("FailureAction", "see on-exit and restart.on-give-up"),
    lost_row<Draft>("SuccessAction", "see on-exit"),
    lost_row<Draft>("JobTimeoutSec", "a start is bounded by ready.timeout"),
    lost_row<Draft>("JobRunningTimeoutSec", "a start is bounded by ready.timeout"),
    lost_row<Draft>("JobTimeoutAction", "a start is bounded by ready.timeout"),
    lost_row<Draft>("StartLimitAction", "see restart.on-give-up"),
    UnitRow{"StartLimitIntervalSec",
            [](Draft& d, const Option& o) {
              d.limit_interval = time_span(o.value);
              return d.limit_interval ? mapped("restart.within") : lost("this is no time");
            }},
    UnitRow{"StartLimitInterval",
            [](Draft& d, const Option& o) {
              d.limit_interval = time_span(o.value);
              return d.limit_interval ? mapped("restart.within") : lost("this is no time");
            }},
    UnitRow{"StartLimitBurst",
            [](Draft& d, const Option& o) {
              d.limit_burst = whole_number(o.value);
              return d.limit_burst ? mapped("restart.max") : lost("this is no number");
            }},
    lost_row<Draft>("SurviveFinalKillSignal", "everything gets KILL at the end"),
    UnitRow{"ConditionPathExists",
            [](Draft& d, const Option& o) { return add_condition(d, o, "exists"); },
            {},
            {},
            {},
            Repeats::list},
    UnitRow{"ConditionEnvironment",
            [](Draft& d, const Option& o) { return add_condition(d, o, "env"); },
            {},
            {},
            {},
            Repeats::list},
    UnitRow{"ConditionHost", add_host, {}, {}, {}, Repeats::list},
};

constexpr std::string_view kConditions[] = {"Architecture",
                                            "Firmware",
                                            "Virtualization",
                                            "Host",
                                            "KernelCommandLine",
                                            "KernelVersion",
                                            "Version",
                                            "Credential",
                                            "Environment",
                                            "Security",
                                            "Capability",
                                            "ACPower",
                                            "NeedsUpdate",
                                            "FirstBoot",
                                            "PathExists",
                                            "PathExistsGlob",
                                            "PathIsDirectory",
                                            "PathIsSymbolicLink",
                                            "PathIsMountPoint",
                                            "PathIsReadWrite",
                                            "PathIsEncrypted",
                                            "DirectoryNotEmpty",
                                            "FileNotEmpty",
                                            "FileIsExecutable",
                                            "User",
                                            "Group",
                                            "ControlGroupController",
                                            "Memory",
                                            "CPUs",
                                            "CPUFeature",
                                            "OSRelease",
                                            "MemoryPressure",
                                            "CPUPressure",
                                            "IOPressure",
                                            "KernelModuleLoaded",
                                            "Null"};

Verdict wanted_by(Draft& draft, const Option&) {
  draft.is_wanted = true;
  return mapped("enabled");
}

constexpr auto kInstallRows = std::array{
    UnitRow{"WantedBy", wanted_by, {}, {}, {}, Repeats::list},
    UnitRow{"RequiredBy", wanted_by, {}, {}, {}, Repeats::list},
    UnitRow{"UpheldBy", wanted_by, {}, {}, {}, Repeats::list},
    lost_row<Draft>("Alias", "a service has one name; see [group.NAME]"),
    lost_row<Draft>("Also", "import that unit, too"),
    lost_row<Draft>("DefaultInstance", "instances are named when they are imported"),
};

std::vector<UnitRow> with_conditions() {
  std::vector<UnitRow> rows(kUnitRows.begin(), kUnitRows.end());
  static std::vector<std::string> names;  // The rows point to them.
  for (const std::string_view condition : kConditions)
    for (const std::string_view kind : {"Condition", "Assert"}) names.push_back(fmt::format("{}{}", kind, condition));
  for (const std::string& name : names) {
    if (std::ranges::find(rows, name, &UnitRow::name) != rows.end()) continue;
    UnitRow row = lost_row<Draft>(name, name.starts_with('A') ? kNoAssert : kNoSuchCondition);
    row.repeats = Repeats::list;
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

std::span<const UnitRow> systemd_unit_rows() {
  static const std::vector<UnitRow> rows = with_conditions();
  return rows;
}

std::span<const UnitRow> systemd_install_rows() { return kInstallRows; }

}  // namespace sup::imports
