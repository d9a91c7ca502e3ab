// tree and features: what the kernel says about services and about itself. Read on a worker: /proc and the account
// database may take their time.
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "daemon/handlers.hpp"
#include "daemon/places.hpp"
#include "guard/holder.hpp"
#include "sys/accounts.hpp"
#include "sys/process_tree.hpp"

namespace sup {
namespace {

// What the loop knows of a service, for the worker.
struct Seed {
  wire::TreeService service;
  std::optional<RunView> run;
};

// Names of users, each asked for once.
class UserNames {
 public:
  const std::string& of(uid_t uid) {
    const auto [entry, is_new] = names_.try_emplace(uid);
    if (!is_new) return entry->second;
    const auto account = sys::find_user_by_id(uid);
    const bool has_name = account && *account && !(*account)->name.empty();
    return entry->second = has_name ? (*account)->name : std::to_string(uid);
  }

 private:
  std::map<uid_t, std::string> names_;
};

std::vector<pid_t> pids_of(const ContainmentTree& containment, const RunView& run) {
  std::set<pid_t> out(run.roots.begin(), run.roots.end());
  if (const auto members = containment.processes_in(run.cgroup)) out.insert(members->begin(), members->end());
  for (const pid_t root : run.roots)
    if (const auto below = sys::descendants_of(root)) out.insert(below->begin(), below->end());
  if (run.main != 0) out.insert(run.main);
  return {out.begin(), out.end()};
}

std::string role_of(const RunView& run, pid_t pid) {
  if (pid == run.main) return "main";
  return std::ranges::find(run.tasks, pid) != run.tasks.end() ? "hook" : "";
}

// Nothing if it is gone or dead.
std::optional<wire::TreeProcess> view_process(pid_t pid, UserNames& users) {
  const auto facts = sys::process_facts(pid);
  const auto uid = sys::process_uid(pid);
  if (!facts || !uid) return std::nullopt;
  static const long kTicks = ::sysconf(_SC_CLK_TCK), kPage = ::sysconf(_SC_PAGESIZE);
  wire::TreeProcess out;
  out.pid = pid;
  out.parent = facts->ppid;
  out.user = users.of(*uid);
  out.state = std::string(1, facts->state);
  out.cpu_ms = static_cast<std::int64_t>(facts->cpu_ticks) * 1000 / kTicks;
  out.memory = static_cast<std::int64_t>(facts->rss_pages) * kPage;
  const auto command = sys::process_command(pid);
  out.command = command && !command->empty() ? *command : fmt::format("[{}]", facts->comm);
  return out;
}

std::string view_tree(const ContainmentTree& containment, std::vector<Seed> seeds) {
  wire::TreeReply reply;
  reply.pid = guard::supervisor_pid();
  UserNames users;
  for (Seed& seed : seeds) {
    wire::TreeService& service = reply.services.emplace_back(std::move(seed.service));
    if (!seed.run) continue;
    if (!seed.run->cgroup.empty()) service.cgroup = fmt::format("{}/{}", containment.path(), seed.run->cgroup);
    for (const pid_t pid : pids_of(containment, *seed.run)) {
      auto process = view_process(pid, users);
      if (!process) continue;
      process->role = role_of(*seed.run, pid);
      service.processes.push_back(std::move(*process));
    }
  }
  return wire::encode_reply(reply);
}

// Of the disk, of other file systems, and of what was told to be left out: what each that is missing costs.
void add_surroundings(const DaemonSpec& spec, const auto& add) {
  const bool is_guarded = guard::Holder::of_this_process().is_guarded();
  add("guard", is_guarded ? "on" : "off", is_guarded,
      is_guarded ? "" : "--no-guard, or it was killed: nobody starts supervisord again when it dies");
  const bool has_proc = sys::process_facts(::getpid()).has_value();
  add("/proc", has_proc ? "readable" : "missing", has_proc,
      has_proc ? "" : "only process groups and cgroups tell what belongs to a service; tree shows no commands");
  const auto logs = can_log_to_files(spec);
  const bool is_file = services_log_to(spec) == LogTo::file;
  add("service logs", is_file ? "files" : "standard output", is_file || logs.has_value(),
      is_file || logs ? "" : logs.error().what);
}

std::string view_features(const ContainmentTree& containment, const DaemonSpec& spec) {
  wire::FeaturesReply reply;
  const auto add = [&](std::string name, std::string value, bool is_best, std::string reason) {
    reply.features.push_back({std::move(name), std::move(value), is_best, std::move(reason)});
  };
  add("containment", std::string(enum_name(containment.level())), containment.level() == Containment::cgroup,
      containment.reason());
  if (!containment.path().empty()) add("cgroups", containment.path(), true, "");
  for (const ContainmentTree::Controller& controller : containment.controllers())
    add("controller " + controller.name,
        controller.is_enabled   ? "enabled"
        : controller.is_offered ? "available"
                                : "missing",
        controller.is_offered, controller.reason);
  const bool has_vfork = sys::spawn_method() == sys::SpawnMethod::clone3_vfork;
  add("spawn", std::string(sys::spawn_method_name(sys::spawn_method())), has_vfork,
      has_vfork ? "" : "the kernel or a seccomp filter refuses clone3");
  const bool is_root = ::geteuid() == 0;
  add("user", is_root ? "root" : fmt::format("uid {}", ::geteuid()), is_root,
      is_root ? "" : "services cannot get another user, nor limits and priorities above ours");
  utsname kernel{};
  if (::uname(&kernel) == 0) add("kernel", kernel.release, true, "");
  add_surroundings(spec, add);
  return wire::encode_reply(reply);
}

}  // namespace

void handle_tree(Server& server, Session& session, const wire::Call& call) {
  const auto services = named_services(server, session, call);
  if (!services) return;
  const Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  std::vector<Seed> seeds;
  for (const InstanceId id : *services) {
    const Instance& i = w.at(id);
    Seed& seed = seeds.emplace_back();
    seed.service.service = w.name(i);
    seed.service.state = enum_name(i.state);
    if (!w.spec(i).parent.empty()) seed.service.parent = w.spec(i).parent;
    seed.service.daemon = w.spec(i).daemon;
    seed.run = supervisor.runs().view(id);
    if (seed.run) seed.service.run = static_cast<std::int64_t>(i.run.value);
  }
  const ContainmentTree& containment = *supervisor.runs().context().containment;
  auto look = [&containment, seeds = std::move(seeds)]() mutable { return view_tree(containment, std::move(seeds)); };
  answer_from_worker(server, session, std::move(look), Asks::accounts);
}

void handle_features(Server& server, Session& session) {
  const Supervisor& supervisor = server.parts().supervisor;
  const ContainmentTree& containment = *supervisor.runs().context().containment;
  answer_from_worker(server, session,
                     [&containment, spec = supervisor.world().daemon] { return view_features(containment, spec); });
}

}  // namespace sup
