// attach: somebody looks at the output of a run as it comes, and types at its terminal.
//
// The client brings a socket. The first byte on it is a zero; with it comes the master of the run's terminal, if the
// client may type there and there is one. What follows is output, written by the log thread, which waits for nobody.
// So neither a client that stands still nor what is typed ever passes through the loop.
#include <fmt/format.h>

#include <array>

#include "base/refusable.hpp"
#include "daemon/handlers.hpp"
#include "sys/socket.hpp"

namespace sup {
namespace {

// Ends with the run.
class AttachTask final : public Task {
 public:
  AttachTask(Server& server, InstanceId instance, RunId run, log::ViewerId viewer)
      : server_(server), instance_(instance), run_(run), viewer_(viewer) {}
  ~AttachTask() override { server_.parts().log.unview(viewer_); }

  void on_state_changed(Session& session, const StateChanged& change) override {
    if (change.instance != instance_) return;
    const Run* run = server_.parts().supervisor.runs().find(instance_);
    if (run != nullptr && run->id == run_ && !run->main_is_gone) return;
    session.finish(wire::encode_reply(end_of_run()));
  }

  void wind_up(Session& session) override {
    session.finish(wire::encode_error(wire::Failed{"supervisord has shut down"}));
  }

 private:
  [[nodiscard]] wire::AttachReply end_of_run() const {
    const World& w = server_.parts().supervisor.world();
    const Instance& i = w.at(instance_);
    wire::AttachReply reply{.service = w.name(i), .exit_code = {}, .exit_signal = {}};
    if (i.last_status.signal != 0)
      reply.exit_signal = i.last_status.signal;
    else
      reply.exit_code = i.last_status.code;
    return reply;
  }

  Server& server_;
  InstanceId instance_;
  RunId run_;
  log::ViewerId viewer_;
};

// Errors: what the client brought is no stream socket, or nobody is at its other end.
Result<> greet(const UniqueFd& socket, const UniqueFd& terminal) {
  constexpr std::array kGreeting = {'\0'};
  const std::array passed = {terminal.get()};
  const auto sent = TRY(sys::send_with_fds(socket, kGreeting, std::span(passed).first(terminal.is_open() ? 1 : 0)));
  if (sent.state == sys::IoState::ok) return {};
  return fail(Errc::invalid, "the socket that came with the call takes nothing");
}

}  // namespace

void handle_attach(Server& server, Session& session, const wire::Call& call) {
  const auto service = named_service(server, session, call);
  if (!service) return;
  std::vector<UniqueFd> fds = session.take_fds();
  if (fds.size() != 1) return session.send(wire::encode_error(wire::Failed{"one socket must come with the call"}));
  const Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  const Instance& i = w.at(*service);
  const Run* run = supervisor.runs().find(*service);
  if (run == nullptr || run->shared != nullptr || run->main_is_gone)
    return session.send(
        wire::encode_error(wire::Failed{fmt::format("{} is not running ({})", w.name(i), enum_name(i.state))}));
  static const UniqueFd kNone;
  const auto greeted = greet(fds.front(), call.arguments.flag("input") ? run->terminal : kNone);
  if (!greeted) return session.send(wire::encode_error(wire::Failed{greeted.error().what}));
  const Indispensable whole;  // A viewer without a task would never be taken away.
  const bool is_terminal = run->terminal.is_open();
  const log::ViewerId viewer = server.parts().log.view({*service, is_terminal, std::move(fds.front())});
  session.begin(std::make_unique<AttachTask>(server, *service, run->id, viewer));
}

}  // namespace sup
