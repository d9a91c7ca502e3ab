// test-hook: a command that is told of events is tried.
#include "base/refusable.hpp"
#include "daemon/event_hooks.hpp"
#include "daemon/handlers.hpp"

namespace sup {
namespace {

class TestTask final : public Task {
 public:
  void wind_up(Session& session) override {
    session.finish(wire::encode_error(wire::Failed{"supervisord ends before it is known what becomes of the test"}));
  }
};

}  // namespace

void handle_test_hook(Server& server, Session& session, const wire::Call& call) {
  auto tested = [&server, id = session.id()](const wire::TestHookReply& reply) {
    const Indispensable whole;
    server.with_session(id, [&](Session& mine) {
      server.hold(mine);
      mine.finish(wire::encode_reply(reply));
    });
  };
  const std::string name(call.arguments.text("name"));
  const auto begun = server.parts().event_hooks.test(name, session.peer(), std::move(tested));
  if (!begun) return session.send(wire::encode_error(wire::Failed{begun.error().what}));
  session.begin(std::make_unique<TestTask>());
}

}  // namespace sup
