#include "spec/check_relations.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "spec/absent.hpp"

namespace sup {
namespace {

std::string quoted(std::string_view name) { return "'" + printable(name, 80) + "'"; }

// Whether what this key names may be absent.
bool goes_without(std::string_view key) {
  constexpr std::string_view kKeys[] = {"wants", "restart-with", "after", "before", "conflicts", "members"};
  return std::ranges::find(kKeys, key) != std::end(kKeys);
}

// Whether the policy starts it again after every end, so that it never counts as completed.
bool never_completes(const ServiceSpec& spec) {
  if (spec.restart.when != RestartWhen::automatic) return spec.restart.when == RestartWhen::always;
  return spec.type != ServiceType::oneshot && spec.on_exit != OnExit::shutdown;
}

}  // namespace

void RelationChecker::contradiction(SpecPlace place, std::string message, std::string hint,
                                    std::vector<SpecRelated> related) {
  add_({ProblemKind::contradiction, place, std::move(message), std::move(hint), std::move(related)});
}

std::optional<std::size_t> RelationChecker::find(std::string_view wanted) const {
  const auto found =
      std::lower_bound(set_.services.begin(), set_.services.end(), wanted,
                       [](const NamedService& service, std::string_view key) { return service.name < key; });
  if (found == set_.services.end() || found->name != wanted) return std::nullopt;
  return static_cast<std::size_t>(found - set_.services.begin());
}

// A look at every name is dear when there are thousands of them, so only the first few unknown names get a
// suggestion.
std::string RelationChecker::suggestion(std::string_view wanted) {
  constexpr int kMaxSuggestions = 50;
  if (++suggestions_ > kMaxSuggestions) return {};
  std::vector<std::string_view> names;
  names.reserve(set_.services.size());
  for (const NamedService& service : set_.services) names.push_back(service.name);
  const auto near = nearest(wanted, names);
  return near ? "did you mean " + quoted(*near) + "?" : "";
}

// Whether the name is that of a service other than the place's own; if not, says so.
bool RelationChecker::check_name(SpecPlace place, std::string_view wanted, std::string_view object) {
  const auto found = find(wanted);
  if (const AbsentService* absent = found ? nullptr : find_absent(set_.absent, wanted)) {
    if (!goes_without(place.key))
      add_({ProblemKind::unknown_name,
            place,
            std::string(object) + ": " + quoted(wanted) + " is left out: " + absent->why,
            absent->hint,
            {}});
    return false;
  }
  if (!found) {
    add_({ProblemKind::unknown_name,
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

void RelationChecker::check_names(std::size_t i) {
  for_each_relation(spec(i), [&](const Relation& relation) {
    if (check_name({i, relation.key, relation.element}, relation.service, relation.key)) check_until(i, relation);
  });
  check_needs(i);
  check_parent(i);
  check_restart_with(i);
  const OnGiveUp& on_give_up = *spec(i).restart.on_give_up;
  if (on_give_up.action == GiveUpAction::start)
    check_startable({i, "restart.on-give-up.start", {}}, on_give_up.start, "restart.on-give-up.start");
}

void RelationChecker::check_startable(SpecPlace place, std::string_view wanted, std::string_view object) {
  if (!check_name(place, wanted, object) || has_process(spec(*find(wanted)))) return;
  if (spec(*find(wanted)).type == ServiceType::external)
    contradiction(place, std::string(object) + ": " + quoted(wanted) + " is external: it cannot be started");
}

// Only what has runs can begin another one.
void RelationChecker::check_restart_with(std::size_t i) {
  const std::vector<std::string>& names = *spec(i).restart_with;
  for (std::size_t j = 0; j < names.size(); ++j) {
    const auto other = find(names[j]);
    if (!other || has_process(spec(*other))) continue;
    const bool is_target = spec(*other).type == ServiceType::target;
    contradiction(
        {i, "restart-with", j},
        "restart-with: " + quoted(names[j]) + (is_target ? " is a target" : " is external") +
            ": it has no process that could be restarted",
        is_target ? "name what the target requires" : "on-lost = \"stop\" stops what requires it, and starts it again");
  }
}

// A daemon has nobody to wait for, and its own parent has to be there when it starts.
void RelationChecker::check_parent(std::size_t i) {
  const auto found = find(spec(i).parent);
  if (spec(i).parent.empty() || !found) return;
  const std::string parent = quoted(spec(i).parent);
  if (spec(*found).type == ServiceType::external)
    contradiction({i, "parent", {}}, "parent: " + parent + " is external", "a parent is a service of supervisord");
  if (spec(*found).daemon)
    contradiction({i, "parent", {}}, "parent: " + parent + " is a daemon, and a daemon has no children", {},
                  {{{*found, "daemon", {}}, "daemon"}});
  if (spec(i).daemon && spec(*found).type == ServiceType::oneshot)
    contradiction({i, "daemon", {}}, "daemon: the run of its parent " + parent + " has ended when that is ready",
                  "it is a oneshot; remove daemon, or choose a parent that goes on");
}

// Whether the other can ever be so far.
void RelationChecker::check_until(std::size_t i, const Relation& relation) {
  const ServiceSpec& other = spec(*find(relation.service));
  const SpecPlace place{i, relation.key, relation.element};
  if (relation.until == Until::healthy && !other.health.is_written())
    add_(
        {ProblemKind::missing,
         place,
         std::string(relation.key) + ": " + quoted(relation.service) + " is never healthy: its settings have no health",
         "give it for example health = { tcp = \"127.0.0.1:5432\" }, or wait until = \"ready\"",
         {},
         SpecPlace{*find(relation.service), "health", {}}});
  if (relation.until != Until::completed) return;
  const std::string what = std::string(relation.key) + ": " + quoted(relation.service) + " never completes: ";
  if (!has_process(other))
    contradiction(place, what + "it is " + (other.type == ServiceType::target ? "a target" : "external"),
                  "remove until");
  else if (never_completes(other))
    contradiction(place, what + "it is started again after every end (restart)",
                  "give it type = \"oneshot\", or restart = \"on-failure\"");
}

// One service is needed in one way.
void RelationChecker::check_needs(std::size_t i) {
  std::vector<Relation> needs;
  for_each_relation(spec(i), [&](const Relation& relation) {
    if (!is_need(relation.kind)) return;
    for (const Relation& earlier : needs)
      if (earlier.service == relation.service)
        return contradiction({i, relation.key, relation.element},
                             std::string(relation.key) + ": " + quoted(relation.service) + " is named before",
                             earlier.kind == RelationKind::parent ? "a child needs its parent in any case"
                                                                  : std::string(relation.key) + " contains all that " +
                                                                        std::string(earlier.key) + " means",
                             {{{i, earlier.key, earlier.element}, std::string(earlier.key)}});
    needs.push_back(relation);
  });
}

// `lacks`: what there is none of without a process.
void RelationChecker::check_process_of(SpecPlace place, std::string_view wanted, std::string_view lacks) {
  if (!check_name(place, wanted, place.key) || has_process(spec(*find(wanted)))) return;
  const bool is_target = spec(*find(wanted)).type == ServiceType::target;
  contradiction(place,
                std::string(place.key) + ": " + quoted(wanted) + (is_target ? " is a target" : " is external") +
                    ": it has no " + std::string(lacks),
                "name a service with a process");
}

void RelationChecker::check_own_log() {
  const DaemonLogSpec& log = set_.daemon.log;
  const auto goes_to = [&](OwnLogTo to) { return std::ranges::find(log.to, to) != log.to.end(); };
  const auto useless = [&](std::string_view key, std::string_view to) {
    contradiction({SpecPlace::kDaemon, key, {}},
                  std::string(key).append(": it has no effect, since log.to does not name \"").append(to).append("\""),
                  std::string("write \"").append(to).append("\" into log.to, or remove it"));
  };
  if (!log.path.empty() && !goes_to(OwnLogTo::file)) useless("log.path", "file");
  if (log.rotate.is_written() && !goes_to(OwnLogTo::file)) useless("log.rotate", "file");
  if (log.syslog.is_written() && !goes_to(OwnLogTo::syslog)) useless("log.syslog", "syslog");
}

void RelationChecker::check_daemon() {
  check_own_log();
  const std::string& from = set_.daemon.exit_code_from;
  if (!from.empty()) check_process_of({SpecPlace::kDaemon, "exit-code-from", {}}, from, "exit code");
  const std::string& to = set_.daemon.forward_signals;
  if (!to.empty()) check_process_of({SpecPlace::kDaemon, "forward-signals", {}}, to, "process");
  const auto is_enabled = [](const NamedService& service) { return service.spec.enabled; };
  const auto is_enabled_work = [](const NamedService& service) {
    return service.spec.enabled && is_work(service.spec);
  };
  if (set_.daemon.exit == ExitWhen::when_done && std::ranges::any_of(set_.services, is_enabled) &&
      std::ranges::none_of(set_.services, is_enabled_work))
    contradiction({SpecPlace::kDaemon, "exit", {}},
                  "exit: there is no work to wait for: all enabled services are daemons or targets",
                  "remove daemon where the end of a service is to be the end of all");
}

void RelationChecker::check_group(std::size_t g) {
  const NamedGroup& group = set_.groups[g];
  if (const auto service = find(group.name))
    contradiction({.service = SpecPlace::kDaemon, .key = {}, .element = {}, .group = g},
                  "group " + quoted(group.name) + " has the name of a service", "commands could mean either",
                  {{{*service, {}, {}}, "service"}});
  if (group.spec.members.empty())
    contradiction({.service = SpecPlace::kDaemon, .key = "members", .element = {}, .group = g},
                  "group " + quoted(group.name) + " has no members",
                  "write for example members = [\"web\", \"worker\"]");
  for (std::size_t m = 0; m < group.spec.members.size(); ++m)
    check_name({.service = SpecPlace::kDaemon, .key = "members", .element = m, .group = g}, group.spec.members[m],
               "members");
}

void RelationChecker::check_all() {
  check_cycles();
  check_conflicts();
}

// ---- cycles

void RelationChecker::add_edges(std::size_t i) {
  for_each_relation(spec(i), [&](const Relation& relation) {
    if (relation.kind == RelationKind::conflicts) return;
    const auto other = find(relation.service);
    if (!other || *other == i) return;
    const SpecPlace place{i, relation.key, relation.element};
    const bool is_reversed = relation.kind == RelationKind::before;
    const bool is_child = relation.kind == RelationKind::parent;
    const std::string_view word = is_child ? "is a child of" : relation.key;
    const std::size_t awaited = relation.until == Until::completed ? completion_of(*other) : *other;
    edges_[is_reversed ? *other : i].push_back({is_reversed ? i : awaited, place, word});
    if (is_child && !spec(i).daemon) edges_[completion_of(*other)].push_back({completion_of(i), place, word});
    if (is_need(relation.kind)) needed_by_[*other].push_back(i);
  });
  edges_[completion_of(i)].push_back({i, {}, {}});
}

// A depth-first walk with its own stack: chains of services can be longer than the machine's stack is deep.
void RelationChecker::check_cycles() {
  const std::size_t count = set_.services.size();
  edges_.resize(2 * count);
  needed_by_.resize(count);
  for (std::size_t i = 0; i < count; ++i) add_edges(i);
  visited_.assign(2 * count, Visit::never);
  in_cycle_.assign(count, false);
  for (std::size_t root = 0; root < 2 * count; ++root)
    if (visited_[root] == Visit::never) walk(root);
}

void RelationChecker::walk(std::size_t root) {
  std::vector<Step> path = {{root}};
  visited_[root] = Visit::on_path;
  while (!path.empty()) {
    Step& step = path.back();
    if (step.next_edge == edges_[step.node].size()) {
      visited_[step.node] = Visit::done;
      path.pop_back();
      continue;
    }
    const std::size_t to = edges_[step.node][step.next_edge++].to;
    if (visited_[to] == Visit::on_path) report_cycle(path, to);
    if (visited_[to] != Visit::never) continue;
    visited_[to] = Visit::on_path;
    path.push_back({to});
  }
}

// The cycle is the end of `path` from `first` on. Of several cycles through one service the first found is told.
void RelationChecker::report_cycle(const std::vector<Step>& path, std::size_t first) {
  std::vector<Step> cycle(std::find_if(path.begin(), path.end(), [&](const Step& step) { return step.node == first; }),
                          path.end());
  const auto edge_of = [&](const Step& step) -> const Edge& { return edges_[step.node][step.next_edge - 1]; };
  if (std::any_of(cycle.begin(), cycle.end(), [&](const Step& step) { return in_cycle_[service_of(step.node)]; }))
    return;
  for (const Step& step : cycle) in_cycle_[service_of(step.node)] = true;
  std::erase_if(cycle, [&](const Step& step) { return edge_of(step).word.empty(); });
  const auto by_service = [&](const Step& a, const Step& b) { return service_of(a.node) < service_of(b.node); };
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end(), by_service), cycle.end());
  constexpr std::size_t kShown = 16;
  std::string text;
  std::vector<SpecRelated> related;
  for (std::size_t i = 0; i < cycle.size() && i < kShown; ++i) {
    text += name(service_of(cycle[i].node)) + " -> ";
    related.push_back({edge_of(cycle[i]).place, written(edge_of(cycle[i]), service_of(cycle[i].node))});
  }
  if (cycle.size() > kShown) text += "(" + std::to_string(cycle.size() - kShown) + " more) -> ";
  contradiction(related[0].place, "dependency cycle: " + text + name(service_of(cycle[0].node)), {}, related);
}

// As the user wrote it: "a requires b", "b before a".
std::string RelationChecker::written(const Edge& edge, std::size_t from) const {
  const std::size_t object = edge.place.service == from ? service_of(edge.to) : from;
  return name(edge.place.service) + " " + std::string(edge.word) + " " + name(object);
}

// ---- conflicts

void RelationChecker::check_conflicts() {
  for (std::size_t i = 0; i < set_.services.size(); ++i)
    for (std::size_t j = 0; j < spec(i).conflicts.size(); ++j) {
      const auto other = find(spec(i).conflicts[j]);
      if (!other || *other == i) continue;
      if (spec(*other).type != ServiceType::external)
        check_conflict(i, *other, j);
      else
        contradiction({i, "conflicts", j}, "conflicts: " + quoted(name(*other)) + " is external: it cannot be stopped");
    }
}

// The service, and all that cannot be up without it.
std::vector<char> RelationChecker::pulling(std::size_t service) const {
  std::vector<char> out(set_.services.size());
  std::vector<std::size_t> work{service};
  while (!work.empty()) {
    const std::size_t at = work.back();
    work.pop_back();
    if (std::exchange(out[at], char{1}) != 0) continue;
    work.insert(work.end(), needed_by_[at].begin(), needed_by_[at].end());
  }
  return out;
}

// Nothing may need both to be up, and supervisord must not have to start both. With tags, who starts it decides.
void RelationChecker::check_conflict(std::size_t i, std::size_t other, std::size_t element) {
  const SpecPlace place{i, "conflicts", element};
  const std::vector<char> mine = pulling(i), theirs = pulling(other);
  for (std::size_t at = 0; at < mine.size(); ++at)
    if (mine[at] != 0 && theirs[at] != 0)
      return contradiction(place, "conflicts: " + quoted(name(at)) + " cannot be up without both " + quoted(name(i)) +
                                      " and " + quoted(name(other)));
  const auto is_always_started = [this](std::size_t s) { return spec(s).enabled && spec(s).tags->empty(); };
  if (is_always_started(i) && is_always_started(other))
    contradiction(place, "conflicts: " + quoted(name(i)) + " and " + quoted(name(other)) + " are both enabled",
                  "write enabled = false or tags in one of them: supervisord starts the other");
}

}  // namespace sup
