// Commands that are told of events in a configuration: what is read, and what is refused with its place.
#include <string>

#include "config/load.hpp"
#include "config/shape.hpp"
#include "engine/health.hpp"
#include "engine/states.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

std::string refusal(const std::string& text) {
  const Loaded loaded = load_text(text, "f.toml");
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.size() == 1);
  const Diagnostic& found = loaded.diagnostics[0];
  return std::to_string(found.span.line) + ":" + std::to_string(found.span.column) + ": " + found.message +
         (found.hint.empty() ? "" : "; " + found.hint);
}

const std::string kWeb = "[service.web]\ncommand = \"x\"\n[group.site]\nmembers = [\"web\"]\n";

}  // namespace

TEST_CASE("a command is told of what fails, unless its table says otherwise", "[event-hooks]") {
  const Loaded loaded = load_text(kWeb +
                                      "[on-event.mail]\ncommand = \"notify 'the one'\"\n"
                                      "[on-event.chat]\ncommand = [\"curl\"]\nmatch = [\"backoff\", \"shutdown\"]\n"
                                      "[on-event.all]\n",
                                  "f.toml");
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.size() == 1);
  REQUIRE(loaded.diagnostics[0].message ==
          "'all' cannot be the name of a hook: it stands for every service in commands");
  REQUIRE(loaded.set.event_hooks.size() == 2);
  const NamedEventHook& chat = loaded.set.event_hooks[0];
  const NamedEventHook& mail = loaded.set.event_hooks[1];
  REQUIRE(mail.name == "mail");
  REQUIRE(mail.spec.command.argv == std::vector<std::string>{"notify", "the one"});
  REQUIRE(mail.spec.match.events == std::vector{EventWord::failed, EventWord::unhealthy});
  REQUIRE(mail.spec.match.services.empty());
  REQUIRE(mail.spec.timeout == std::chrono::seconds{30});
  REQUIRE(mail.spec.queue == 256);
  REQUIRE(chat.spec.match.events == std::vector{EventWord::backoff, EventWord::shutdown});
}

TEST_CASE("a command that is told of events is begun as a service that says the same", "[event-hooks]") {
  const Loaded loaded = load_text(
      "[on-event.mail]\ncommand = \"x\"\nuser = \"nobody\"\nworking-dir = \"/tmp\"\nenv = { A = \"1\" }\n", "f.toml");
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.empty());
  const ServiceSpec spec = as_service(loaded.set.event_hooks.at(0).spec);
  REQUIRE(*spec.user == "nobody");
  REQUIRE(spec.working_dir == "/tmp");
  REQUIRE(spec.env.variables.size() == 1);
  REQUIRE(spec.command.argv == std::vector<std::string>{"x"});
}

TEST_CASE("services, groups, instances and patterns can be named", "[event-hooks]") {
  const Loaded loaded = load_text(kWeb +
                                      "[on-event.mail]\ncommand = \"x\"\n"
                                      "match = { services = [\"web\", \"site\", \"web@2\", \"job-*\", \"all\"] }\n",
                                  "f.toml");
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.empty());
}

TEST_CASE("what a command cannot be told of is refused with its place", "[event-hooks]") {
  const std::string mail = "[on-event.mail]\ncommand = \"x\"\n";
  REQUIRE(refusal("[on-event.mail]\n") ==
          "1:11: on-event 'mail' has no command; write for example command = [\"/usr/local/bin/notify\"]");
  REQUIRE(refusal(mail + "match = [\"faild\"]\n").starts_with("3:10: match: expected one of "));
  REQUIRE(refusal(mail + "match = { event = [\"failed\"] }\n") ==
          "3:11: unknown key 'match.event' in [on-event.mail]; did you mean 'events'?");
  REQUIRE(refusal(mail + "match = []\n") ==
          "3:9: match.events: it would be told of nothing; name for example \"failed\"");
  REQUIRE(refusal(kWeb + mail + "match.services = [\"wbe\"]\n") ==
          "7:19: match.services: there is no service 'wbe'; did you mean 'web'?");
  REQUIRE(refusal(mail + "queue = 5000\n").starts_with("3:9: queue: "));
  REQUIRE(refusal(mail + "timeout = \"0s\"\n").starts_with("3:11: timeout: "));
  REQUIRE(refusal(mail + "on-fail = 1\n").starts_with("3:1: unknown key 'on-fail' in [on-event.mail]"));
}

TEST_CASE("each state and each verdict is a word that can be matched", "[event-hooks]") {
  for (const auto& state : kEnumNames<State>) REQUIRE(enum_from_name<EventWord>(state.name));
  for (const auto& verdict : kEnumNames<Health>)
    REQUIRE((verdict.value == Health::unknown || enum_from_name<EventWord>(verdict.name)));
}

TEST_CASE("what is different between two tables is told by key", "[event-hooks]") {
  EventHookSpec before;
  before.command.argv = {"x"};
  EventHookSpec after = before;
  after.timeout = std::chrono::seconds{5};
  after.match.services = {"web"};
  const std::vector<SettingChange> changes = diff(before, after);
  REQUIRE(changes.size() == 2);
  REQUIRE(changes[0].key == "match.services");
  REQUIRE(changes[1].key == "timeout");
  REQUIRE(changes[1].old_value == "\"30s\"");
  REQUIRE(changes[1].new_value == "\"5s\"");
}
