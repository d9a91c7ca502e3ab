// Varlink: JSON objects ended by a NUL byte. Framing, calls, replies and errors, all as values; every byte is hostile
// until it has passed through here. See https://varlink.org/Method-Call.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "wire/arguments.hpp"
#include "wire/commands.hpp"
#include "wire/framing.hpp"
#include "wire/messages.hpp"

namespace sup::wire {

inline constexpr std::size_t kMaxJsonDepth = 32;  // Objects and arrays inside each other.

// What a call is about.
enum class CallKind : std::uint8_t {
  command,                    // A row of commands.hpp.
  get_info,                   // org.varlink.service.GetInfo.
  get_interface_description,  // org.varlink.service.GetInterfaceDescription; argument "interface".
};

// A call that was checked against its row: the method exists, its parameters have the right names and types, and what
// was not given has its fallback. The role is not checked yet (needed_role), nor are names of services resolved.
struct Call {
  CallKind kind = CallKind::command;
  const CommandRow* row = nullptr;  // Set for CallKind::command.
  std::string method;
  Arguments arguments = {};
  bool more = false;    // The client wants continued replies.
  bool oneway = false;  // The client wants no reply at all.
};

// Why a message is not a call that can be carried out.
struct CallFailure {
  enum class Then : std::uint8_t {
    reply,   // Send `reply` and go on with the next message; `reply` is empty if the call was oneway.
    hang_up  // This was not varlink: close the connection, there is nobody to answer.
  };
  Then then = Then::hang_up;
  std::string reply;   // An encoded message, ready to send.
  std::string reason;  // For supervisord's own log.
};

// Reads one message (without its NUL) as a call.
[[nodiscard]] std::expected<Call, CallFailure> parse_call(std::string_view message);

// Encoded messages end with their NUL byte. Texts that are not valid UTF-8 get U+FFFD for the bad bytes.
enum class Continues : std::uint8_t { no, yes };
template <MessageStruct T>
[[nodiscard]] std::string encode_reply(const T& message, Continues continues = Continues::no);
// The error's full name comes from its type.
template <MessageStruct T>
[[nodiscard]] std::string encode_error(const T& error);

// The client's side.

enum class More : std::uint8_t { no, yes };
// A call of this command. Arguments of Scope::local are not sent.
[[nodiscard]] std::string encode_call(const CommandRow& row, const Arguments& arguments, More more = More::no);

// An error that the daemon answered: its full name, and its parameters as text.
struct ErrorReply {
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;
  [[nodiscard]] std::string_view parameter(std::string_view key) const;  // Empty if it is not there.
};
// Whether `error` is an error of type T.
template <MessageStruct T>
[[nodiscard]] bool is_error(const ErrorReply& error);
// One sentence for people.
[[nodiscard]] std::string describe_error(const ErrorReply& error);

// One reply: either an error, or a message, perhaps with more to come.
template <MessageStruct T>
struct Reply {
  std::optional<ErrorReply> error;
  T message;
  bool continues = false;
};
// Reads one message as the reply of a call whose reply is T. Members that T does not know are skipped. Errors:
// protocol.
template <MessageStruct T>
[[nodiscard]] Result<Reply<T>> parse_reply(std::string_view message);

// One message as JSON text, on one line, for `ctl --json`.
template <MessageStruct T>
[[nodiscard]] std::string to_json(const T& message);
template <MessageStruct T>
[[nodiscard]] Result<T> from_json(std::string_view json);

}  // namespace sup::wire
