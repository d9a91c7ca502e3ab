#include "daemon/launch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "daemon/attributes.hpp"
#include "daemon/environment.hpp"
#include "sys/accounts.hpp"
#include "sys/fd.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

constexpr mode_t kLogDirMode = 0755;

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

// The default directory is made when the first log wants it; a path that the user gave is taken as it is.
Result<UniqueFd> open_log_file(const LaunchContext& context, const LogTarget& target) {
  auto file = sys::open_log(target.path);
  if (file || file.error().sys_errno != ENOENT || !target.path.starts_with(context.log_dir + "/")) return file;
  TRY(sys::ensure_dir(context.log_dir, kLogDirMode));
  return sys::open_log(target.path);
}

Result<log::Destination> open_destination(const LaunchContext& context, const LogTarget& target) {
  switch (target.to) {
    case LogTo::null: return log::NullDestination{};
    case LogTo::standard_output: return log::StdoutDestination{};
    case LogTo::automatic:
    case LogTo::file: break;
  }
  UniqueFd file = TRY(open_log_file(context, target));
  TRY(check_reserve(context, file));
  return log::FileDestination{std::move(file), target.path};
}

Result<StreamEnds> open_stream(const LaunchContext& context, const LaunchOrder& order, log::Stream stream,
                               const LogSpec& spec) {
  log::Destination destination = TRY(open_destination(context, log_target(context, order.service->name, spec)));
  sys::Pipe pipe = TRY(sys::make_pipe());
  TRY(check_reserve(context, pipe.write_end));
  return StreamEnds{std::move(pipe.write_end), log::Source{.service = order.instance,
                                                           .name = order.service->name,
                                                           .stream = stream,
                                                           .run = order.run,
                                                           .pipe = std::move(pipe.read_end),
                                                           .destination = std::move(destination)}};
}

Result<sys::ChildSettings> child_settings(const LaunchContext& context, const LaunchOrder& order) {
  const ServiceSpec& spec = order.service->spec;
  const std::optional<sys::Account> account = TRY(account_of(spec));
  sys::ChildSettings child;
  child.argv = spec.command.argv;
  const EnvSources sources{context.own_environment, context.daemon_environment, spec, account, order.invocation};
  for (EnvEntry& entry : TRY(effective_environment(sources)))
    child.env.emplace_back(std::move(entry.name), std::move(entry.value));
  child.working_dir = spec.working_dir.empty() ? "/" : spec.working_dir;
  child.umask = spec.umask.bits;
  child.ignored_signals = context.ignored_signals;
  child.in_progress = &order.shared->in_progress;
  TRY(set_account(child, spec, account));
  TRY(set_attributes(child, spec, context.attribute_defaults));
  return child;
}

// A service that opens /dev/stdout (nginx's access_log) is refused by the kernel unless the pipe is its user's. A
// failure only means that: most services never open it.
void give_to_service(const sys::ChildSettings& child) {
  if (!child.uid) return;
  const gid_t gid = child.gid.value_or(static_cast<gid_t>(-1));
  for (const int fd : {child.stdout_fd, child.stderr_fd}) (void)!::fchown(fd, *child.uid, gid);
}

}  // namespace

LogTarget log_target(const LaunchContext& context, const std::string& name, const LogSpec& spec) {
  LogTo to = spec.to;
  if (to == LogTo::automatic) to = spec.path.empty() ? context.default_log : LogTo::file;
  if (to != LogTo::file) return {to, {}};
  return {to, spec.path.empty() ? fmt::format("{}/{}.log", context.log_dir, name) : spec.path};
}

Result<Launched> launch(const LaunchContext& context, const LaunchOrder& order) {
  const auto cancelled = [&] { return order.shared->is_cancelled.load(std::memory_order_relaxed); };
  if (cancelled()) return fail(Errc::busy, "stopped before it was begun");
  const ServiceSpec& spec = order.service->spec;
  sys::ChildSettings child = TRY(child_settings(context, order));
  StreamEnds out = TRY(open_stream(context, order, log::Stream::out, spec.log));
  child.stdout_fd = out.write_end.get();
  child.stderr_fd = out.write_end.get();
  std::optional<StreamEnds> err;
  if (spec.stderr_.mode != StderrMode::merged) {
    const bool is_own = spec.stderr_.mode == StderrMode::own_log;
    err = TRY(open_stream(context, order, log::Stream::err, is_own ? spec.stderr_.log : spec.log));
    child.stderr_fd = err->write_end.get();
  }
  give_to_service(child);
  const sys::PreparedChild prepared = TRY(sys::prepare_child(std::move(child)));
  if (cancelled()) return fail(Errc::busy, "stopped before it was begun");
  auto process = sys::spawn(prepared);
  if (!process) return std::unexpected(Error{Errc::sys, process.error().sys_errno, process.error().text(), {}});
  Launched launched{std::move(*process), {}};
  launched.sources.push_back(std::move(out.source));
  if (err) launched.sources.push_back(std::move(err->source));
  return launched;
}

}  // namespace sup
