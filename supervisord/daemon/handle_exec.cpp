// exec: a command in the place of a service, with the client's own input and output.
#include <fmt/format.h>

#include <algorithm>

#include "base/refusable.hpp"
#include "daemon/handlers.hpp"

namespace sup {
namespace {

constexpr std::size_t kStdio = 3;

// Ends the command if the client goes away.
class ExecTask final : public Task {
 public:
  ExecTask(Server& server, ExecId id) : server_(server), id_(id) {}
  ~ExecTask() override { server_.parts().supervisor.runs().end_exec(id_); }
  void wind_up(Session& session) override {
    session.finish(wire::encode_error(wire::Failed{"supervisord has shut down"}));
  }

 private:
  Server& server_;
  ExecId id_;
};

std::string reply_of(const Result<ExitStatus>& end) {
  if (!end) return wire::encode_error(wire::Failed{end.error().what});
  wire::ExecReply reply;
  if (end->signal != 0)
    reply.exit_signal = end->signal;
  else
    reply.exit_code = end->code;
  return wire::encode_reply(reply);
}

}  // namespace

void handle_exec(Server& server, Session& session, const wire::Call& call) {
  const auto service = named_service(server, session, call);
  if (!service) return;
  std::vector<UniqueFd> fds = session.take_fds();
  if (fds.size() != kStdio)
    return session.send(wire::encode_error(wire::Failed{"three descriptors must come with the call"}));
  ExecOrder order;
  order.instance = *service;
  const auto words = call.arguments.texts("command");
  order.command.argv.assign(words.begin(), words.end());
  std::ranges::move(fds, order.stdio.fds.begin());
  order.stdio.is_terminal = call.arguments.flag("tty");
  order.done = [&server, id = session.id()](const Result<ExitStatus>& end) {
    server.with_session(id, [&](Session& mine) { mine.finish(reply_of(end)); });
  };
  Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  const Instance& i = w.at(*service);
  const Indispensable whole;  // Once it runs there must be somebody who ends it.
  // In a frozen cgroup it would not even be executed.
  const auto id = i.state == State::paused ? std::unexpected(Error{Errc::busy, 0, "it is paused", {}})
                                           : supervisor.runs().exec(std::move(order));
  if (!id) {
    return session.send(
        wire::encode_error(wire::Failed{fmt::format("{} is not running ({})", w.name(i), enum_name(i.state))}));
  }
  session.begin(std::make_unique<ExecTask>(server, *id));
}

}  // namespace sup
