#include "daemon/launch_output.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "daemon/log_layout.hpp"
#include "guard/holder.hpp"
#include "regex/pattern.hpp"
#include "sys/fd.hpp"

namespace sup {

std::string held_name(std::string_view what, RunId run, std::uint32_t serial) {
  return serial == 0 ? fmt::format("{}:{}", what, run.value) : fmt::format("{}:{}.{}", what, run.value, serial);
}

namespace {

// By the same name the ledger of the log thread knows the source.
std::string key_of(const LaunchOrder& order, std::string_view what) { return held_name(what, order.run, order.serial); }

// What becomes of one stream.
struct StreamLog {
  log::Stream stream = log::Stream::out;
  const LogSpec& spec;
  LogTarget target;
  log::Source::Log log = log::Source::Log::common;
  LogStream file_of = LogStream::standard_output;  // Whose default name a file has.
};

StreamLog output_log(const LaunchContext& context, const LaunchOrder& order) {
  const LogSpec& spec = order.service->spec.log;
  return {log::Stream::out, spec, log_target(context.logs, order.name, LogStream::standard_output, spec)};
}

// Nothing: standard error goes where standard output goes, through the same pipe.
std::optional<StreamLog> errors_log(const LaunchContext& context, const LaunchOrder& order) {
  const StderrSpec& wanted = order.service->spec.stderr_;
  if (wanted.mode == StderrMode::merged || order.service->spec.tty) return std::nullopt;
  if (wanted.mode == StderrMode::own_log)
    return StreamLog{log::Stream::err, wanted.log,
                     log_target(context.logs, order.name, LogStream::standard_error, wanted.log),
                     log::Source::Log::of_errors, LogStream::standard_error};
  StreamLog shared = output_log(context, order);
  shared.stream = log::Stream::err;
  return shared;
}

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

void describe(const LaunchContext& context, const LaunchOrder& order, const StreamLog& log, pid_t pid,
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

// All of a source but its pipe.
Result<log::Source> open_source(const LaunchContext& context, const LaunchOrder& order, const StreamLog& log,
                                std::optional<sys::FileOwner> owner) {
  log::Destination destination = TRY(open_log_of(context, log, owner));
  std::optional<log::Joining> joining = TRY(joining_of(log.spec));
  const FurtherOrder further{order.service->name, order.name, log.file_of, log.stream, order.run, owner};
  auto also = TRY(open_further(context.logs, log.spec, further));
  return log::Source{.service = order.instance,
                     .name = order.name,
                     .stream = log.stream,
                     .run = order.run,
                     .pipe = {},
                     .destination = std::move(destination),
                     .also = std::move(also),
                     .line_max = log.spec.line_max.bytes,
                     .joining = std::move(joining),
                     .overflow = overflow_of(log.spec),
                     .rate = rate_of(log.spec),
                     .log = log.log,
                     .pipe_bytes = log.spec.pipe_size.value_or(ByteSize{}).bytes};
}

// The end of the pipe that the program writes to.
Result<UniqueFd> open_stream(const LaunchContext& context, const LaunchOrder& order, const StreamLog& log,
                             std::optional<sys::FileOwner> owner, std::vector<log::Source>& sources) {
  log::Source source = TRY(open_source(context, order, log, owner));
  sys::Pipe pipe = TRY(sys::make_pipe());
  TRY(check_reserve(context, pipe.write_end));
  // Before anything is in it. Whether the kernel refused is told by the log thread.
  if (log.spec.pipe_size) (void)sys::set_pipe_size(pipe.write_end, log.spec.pipe_size->bytes);
  source.pipe = std::move(pipe.read_end);
  source.key = key_of(order, log.stream == log::Stream::err ? kErrors : kOutput);
  sources.push_back(std::move(source));
  return std::move(pipe.write_end);
}

}  // namespace

Result<> check_reserve(const LaunchContext& context, const UniqueFd& newest) {
  if (static_cast<std::uint64_t>(newest.get()) + kReservedDescriptors < context.own_nofile) return {};
  return fail_errno(EMFILE, fmt::format("out of file descriptors: raise nofile (have {}, need about {})",
                                        context.own_nofile, context.needed_nofile));
}

Result<RunOutput> open_output(const LaunchContext& context, const LaunchOrder& order,
                              std::optional<sys::FileOwner> owner) {
  RunOutput out;
  out.out = TRY(open_stream(context, order, output_log(context, order), owner, out.sources));
  if (const auto errors = errors_log(context, order))
    out.err = TRY(open_stream(context, order, *errors, owner, out.sources));
  guard::Holder& guard = guard::Holder::of_this_process();
  if (!guard.is_guarded()) return out;
  std::vector<guard::Holder::Named> held;
  for (const log::Source& source : out.sources) held.push_back({source.key, source.pipe.get()});
  TRY(guard.hold(held));
  return out;
}

Result<RunTerminal> open_terminal(const LaunchContext& context, const LaunchOrder& order,
                                  std::optional<sys::FileOwner> owner) {
  RunTerminal out;
  log::Source source = TRY(open_source(context, order, output_log(context, order), owner));
  sys::Pty pty = TRY(sys::open_pty());
  out.master = TRY(sys::dup_cloexec_above_stdio(pty.master.get()));
  TRY(check_reserve(context, out.master));
  sys::set_window_size(pty.master.get(), {});
  source.key = key_of(order, kTerminal);
  TRY(guard::Holder::of_this_process().hold(source.key, pty.master.get()));
  source.pipe = std::move(pty.master);
  source.is_terminal = true;
  out.slave = std::move(pty.slave);
  out.sources.push_back(std::move(source));
  return out;
}

ResumedOutput resume_output(const LaunchContext& context, const LaunchOrder& order, KeptOutput kept,
                            std::optional<sys::FileOwner> owner, pid_t pid) {
  ResumedOutput out;
  const auto resume = [&](const StreamLog& log, UniqueFd pipe, std::string_view what) {
    if (!pipe.is_open()) return;
    auto source = open_source(context, order, log, owner);
    if (source) describe(context, order, log, pid, *source);
    if (!source) {
      out.troubles.push_back(std::move(source.error().what));
      source = log::Source{
          .service = order.instance, .name = order.name, .stream = log.stream, .run = order.run, .pipe = {}};
    }
    const std::string& awaited = order.service->spec.ready->log;
    if (order.serial == 0 && !awaited.empty())  // Whether it has come is in the ledger.
      if (auto line = Pattern::compile(awaited)) source->awaited = *std::move(line);
    source->pipe = std::move(pipe);
    source->is_terminal = what == kTerminal;
    source->key = key_of(order, what);
    out.sources.push_back(*std::move(source));
  };
  resume(output_log(context, order), std::move(kept.out), kOutput);
  resume(output_log(context, order), std::move(kept.terminal), kTerminal);
  if (const auto errors = errors_log(context, order)) resume(*errors, std::move(kept.err), kErrors);
  return out;
}

void describe_lines(const LaunchContext& context, const LaunchOrder& order, pid_t pid,
                    std::vector<log::Source>& sources) {
  for (log::Source& source : sources) {
    const bool is_errors = source.stream == log::Stream::err;
    const auto errors = is_errors ? errors_log(context, order) : std::nullopt;
    describe(context, order, errors ? *errors : output_log(context, order), pid, source);
  }
}

}  // namespace sup
