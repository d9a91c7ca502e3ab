// Calls: what a client may say, and that everything else is answered or hung up on, but never believed.
#include <string>

#include "wire/interface.hpp"
#include "wire/varlink.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::wire;

namespace {

std::string call_text(std::string_view method, std::string_view parameters, std::string_view more = "") {
  return "{\"method\":\"io.supervisord." + std::string(method) + "\",\"parameters\":" + std::string(parameters) +
         std::string(more) + "}";
}

Call accept(std::string_view message) {
  const auto call = parse_call(message);
  INFO(message);
  REQUIRE(call.has_value());
  return *call;
}

// The error reply to a message that is refused, without its NUL.
std::string refusal(std::string_view message) {
  const auto call = parse_call(message);
  INFO(message);
  REQUIRE_FALSE(call.has_value());
  REQUIRE(call.error().then == CallFailure::Then::reply);
  std::string reply = call.error().reply;
  REQUIRE(reply.ends_with('\0'));
  reply.pop_back();
  return reply;
}

std::string invalid_parameter(std::string_view name) {
  return "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"" + std::string(name) +
         "\"}}";
}

void is_hung_up_on(std::string_view message) {
  const auto call = parse_call(message);
  INFO(message.substr(0, 80));
  REQUIRE_FALSE(call.has_value());
  REQUIRE(call.error().then == CallFailure::Then::hang_up);
  REQUIRE(call.error().reply.empty());
  REQUIRE_FALSE(call.error().reason.empty());
}

}  // namespace

TEST_CASE("a call carries its parameters, flags and fallbacks", "[wire][call]") {
  const Call call = accept(call_text("Start", R"({"names":["web","db*"]})", R"(,"more":true)"));
  REQUIRE(call.kind == CallKind::command);
  REQUIRE(call.row == &command(Verb::start));
  REQUIRE(call.more);
  REQUIRE_FALSE(call.oneway);
  REQUIRE(call.arguments.texts("names").size() == 2);
  REQUIRE(call.arguments.texts("names")[1] == "db*");
  REQUIRE(call.arguments.flag("wait"));
  REQUIRE_FALSE(accept(call_text("Start", R"({"names":["web"],"wait":false})")).arguments.flag("wait"));
}

TEST_CASE("optional parameters may be left out, be null, or there may be no parameters at all", "[wire][call]") {
  REQUIRE(accept(R"({"method":"io.supervisord.Status"})").arguments.texts("names").empty());
  REQUIRE(accept(R"({"method":"io.supervisord.Status","parameters":null})").row == &command(Verb::status));
  REQUIRE_FALSE(accept(call_text("Status", R"({"names":null})")).arguments.has("names"));
  const auto logs = accept(call_text("Logs", R"({"lines":null,"follow":null,"since":12})", R"(,"more":true)"));
  REQUIRE_FALSE(logs.arguments.has("lines"));
  REQUIRE_FALSE(logs.arguments.flag("follow"));
  REQUIRE(logs.arguments.integer("since") == 12);
}

TEST_CASE("names may be left out where tags are given", "[wire][call]") {
  REQUIRE(accept(call_text("Stop", R"({"tags":["dev"]})")).arguments.texts("names").empty());
  REQUIRE(accept(call_text("Stop", R"({"names":null,"tags":["dev"]})")).arguments.texts("tags").size() == 1);
  REQUIRE(refusal(call_text("Stop", R"({"tags":[]})")) == invalid_parameter("names"));
}

TEST_CASE("a call that ctl encodes is the call that the daemon reads", "[wire][call]") {
  Arguments arguments;
  arguments.set("names", std::vector<std::string>{"wörld", "a\"b\\c\n\t\x01"});
  arguments.set("lines", std::int64_t{12});
  arguments.set("follow", true);
  arguments.set("stream", std::string("stderr"));
  arguments.set("raw", true);  // Local: not sent.
  std::string message = encode_call(command(Verb::logs), arguments, More::yes);
  REQUIRE(message.back() == '\0');
  message.pop_back();
  const Call call = accept(message);
  REQUIRE(call.more);
  REQUIRE(call.arguments.texts("names")[1] == "a\"b\\c\n\t\x01");
  REQUIRE(call.arguments.integer("lines") == 12);
  REQUIRE(call.arguments.flag("follow"));
  REQUIRE(call.arguments.text("stream") == "stderr");
  REQUIRE_FALSE(call.arguments.has("raw"));
}

TEST_CASE("a wrong parameter is named", "[wire][call]") {
  REQUIRE(refusal(call_text("Start", "{}")) == invalid_parameter("names"));
  REQUIRE(refusal(call_text("Start", R"({"names":[]})")) == invalid_parameter("names"));
  REQUIRE(refusal(call_text("Start", R"({"names":"web"})")) == invalid_parameter("names"));
  REQUIRE(refusal(call_text("Start", R"({"names":[1]})")) == invalid_parameter("names"));
  REQUIRE(refusal(call_text("Start", R"({"names":null})")) == invalid_parameter("names"));
  REQUIRE(refusal(call_text("Start", R"({"names":["a"],"wait":1})")) == invalid_parameter("wait"));
  REQUIRE(refusal(call_text("Start", R"({"names":["a"],"colour":1})")) == invalid_parameter("colour"));
  REQUIRE(refusal(call_text("Start", R"({"names":["a\u0000b"]})")) == invalid_parameter("names"));
  REQUIRE(refusal(call_text("Status", R"([])")) == invalid_parameter("parameters"));
  REQUIRE(refusal(call_text("Status", R"({"check":true})")) == invalid_parameter("check"));  // ctl's own.
  REQUIRE(refusal(call_text("Wait", R"({"names":["a"],"for":"redy"})")) == invalid_parameter("for"));
  REQUIRE(refusal(call_text("Explain", R"({"name":["a"]})")) == invalid_parameter("name"));
}

TEST_CASE("integers must be whole and within their range", "[wire][call]") {
  for (const std::string_view lines : {"-1", "1000001", "1.0", "1e3", "\"5\"", "true", "9223372036854775808",
                                       "18446744073709551616", "-9223372036854775809", "[]", "{}"}) {
    INFO(lines);
    REQUIRE(refusal(call_text("Logs", "{\"lines\":" + std::string(lines) + "}", R"(,"more":true)")) ==
            invalid_parameter("lines"));
  }
  REQUIRE(accept(call_text("Logs", R"({"lines":0})", R"(,"more":true)")).arguments.integer("lines") == 0);
}

TEST_CASE("unknown methods and interfaces are answered by their own errors", "[wire][call]") {
  REQUIRE(refusal(R"({"method":"io.supervisord.Frobnicate"})") ==
          R"({"error":"org.varlink.service.MethodNotFound","parameters":{"method":"io.supervisord.Frobnicate"}})");
  REQUIRE(refusal(R"({"method":"org.example.Foo"})") ==
          R"({"error":"org.varlink.service.InterfaceNotFound","parameters":{"interface":"org.example"}})");
  REQUIRE(refusal(R"({"method":"org.varlink.service.Nope"})") ==
          R"({"error":"org.varlink.service.MethodNotFound","parameters":{"method":"org.varlink.service.Nope"}})");
  REQUIRE(refusal(R"({"method":""})").find("InterfaceNotFound") != std::string::npos);
  REQUIRE(refusal(R"({"method":"io.supervisord.Ping","upgrade":true})").find("MethodNotImplemented") !=
          std::string::npos);
}

TEST_CASE("a method that streams expects \"more\"", "[wire][call]") {
  REQUIRE(refusal(call_text("Logs", "{}")) == R"({"error":"org.varlink.service.ExpectedMore","parameters":{}})");
  REQUIRE(accept(call_text("Logs", "{}", R"(,"more":true)")).row == &command(Verb::logs));
}

TEST_CASE("a oneway call that is refused is answered by silence", "[wire][call]") {
  const auto call = parse_call(R"({"method":"io.supervisord.Nope","oneway":true})");
  REQUIRE_FALSE(call.has_value());
  REQUIRE(call.error().then == CallFailure::Then::reply);
  REQUIRE(call.error().reply.empty());
  REQUIRE(accept(R"({"method":"io.supervisord.Ping","oneway":true})").oneway);
}

TEST_CASE("what is not a call is hung up on", "[wire][call]") {
  for (const std::string_view message : {"",
                                         " ",
                                         "null",
                                         "1",
                                         "[]",
                                         "{}",
                                         "{",
                                         "}",
                                         "GET / HTTP/1.1",
                                         R"({"method":1})",
                                         R"({"method":null})",
                                         R"({"method":["io.supervisord.Ping"]})",
                                         R"({"method":"a\u0000b"})",
                                         R"({"method":"x"}x)",
                                         "{\"method\":\"\xff\xfe\"}",
                                         "{\"method\":\"\xed\xa0\x80\"}",
                                         "\xff",
                                         R"({"method":"\ud800"})",
                                         R"({"method":"io.supervisord.Ping","parameters":{"x":1e999}})",
                                         "{'method':'x'}"})
    is_hung_up_on(message);
}

TEST_CASE("nesting is bounded before anything is built", "[wire][call]") {
  const auto nested = [](std::size_t depth) {
    return call_text("Ping", "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}");
  };
  REQUIRE(refusal(nested(kMaxJsonDepth - 2)) == invalid_parameter("x"));
  is_hung_up_on(nested(kMaxJsonDepth - 1));
  is_hung_up_on(std::string(kMaxCallBytes, '['));
  is_hung_up_on(std::string(kMaxCallBytes, '{'));
  // Brackets in strings are not nesting, escaped quotes do not end strings.
  accept(call_text("Start", R"({"names":["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[[[[[[["]})"));
}

TEST_CASE("a generic varlink client can introspect", "[wire][call]") {
  const ServiceInfo info{.version = "1.2.3"};
  const std::string answer = answer_service_call(accept(R"({"method":"org.varlink.service.GetInfo"})"), info);
  REQUIRE(answer.find(R"("version":"1.2.3")") != std::string::npos);
  REQUIRE(answer.find(R"("interfaces":["org.varlink.service","io.supervisord"])") != std::string::npos);
  const auto describe = [&](std::string_view interface) {
    return answer_service_call(accept("{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{"
                                      "\"interface\":\"" +
                                      std::string(interface) + "\"}}"),
                               info);
  };
  REQUIRE(describe("io.supervisord").find("interface io.supervisord\\n") != std::string::npos);
  REQUIRE(describe("org.varlink.service").find("interface org.varlink.service\\n") != std::string::npos);
  REQUIRE(describe("org.example").find("InterfaceNotFound") != std::string::npos);
  REQUIRE(refusal(R"({"method":"org.varlink.service.GetInterfaceDescription"})") == invalid_parameter("interface"));
}
