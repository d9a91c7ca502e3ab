// Who may do what: every command with every role.
#include "wire/commands.hpp"
#include "wire/roles.hpp"
#include "wire/varlink.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::wire;

namespace {

struct Expected {
  Verb verb;
  Role needed;
};

// Written out by hand, so that a change of a role in the table is a change here too.
constexpr Expected kExpected[] = {
    {Verb::status, Role::observe},  {Verb::start, Role::operate},     {Verb::stop, Role::operate},
    {Verb::reload, Role::operate},  {Verb::restart, Role::operate},   {Verb::signal, Role::operate},
    {Verb::kill, Role::operate},    {Verb::pause, Role::operate},     {Verb::resume, Role::operate},
    {Verb::tree, Role::observe},    {Verb::exec, Role::admin},        {Verb::features, Role::observe},
    {Verb::wait, Role::observe},    {Verb::logs, Role::observe},      {Verb::events, Role::observe},
    {Verb::show, Role::operate},    {Verb::env, Role::operate},       {Verb::explain, Role::observe},
    {Verb::version, Role::observe}, {Verb::ping, Role::observe},      {Verb::shutdown, Role::admin},
    {Verb::poweroff, Role::admin},  {Verb::reboot, Role::admin},      {Verb::halt, Role::admin},
    {Verb::set, Role::admin},       {Verb::attach, Role::observe},    {Verb::run, Role::admin},
    {Verb::scale, Role::operate},   {Verb::enable, Role::admin},      {Verb::disable, Role::admin},
    {Verb::graph, Role::observe},   {Verb::blame, Role::observe},     {Verb::critical_chain, Role::observe},
    {Verb::plot, Role::observe},    {Verb::log_level, Role::observe}, {Verb::health, Role::observe},
    {Verb::clean, Role::operate},   {Verb::reexec, Role::admin},      {Verb::plan, Role::admin},
    {Verb::apply, Role::admin},     {Verb::confirm, Role::admin},     {Verb::test_hook, Role::operate},
};

bool may(Role role, Verb verb) { return role >= needed_role(command(verb), {}); }

constexpr std::uint32_t kDaemonUid = 500;
constexpr std::uint32_t kSomebody = 1000;

Role role_of(std::uint32_t uid, std::vector<std::uint32_t> groups, const AccessSpec& access = {}) {
  return role_for({uid, groups}, kDaemonUid, access);
}

}  // namespace

TEST_CASE("each command is allowed from its role on and denied below", "[wire][roles]") {
  std::size_t calls = 0;
  for (const CommandRow& row : commands()) calls += row.method.empty() ? 0 : 1;
  REQUIRE(calls == std::size(kExpected));
  for (const Expected& expected : kExpected)
    for (const Role role : {Role::none, Role::observe, Role::operate, Role::admin}) {
      INFO(command(expected.verb).name << " as " << enum_name(role));
      REQUIRE(may(role, expected.verb) == (role >= expected.needed));
      if (role == Role::none) REQUIRE_FALSE(may(role, expected.verb));
    }
}

TEST_CASE("revealing secrets needs admin, not revealing them does not", "[wire][roles]") {
  Arguments arguments;
  arguments.set("name", std::string("web"));
  arguments.set("reveal", false);
  REQUIRE(needed_role(command(Verb::env), arguments) == Role::operate);
  arguments.set("reveal", true);
  REQUIRE(needed_role(command(Verb::env), arguments) == Role::admin);
}

TEST_CASE("typing at a service needs admin, looking does not, and who does not say which wants to type",
          "[wire][roles]") {
  Arguments arguments;
  arguments.set("name", std::string("web"));
  arguments.set("input", false);
  REQUIRE(needed_role(command(Verb::attach), arguments) == Role::observe);
  arguments.set("input", true);
  REQUIRE(needed_role(command(Verb::attach), arguments) == Role::admin);
  const auto call = parse_call(R"({"method":"io.supervisord.Attach","parameters":{"name":"web"}})");
  REQUIRE(call.has_value());
  REQUIRE(needed_role(*call->row, call->arguments) == Role::admin);
}

TEST_CASE("root and the daemon's own user are admin, everybody else has no role", "[wire][roles]") {
  REQUIRE(role_of(0, {0}) == Role::admin);
  REQUIRE(role_of(kDaemonUid, {}) == Role::admin);
  REQUIRE(role_of(kSomebody, {kSomebody}) == Role::none);
  REQUIRE(role_of(kSomebody, {0, kDaemonUid}) == Role::none);  // Being in root's group is nothing.
}

TEST_CASE("the access table grants the highest role that matches", "[wire][roles]") {
  AccessSpec access;
  access.observe.groups = {50};
  access.operate.users = {kSomebody};
  access.admin.groups = {60};
  REQUIRE(role_of(1001, {50}, access) == Role::observe);
  REQUIRE(role_of(kSomebody, {50}, access) == Role::operate);
  REQUIRE(role_of(kSomebody, {50, 60}, access) == Role::admin);
  REQUIRE(role_of(50, {1}, access) == Role::none);  // A user's number is no group's number.
  REQUIRE(role_of(1001, {kSomebody}, access) == Role::none);
}
