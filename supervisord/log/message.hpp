// Lines as messages of their own: what syslog servers (RFC 5424) and the journal (its native protocol) are told of
// each. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "log/record.hpp"

namespace sup::log {

enum class MessageForm : std::uint8_t { syslog, journal };

// What is the same for all lines of one stream of one run.
struct MessageOrigin {
  MessageForm form = MessageForm::syslog;
  std::string identifier = {};  // How the program is called there.
  std::string service = {};
  std::string name = {};  // Of the instance.
  Stream stream = Stream::out;
  RunId run = {};
  std::int64_t pid = 0;
  std::uint8_t facility = 3;
  std::uint8_t severity = 0;  // As syslog counts them; 0: by the stream. With one it is supervisord that speaks.
};

// The line has no newline. `host` is the name of this machine.
[[nodiscard]] std::string message_of(const MessageOrigin& origin, std::string_view host, WallTime time,
                                     std::string_view line);

}  // namespace sup::log
