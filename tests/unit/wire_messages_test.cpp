// Messages: what is written is what is read, for every type of the interface.
#include <limits>
#include <string>

#include "wire/base64.hpp"
#include "wire/message_tables.hpp"
#include "wire/varlink.hpp"

#include "catch.hpp"

using namespace sup;
using namespace sup::wire;

namespace {

// Fills a value with something that is not its default, different for each call.
struct Filler {
  int count = 0;

  void fill(bool& value) { value = true; }
  void fill(std::int64_t& value) {
    value = ++count % 3 == 0 ? -count : std::numeric_limits<std::int64_t>::max() - count;
  }
  void fill(std::string& value) { value = "té\"xt\\\n\x01 " + std::to_string(++count); }
  void fill(JsonText& value) { value.text = R"({"a":[1,true,null,"x"],"b":{}})"; }
  template <class T>
  void fill(std::optional<T>& value) {
    fill(value.emplace());
  }
  template <class T>
  void fill(std::vector<T>& list) {
    list.resize(2);
    for (T& element : list) fill(element);
  }
  template <MessageStruct T>
  void fill(T& message) {
    for_each_member<T>([&](const auto& row) { fill(message.*row.member); });
  }
};

template <class T>
void round_trip(const T& message) {
  const std::string json = to_json(message);
  INFO(MessageRows<T>::kName << " " << json);
  const auto back = from_json<T>(json);
  REQUIRE(back.has_value());
  REQUIRE(*back == message);
}

constexpr auto kRoundTrip = []<class T>() {
  round_trip(T{});
  T filled;
  Filler{}.fill(filled);
  round_trip(filled);
};

}  // namespace

TEST_CASE("every message and error survives a round trip, empty and full", "[wire][messages]") {
  for_each_type(MessageTypes{}, kRoundTrip);
  for_each_type(ErrorTypes{}, kRoundTrip);
  for_each_type(ServiceErrorTypes{}, kRoundTrip);
}

TEST_CASE("an optional without value is left out", "[wire][messages]") {
  REQUIRE(to_json(NoSuchService{"web", {}, {}}) == R"({"name":"web"})");
  REQUIRE(to_json(NoSuchService{"wbe", "web", {}}) == R"({"name":"wbe","nearest":"web"})");
  REQUIRE(from_json<NoSuchService>(R"({"name":"a","nearest":null})")->nearest == std::nullopt);
}

TEST_CASE("a reply of a newer daemon is read, members that are not known are skipped", "[wire][messages]") {
  const auto reply = parse_reply<PingReply>(R"({"parameters":{"time":5,"colour":{"x":[]}},"new":1})");
  REQUIRE(reply.has_value());
  REQUIRE(reply->message.time == 5);
  REQUIRE_FALSE(reply->continues);
}

TEST_CASE("replies and errors carry what they should", "[wire][messages]") {
  using namespace std::string_literals;
  REQUIRE(encode_reply(PingReply{5}) == "{\"parameters\":{\"time\":5}}\0"s);
  REQUIRE(encode_reply(PingReply{5}, Continues::yes) == "{\"parameters\":{\"time\":5},\"continues\":true}\0"s);
  std::string message = encode_error(NoSuchService{"wbe", "web", {}});
  message.pop_back();
  const auto reply = parse_reply<PingReply>(message);
  REQUIRE(reply.has_value());
  REQUIRE(reply->error.has_value());
  REQUIRE(is_error<NoSuchService>(*reply->error));
  REQUIRE_FALSE(is_error<Failed>(*reply->error));
  REQUIRE(describe_error(*reply->error) == "no such service: 'wbe'; did you mean 'web'?");
}

TEST_CASE("what is not the reply that was expected is a protocol error", "[wire][messages]") {
  for (const std::string_view message :
       {"", "[]", "{}", "1", R"({"parameters":1})", R"({"parameters":{}})", R"({"parameters":{"time":"5"}})",
        R"({"parameters":{"time":1.5}})", R"({"parameters":{"time":9223372036854775808}})", R"({"error":5})",
        R"({"parameters":{"time":1},"continues":"yes"})", "HTTP/1.1 400 Bad Request"}) {
    INFO(message);
    const auto reply = parse_reply<PingReply>(message);
    REQUIRE_FALSE(reply.has_value());
    REQUIRE(reply.error().code == Errc::protocol);
  }
}

TEST_CASE("every error has a sentence of its own", "[wire][messages]") {
  const auto sentence = []<class T>(const T& error) {
    std::string message = encode_error(error);
    message.pop_back();
    return describe_error(*parse_reply<PingReply>(message)->error);
  };
  REQUIRE(sentence(PermissionDenied{"observe", "admin"}) ==
          "permission denied: needs role admin, you have role observe");
  REQUIRE(sentence(ShuttingDown{}) == "supervisord is shutting down");
  REQUIRE(sentence(LimitReached{"64 connections"}) == "limit reached: 64 connections");
  REQUIRE(sentence(Failed{"cannot signal web: it is not running"}) == "cannot signal web: it is not running");
  REQUIRE(sentence(TooSlow{12}).find("12 messages missed") != std::string::npos);
  REQUIRE(sentence(MethodNotFound{"io.supervisord.X"}).starts_with("incompatible"));
  REQUIRE(describe_error({"io.example.Odd", {}}) == "unknown error io.example.Odd");
}

TEST_CASE("bytes that are not UTF-8 never make invalid JSON", "[wire][messages]") {
  REQUIRE(to_json(Failed{"a\xff"
                         "b"}) ==
          "{\"reason\":\"a\xEF\xBF\xBD"
          "b\"}");
  REQUIRE(to_json(Failed{"\xed\xa0\x80"}) == "{\"reason\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}");
  REQUIRE(to_json(Failed{"\xc3"}) == "{\"reason\":\"\xEF\xBF\xBD\"}");
  REQUIRE(to_json(Failed{"ok \xc3\xa9 \xf0\x9f\x98\x80 \xff"}) ==
          "{\"reason\":\"ok \xc3\xa9 \xf0\x9f\x98\x80 \xEF\xBF\xBD\"}");
}

TEST_CASE("every byte of a text survives JSON", "[wire][messages]") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  round_trip(Failed{all});
}

TEST_CASE("lines of output are text if they can be, else base64", "[wire][base64]") {
  LogRecord record;
  set_line(record, "plain");
  REQUIRE(record.line == "plain");
  REQUIRE_FALSE(record.line_base64.has_value());
  set_line(record, "\xff\x00z");
  REQUIRE_FALSE(record.line.has_value());
  REQUIRE(line_of(record) == "\xff");  // The literal ends at its NUL.
  set_line(record, std::string_view("\xff\x00z", 3));
  REQUIRE(record.line_base64 == "/wB6");
  REQUIRE(line_of(record) == std::string("\xff\x00z", 3));
}

TEST_CASE("base64 agrees with RFC 4648", "[wire][base64]") {
  REQUIRE(base64_encode("") == "");
  REQUIRE(base64_encode("f") == "Zg==");
  REQUIRE(base64_encode("fo") == "Zm8=");
  REQUIRE(base64_encode("foo") == "Zm9v");
  REQUIRE(base64_encode("foob") == "Zm9vYg==");
  REQUIRE(base64_encode("fooba") == "Zm9vYmE=");
  REQUIRE(base64_encode("foobar") == "Zm9vYmFy");
  for (const std::string_view text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
    REQUIRE(base64_decode(base64_encode(text)) == std::string(text));
  REQUIRE_FALSE(base64_decode("Zg=").has_value());
  REQUIRE_FALSE(base64_decode("Z!==").has_value());
  REQUIRE_FALSE(base64_decode("Zg==Zg==").has_value());
}
