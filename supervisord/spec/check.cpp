#include "spec/check.hpp"

#include <algorithm>
#include <tuple>

#include "base/text.hpp"
#include "spec/check_resources.hpp"

namespace sup {
namespace {

std::string quoted(std::string_view name) { return "'" + printable(name, 80) + "'"; }

// One reason why a service starts after another, and where it was written.
struct Edge {
  std::size_t to = 0;
  SpecPlace place;
  std::string_view word;
};

// The four lists of names, as data.
struct NameList {
  std::string_view key;
  std::vector<std::string> ServiceSpec::* member;
  bool is_reversed;  // The named service starts after this one.
};
constexpr NameList kNameLists[] = {{"requires", &ServiceSpec::requires_, false},
                                   {"wants", &ServiceSpec::wants, false},
                                   {"after", &ServiceSpec::after, false},
                                   {"before", &ServiceSpec::before, true}};

class Checker {
 public:
  Checker(const SpecSet& set, std::string_view default_log_dir)
      : set_(set), log_dir_(set.daemon.log.dir.empty() ? default_log_dir : std::string_view(set.daemon.log.dir)) {}

  std::vector<SpecProblem> run() {
    for (std::size_t i = 0; i < set_.services.size(); ++i) {
      check_command(i);
      check_restart(i);
      check_type(i);
      check_stop(i);
      check_tty(i);
      check_log(i);
      for (SpecProblem& problem : check_resources(i, *spec(i).resources)) add(std::move(problem));
      check_names(i);
    }
    check_daemon();
    check_log_paths();
    check_cycles();
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

  std::optional<std::size_t> find(std::string_view wanted) const {
    const auto found =
        std::lower_bound(set_.services.begin(), set_.services.end(), wanted,
                         [](const NamedService& service, std::string_view key) { return service.name < key; });
    if (found == set_.services.end() || found->name != wanted) return std::nullopt;
    return static_cast<std::size_t>(found - set_.services.begin());
  }

  // A look at every name is dear when there are thousands of them, so only the first few unknown names get a
  // suggestion.
  std::string suggestion(std::string_view wanted) {
    constexpr int kMaxSuggestions = 50;
    if (++suggestions_ > kMaxSuggestions) return {};
    std::vector<std::string_view> names;
    names.reserve(set_.services.size());
    for (const NamedService& service : set_.services) names.push_back(service.name);
    const auto near = nearest(wanted, names);
    return near ? "did you mean " + quoted(*near) + "?" : "";
  }

  // Whether the name is that of a service other than `self`; if not, says so.
  bool check_name(SpecPlace place, std::string_view wanted, std::string_view object) {
    const auto found = find(wanted);
    if (!found) {
      add({ProblemKind::unknown_name,
           place,
           std::string(object) + ": there is no service " + quoted(wanted),
           suggestion(wanted),
           {}});
      return false;
    }
    if (*found != place.service) return true;
    contradiction(place, std::string(object) + ": a service cannot name itself");
    return false;
  }

  void check_command(std::size_t i) {
    const std::vector<std::string>& argv = spec(i).command.argv;
    if (argv.empty())
      add({ProblemKind::missing,
           {i, "command", {}},
           "service " + quoted(name(i)) + " has no command",
           "write for example command = [\"nginx\", \"-g\", \"daemon off;\"]",
           {}});
    else if (argv[0].empty())
      contradiction({i, "command", 0}, "command: the name of the program is empty");
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
    if (s.type != ServiceType::forking && !s.pid_file.empty())
      contradiction({i, "pid-file", {}}, "pid-file: only a forking service has one", "write type = \"forking\"");
    if (s.type != ServiceType::oneshot) return;
    if (!s.post_start.empty())
      contradiction({i, "post-start", {}}, "post-start: a oneshot has done its work when it is ready",
                    "use post-stop, or a service that requires this one");
    if (!s.pre_stop.empty())
      contradiction({i, "pre-stop", {}}, "pre-stop: a oneshot is never running", "use post-stop");
  }

  void check_stop(std::size_t i) {
    const std::vector<StopStep>& steps = spec(i).stop.steps;
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
    if (!s.stdin_.file.empty())
      contradiction({i, "stdin", {}}, "stdin: with tty = true it reads from its terminal",
                    "remove stdin, or tty; `ctl attach` types at the terminal");
    if (s.stderr_.mode == StderrMode::own_log)
      contradiction({i, "stderr", {}}, "stderr: with tty = true all output is one stream, through its terminal",
                    "remove stderr, or tty");
    if (s.type == ServiceType::forking)
      contradiction({i, "tty", {}}, "tty: the terminal of a forking service goes with the command that it starts with",
                    "run its program in the foreground, with type = \"simple\"");
  }

  void check_log(std::size_t i) {
    check_path_use({i, "log.path", {}}, spec(i).log);
    if (spec(i).stderr_.mode == StderrMode::own_log) check_path_use({i, "stderr.path", {}}, spec(i).stderr_.log);
  }

  void check_path_use(SpecPlace place, const LogSpec& log) {
    const bool is_used = log.to == LogTo::file || log.to == LogTo::automatic;
    if (log.path.empty() || is_used) return;
    contradiction(place,
                  std::string(place.key) + ": it has no effect with to = \"" + std::string(enum_name(log.to)) + "\"",
                  "write to = \"file\", or remove the path");
  }

  void check_names(std::size_t i) {
    for (const NameList& list : kNameLists) {
      const std::vector<std::string>& names = spec(i).*list.member;
      for (std::size_t j = 0; j < names.size(); ++j) check_name({i, list.key, j}, names[j], list.key);
    }
    const OnGiveUp& on_give_up = spec(i).restart.on_give_up;
    if (on_give_up.action == GiveUpAction::start)
      check_name({i, "restart.on-give-up.start", {}}, on_give_up.start, "restart.on-give-up.start");
  }

  void check_daemon() {
    const std::string& from = set_.daemon.exit_code_from;
    if (!from.empty()) check_name({SpecPlace::kDaemon, "exit-code-from", {}}, from, "exit-code-from");
  }

  // A log that may go to a file, by the file's name.
  struct LogFile {
    std::string path;
    SpecPlace place;
    bool is_stderr;
  };

  void add_log_file(std::vector<LogFile>& files, std::size_t i, const LogSpec& log, LogStream stream) const {
    const bool may_be_file = log.to == LogTo::file ||
                             (log.to == LogTo::automatic && set_.daemon.log.services != ServicesLogTo::standard_output);
    if (!may_be_file) return;
    std::string path = simplified(log_file_path(log, name(i), stream, log_dir_));
    if (path.starts_with("/dev/") && !path.starts_with("/dev/shm/")) return;  // A device takes many writers.
    const bool is_stderr = stream == LogStream::standard_error;
    files.push_back({std::move(path), {i, is_stderr ? "stderr.path" : "log.path", {}}, is_stderr});
  }

  // Two writers would tear each other's lines and rotate each other's file away.
  void check_log_paths() {
    std::vector<LogFile> files;
    for (std::size_t i = 0; i < set_.services.size(); ++i) {
      add_log_file(files, i, spec(i).log, LogStream::standard_output);
      if (spec(i).stderr_.mode == StderrMode::own_log)
        add_log_file(files, i, spec(i).stderr_.log, LogStream::standard_error);
    }
    std::sort(files.begin(), files.end(), [](const LogFile& a, const LogFile& b) {
      return std::tie(a.path, a.place.service, a.is_stderr) < std::tie(b.path, b.place.service, b.is_stderr);
    });
    for (std::size_t j = 1, first = 0; j < files.size(); ++j) {
      if (files[j].path != files[first].path) {
        first = j;
        continue;
      }
      const bool same_service = files[j].place.service == files[first].place.service;
      const std::string hint =
          same_service ? "leave stderr out: both go to the same log then" : "give each log a path of its own";
      contradiction(
          files[j].place,
          log_name(files[j]) + " and " + log_name(files[first]) + " are both written to " + quoted(files[j].path), hint,
          {{files[first].place, log_name(files[first])}});
    }
  }

  std::string log_name(const LogFile& file) const {
    return std::string(file.is_stderr ? "the stderr log of " : "the log of ") + quoted(name(file.place.service));
  }

  // Without doubled slashes and /./; links and .. are not followed.
  static std::string simplified(std::string_view path) {
    std::string out;
    while (!path.empty()) {
      const std::size_t end = std::min(path.find('/'), path.size());
      const std::string_view part = path.substr(0, end);
      if (!part.empty() && part != ".") out.append("/").append(part);
      path.remove_prefix(std::min(end + 1, path.size()));
    }
    return out;
  }

  void add_edges(std::size_t i) {
    for (const NameList& list : kNameLists) {
      const std::vector<std::string>& names = spec(i).*list.member;
      for (std::size_t j = 0; j < names.size(); ++j) {
        const auto other = find(names[j]);
        if (!other || *other == i) continue;
        edges_[list.is_reversed ? *other : i].push_back({list.is_reversed ? i : *other, {i, list.key, j}, list.key});
      }
    }
  }

  // A depth-first walk with its own stack: chains of services can be longer than the machine's stack is deep.
  void check_cycles() {
    const std::size_t count = set_.services.size();
    edges_.resize(count);
    for (std::size_t i = 0; i < count; ++i) add_edges(i);
    visited_.assign(count, Visit::never);
    in_cycle_.assign(count, false);
    for (std::size_t root = 0; root < count; ++root)
      if (visited_[root] == Visit::never) walk(root);
  }

  struct Step {
    std::size_t service;
    std::size_t next_edge = 0;
  };

  void walk(std::size_t root) {
    std::vector<Step> path = {{root}};
    visited_[root] = Visit::on_path;
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next_edge == edges_[step.service].size()) {
        visited_[step.service] = Visit::done;
        path.pop_back();
        continue;
      }
      const std::size_t to = edges_[step.service][step.next_edge++].to;
      if (visited_[to] == Visit::on_path) report_cycle(path, to);
      if (visited_[to] != Visit::never) continue;
      visited_[to] = Visit::on_path;
      path.push_back({to});
    }
  }

  // The cycle is the end of `path` from `first` on. Of several cycles through one service the first found is told.
  void report_cycle(const std::vector<Step>& path, std::size_t first) {
    const auto begin = std::find_if(path.begin(), path.end(), [&](const Step& step) { return step.service == first; });
    std::vector<Step> cycle(begin, path.end());
    if (std::any_of(cycle.begin(), cycle.end(), [&](const Step& step) { return in_cycle_[step.service]; })) return;
    for (const Step& step : cycle) in_cycle_[step.service] = true;
    const auto smallest = std::min_element(cycle.begin(), cycle.end(),
                                           [](const Step& a, const Step& b) { return a.service < b.service; });
    std::rotate(cycle.begin(), smallest, cycle.end());
    constexpr std::size_t kShown = 16;
    std::string text;
    std::vector<SpecRelated> related;
    for (std::size_t i = 0; i < cycle.size() && i < kShown; ++i) {
      const Edge& edge = edges_[cycle[i].service][cycle[i].next_edge - 1];
      text += name(cycle[i].service) + " -> ";
      related.push_back({edge.place, written(edge, cycle[i].service)});
    }
    if (cycle.size() > kShown) text += "(" + std::to_string(cycle.size() - kShown) + " more) -> ";
    contradiction(related[0].place, "dependency cycle: " + text + name(cycle[0].service), {}, related);
  }

  // As the user wrote it: "a requires b", "b before a".
  std::string written(const Edge& edge, std::size_t from) const {
    const std::size_t object = edge.place.service == from ? edge.to : from;
    return name(edge.place.service) + " " + std::string(edge.word) + " " + name(object);
  }

  enum class Visit : unsigned char { never, on_path, done };

  const SpecSet& set_;
  std::string_view log_dir_;
  std::vector<SpecProblem> problems_;
  int suggestions_ = 0;
  std::vector<std::vector<Edge>> edges_;
  std::vector<Visit> visited_;
  std::vector<bool> in_cycle_;
};

}  // namespace

std::vector<SpecProblem> check_specs(const SpecSet& set, std::string_view default_log_dir) {
  return Checker(set, default_log_dir).run();
}

std::string log_file_path(const LogSpec& log, std::string_view service_name, LogStream stream,
                          std::string_view log_dir) {
  if (!log.path.empty()) return log.path;
  const std::string_view suffix = stream == LogStream::standard_error ? ".stderr.log" : ".log";
  return std::string(log_dir).append("/").append(service_name).append(suffix);
}

}  // namespace sup
