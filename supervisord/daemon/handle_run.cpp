// run: a service that no file defines, for as long as it has something to do.
#include <fmt/format.h>

#include <algorithm>

#include "config/instances.hpp"
#include "config/load.hpp"
#include "config/transient.hpp"
#include "daemon/handlers.hpp"
#include "daemon/shared_log.hpp"

namespace sup {
namespace {

constexpr std::size_t kStdio = 3;

// What the client does while the service is there.
enum class Stay : std::uint8_t {
  until_started,
  until_ended,
  attached,  // As until_ended, and it is stopped when the client goes away.
};

Stay stay_of(const wire::Arguments& arguments) {
  if (arguments.flag("attach")) return Stay::attached;
  return arguments.flag("wait") ? Stay::until_ended : Stay::until_started;
}

class TransientTask final : public Task {
 public:
  TransientTask(Server& server, std::string name, ChangeId start, Stay stay)
      : server_(server), name_(std::move(name)), start_(start), stay_(stay) {}
  ~TransientTask() override {
    if (is_over_) return;
    if (stay_ == Stay::attached) server_.parts().supervisor.post(ServiceRemoved{.name = name_, .stop = {}});
    if (stay_ == Stay::until_started) server_.parts().supervisor.post(ChangeForgotten{start_});
  }

  void on_change_done(Session& session, const ChangeDone& done) override {
    if (done.change != start_) return;
    if (done.results.empty()) return finish(session, failure("there is a service of this name"));
    if (stay_ != Stay::until_started) return;
    const auto failed = std::ranges::find_if(done.results, [](const auto& r) { return r.outcome != Outcome::done; });
    finish(session, failed == done.results.end()
                        ? wire::encode_reply(wire::ExecReply{.service = name_, .exit_code = {}, .exit_signal = {}})
                        : failure(failed->cause));
  }

  // Of several instances all have to have ended, and the first that failed tells how it went.
  void on_state_changed(Session& session, const StateChanged& change) override {
    if (stay_ == Stay::until_started || !is_resting(change.to)) return;
    const World& w = server_.parts().supervisor.world();
    if (w.definition(w.at(change.instance))->name != name_) return;
    const std::vector<InstanceId>& all = w.service(w.at(change.instance).service).instances;
    if (!std::ranges::all_of(all, [&](InstanceId id) { return is_resting(w.at(id).state); })) return;
    const auto failed = std::ranges::find_if(all, [&](InstanceId id) { return w.at(id).state == State::failed; });
    tell_end(session, w, w.at(failed == all.end() ? change.instance : *failed));
  }

  void wind_up(Session& session) override { finish(session, failure("supervisord has shut down")); }

 private:
  void tell_end(Session& session, const World& w, const Instance& i) {
    if (i.last_kind != EndKind::exited) return finish(session, failure(cause_text(w, i)));
    wire::ExecReply reply{.service = name_, .exit_code = {}, .exit_signal = {}};
    if (i.last_status.signal != 0)
      reply.exit_signal = i.last_status.signal;
    else
      reply.exit_code = i.last_status.code;
    finish(session, wire::encode_reply(reply));
  }

  [[nodiscard]] std::string failure(const std::string& cause) const {
    return wire::encode_error(wire::Failed{fmt::format("cannot run {}: {}", name_, cause)});
  }

  void finish(Session& session, const std::string& reply) {
    is_over_ = true;
    session.finish(reply);
  }

  Server& server_;
  std::string name_;
  ChangeId start_;
  Stay stay_;
  bool is_over_ = false;
};

std::string free_name(const World& w) {
  for (std::uint32_t number = 1;; ++number)
    if (std::string name = fmt::format("run-{}", number); !find_service(w, name)) return name;
}

// The options that stand for settings, as lines of TOML.
Result<std::vector<std::string>> setting_lines(const wire::Arguments& arguments) {
  std::vector<std::string> lines;
  for (const std::string_view key : {"user", "group", "working-dir"})
    if (const std::string_view option = key == "working-dir" ? "working_dir" : key; arguments.has(option))
      lines.push_back(string_setting(std::array{key}, arguments.text(option)));
  if (const auto nice = arguments.integer("nice")) lines.push_back(fmt::format("nice = {}\n", *nice));
  for (const std::string& word : arguments.texts("env")) {
    const std::size_t at = word.find('=');
    if (at == word.npos || at == 0) return fail(Errc::invalid, fmt::format("env: '{}' is not NAME=VALUE", word));
    const std::string_view text = word;
    lines.push_back(string_setting(std::array<std::string_view, 2>{"env", text.substr(0, at)}, text.substr(at + 1)));
  }
  for (const std::string& word : arguments.texts("limit")) lines.push_back(TRY(setting_line("limits." + word)));
  for (const std::string& word : arguments.texts("set")) lines.push_back(TRY(setting_line(word)));
  return lines;
}

Result<ServiceRef> definition_of(const Supervisor& supervisor, const wire::Arguments& arguments) {
  const World& w = supervisor.world();
  NamedService out;
  out.name = arguments.has("name") ? std::string(arguments.text("name")) : free_name(w);
  TRY(check_service_name(out.name));
  if (find_service(w, out.name)) return fail(Errc::invalid, fmt::format("there is a service '{}'", out.name));
  if (w.by_name.size() >= kMaxServices) return fail(Errc::invalid, fmt::format("more than {} services", kMaxServices));
  std::vector<const NamedService*> others;
  for (const ServiceId id : w.by_name) others.push_back(w.service(id).definition.get());
  const std::vector<std::string> lines = TRY(setting_lines(arguments));
  const auto words = arguments.texts("command");
  const std::vector<std::string_view> argv(words.begin(), words.end());
  out.spec = TRY(transient_spec(out.name, lines, argv, others));
  out.instances = TRY(instances_of(*out.spec.instances, this_process().env));
  if (stay_of(arguments) != Stay::attached) TRY(check_log_files_of(supervisor.runs().context(), w, out));
  if (out.instances > 1 && stay_of(arguments) == Stay::attached)
    return fail(Errc::invalid, "instances: only one can have the input and output of ctl");
  const bool leaves_always = arguments.flag("rm") || stay_of(arguments) != Stay::until_started;
  out.transience = arguments.flag("keep") ? Transience::until_stopped
                   : leaves_always        ? Transience::until_end
                                          : Transience::until_success;
  return std::make_shared<const NamedService>(std::move(out));
}

}  // namespace

void handle_run(Server& server, Session& session, const wire::Call& call) {
  Supervisor& supervisor = server.parts().supervisor;
  const Stay stay = stay_of(call.arguments);
  std::vector<UniqueFd> fds = session.take_fds();
  if (supervisor.engine().is_shutting_down())
    return session.send(wire::encode_error(wire::ShuttingDown{supervisor.shutdown_reason()}));
  if (stay == Stay::attached && fds.size() != kStdio)
    return session.send(wire::encode_error(wire::Failed{"three descriptors must come with a call that attaches"}));
  auto definition = definition_of(supervisor, call.arguments);
  if (!definition)
    return session.send(wire::encode_error(wire::Failed{fmt::format("cannot run: {}", definition.error().what)}));
  const std::string name = (*definition)->name;
  if (stay == Stay::attached) {
    OwnStdio stdio;
    std::ranges::move(fds, stdio.fds.begin());
    stdio.is_terminal = call.arguments.flag("tty");
    supervisor.runs().lend(name, std::move(stdio));
  }
  const ChangeId start = supervisor.next_change();
  const std::uint32_t instances = (*definition)->instances;
  supervisor.post(ServiceAdded{.service = std::move(*definition), .instances = instances, .start = start});
  session.begin(std::make_unique<TransientTask>(server, name, start, stay));
}

}  // namespace sup
