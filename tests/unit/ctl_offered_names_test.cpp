// What shells are offered of the names that supervisord tells.
#include "ctl/offered_names.hpp"

#include "catch.hpp"

using namespace sup;
using wire::Verb;

namespace {

wire::ServiceStatus service(const char* name, const char* state) {
  wire::ServiceStatus out;
  out.name = name;
  out.state = state;
  return out;
}

}  // namespace

TEST_CASE("a verb is offered those for whom it has something to do", "[ctl][completion]") {
  wire::StatusReply reply;
  reply.services = {service("db", "stopped"), service("web@1", "running"), service("job", "paused")};
  reply.groups = {"site"};
  REQUIRE(ctl::offered_names(Verb::stop, reply) == "web@1\njob\nsite\n");
  REQUIRE(ctl::offered_names(Verb::start, reply) == "db\nsite\n");
  REQUIRE(ctl::offered_names(Verb::resume, reply) == "job\nsite\n");
  REQUIRE(ctl::offered_names(Verb::status, reply) == "db\nweb@1\njob\nsite\n");
}

TEST_CASE("names that a shell could take for something else are not offered", "[ctl][completion]") {
  wire::StatusReply reply;
  for (const char* name :
       {"", "-x", "$(touch${IFS}/tmp/x)", "`id`", "a b", "a\nb", "a;b", "a*", "~", "\"", "good-1.x_y@2"})
    reply.services.push_back(service(name, "running"));
  reply.groups = {"$HOME", "{a,b}"};
  REQUIRE(ctl::offered_names(Verb::status, reply) == "good-1.x_y@2\n");
}
