// supervisord.conf of supervisor: what its sections become.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "config/load.hpp"
#include "import/readers.hpp"
#include "import/source.hpp"
#include "import/supervisor_file.hpp"
#include "import/supervisor_program.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

// What [supervisord] says for all programs.
struct SupervisorDaemon {
  ValueTable supervisord;
  ValueTable for_all;         // Settings of services that do not say it themselves.
  bool has_log_file = false;  // Its own log goes to a file.
};
using Daemon = SupervisorDaemon;

Verdict map_log_level(Daemon& daemon, const Option& option) {
  constexpr std::pair<std::string_view, std::string_view> kLevels[] = {
      {"critical", "error"}, {"crit", "error"},    {"error", "error"}, {"erro", "error"},
      {"warn", "warning"},   {"info", "info"},     {"debug", "debug"}, {"debg", "debug"},
      {"trace", "trace"},    {"blather", "trace"}, {"blat", "trace"}};
  for (const auto& [theirs, ours] : kLevels)
    if (lower(option.value) == theirs) {
      set(daemon.supervisord, "log.level", text_value(ours));
      return mapped("supervisord.log.level");
    }
  return lost("there is no such level");
}

Verdict map_own_log(Daemon& daemon, const Option& option) {
  if (option.value == "syslog") {
    set(daemon.supervisord, "log.to", words_value({"syslog"}));
    return mapped("supervisord.log.to");
  }
  if (option.value.starts_with("/dev/")) return same("its own log goes to standard error without a setting");
  set(daemon.supervisord, "log.to", words_value({"file"}));
  set(daemon.supervisord, "log.path", text_value(absolute(option.value)));
  return mapped("supervisord.log.path");
}

constexpr std::string_view kNoLogFile = "its own log goes to no file";

Verdict map_own_log_size(Daemon& daemon, const Option& option) {
  const auto size = supervisor_size(option.value);
  if (!size) return lost("this is no size");
  if (!daemon.has_log_file) return same(std::string(kNoLogFile));
  set(daemon.supervisord, "log.rotate.max-size", *size);
  return mapped("supervisord.log.rotate.max-size");
}

Verdict map_own_log_backups(Daemon& daemon, const Option& option) {
  const auto number = whole_number(option.value);
  if (!number || *number < 0) return lost("this is no number");
  if (!daemon.has_log_file) return same(std::string(kNoLogFile));
  set(daemon.supervisord, "log.rotate.keep", number_value(std::min<std::int64_t>(*number, 10'000)));
  return mapped("supervisord.log.rotate.keep");
}

Verdict map_own_environment(Daemon& daemon, const Option& option) {
  const auto variables = environment_list(option.value);
  if (!variables) return lost_essential(variables.error().what);
  ValueTable table;
  for (const auto& [name, value] : *variables)
    if (table.find(name) == nullptr) table.add(name, text_value(value));
  set(daemon.supervisord, "env", {std::move(table), {}});
  return mapped("supervisord.env");
}

Verdict lost_if_on(const Option& option, std::string_view why) {
  return flag_of(option.value).value_or(true) ? lost(std::string(why)) : same("it is switched off");
}

constexpr auto kDaemonRows = std::array{
    Row<Daemon>{"logfile", map_own_log},
    Row<Daemon>{"logfile_maxbytes", map_own_log_size},
    Row<Daemon>{"logfile_backups", map_own_log_backups},
    Row<Daemon>{"loglevel", map_log_level},
    lost_row<Daemon>("pidfile", "there is no pid file; `ctl version` tells the pid"),
    Row<Daemon>{"umask",
                [](Daemon& d, const Option& o) {
                  const auto mask = octal_number(o.value);
                  if (!mask || *mask < 0 || *mask > 0777) return lost_essential("this is no umask");
                  set(d.for_all, "umask", text_value(fmt::format("{:03o}", *mask)));
                  return mapped("umask of each service");
                }},
    same_row<Daemon>("nodaemon", "supervisord stays in the foreground"),
    Row<Daemon>{
        "silent",
        [](Daemon&, const Option& o) { return lost_if_on(o, "supervisord.log.to says where its own log goes"); }},
    same_row<Daemon>("minfds", "supervisord raises its own limit, and services keep theirs; see limits.nofile"),
    lost_row<Daemon>("minprocs", "see limits.nproc of a service"),
    same_row<Daemon>("nocleanup", "log files are never removed at the start"),
    Row<Daemon>{"childlogdir",
                [](Daemon& d, const Option& o) {
                  set(d.supervisord, "log.dir", text_value(absolute(o.value)));
                  return mapped("supervisord.log.dir");
                }},
    Row<Daemon>{"user",
                [](Daemon& d, const Option& o) {
                  set(d.for_all, "user", text_value(o.value));
                  return mapped("user of each service");
                }},
    Row<Daemon>{"directory",
                [](Daemon& d, const Option& o) {
                  set(d.for_all, "working-dir", text_value(absolute(o.value)));
                  return mapped("working-dir of each service");
                }},
    Row<Daemon>{"strip_ansi",
                [](Daemon&, const Option& o) { return lost_if_on(o, "see log.strip-ansi, for logs with a format"); }},
    Row<Daemon>{"environment", map_own_environment},
    lost_row<Daemon>("identifier", "only supervisor's own interfaces show it"),
};

struct Nothing {};
constexpr std::string_view kOwnSocket =
    "supervisord has a control socket of its own, with another protocol, and no XML-RPC; see supervisord.socket";
constexpr std::string_view kOwnClient = "ctl needs no configuration; see `ctl --help`, and `ctl -H` for other machines";
constexpr std::string_view kNoPlugin = "there are no plug-ins";

constexpr std::string_view kNoPort =
    "supervisord listens on no port, and has no XML-RPC; ctl reaches it over ssh: `ctl -H`";

constexpr auto kPortRows = std::array{lost_row<Nothing>("port", kNoPort), lost_row<Nothing>("username", kNoPort),
                                      lost_row<Nothing>("password", kNoPort)};
constexpr auto kSocketRows =
    std::array{lost_row<Nothing>("file", kOwnSocket), lost_row<Nothing>("chmod", kOwnSocket),
               lost_row<Nothing>("chown", kOwnSocket), lost_row<Nothing>("username", kOwnSocket),
               lost_row<Nothing>("password", kOwnSocket)};
constexpr auto kClientRows =
    std::array{lost_row<Nothing>("serverurl", kOwnClient), lost_row<Nothing>("username", kOwnClient),
               lost_row<Nothing>("password", kOwnClient), lost_row<Nothing>("prompt", kOwnClient),
               lost_row<Nothing>("history_file", kOwnClient)};
constexpr auto kRpcRows = std::array{lost_row<Nothing>("supervisor.rpcinterface_factory", kNoPlugin)};
constexpr auto kPluginRows = std::array{lost_row<Nothing>("supervisor.ctl_factory", kNoPlugin)};

// A program of ours that came of a section, for what relates several.
struct Member {
  std::string service, program, group;
  std::int64_t priority = 999;
};

class SupervisorImport {
 public:
  SupervisorImport(const std::string& path, std::vector<SupervisorSection> sections, Imported& result)
      : path_(path), sections_(std::move(sections)), result_(result) {}

  void run() {
    read_daemon();
    for (const SupervisorSection& section : sections_) read_section(section);
    for (const SupervisorSection& section : sections_)
      if (section.kind == "group") read_group(section);
    order();
    result_.supervisord = std::move(daemon_.supervisord);
  }

 private:
  // The options with %(...)s replaced. Those that cannot be are noted, and left out.
  std::vector<Option> expanded(const SupervisorSection& section, Expansions known, bool notes) {
    known.emplace_back("here", absolute(folder_of(section.place.file)));
    known.emplace_back("program_name", section.name);
    known.emplace_back("host_node_name", machine_name());
    std::vector<Option> options;
    for (const Option& option : section.options) {
      Expanded value = expand_supervisor(option.value, known);
      if (value.fault.empty() && option.value.find("%(host_node_name)") != option.value.npos)
        value.variables.emplace_back("host_node_name");
      for (const std::string& variable : value.variables)
        if (notes)
          note(section, option,
               lost(fmt::format("the value that {} has now is written: settings expand nothing", variable)));
      if (value.fault.empty())
        options.push_back({option.name, value.text, option.place});
      else if (notes)
        note(section, option, lost_essential(value.fault));
    }
    return options;
  }

  void note(const SupervisorSection& section, const Option& option, Verdict verdict) {
    result_.notes.push_back(note_of(section.name, section.title() + " ", option, std::move(verdict)));
  }

  void read_daemon() {
    for (const SupervisorSection& section : sections_)
      if (section.kind == "supervisord") {
        const Option* file = section.find("logfile");
        daemon_.has_log_file = file != nullptr && file->value != "syslog" && !file->value.starts_with("/dev/");
        apply<Daemon>(kDaemonRows, expanded(section, {}, true), daemon_, "", "[supervisord] ", result_.notes);
      }
    if (const Value* directory = get(daemon_.for_all, "working-dir")) folder_ = *directory->get_if<std::string>();
  }

  template <std::size_t N>
  void read_with(const std::array<Row<Nothing>, N>& rows, const SupervisorSection& section) {
    Nothing nothing;
    apply<Nothing>(rows, section.options, nothing, "", section.title() + " ", result_.notes);
  }

  void read_section(const SupervisorSection& section) {
    if (section.kind == "program") return read_program_section(section);
    if (section.kind == "eventlistener")
      return leave_out(
          section, "supervisor's protocol for events is not spoken; see [on-event.NAME], and `ctl events --json -f`");
    if (section.kind == "fcgi-program") return leave_out(section, "no socket is handed over as standard input");
    if (section.kind == "unix_http_server") return read_with(kSocketRows, section);
    if (section.kind == "inet_http_server") return read_with(kPortRows, section);
    if (section.kind == "supervisorctl") return read_with(kClientRows, section);
    if (section.kind == "rpcinterface") return read_with(kRpcRows, section);
    if (section.kind == "ctlplugin") return read_with(kPluginRows, section);
    if (section.kind == "supervisord" || section.kind == "include" || section.kind == "group") return;
    leave_out(section, "this kind of section is not known", Weight::minor);
  }

  // A section of which nothing is imported: each of its options says so.
  void leave_out(const SupervisorSection& section, std::string_view why, Weight weight = Weight::essential) {
    note(section, {"", "", section.place}, {Fate::not_mapped, weight, std::string(why)});
    for (const Option& option : section.options) note(section, option, lost("the whole section is left out"));
  }

  static bool uses(const SupervisorSection& section, std::string_view what, std::string_view except) {
    return std::ranges::any_of(
        section.options, [&](const Option& o) { return o.name != except && o.value.find(what) != std::string::npos; });
  }

  std::string group_of(const std::string& program) const {
    for (const SupervisorSection& section : sections_)
      if (const Option* programs = section.kind == "group" ? section.find("programs") : nullptr)
        if (std::ranges::count(names_of(programs->value), program) > 0) return section.name;
    return program;
  }

  static std::vector<std::string> names_of(std::string text) {
    std::ranges::replace(text, ',', ' ');
    return blank_separated(text);
  }

  std::optional<std::int64_t> number_option(const SupervisorSection& section, std::string_view name,
                                            std::int64_t fallback) {
    const Option* option = section.find(name);
    if (option == nullptr) return fallback;
    const Expanded value = expand_supervisor(option->value, {});
    const auto number = whole_number(value.text);
    if (value.fault.empty() && number && *number >= 0) return number;
    result_.problem(option->place, fmt::format("{}: '{}' is no number", name, printable(option->value, 80)));
    return std::nullopt;
  }

  void read_program_section(const SupervisorSection& section) {
    constexpr std::int64_t kMostProcesses = 1'000;
    const auto count = number_option(section, "numprocs", 1);
    const auto start = number_option(section, "numprocs_start", 0);
    if (!count || !start) return;
    if (section.name.empty()) return result_.problem(section.place, "the program has no name");
    if (section.find("command") == nullptr) return result_.problem(section.place, section.title() + " has no command");
    if (*count < 1 || *count > kMostProcesses)
      return result_.problem(section.place, fmt::format("numprocs has to be from 1 to {}", kMostProcesses));
    const Option* name = section.find("process_name");
    if (*count > 1 && (name == nullptr || name->value.find("%(process_num)") == std::string::npos))
      return result_.problem(section.place, "with numprocs a process_name with %(process_num) is needed");
    // One service with instances, if nothing but the names of the processes tells them apart.
    const bool is_alike = !uses(section, "%(process_num)", "process_name");
    if (*count > 1 && is_alike)
      add_program(section, 0, *count, true);
    else
      for (std::int64_t i = 0; i < *count; ++i) add_program(section, *start + i, *count, i == 0);
  }

  void add_program(const SupervisorSection& section, std::int64_t number, std::int64_t count, bool notes) {
    const bool is_alike = count > 1 && !uses(section, "%(process_num)", "process_name");
    const std::string group = group_of(section.name);
    const Expansions known = {
        {"process_num", fmt::format("{}", number)}, {"numprocs", fmt::format("{}", count)}, {"group_name", group}};
    const std::vector<Option> options = expanded(section, known, notes);
    const auto of_name = std::ranges::find(options, "process_name", &Option::name);
    const bool is_own_name = of_name != options.end() && !is_alike;
    if (result_.definitions.size() >= kMaxServices) {
      if (!std::exchange(is_full_, true))
        result_.problem(section.place, fmt::format("there are more than {} services", kMaxServices));
      return;
    }
    Definition definition{"service", service_name(is_own_name ? of_name->value : section.name), section.place, {}};
    if (result_.find("service", definition.name) != nullptr)
      return result_.problem(section.place, fmt::format("two services would be called '{}'", definition.name));
    std::vector<Note> found;
    const SupervisorProgram program = read_program(options, folder(), definition.name, section.title() + " ", found);
    if (notes) result_.notes.insert(result_.notes.end(), found.begin(), found.end());
    definition.settings = settings_of(program);
    if (program.command.empty()) return;  // It was said why.
    if (is_alike) set(definition.settings, "instances", number_value(count));
    for (const Entry& entry : daemon_.for_all.entries)
      if (definition.settings.find(entry.key) == nullptr) definition.settings.add(entry.key, entry.value);
    members_.push_back({definition.name, section.name, group, program.priority});
    if (count > 1 && !is_alike) groups_[section.name].push_back(definition.name);
    result_.definitions.push_back(std::move(definition));
  }

  std::string folder() const { return folder_.empty() ? "." : folder_; }

  void read_group(const SupervisorSection& section) {
    std::vector<std::string> services;
    for (const Option& option : section.options) {
      if (option.name == "priority") {
        if (const auto priority = whole_number(option.value)) {
          for (Member& member : members_)
            if (member.group == section.name) member.priority = *priority;
          note(section, option, mapped("after"));
        } else {
          note(section, option, lost("this is no number"));
        }
      } else if (option.name == "programs") {
        std::string missing;
        for (const std::string& program : names_of(option.value)) {
          const std::size_t before = services.size();
          for (const Member& member : members_)
            if (member.program == program) services.push_back(member.service);
          if (services.size() == before) missing += (missing.empty() ? "" : ", ") + program;
        }
        note(section, option, missing.empty() ? mapped("members") : lost("not imported: " + missing));
      } else {
        note(section, option, lost("this option is not known"));
      }
    }
    groups_[section.name] = services;
  }

  // supervisor starts by priority without waiting until a program is up, and stops the other way round.
  void order() {
    constexpr std::size_t kMostRelations = 20'000;
    std::map<std::int64_t, std::vector<const Member*>> levels;
    for (const Member& member : members_) levels[member.priority].push_back(&member);
    const std::vector<const Member*>* before = nullptr;
    std::size_t relations = 0;
    for (const auto& [priority, level] : levels) {
      for (const Member* member : level) {
        ValueArray after;
        for (const Member* earlier : before != nullptr ? *before : std::vector<const Member*>{}) {
          ValueTable relation;
          relation.add("service", text_value(earlier->service));
          relation.add("until", text_value("started"));
          after.push_back({std::move(relation), {}});
        }
        relations += after.size();
        if (after.empty() || relations > kMostRelations) continue;
        set(result_.find("service", member->service)->settings, "after", {std::move(after), {}});
      }
      before = &level;
    }
    for (const auto& [name, services] : groups_) add_group(name, services);
  }

  void add_group(const std::string& name, const std::vector<std::string>& services) {
    const std::string ours = service_name(name);
    if (services.empty()) return;
    if (result_.find("service", ours) != nullptr) {
      const Option option{fmt::format("[group:{}]", name), "", {path_}};
      return result_.notes.push_back(
          note_of("", "", option, lost("a service has this name: its programs are commanded one by one")));
    }
    Definition definition{"group", ours, {path_}, {}};
    set(definition.settings, "members", words_value(services));
    result_.definitions.push_back(std::move(definition));
  }

  const std::string& path_;
  std::vector<SupervisorSection> sections_;
  Imported& result_;
  SupervisorDaemon daemon_;
  std::string folder_;
  bool is_full_ = false;
  std::vector<Member> members_;
  std::map<std::string, std::vector<std::string>> groups_;
};

}  // namespace

void import_supervisor(const std::vector<std::string>& paths, Sources& sources, Imported& result) {
  for (const std::string& path : paths) {
    auto sections = read_supervisor_file(path, sources, result);
    if (sections.empty() && result.problems.empty()) result.problem({path}, "there is no section in it");
    SupervisorImport(path, std::move(sections), result).run();
  }
}

}  // namespace sup::imports
