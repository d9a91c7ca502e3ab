// What is foreseen of an end is what then comes.
#include "engine/foresight.hpp"
#include "engine_story.hpp"
//
#include "catch.hpp"

using namespace sup;
using namespace sup::story;

namespace {

Foresight foresee(Story& s, const std::string& name, ExitStatus status) {
  return foresee_end(s.engine(), s.engine().world().now, s.id(name), status);
}

Names names_of(Story& s, const std::vector<InstanceId>& ids) {
  Names out;
  for (const InstanceId id : ids) out.push_back(s.engine().world().name(s.engine().world().at(id)));
  return out;
}

}  // namespace

TEST_CASE("foresight: the state after an end is foreseen, for every policy and way to end") {
  for (const RestartWhen when : {RestartWhen::always, RestartWhen::on_failure, RestartWhen::never})
    for (const ExitStatus status : {code(0), code(3), signal(9)})
      for (const bool is_oneshot : {false, true}) {
        Service work = Service("work").restart(when);
        if (is_oneshot) work.oneshot();
        Story s({work});
        s.boot().spawned("work");
        const Foresight seen = foresee(s, "work", status);
        REQUIRE(s.state("work") == (is_oneshot ? "starting" : "running"));
        s.ends("work", status);
        REQUIRE(seen.state.has_value());
        REQUIRE(std::string(enum_name(*seen.state)) == s.state("work"));
        REQUIRE(seen.restart_in.has_value() == (s.state("work") == "backoff"));
      }
}

TEST_CASE("foresight: attempts are counted down, and the last end is one too many") {
  Story s({Service("web").restart(RestartWhen::always).at_most(2, 60s)});
  s.boot().spawned("web");
  REQUIRE(foresee(s, "web", code(1)).attempts == 1);
  REQUIRE(foresee(s, "web", code(1)).restart_in == 1s);
  REQUIRE(foresee(s, "web", code(1)).text ==
          "exit 1 is no success (success-codes); restart.when is always: started again after 1s, 1 of 2 attempts left "
          "then");
  s.ends("web", code(1)).pass(1s).spawned("web");
  REQUIRE(foresee(s, "web", code(1)).attempts == 0);
  REQUIRE(foresee(s, "web", code(1)).restart_in == 2s);
  s.ends("web", code(1)).pass(2s).spawned("web");
  const Foresight last = foresee(s, "web", code(1));
  REQUIRE(last.state == State::failed);
  REQUIRE_FALSE(last.restart_in);
  REQUIRE(last.text == "exit 1 is no success (success-codes); restart.when is always: failed for good");
}

TEST_CASE("foresight: what goes down with it, and what stays") {
  Story s({Service("db").restart(RestartWhen::on_failure), Service("app").requires_({"db"}),
           Service("bound").binds_to({"db"}), Service("other")});
  s.boot().run();
  REQUIRE(names_of(s, foresee(s, "db", code(1)).down) == Names{"bound"});
  REQUIRE(names_of(s, foresee(s, "db", code(0)).down) == Names{"app", "bound"});
  REQUIRE(foresee(s, "other", code(1)).down.empty());
  REQUIRE(foresee(s, "db", code(0)).text ==
          "exit 0 is success (success-codes); restart.when is on-failure: completed; goes down with it: app, bound");
}

TEST_CASE("foresight: a shutdown is told with its reason, and what was asked wins over the policy") {
  Story s({Service("work").on_exit_shutdown(), Service("web").restart(RestartWhen::always)});
  s.boot().run();
  const Foresight end = foresee(s, "work", code(5));
  REQUIRE_FALSE(end.shutdown.empty());
  REQUIRE(end.text.find("failed, and supervisord shuts down (" + end.shutdown + ")") != std::string::npos);
  REQUIRE(s.shutdown_reason().empty());
  s.stop({"web"});
  REQUIRE(foresee(s, "web", code(1)).state == State::stopped);
  REQUIRE(foresee(s, "web", code(1)).text.find("its end was asked for: it stays down") != std::string::npos);
}

TEST_CASE("foresight: post-stop hooks are not the end of it") {
  Story s({Service("web").restart(RestartWhen::always).with([](ServiceSpec& spec) {
    spec.post_stop = {Hook{.command = {{"clean"}}}, Hook{.command = {{"up"}}}};
  })});
  s.boot().spawned("web");
  REQUIRE(foresee(s, "web", code(1)).state == State::backoff);
}

TEST_CASE("foresight: of what does not run the policy is asked") {
  Story s({Service("web").restart(RestartWhen::always).disabled()});
  s.boot();
  const Foresight seen = foresee(s, "web", code(1));
  REQUIRE_FALSE(seen.state);
  REQUIRE(seen.text == "exit 1 is no success (success-codes); restart.when is always: started again after 1s");
}
