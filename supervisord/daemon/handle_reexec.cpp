// reexec: another program goes on.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "base/text.hpp"
#include "base/version.hpp"
#include "daemon/handlers.hpp"
#include "daemon/say.hpp"

namespace sup {
namespace {

// Between the trial of the program and its word.
class ReexecTask final : public Task {
 public:
  void wind_up(Session& session) override {
    session.finish(wire::encode_error(wire::Failed{"supervisord is about to end"}));
  }
};

std::string answer(const Reexec::Outcome& outcome) {
  if (!outcome.trouble.empty())
    return wire::encode_error(wire::Failed{
        fmt::format("cannot go on as {}: {}; nothing has changed", printable(outcome.program), outcome.trouble)});
  return wire::encode_reply(wire::ReexecReply{.program = outcome.program,
                                              .version = outcome.version,
                                              .before = std::string(program_version()),
                                              .manager = ::getpid()});
}

}  // namespace

void handle_reexec(Server& server, Session& session, const wire::Call& call) {
  if (server.parts().supervisor.engine().is_shutting_down())
    return session.send(wire::encode_error(wire::ShuttingDown{}));
  std::string program(call.arguments.has("program") ? call.arguments.text("program") : "");
  if (!program.empty() && !program.starts_with('/'))
    return session.send(wire::encode_error(wire::InvalidParameter{"program"}));
  const auto begun =
      server.parts().reexec.begin(std::move(program), [&server, id = session.id()](const Reexec::Outcome& outcome) {
        server.with_session(id, [&](Session& asker) { asker.finish(answer(outcome)); });
      });
  if (begun)
    session.begin(std::make_unique<ReexecTask>());
  else
    session.send(wire::encode_error(wire::Failed{"cannot reexec: " + begun.error().what}));
}

}  // namespace sup
