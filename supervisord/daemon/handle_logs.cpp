// logs: what services wrote, from memory and from their files, and what they write from now on.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/refusable.hpp"
#include "daemon/handlers.hpp"
#include "daemon/log_reader.hpp"
#include "daemon/shared_log.hpp"
#include "spec/instance_text.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

constexpr std::size_t kUsualLines = 100;
constexpr Duration kResumePatience = std::chrono::seconds{2};

log::StreamFilter streams_of(const wire::Call& call) {
  if (!call.arguments.has("stream")) return log::StreamFilter::both;
  return call.arguments.text("stream") == "stderr" ? log::StreamFilter::err : log::StreamFilter::out;
}

std::optional<WallTime> moment_of(const wire::Call& call, std::string_view name) {
  const auto ms = call.arguments.integer(name);
  if (!ms) return std::nullopt;
  return WallTime{std::chrono::milliseconds{*ms}};
}

// With a moment to begin at, all lines since then; else the last ones.
std::optional<std::size_t> last_lines_of(const wire::Call& call) {
  if (const auto lines = call.arguments.integer("lines")) return static_cast<std::size_t>(*lines);
  if (call.arguments.has("since")) return std::nullopt;
  return kUsualLines;
}

// The same expression once more, since each thread that looks for it has its own.
std::optional<Pattern> pattern_of(const wire::Call& call) {
  if (!call.arguments.has("grep")) return std::nullopt;
  auto pattern = Pattern::compile(std::string(call.arguments.text("grep")));
  if (!pattern) return std::nullopt;
  return *std::move(pattern);
}

// What is wrong with what is asked for.
std::optional<std::string> mistake_in(const wire::Call& call) {
  if (call.arguments.has("grep"))
    if (const auto pattern = Pattern::compile(std::string(call.arguments.text("grep"))); !pattern)
      return "cannot search: " + pattern.error().what;
  if (call.arguments.flag("follow") && call.arguments.has("until"))
    return "cannot follow until a time: --follow and --until exclude each other";
  const auto since = moment_of(call, "since");
  const auto until = moment_of(call, "until");
  if (since && until && *since >= *until) return "cannot read lines: --since is not before --until";
  return std::nullopt;
}

log::FollowRequest request_of(const wire::Call& call, const std::vector<InstanceId>& services) {
  log::FollowRequest out;
  if (!call.arguments.texts("names").empty()) out.services = services;
  out.last_lines = last_lines_of(call);
  out.follow = call.arguments.flag("follow") ? log::Follow::yes : log::Follow::no;
  out.streams = streams_of(call);
  out.since = moment_of(call, "since");
  out.until = moment_of(call, "until");
  out.grep = pattern_of(call);
  out.run = call.arguments.integer("run");
  out.is_surveyed = true;
  return out;
}

// The log of one stream, if it goes to a file.
std::optional<log::OldLog> old_log(const LaunchContext& context, const World& w, LogSharers& sharers,
                                   const Instance& instance, LogStream stream) {
  const ServiceSpec& spec = w.spec(instance);
  const bool is_err = stream == LogStream::standard_error;
  if (is_err && spec.stderr_.mode != StderrMode::own_log) return std::nullopt;
  const LogSpec& log = is_err ? spec.stderr_.log : spec.log;
  const std::string name = w.name(instance);
  LogTarget target = log_target(context.logs, name, stream, log);
  if (target.to != LogTo::file && goes_to(log, LogTo::file))
    target = {LogTo::file, log_file_path(log, name, stream, context.logs.dir)};
  if (target.to != LogTo::file) return std::nullopt;
  const LogTimeSpec& time = log.time.is_written() ? *log.time : context.log_formats.time;
  const LineOrigin origin{.service = w.definition(instance)->name,
                          .instance = place_of(w, instance).number,
                          .name = name,
                          .stream = log::Stream::out,
                          .pid = 0,
                          .run = {}};
  log::OldLog out{.service = {}, .name = name, .path = std::move(target.path)};
  out.form = form_of(chosen_format(log, context.log_formats, LogTo::file), time, origin);
  LogSharing sharing = sharers.of(instance, log);
  out.shared_with = std::move(sharing.with);
  out.tells_whose = sharing.tells_whose;
  if (is_err) out.stream = log::Stream::err;
  if (!is_err && spec.stderr_.mode != StderrMode::same_log) out.stream = log::Stream::out;
  return out;
}

// How people call the place where the output of a service goes that has no file.
std::string_view place_without_file(const LaunchContext& context, const LogSpec& log) {
  switch (log.to == LogTo::automatic ? context.logs.to : log.to) {
    case LogTo::syslog: return "to syslog";
    case LogTo::journal: return "to the journal";
    case LogTo::standard_output: return "to supervisord's standard output";
    case LogTo::null:
    case LogTo::automatic:
    case LogTo::file: break;
  }
  return "nowhere";
}

LogReaderPlan plan_for(Server& server, const wire::Call& call, const std::vector<InstanceId>& services) {
  const Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  const LaunchContext& context = supervisor.runs().context();
  LogReaderPlan out;
  out.asked = sys::wall_now();
  out.grep = pattern_of(call);
  out.last_lines = last_lines_of(call);
  out.since = moment_of(call, "since");
  out.until = moment_of(call, "until");
  out.streams = streams_of(call);
  out.file_grep = pattern_of(call);
  out.run = call.arguments.integer("run");
  LogSharers sharers(context, w);
  for (const InstanceId id : services) {
    const Instance& instance = w.at(id);
    LogReaderPlan::Service& service = out.services.emplace_back();
    service.id = id;
    service.name = w.name(instance);
    service.place = place_without_file(context, w.spec(instance).log);
    service.files = {old_log(context, w, sharers, instance, LogStream::standard_output),
                     old_log(context, w, sharers, instance, LogStream::standard_error)};
  }
  return out;
}

void read_logs(Server& server, Session& session, const wire::Call& call) {
  const auto services = named_services(server, session, call);
  if (!services) return;
  if (auto mistake = mistake_in(call)) return session.send(wire::encode_error(wire::Failed{*std::move(mistake)}));
  const Indispensable whole;  // A reader without a task would never be taken away.
  LogReaderPlan plan = plan_for(server, call, *services);
  const auto follower = server.parts().log.follow(request_of(call, *services));
  if (!follower) return session.send(wire::encode_error(wire::LimitReached{follower.error().what}));
  begin_reading_logs(server, session, *follower, std::move(plan));
}

// While the output of the runs that were taken over is not read again, nobody knows what of it is in the files already:
// a reader would get lines twice, or not at all. A disk that hangs is not waited for.
class OutputAwaited final : public Task {
 public:
  OutputAwaited(Server& server, SessionId session, wire::Call call)
      : server_(server),
        session_(session),
        call_(std::move(call)),
        give_up_(server.parts().loop, [this] { go_on(server_, session_); }) {
    give_up_.arm(kResumePatience);
  }

  // Nothing, if somebody else has done it, or the session waits for something else by now.
  static void go_on(Server& server, SessionId id) {
    server.with_session(id, [&server](Session& session) {
      if (auto* const awaited = dynamic_cast<OutputAwaited*>(session.task()); awaited != nullptr)
        awaited->read(session, server);
    });
  }

  void wind_up(Session& session) override { session.finish(wire::encode_reply(wire::LogsReply{})); }

 private:
  void read(Session& session, Server& server) {
    const wire::Call call = std::move(call_);
    const std::unique_ptr<Task> done = session.drop_task();  // This.
    read_logs(server, session, call);
  }

  Server& server_;
  SessionId session_;
  wire::Call call_;
  loop::Timer give_up_;
};

}  // namespace

void handle_logs(Server& server, Session& session, const wire::Call& call) {
  if (const auto deed = file_deed(call)) return handle_log_files(server, session, call, *deed);
  Runs& runs = server.parts().supervisor.runs();
  if (!runs.is_resuming_output()) return read_logs(server, session, call);
  session.begin(std::make_unique<OutputAwaited>(server, session.id(), call));
  runs.when_output_is_resumed([&server, id = session.id()] { OutputAwaited::go_on(server, id); });
}

}  // namespace sup
