#include "config/system_check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "config/attribute_check.hpp"
#include "config/env_file.hpp"
#include "spec/instance_text.hpp"
#include "sys/accounts.hpp"
#include "sys/file.hpp"
#include "sys/oracle.hpp"

namespace sup {
namespace {

constexpr const char* kNoSuchName = "there is no such name on this machine";
constexpr Duration kAccountsPatience = std::chrono::seconds{1};

bool is_directory(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_program(const std::string& path) {
  struct stat status = {};
  const bool is_file = ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  return is_file && ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
}

const std::string* find_variable(const Environment& environment, std::string_view name) {
  for (const auto& [key, value] : environment.variables)
    if (key == name) return &value;
  return nullptr;
}

// A file name inside of a directory of a search path; an empty directory is the working directory (execvp(3)).
std::string in_directory(std::string_view directory, std::string_view program) {
  return fmt::format("{}/{}", directory.empty() ? "." : directory, program);
}

class SystemChecker {
 public:
  SystemChecker(const SpecSet& set, const Who& who, const Locate& locate, Report& report)
      : set_(set), who_(who), locate_(locate), report_(report) {}

  void run() {
    for (std::size_t i = 0; i < set_.services.size(); ++i) {
      // Where each instance has its own, that of the first stands for all.
      const NamedService& named = set_.services[i];
      std::optional<ServiceSpec> of_first;
      if (has_placeholders(named.spec)) of_first = expanded(named.spec, {1, named.instances});
      const ServiceSpec& spec = of_first ? *of_first : named.spec;
      check_account(i, "user", *spec.user, users_, [](const std::string& name) { return known(sys::find_user(name)); });
      check_account(i, "group", *spec.group, groups_,
                    [](const std::string& name) { return known(sys::find_group(name)); });
      check_groups(i, *spec.groups);
      for (AttributeFinding& finding : check_attributes(i, spec)) report(std::move(finding));
      const Environment from_files = check_env_files(i, *spec.env_file);
      check_secrets({i, "env-from-file", {}}, *spec.env_from_file);
      check_secrets({i, "credentials", {}}, *spec.credentials);
      check_working_dir({i, "working-dir", {}}, spec);
      check_program({i, "command", 0}, spec.command, spec, from_files);
      check_hooks(i, spec, from_files);
      check_log_dir({i, "log.path", {}}, spec.log);
      if (spec.stderr_.mode == StderrMode::own_log) check_log_dir({i, "stderr.path", {}}, spec.stderr_.log);
    }
    for (std::size_t i = 0; i < set_.event_hooks.size(); ++i) check_event_hook(i);
  }

 private:
  void error(const SpecPlace& place, std::string message, std::string hint = {}) {
    const SourcePlace at = locate_(place);
    report_.error(at.file, at.span, std::move(message), std::move(hint));
  }
  void warning(const SpecPlace& place, std::string message, std::string hint = {}) {
    const SourcePlace at = locate_(place);
    report_.warning(at.file, at.span, std::move(message), std::move(hint));
  }

  // Empty: it is known; else why not.
  template <class T>
  static std::string known(const Result<std::optional<T>>& found) {
    if (!found) return found.error().what;
    return found->has_value() ? "" : kNoSuchName;
  }

  using Cache = std::map<std::string, std::string>;  // Name -> why it is not known.

  // An account database may be far away, and services share few accounts. One that does not answer is not asked again,
  // and no reason to start nothing: whoever needs it is told so when it starts.
  template <class Find>
  std::string ask(const std::string& name, Find find) {
    auto answer = is_silent_ ? std::nullopt : accounts_.ask([name, find] { return find(name); });
    is_silent_ = !answer;
    return answer ? std::move(*answer) : "the account database does not answer";
  }

  template <class Find>
  void check_account(std::size_t i, std::string_view key, const std::string& name, Cache& cache, Find find) {
    if (!name.empty()) check_name({i, key, {}}, key, name, cache, find);
  }

  template <class Find>
  void check_name(const SpecPlace& place, std::string_view noun, const std::string& name, Cache& cache, Find find) {
    const auto [entry, is_new] = cache.try_emplace(name);
    if (is_new) entry->second = ask(name, find);
    if (entry->second == kNoSuchName)
      error(place, fmt::format("{}: unknown {} '{}': {}", place.key, noun, printable(name), entry->second));
    else if (!entry->second.empty())
      warning(place, fmt::format("{}: whether there is a {} '{}' is not known: {}", place.key, noun, printable(name),
                                 entry->second));
  }

  void check_event_hook(std::size_t i) {
    const ServiceSpec spec = as_service(set_.event_hooks[i].spec);
    const auto at = [i](std::string_view key, std::optional<std::size_t> element = {}) {
      return SpecPlace{.service = SpecPlace::kDaemon, .key = key, .element = element, .event_hook = i};
    };
    if (!spec.user->empty())
      check_name(at("user"), "user", *spec.user, users_,
                 [](const std::string& name) { return known(sys::find_user(name)); });
    if (!spec.group->empty())
      check_name(at("group"), "group", *spec.group, groups_,
                 [](const std::string& name) { return known(sys::find_group(name)); });
    check_working_dir(at("working-dir"), spec);
    check_program(at("command", 0), spec.command, spec, {});
  }

  void check_groups(std::size_t i, const GroupsSpec& spec) {
    const std::string_view key = spec.replaces ? "groups.replace" : "groups";
    for (std::size_t j = 0; j < spec.names.size(); ++j)
      check_name({i, key, j}, "group", spec.names[j], groups_,
                 [](const std::string& name) { return known(sys::find_group(name)); });
  }

  void report(AttributeFinding finding) {
    const SourcePlace at = locate_(finding.place);
    const bool is_error = finding.kind == FindingKind::error;
    const auto add = is_error ? &Report::error : &Report::warning;
    (report_.*add)(at.file, at.span, std::move(finding.message), std::move(finding.hint));
  }

  Environment check_env_files(std::size_t i, const std::vector<EnvFile>& files) {
    Environment merged;
    for (std::size_t j = 0; j < files.size(); ++j) {
      const SpecPlace place = {i, "env-file", j};
      auto text = sys::read_file(files[j].path, kMaxEnvFileBytes);
      if (!text) {
        report_unreadable(place, files[j], text.error());
        continue;
      }
      EnvFileContent content = parse_env_file(*text, files[j].path);
      for (Diagnostic& diagnostic : content.diagnostics)
        report_.error(diagnostic.file, diagnostic.span, std::move(diagnostic.message), std::move(diagnostic.hint));
      auto& variables = content.variables.variables;
      merged.variables.insert(merged.variables.begin(), variables.begin(),
                              variables.end());  // Later files are found first.
    }
    return merged;
  }

  // A user who only checks may be kept from reading what supervisord will read as root.
  void report_unreadable(const SpecPlace& place, const EnvFile& file, const Error& why) {
    if (why.code == Errc::not_found && file.optional) return;
    const bool may_be_ours_only = why.code == Errc::denied && who_.uid != 0;
    const std::string hint =
        why.code == Errc::not_found ? "if it may be missing write { path = \"...\", optional = true }" : "";
    if (may_be_ours_only)
      warning(place, "env-file: " + why.what);
    else
      error(place, "env-file: " + why.what, hint);
  }

  // A user who only checks may be kept from them, too.
  void check_secrets(const SpecPlace& place, const NamedFiles& files) {
    for (const auto& [name, path] : files.files) {
      struct stat info{};
      const std::string what = fmt::format("{}.{}: '{}'", place.key, name, printable(path, 4096));
      if (::stat(path.c_str(), &info) < 0) {
        if (errno != EACCES || who_.uid == 0) warning(place, fmt::format("{}: {} now", what, errno_text(errno)));
      } else if ((info.st_mode & S_IROTH) != 0) {
        warning(place, what + " can be read by everybody");
      }
    }
  }

  void check_working_dir(const SpecPlace& place, const ServiceSpec& spec) {
    const std::string path = *spec.root_dir + spec.working_dir;
    if (spec.working_dir.empty() || is_directory(path)) return;
    warning(place, fmt::format("working-dir: there is no directory '{}' now", printable(path)));
  }

  void check_log_dir(const SpecPlace& place, const LogSpec& log) {
    if (log.path.empty() || (!goes_to(log, LogTo::file) && log.to != LogTo::automatic)) return;
    const std::size_t slash = log.path.rfind('/');
    const std::string directory = slash == 0 ? "/" : log.path.substr(0, slash);
    if (!is_directory(directory))
      error(place, fmt::format("{}: there is no directory '{}'", place.key, printable(directory)), "create it first");
  }

  void check_hooks(std::size_t i, const ServiceSpec& spec, const Environment& from_files) {
    const auto check_list = [&](std::string_view key, const std::vector<Hook>& hooks) {
      for (std::size_t j = 0; j < hooks.size(); ++j) check_program({i, key, j}, hooks[j].command, spec, from_files);
    };
    check_list("pre-start", spec.pre_start);
    check_list("post-start", spec.post_start);
    check_list("pre-stop", spec.pre_stop);
    check_list("post-stop", spec.post_stop);
    for (std::size_t j = 0; j < spec.stop->steps.size(); ++j)
      check_program({i, "stop", j}, spec.stop->steps[j].command, spec, from_files);
    const bool is_external = set_.services[i].external.is_written();
    check_program({i, is_external ? "exec" : "health.exec", {}}, spec.health->exec, spec, from_files);
    check_program({i, "ready.exec", {}}, spec.ready->exec, spec, from_files);
  }

  void check_program(const SpecPlace& place, const Command& command, const ServiceSpec& spec,
                     const Environment& from_files) {
    if (command.argv.empty() || command.argv[0].empty()) return;  // Reported by check_specs().
    const std::string& program = command.argv[0];
    if (program.find('/') != program.npos) {
      const std::string inside = program.starts_with('/') ? program : in_directory(spec.working_dir, program);
      const std::string path = *spec.root_dir + inside;
      if (!is_program(path))
        warning(place, fmt::format("{}: '{}' is no executable file now", place.key, printable(path)));
      return;
    }
    const std::string path = search_path(spec, from_files);
    if (!is_in_search_path(program, path, *spec.root_dir))
      warning(place, fmt::format("{}: no program '{}' is in PATH now ({})", place.key, printable(program),
                                 printable(path, 400)));
  }

  bool is_in_search_path(const std::string& program, const std::string& path, const std::string& root_dir) {
    const auto [entry, is_new] = programs_.try_emplace({program, path, root_dir}, false);
    if (!is_new) return entry->second;
    for (std::string_view rest = path;;) {
      const std::size_t colon = rest.find(':');
      if (is_program(root_dir + in_directory(rest.substr(0, colon), program))) return entry->second = true;
      if (colon == rest.npos) return false;
      rest.remove_prefix(colon + 1);
    }
  }

  // PATH as the service will see it.
  std::string search_path(const ServiceSpec& spec, const Environment& from_files) const {
    constexpr std::string_view kPath = "PATH";
    if (const std::string* path = find_variable(spec.env, kPath)) return *path;
    if (const std::string* path = find_variable(from_files, kPath)) return *path;
    const std::vector<std::string>& names = spec.env_inherit->names;
    if (spec.env_inherit->all || std::find(names.begin(), names.end(), kPath) != names.end()) {
      if (const std::string* path = find_variable(set_.daemon.env, kPath)) return *path;
      if (const auto path = who_.env(kPath)) return *path;
    }
    return std::string(kDefaultSearchPath);
  }

  const SpecSet& set_;
  const Who& who_;
  const Locate& locate_;
  Report& report_;
  Cache users_, groups_;
  sys::Oracle accounts_{kAccountsPatience};
  bool is_silent_ = false;  // The account database has not answered in time.
  std::map<std::tuple<std::string, std::string, std::string>, bool> programs_;
};

}  // namespace

void check_system(const SpecSet& set, const Who& who, const Locate& locate, Report& report) {
  SystemChecker(set, who, locate, report).run();
}

}  // namespace sup
