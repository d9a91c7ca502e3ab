#include "daemon/launch.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <new>

#include "base/refusable.hpp"
#include "daemon/attributes.hpp"
#include "daemon/credentials.hpp"
#include "daemon/environment.hpp"
#include "daemon/launch_output.hpp"
#include "guard/holder.hpp"
#include "regex/pattern.hpp"
#include "sys/accounts.hpp"
#include "sys/datagram.hpp"
#include "sys/fd.hpp"
#include "sys/file.hpp"
#include "sys/socket.hpp"
#include "sys/terminal.hpp"

namespace sup {
namespace {

constexpr mode_t kNotifyDirMode = 0711;  // Who may write to a socket may come to it; nobody has to list them.

// Who owns the files that are made for a service: its user, if it has one.
std::optional<sys::FileOwner> owner_of(const sys::ChildSettings& child) {
  if (!child.uid) return std::nullopt;
  return sys::FileOwner{*child.uid, child.gid.value_or(::getegid())};
}

// `extra` wins over everything else in the environment.
Result<sys::ChildSettings> child_settings(const LaunchContext& context, const LaunchOrder& order,
                                          const Command& command, const std::vector<EnvEntry>& extra) {
  if (order.shared->is_given_up()) return fail(Errc::busy, kGivenUp);
  const ServiceSpec& spec = order.service->spec;
  const std::optional<sys::Account> account = TRY(account_of(spec));
  sys::ChildSettings child;
  TRY(set_account(child, spec, account));
  if (order.shared->is_given_up()) return fail(Errc::busy, kGivenUp);  // While the account database was silent.
  child.argv = command.argv;
  const bool has_credentials = !spec.credentials->files.empty();
  const EnvSources sources{context.own_environment,
                           context.daemon_environment,
                           spec,
                           account,
                           order.invocation,
                           order.service->place,
                           has_credentials ? credentials_directory(context, order.name, order.invocation) : ""};
  for (EnvEntry& entry : TRY(effective_environment(sources)))
    child.env.emplace_back(std::move(entry.name), std::move(entry.value));
  for (const EnvEntry& entry : extra) child.env.emplace_back(entry.name, entry.value);
  child.working_dir = spec.working_dir.empty() ? "/" : spec.working_dir;
  child.umask = spec.umask.bits;
  child.ignored_signals = context.ignored_signals;
  child.in_progress = &order.shared->in_progress;
  child.pid_place = order.pid_place;
  TRY(set_attributes(child, spec, context.attribute_defaults));
  return child;
}

// The terminal is its user's alone, so that he can open it by name, too. A failure only means that he cannot.
void give_terminal(sys::ChildSettings& child, const UniqueFd& slave) {
  constexpr mode_t kMode = 0600;
  (void)!::fchmod(slave.get(), kMode);
  if (child.uid) (void)!::fchown(slave.get(), *child.uid, static_cast<gid_t>(-1));
  child.stdin_fd = child.stdout_fd = child.stderr_fd = slave.get();
  child.takes_terminal = true;
}

// A service that opens /dev/stdout (nginx's access_log) is refused by the kernel unless the pipe is its user's. A
// failure only means that: most services never open it.
void give_to_service(const sys::ChildSettings& child) {
  if (!child.uid) return;
  const gid_t gid = child.gid.value_or(static_cast<gid_t>(-1));
  for (const int fd : {child.stdout_fd, child.stderr_fd}) (void)!::fchown(fd, *child.uid, gid);
}

// Starts the program when its input and output are set.
Result<Launched> start_prepared(const LaunchOrder& order, sys::ChildSettings child) {
  const sys::PreparedChild prepared = TRY(sys::prepare_child(std::move(child)));
  if (!order.shared->begin()) return fail(Errc::busy, kGivenUp);
  auto process = sys::spawn(prepared);
  if (!process) return std::unexpected(Error{Errc::sys, process.error().sys_errno, process.error().text(), {}});
  Launched launched;
  launched.process = std::move(*process);
  return launched;
}

// Opens where the output goes, and starts the program.
Result<Launched> start_program(const LaunchContext& context, const LaunchOrder& order, sys::ChildSettings child) {
  RunOutput output = TRY(open_output(context, order, owner_of(child)));
  child.stdout_fd = output.out.get();
  child.stderr_fd = output.err.is_open() ? output.err.get() : output.out.get();
  give_to_service(child);
  Launched launched = TRY(start_prepared(order, std::move(child)));
  const Indispensable whole;  // Once the process runs nothing may fail any more.
  describe_lines(context, order, launched.process.pid, output.sources);
  launched.sources = std::move(output.sources);
  return launched;
}

Result<Launched> start_on_terminal(const LaunchContext& context, const LaunchOrder& order, sys::ChildSettings child) {
  RunTerminal terminal = TRY(open_terminal(context, order, owner_of(child)));
  give_terminal(child, terminal.slave);
  Launched launched = TRY(start_prepared(order, std::move(child)));
  const Indispensable whole;  // Once the process runs nothing may fail any more.
  describe_lines(context, order, launched.process.pid, terminal.sources);
  launched.terminal = std::move(terminal.master);
  launched.sources = std::move(terminal.sources);
  return launched;
}

// Starts the program on somebody's own input and output.
Result<Launched> start_on(const OwnStdio& stdio, const LaunchOrder& order, sys::ChildSettings child) {
  child.stdin_fd = stdio.fds[0].get();
  child.stdout_fd = stdio.fds[1].get();
  child.stderr_fd = stdio.fds[2].get();
  child.takes_terminal = stdio.is_terminal;
  child.attributes.stdin_file.clear();  // The service's own input is not for this command.
  return start_prepared(order, std::move(child));
}

Result<Launched> start_main(const LaunchContext& context, const LaunchOrder& order, sys::ChildSettings child) {
  if (order.stdio && !order.stdio->fds[1].is_open()) {
    child.stdin_fd = order.stdio->fds[0].get();
    return start_program(context, order, std::move(child));
  }
  if (order.stdio) return start_on(*order.stdio, order, std::move(child));
  const auto start = order.service->spec.tty ? start_on_terminal : start_program;
  return start(context, order, std::move(child));
}

Result<Launched> start_task(const LaunchContext& context, const TaskOrder& order, sys::ChildSettings child) {
  if (order.stdio) return start_on(*order.stdio, order.run, std::move(child));
  return start_program(context, order.run, std::move(child));
}

// Each run has a socket of its own, so that a message is never taken for one of another run, whoever its sender was: he
// may be gone when it is read. In the file system nobody but the service's user and root can write to it. A service
// with another root directory could not see it there, and what would be too long for a path must have another place,
// too: these have a random name in the abstract namespace, whose senders are known by their credentials alone. So it is
// where there is no run-time directory.
std::string notify_address(const LaunchContext& context, const LaunchOrder& order) {
  const std::string path = fmt::format("{}/{}", context.notify_dir, notify_name(order.name, order.run));
  const bool is_seen =
      !context.notify_dir.empty() && order.service->spec.root_dir->empty() && path.size() <= sys::kSocketPathMax;
  return is_seen ? path : fmt::format("@supervisord/{}/{}", order.invocation.text(), order.run.value);
}

Result<NotifyPlace> open_notify(const LaunchContext& context, const LaunchOrder& order, std::optional<uid_t> user) {
  NotifyPlace out{.socket = {}, .address = notify_address(context, order), .owner = user.value_or(::geteuid())};
  if (!out.address.starts_with('@')) TRY(sys::ensure_dir(context.notify_dir, kNotifyDirMode));
  out.socket = TRY(sys::bind_datagram(out.address, user));
  TRY(check_reserve(context, out.socket));
  TRY(guard::Holder::of_this_process().hold(held_name(kNotify, order.run), out.socket.get()));
  return out;
}

void set_notify(sys::ChildSettings& child, const std::string& address, const ServiceSpec& spec) {
  child.env.emplace_back("NOTIFY_SOCKET", address);
  if (spec.fd_store_max > 0) child.env.emplace_back("FDSTORE", std::to_string(spec.fd_store_max));
}

// What it needs to say that it is ready and alive.
Result<std::optional<NotifyPlace>> provide_notify(const LaunchContext& context, const LaunchOrder& order,
                                                  sys::ChildSettings& child) {
  const ServiceSpec& spec = order.service->spec;
  if (notify_access_of(spec) == NotifyAccess::none) return std::nullopt;
  NotifyPlace place = TRY(open_notify(context, order, child.uid));
  set_notify(child, place.address, spec);
  if (spec.watchdog) {
    child.env.emplace_back("WATCHDOG_USEC", std::to_string(*spec.watchdog / std::chrono::microseconds{1}));
    child.pid_variables.emplace_back("WATCHDOG_PID");
  }
  return place;
}

// What it has stored, as sd_listen_fds(3) finds it.
Result<> provide_stored(const LaunchOrder& order, sys::ChildSettings& child) {
  if (!order.stored) return std::unexpected(Error(order.stored.error()).wrap("fd-store"));
  if (order.stored->empty()) return {};
  std::vector<std::string_view> names;
  for (const GivenFd& given : *order.stored) {
    child.passed_fds.push_back(given.fd.get());
    names.emplace_back(given.name);
  }
  child.env.emplace_back("LISTEN_FDS", std::to_string(names.size()));
  child.env.emplace_back("LISTEN_FDNAMES", fmt::format("{}", fmt::join(names, ":")));
  child.pid_variables.emplace_back("LISTEN_PID");
  return {};
}

// By what it shows that it is ready, where that is neither a message nor a probe.
struct ReadySigns {
  sys::Pipe pipe;  // For ready.fd; the end that it writes to goes with the call that starts it.
  std::array<std::optional<Pattern>, 2> lines;  // For ready.log: one for each stream.
};

Result<ReadySigns> provide_ready(const LaunchContext& context, const LaunchOrder& order, sys::ChildSettings& child) {
  const ReadySpec& ready = *order.service->spec.ready;
  ReadySigns out;
  if (!ready.log.empty())
    for (std::optional<Pattern>& line : out.lines) line = TRY(Pattern::compile(ready.log));
  if (!ready.fd) return out;
  out.pipe = TRY(sys::make_pipe());
  TRY(check_reserve(context, out.pipe.write_end));
  TRY(sys::set_nonblocking(out.pipe.read_end));
  TRY(guard::Holder::of_this_process().hold(held_name(kReady, order.run), out.pipe.read_end.get()));
  child.extra_fd = out.pipe.write_end.get();
  child.extra_number = *ready.fd;
  return out;
}

void hand_over(ReadySigns signs, Launched& launched) {
  launched.ready = std::move(signs.pipe.read_end);
  for (std::size_t i = 0; i < launched.sources.size(); ++i) launched.sources[i].awaited = std::move(signs.lines[i]);
}

// Memory that is refused is a reason not to start a program like any other.
template <class Start>
Result<Launched> unless_refused(const Start& start) {
  try {
    const Refusable scope;
    return start();
  } catch (const std::bad_alloc&) {
    return fail(Errc::sys, "out of memory");
  }
}

// A group that was made for a process which there is not.
template <class T>
void give_up(const std::optional<sys::Cgroup>& group, const Result<T>& result) {
  if (!result && group) (void)group->remove();
}

// Where a run lives, with its limits in force.
struct RunGroup {
  std::optional<sys::Cgroup> made;        // By us, now.
  const sys::Cgroup* existing = nullptr;  // By what of the run has come before.
  std::vector<UnmetResource> unmet;

  [[nodiscard]] const sys::Cgroup* get() const { return made ? &*made : existing; }
};

Result<RunGroup> provide_group(const LaunchContext& context, const LaunchOrder& order) {
  RunGroup out{.made = {}, .existing = order.group, .unmet = {}};
  if (out.existing != nullptr) return out;
  out.made = TRY(context.containment->create_group(group_name(order.name, order.invocation)));
  auto unmet = apply_resources(*context.containment, out.get(), *order.service->spec.resources, {});
  give_up(out.made, unmet);
  out.unmet = TRY(std::move(unmet));
  return out;
}

// For every process of the run, whichever is the first. Their environment names the directory.
Result<> make_credentials(const LaunchContext& context, const LaunchOrder& order, const sys::ChildSettings& child) {
  const NamedFiles& sources = *order.service->spec.credentials;
  if (sources.files.empty()) return {};
  if (context.credentials_place.empty())
    return fail(Errc::invalid, "credentials: neither the run-time directory nor /dev/shm is in memory here");
  const std::string directory = credentials_directory(context, order.name, order.invocation);
  return provide_credentials(directory, sources, {child.uid, child.gid});
}

Result<Launched> launch_main(const LaunchContext& context, const LaunchOrder& order) {
  // Each restart would leave another daemon behind.
  const bool is_forking = order.service->spec.type == ServiceType::forking;
  if (is_forking && context.containment->level() == Containment::group)
    return fail(Errc::invalid,
                "type: a forking service cannot be followed here, since containment is group: run its program in the "
                "foreground");
  sys::ChildSettings child = TRY(child_settings(context, order, order.service->spec.command, {}));
  std::optional<NotifyPlace> notify = TRY(provide_notify(context, order, child));
  TRY(provide_stored(order, child));
  TRY(make_credentials(context, order, child));
  ReadySigns ready = TRY(provide_ready(context, order, child));
  RunGroup group = TRY(provide_group(context, order));
  if (group.get() != nullptr) child.cgroup_fd = group.get()->directory().get();
  auto launched = unless_refused([&] { return start_main(context, order, std::move(child)); });
  give_up(group.made, launched);
  if (!launched) return launched;
  launched->group = std::move(group.made);
  launched->unmet = std::move(group.unmet);
  launched->notify = std::move(notify);
  hand_over(std::move(ready), *launched);
  return launched;
}

Result<Launched> launch_beside(const LaunchContext& context, const TaskOrder& order) {
  sys::ChildSettings child = TRY(child_settings(context, order.run, order.command, order.env));
  // At the front, where it is looked for.
  child.env.emplace(child.env.begin() + 1, kTaskVariable, std::to_string(order.run.serial));
  TRY(make_credentials(context, order.run, child));
  if (!order.run.notify_address.empty()) set_notify(child, order.run.notify_address, order.run.service->spec);
  RunGroup group = TRY(provide_group(context, order.run));
  std::optional<sys::Cgroup> own;
  if (group.get() != nullptr) {
    auto created = sys::Cgroup::create(group.get()->directory(), order.name);
    give_up(group.made, created);
    own = TRY(std::move(created));
    child.cgroup_fd = own->directory().get();
  }
  auto launched = unless_refused([&] { return start_task(context, order, std::move(child)); });
  give_up(own, launched);
  give_up(group.made, launched);
  if (!launched) return launched;
  launched->group = std::move(group.made);
  launched->unmet = std::move(group.unmet);
  launched->own_group = std::move(own);
  return launched;
}

}  // namespace

ResumedOutput resume_sources(const LaunchContext& context, const LaunchOrder& order, KeptOutput kept, pid_t pid) {
  const ServiceSpec& spec = order.service->spec;
  sys::ChildSettings child;
  const auto account = account_of(spec);
  if (account) (void)set_account(child, spec, *account);
  ResumedOutput out = resume_output(context, order, std::move(kept), owner_of(child), pid);
  if (!account) out.troubles.push_back(account.error().what);
  return out;
}

std::string notify_name(const std::string& instance, RunId run) { return fmt::format("{}.{}", instance, run.value); }

void remove_voices_but(const std::string& notify_dir, std::span<const std::string> names) {
  struct stat info{};
  if (::lstat(notify_dir.c_str(), &info) < 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid()) return;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(notify_dir, error), end; !error && entry != end;
       entry.increment(error))
    if (std::ranges::find(names, entry->path().filename().string()) == names.end())
      (void)::unlink(entry->path().c_str());
}

std::string group_name(const std::string& instance, const InvocationId& invocation) {
  constexpr std::size_t kDigits = 12;
  return fmt::format("{}.{}", instance, invocation.text().substr(0, kDigits));
}

std::string credentials_directory(const LaunchContext& context, const std::string& instance,
                                  const InvocationId& invocation) {
  return fmt::format("{}/{}", context.credentials_place, group_name(instance, invocation));
}

// What fails leaves nothing where it would have spoken.
Result<Launched> launch(const LaunchContext& context, const LaunchOrder& order) {
  auto launched = unless_refused([&] { return launch_main(context, order); });
  if (launched || notify_access_of(order.service->spec) == NotifyAccess::none) return launched;
  if (const std::string address = notify_address(context, order); !address.starts_with('@'))
    (void)::unlink(address.c_str());
  return launched;
}

Result<Launched> launch_task(const LaunchContext& context, const TaskOrder& order) {
  return unless_refused([&] { return launch_beside(context, order); });
}

}  // namespace sup
