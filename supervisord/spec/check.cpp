#include "spec/check.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "spec/check_event_hooks.hpp"
#include "spec/check_log_files.hpp"
#include "spec/check_logs.hpp"
#include "spec/check_relations.hpp"
#include "spec/check_resources.hpp"
#include "spec/instance_text.hpp"
#include "spec/service_fields.hpp"

namespace sup {
namespace {

std::string quoted(std::string_view name) { return "'" + printable(name, 80) + "'"; }

class Checker {
 public:
  Checker(const SpecSet& set, std::string_view default_log_dir)
      : set_(set),
        log_dir_(set.daemon.log.dir.empty() ? default_log_dir : std::string_view(set.daemon.log.dir)),
        relations_(set, [this](SpecProblem problem) { add(std::move(problem)); }) {}

  std::vector<SpecProblem> run() {
    for (std::size_t i = 0; i < set_.services.size(); ++i) {
      check_command(i);
      check_external(i);
      check_restart(i);
      check_type(i);
      check_ready(i);
      check_fd_store(i);
      check_reload(i);
      check_stop(i);
      check_tty(i);
      check_health(i);
      check_log(i);
      check_instances(i);
      check_tags(i);
      check_watch(i);
      check_credentials(i);
      for (SpecProblem& problem : check_resources(i, *spec(i).resources)) add(std::move(problem));
      for (SpecProblem& problem : check_logs(i, spec(i), set_.daemon.log)) add(std::move(problem));
      relations_.check_names(i);
    }
    relations_.check_daemon();
    for (std::size_t g = 0; g < set_.groups.size(); ++g) relations_.check_group(g);
    for (SpecProblem& problem : check_event_hooks(set_)) add(std::move(problem));
    for (SpecProblem& problem : check_log_files(set_, log_dir_)) add(std::move(problem));
    relations_.check_all();
    return std::move(problems_);
  }

 private:
  const ServiceSpec& spec(std::size_t i) const { return set_.services[i].spec; }
  const std::string& name(std::size_t i) const { return set_.services[i].name; }

  void add(SpecProblem problem) {
    if (problems_.size() < kMaxSpecProblems) problems_.push_back(std::move(problem));
  }
  void contradiction(SpecPlace place, std::string message, std::string hint = {},
                     std::vector<SpecRelated> related = {}) {
    add({ProblemKind::contradiction, place, std::move(message), std::move(hint), std::move(related)});
  }

  void check_command(std::size_t i) {
    const std::vector<std::string>& argv = spec(i).command.argv;
    if (spec(i).type == ServiceType::target) return check_target(i);
    if (spec(i).type == ServiceType::external) return;  // check_external()
    if (argv.empty())
      add({ProblemKind::missing,
           {i, "command", {}},
           "service " + quoted(name(i)) + " has no command",
           "write for example command = [\"nginx\", \"-g\", \"daemon off;\"], or type = \"target\" for a name "
           "without a process",
           {}});
    else if (argv[0].empty())
      contradiction({i, "command", 0}, "command: the name of the program is empty");
  }

  // Of what concerns a process nothing can be said.
  void check_target(std::size_t i) {
    constexpr std::string_view kMeant[] = {"description", "type",  "enabled", "tags",   "requires",
                                           "binds-to",    "wants", "after",   "before", "conflicts"};
    const ServiceSpec defaults;
    for_each_field<ServiceSpec>([&](const auto& row) {
      if (std::ranges::find(kMeant, row.key) != std::end(kMeant) || spec(i).*row.member == defaults.*row.member) return;
      contradiction({i, row.key, {}}, std::string(row.key) + ": a target has no process", "remove it, or the type");
    });
  }

  // Its own table says less than a service can, and one way to ask.
  void check_external(std::size_t i) {
    if (spec(i).type != ServiceType::external) return;
    if (!set_.services[i].external.is_written())
      return contradiction({i, "type", {}}, "type: only what [external.NAME] defines is external",
                           "write [external." + name(i) + "] with tcp, unix, http, exec or file");
    const ExternalSpec& external = *set_.services[i].external;
    check_probe(i, "", "http", external);
    if (probe_kinds(external).empty() && !external.http.is_written())
      add({ProblemKind::missing,
           {i, "tcp", {}},
           "external " + quoted(name(i)) + ": nothing says how to ask whether it is there",
           "write one of tcp, unix, http, exec and file",
           {}});
  }

  void check_restart(std::size_t i) {
    const RestartSpec& restart = spec(i).restart;
    if (restart.max_delay >= restart.delay) return;
    // Point at what was written: max-delay is often left at its default.
    const bool is_default = restart.max_delay == RestartSpec{}.max_delay;
    contradiction({i, is_default ? "restart.delay" : "restart.max-delay", {}},
                  "restart: max-delay " + format_duration(restart.max_delay) + " is less than delay " +
                      format_duration(restart.delay),
                  "make max-delay at least " + format_duration(restart.delay));
  }

  // Settings that mean nothing for a service of its type.
  void check_type(std::size_t i) {
    const ServiceSpec& s = spec(i);
    if (s.type != ServiceType::forking && !s.pid_file->empty())
      contradiction({i, "pid-file", {}}, "pid-file: only a forking service has one", "write type = \"forking\"");
    if (s.type != ServiceType::oneshot) return;
    if (!s.post_start.empty())
      contradiction({i, "post-start", {}}, "post-start: a oneshot has done its work when it is ready",
                    "use post-stop, or a service that requires this one");
    if (!s.pre_stop.empty())
      contradiction({i, "pre-stop", {}}, "pre-stop: a oneshot is never running", "use post-stop");
  }

  // One thing alone says that a service is ready.
  void check_ready(std::size_t i) {
    const ReadySpec& ready = *spec(i).ready;
    std::vector<std::string_view> kinds;
    if (spec(i).type == ServiceType::notify) kinds.emplace_back("type = \"notify\"");
    if (ready.notify && kinds.empty()) kinds.emplace_back("ready.notify");
    if (ready.delay) kinds.emplace_back("ready.delay");
    if (ready.fd) kinds.emplace_back("ready.fd");
    if (!ready.log.empty()) kinds.emplace_back("ready.log");
    check_probe(i, "ready", "ready.http", ready);
    if (probe_kind(ready) != ProbeKind::none) kinds.emplace_back(enum_name(probe_kind(ready)));
    const SpecPlace place{i, "ready", {}};
    if (kinds.size() > 1)
      contradiction(place, "ready: " + std::string(kinds[0]) + " and " + std::string(kinds[1]) + " are both set",
                    "one of them alone says when it is ready");
    const bool listens = ready_kind(spec(i)) == ReadyKind::notify || spec(i).watchdog;
    if (listens && spec(i).notify_access == NotifyAccess::none)
      contradiction({i, "notify-access", {}}, "notify-access: nobody could say that it is ready or alive",
                    "write \"main\" or \"all\"");
    if (spec(i).type != ServiceType::oneshot) return;
    if (!kinds.empty()) contradiction(place, "ready: a oneshot is ready when it has exited with success", "remove it");
    if (spec(i).watchdog)
      contradiction({i, "watchdog", {}},
                    "watchdog: it counts from when the service is ready, and a oneshot has ended "
                    "by then");
  }

  // Who gives descriptors to be kept has to be heard, and finds them where ready.fd must not be.
  void check_fd_store(std::size_t i) {
    const ServiceSpec& s = spec(i);
    if (s.fd_store_max == 0) {
      if (s.fd_store_preserve != ServiceSpec{}.fd_store_preserve)
        contradiction({i, "fd-store-preserve", {}}, "fd-store-preserve: nothing is stored without fd-store-max",
                      "write for example fd-store-max = 16");
      return;
    }
    if (s.notify_access == NotifyAccess::none)
      contradiction({i, "notify-access", {}}, "notify-access: nobody could store a descriptor",
                    "write \"main\" or \"all\"");
    const int first_free = kFirstStoredFd + s.fd_store_max;
    if (s.ready->fd && *s.ready->fd < first_free)
      contradiction({i, "ready.fd", {}},
                    "ready.fd: it finds its stored descriptors from " + std::to_string(kFirstStoredFd) + " on",
                    "make it at least " + std::to_string(first_free) + ", which is beyond fd-store-max of them");
  }

  void check_reload(std::size_t i) {
    const ReloadSpec& reload = *spec(i).reload;
    if (reload.signal && !reload.command.argv.empty())
      contradiction({i, "reload", {}}, "reload: it is either a signal or a command", "remove one of them");
    if (spec(i).type == ServiceType::oneshot && (reload.signal || !reload.command.argv.empty()))
      contradiction({i, "reload", {}}, "reload: a oneshot is never running");
  }

  void check_stop(std::size_t i) {
    const std::vector<StopStep>& steps = spec(i).stop->steps;
    const StopStep plain;
    for (std::size_t j = 0; j < steps.size(); ++j) {
      const bool has_signal = steps[j].signal != plain.signal || steps[j].to != plain.to;
      if (has_signal && !steps[j].command.argv.empty())
        contradiction({i, "stop", j}, "stop: a step is either a signal or a command", "make two steps of it");
    }
  }

  // What a service with a terminal cannot have besides.
  void check_tty(std::size_t i) {
    const ServiceSpec& s = spec(i);
    if (!s.tty) return;
    if (!s.stdin_->file.empty())
      contradiction({i, "stdin", {}}, "stdin: with tty = true it reads from its terminal",
                    "remove stdin, or tty; `ctl attach` types at the terminal");
    if (s.stderr_.mode == StderrMode::own_log)
      contradiction({i, "stderr", {}}, "stderr: with tty = true all output is one stream, through its terminal",
                    "remove stderr, or tty");
    if (s.type == ServiceType::forking)
      contradiction({i, "tty", {}}, "tty: the terminal of a forking service goes with the command that it starts with",
                    "run its program in the foreground, with type = \"simple\"");
  }

  // Of the kinds of probes one is to be chosen.
  void check_probe(std::size_t i, std::string_view key, std::string_view http_key, const ProbeSpec& probe) {
    const std::vector<ProbeKind> kinds = probe_kinds(probe);
    if (kinds.size() > 1)
      contradiction({i, key, {}}, (key.empty() ? quoted(name(i)) : std::string(key)) + ": " +
                                      std::string(enum_name(kinds[0])) + " and " + std::string(enum_name(kinds[1])) +
                                      " are both given; only one can be asked");
    if (probe.http.is_written() && probe.http->url.empty())
      contradiction({i, http_key, {}}, std::string(http_key) + ": the url is missing",
                    "write for example { url = \"http://127.0.0.1:8080/health\" }");
  }

  void check_health(std::size_t i) {
    const ServiceSpec& s = spec(i);
    if (!s.health.is_written() || s.type == ServiceType::external) return;
    const HealthSpec& health = *s.health;
    check_probe(i, "health", "health.http", health);
    if (probe_kinds(health).empty() && !health.http.is_written())
      contradiction({i, "health", {}}, "health: nothing says how to ask",
                    "write one of tcp, unix, http, exec and file");
    if (s.type == ServiceType::oneshot)
      contradiction({i, "health", {}}, "health: a oneshot is never running", "leave it out");
    if (health.action == HealthAction::restart && s.restart.when == RestartWhen::never)
      contradiction({i, "health.action", {}}, "health.action: restart is in contradiction to restart.when = \"never\"",
                    "write action = \"stop\", or another restart.when");
  }

  void check_credentials(std::size_t i) {
    const ServiceSpec& s = spec(i);
    if (!s.credentials->files.empty() && !s.root_dir->empty())
      contradiction({i, "credentials", {}}, "credentials: with root-dir the service could not see their directory",
                    "use env-from-file, or put the files into its root directory");
  }

  void check_watch(std::size_t i) {
    const ServiceSpec& s = spec(i);
    if (!s.watch.is_written()) return;
    const WatchSpec& watch = *s.watch;
    if (watch.paths.empty())
      contradiction({i, "watch", {}}, "watch: nothing says what to watch", "write paths = [\"/srv/web/src\"]");
    for (std::size_t j = 0; j < watch.paths.size(); ++j)
      if (!watch.paths[j].starts_with('/') && s.working_dir.empty())
        contradiction({i, "watch.paths", j}, "watch.paths: " + quoted(watch.paths[j]) + " is not an absolute path",
                      "begin it with a slash, or set working-dir");
    if (!has_process(s)) contradiction({i, "watch", {}}, "watch: a target has no process that could be restarted");
    if (watch.action == WatchAction::reload && !has_reload(s))
      contradiction({i, "watch.action", {}}, "watch.action: nothing says how to reload it",
                    "set reload, or restart it");
    if (watch.action == WatchAction::run && s.type != ServiceType::oneshot)
      contradiction({i, "watch.action", {}}, "watch.action: only a oneshot ends and is run again",
                    "write action = \"restart\"");
  }

  void check_log(std::size_t i) {
    check_path_use({i, "log.path", {}}, spec(i).log);
    if (spec(i).stderr_.mode == StderrMode::own_log) check_path_use({i, "stderr.path", {}}, spec(i).stderr_.log);
  }

  void check_instances(std::size_t i) {
    for (const PlaceholderSlip& slip : placeholder_slips(spec(i)))
      contradiction({i, slip.key, slip.element}, std::string(slip.key) + ": unknown placeholder '" + slip.written + "'",
                    "did you mean '" + std::string(slip.meant) + "'?");
    const auto shared = set_.services[i].instances > 1 ? shared_file(spec(i)) : std::nullopt;
    if (shared)
      contradiction({i, shared->key, {}},
                    std::string(shared->key) + ": all instances would write to " + quoted(shared->path),
                    "put {instance} into the path");
  }

  // A tag is a word of command lines.
  void check_tags(std::size_t i) {
    const std::vector<std::string>& tags = *spec(i).tags;
    const auto is_part = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
             c == '.';
    };
    for (std::size_t j = 0; j < tags.size(); ++j)
      if (tags[j].empty() || tags[j].front() == '-' || !std::ranges::all_of(tags[j], is_part))
        contradiction({i, "tags", j}, "tags: " + quoted(tags[j]) + " is no tag",
                      "use letters, digits, '.', '_' and '-', which it does not begin with");
  }

  void check_path_use(SpecPlace place, const LogSpec& log) {
    const bool is_used = goes_to(log, LogTo::file) || log.to == LogTo::automatic;
    if (log.path.empty() || is_used) return;
    contradiction(place,
                  std::string(place.key) + ": it has no effect with to = \"" + std::string(enum_name(log.to)) + "\"",
                  "write to = \"file\", or remove the path");
  }

  const SpecSet& set_;
  std::string_view log_dir_;
  std::vector<SpecProblem> problems_;
  RelationChecker relations_;
};

}  // namespace

std::vector<SpecProblem> check_specs(const SpecSet& set, std::string_view default_log_dir) {
  return Checker(set, default_log_dir).run();
}

std::string simplified_path(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (!part.empty() && part != ".") out.append("/").append(part);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

std::string log_file_path(const LogSpec& log, std::string_view service_name, LogStream stream,
                          std::string_view log_dir) {
  if (!log.path.empty()) return simplified_path(log.path);
  const std::string_view suffix = stream == LogStream::standard_error ? ".stderr.log" : ".log";
  return simplified_path(std::string(log_dir).append("/").append(service_name).append(suffix));
}

std::string own_log_path(const DaemonLogSpec& log, std::string_view log_dir) {
  return simplified_path(log.path.empty() ? std::string(log_dir).append("/supervisord.log") : log.path);
}

}  // namespace sup
