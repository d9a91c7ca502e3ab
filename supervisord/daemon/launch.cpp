#include "daemon/launch.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <new>

#include "base/refusable.hpp"
#include "daemon/attributes.hpp"
#include "daemon/environment.hpp"
#include "daemon/log_layout.hpp"
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

// The ends of one stream: the child writes into `write_end`, the log thread reads the source.
struct StreamEnds {
  UniqueFd write_end;
  log::Source source;
};

Result<> check_reserve(const LaunchContext& context, const UniqueFd& newest) {
  if (static_cast<std::uint64_t>(newest.get()) + kReservedDescriptors < context.own_nofile) return {};
  return fail_errno(EMFILE, fmt::format("out of file descriptors: raise nofile (have {}, need about {})",
                                        context.own_nofile, context.needed_nofile));
}

// Who owns the files that are made for a service: its user, if it has one.
std::optional<sys::FileOwner> owner_of(const sys::ChildSettings& child) {
  if (!child.uid) return std::nullopt;
  return sys::FileOwner{*child.uid, child.gid.value_or(::getegid())};
}

// A place for the output of a stream, and what becomes of it.
struct StreamLog {
  log::Stream stream = log::Stream::out;
  const LogSpec& spec;
  LogTarget target;
  log::Source::Log log = log::Source::Log::common;
  LogStream file_of = LogStream::standard_output;  // Whose default name a file has.
};

Result<std::optional<log::Joining>> joining_of(const LogSpec& spec) {
  if (spec.multi_line->start.empty()) return std::nullopt;
  return log::Joining{TRY(Pattern::compile(spec.multi_line->start)), spec.multi_line->wait};
}

log::Overflow overflow_of(const LogSpec& spec) {
  return spec.overflow == LogOverflow::drop ? log::Overflow::drop : log::Overflow::block;
}

std::optional<log::LineRate> rate_of(const LogSpec& spec) {
  if (!spec.rate) return std::nullopt;
  return log::LineRate{spec.rate->lines, spec.rate->per};
}

Result<log::Destination> open_log_of(const LaunchContext& context, const StreamLog& log,
                                     std::optional<sys::FileOwner> owner) {
  log::Destination destination = TRY(open_destination(context.logs, log.target, log.spec, owner));
  if (const auto* file = std::get_if<log::FileDestination>(&destination)) TRY(check_reserve(context, file->file));
  return destination;
}

// "worker@2" is the second instance of worker.
std::uint32_t instance_number(const LaunchOrder& order) {
  std::uint32_t number = 1;
  const std::string_view suffix = std::string_view(order.name).substr(order.service->name.size());
  if (!suffix.empty()) (void)std::from_chars(suffix.data() + 1, suffix.data() + suffix.size(), number);
  return number;
}

// Once it is known which process writes.
void describe_lines(const LaunchContext& context, const LaunchOrder& order, const StreamLog& log, pid_t pid,
                    log::Source& source) {
  const LineOrigin origin{.service = order.service->name,
                          .instance = instance_number(order),
                          .name = order.name,
                          .stream = source.stream,
                          .pid = pid,
                          .run = order.run};
  const ChosenFormat chosen = chosen_format(log.spec, context.log_formats, log.target.to);
  const LogTimeSpec& time = log.spec.time.is_written() ? *log.spec.time : context.log_formats.time;
  source.layout = layout_of(chosen, time, log.spec.strip_ansi, origin);
  for (log::FurtherDestination& further : source.also) {
    if (auto* message = std::get_if<log::MessageDestination>(&further.to)) {
      message->origin.pid = pid;
      continue;
    }
    const bool is_stdout = std::holds_alternative<log::StdoutDestination>(further.to);
    const LogTo to = is_stdout ? LogTo::standard_output : LogTo::file;
    further.layout = layout_of(chosen_format(log.spec, context.log_formats, to), time, log.spec.strip_ansi, origin);
  }
}

FurtherOrder further_order(const LaunchOrder& order, const StreamLog& log, std::optional<sys::FileOwner> owner) {
  return {order.service->name, order.name, log.file_of, log.stream, order.run, owner};
}

Result<StreamEnds> open_stream(const LaunchContext& context, const LaunchOrder& order, const StreamLog& log,
                               std::optional<sys::FileOwner> owner) {
  log::Destination destination = TRY(open_log_of(context, log, owner));
  std::optional<log::Joining> joining = TRY(joining_of(log.spec));
  auto also = TRY(open_further(context.logs, log.spec, further_order(order, log, owner)));
  sys::Pipe pipe = TRY(sys::make_pipe());
  TRY(check_reserve(context, pipe.write_end));
  // Before anything is in it. Whether the kernel refused is told by the log thread.
  if (log.spec.pipe_size) (void)sys::set_pipe_size(pipe.write_end, log.spec.pipe_size->bytes);
  return StreamEnds{std::move(pipe.write_end),
                    log::Source{.service = order.instance,
                                .name = order.name,
                                .stream = log.stream,
                                .run = order.run,
                                .pipe = std::move(pipe.read_end),
                                .destination = std::move(destination),
                                .also = std::move(also),
                                .line_max = log.spec.line_max.bytes,
                                .joining = std::move(joining),
                                .overflow = overflow_of(log.spec),
                                .rate = rate_of(log.spec),
                                .log = log.log,
                                .pipe_bytes = log.spec.pipe_size.value_or(ByteSize{}).bytes}};
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
  const EnvSources sources{context.own_environment, context.daemon_environment, spec, account,
                           order.invocation,        order.service->place};
  for (EnvEntry& entry : TRY(effective_environment(sources)))
    child.env.emplace_back(std::move(entry.name), std::move(entry.value));
  for (const EnvEntry& entry : extra) child.env.emplace_back(entry.name, entry.value);
  child.working_dir = spec.working_dir.empty() ? "/" : spec.working_dir;
  child.umask = spec.umask.bits;
  child.ignored_signals = context.ignored_signals;
  child.in_progress = &order.shared->in_progress;
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
  const ServiceSpec& spec = order.service->spec;
  const std::string& name = order.name;
  const auto owner = owner_of(child);
  StreamLog log{log::Stream::out, spec.log, log_target(context.logs, name, LogStream::standard_output, spec.log)};
  StreamEnds out = TRY(open_stream(context, order, log, owner));
  child.stdout_fd = out.write_end.get();
  child.stderr_fd = out.write_end.get();
  std::optional<StreamEnds> err;
  std::optional<StreamLog> err_log;
  if (spec.stderr_.mode != StderrMode::merged) {
    const LogSpec& own = spec.stderr_.log;
    const StreamLog apart{log::Stream::err, own, log_target(context.logs, name, LogStream::standard_error, own),
                          log::Source::Log::of_errors, LogStream::standard_error};
    log.stream = log::Stream::err;
    err_log.emplace(spec.stderr_.mode == StderrMode::own_log ? apart : log);
    err = TRY(open_stream(context, order, *err_log, owner));
    child.stderr_fd = err->write_end.get();
  }
  give_to_service(child);
  std::vector<log::Source> sources;
  sources.push_back(std::move(out.source));
  if (err) sources.push_back(std::move(err->source));
  Launched launched = TRY(start_prepared(order, std::move(child)));
  const Indispensable whole;  // Once the process runs nothing may fail any more.
  const pid_t pid = launched.process.pid;
  describe_lines(context, order, log, pid, sources[0]);
  if (err) describe_lines(context, order, *err_log, pid, sources[1]);
  launched.sources = std::move(sources);
  return launched;
}

// The same on a terminal of its own. Our copies of its slave go with this call: as long as one is there, the service's
// end would make the kernel throw away what nobody has read yet.
Result<Launched> start_on_terminal(const LaunchContext& context, const LaunchOrder& order, sys::ChildSettings child) {
  const LogSpec& spec = order.service->spec.log;
  const LogTarget target = log_target(context.logs, order.name, LogStream::standard_output, spec);
  const StreamLog log{log::Stream::out, spec, target};
  const auto owner = owner_of(child);
  log::Destination destination = TRY(open_log_of(context, log, owner));
  auto also = TRY(open_further(context.logs, spec, further_order(order, log, owner)));
  std::optional<log::Joining> joining = TRY(joining_of(spec));
  sys::Pty pty = TRY(sys::open_pty());
  UniqueFd master = TRY(sys::dup_cloexec_above_stdio(pty.master.get()));
  TRY(check_reserve(context, master));
  sys::set_window_size(pty.master.get(), {});
  give_terminal(child, pty.slave);
  Launched launched = TRY(start_prepared(order, std::move(child)));
  const Indispensable whole;  // Once the process runs nothing may fail any more.
  launched.terminal = std::move(master);
  launched.sources.push_back({.service = order.instance,
                              .name = order.name,
                              .run = order.run,
                              .pipe = std::move(pty.master),
                              .is_terminal = true,
                              .destination = std::move(destination),
                              .also = std::move(also),
                              .line_max = log.spec.line_max.bytes,
                              .joining = std::move(joining),
                              .overflow = overflow_of(spec),
                              .rate = rate_of(spec)});
  describe_lines(context, order, log, launched.process.pid, launched.sources.back());
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
  const std::string path = fmt::format("{}/{}.{}", context.notify_dir, order.name, order.run.value);
  const bool is_seen =
      !context.notify_dir.empty() && order.service->spec.root_dir->empty() && path.size() <= sys::kSocketPathMax;
  return is_seen ? path : fmt::format("@supervisord/{}/{}", order.invocation.text(), order.run.value);
}

Result<NotifyPlace> open_notify(const LaunchContext& context, const LaunchOrder& order, std::optional<uid_t> user) {
  NotifyPlace out{.socket = {}, .address = notify_address(context, order), .owner = user.value_or(::geteuid())};
  if (!out.address.starts_with('@')) TRY(sys::ensure_dir(context.notify_dir, kNotifyDirMode));
  out.socket = TRY(sys::bind_datagram(out.address, user));
  TRY(check_reserve(context, out.socket));
  return out;
}

// What it needs to say that it is ready and alive.
Result<std::optional<NotifyPlace>> provide_notify(const LaunchContext& context, const LaunchOrder& order,
                                                  sys::ChildSettings& child) {
  const ServiceSpec& spec = order.service->spec;
  if (notify_access_of(spec) == NotifyAccess::none) return std::nullopt;
  NotifyPlace place = TRY(open_notify(context, order, child.uid));
  child.env.emplace_back("NOTIFY_SOCKET", place.address);
  if (spec.watchdog) {
    child.env.emplace_back("WATCHDOG_USEC", std::to_string(*spec.watchdog / std::chrono::microseconds{1}));
    child.pid_variables.emplace_back("WATCHDOG_PID");
  }
  return place;
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
  child.extra_fd = out.pipe.write_end.get();
  child.extra_number = *ready.fd;
  return out;
}

void hand_over(ReadySigns signs, Launched& launched) {
  launched.ready = std::move(signs.pipe.read_end);
  for (std::size_t i = 0; i < launched.sources.size(); ++i) launched.sources[i].awaited = std::move(signs.lines[i]);
}

// The name of a run's cgroup: unique even beside one that an earlier life could not remove.
std::string group_name(const LaunchOrder& order) {
  constexpr std::size_t kDigits = 12;
  return fmt::format("{}.{}", order.name, order.invocation.text().substr(0, kDigits));
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
  out.made = TRY(context.containment->create_group(group_name(order)));
  auto unmet = apply_resources(*context.containment, out.get(), *order.service->spec.resources, {});
  give_up(out.made, unmet);
  out.unmet = TRY(std::move(unmet));
  return out;
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
  child.env.emplace(child.env.begin() + 1, kTaskVariable, std::to_string(order.serial));
  if (!order.run.notify_address.empty()) child.env.emplace_back("NOTIFY_SOCKET", order.run.notify_address);
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
