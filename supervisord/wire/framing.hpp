// Framing: messages in a stream of bytes, each ended by a NUL.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sup::wire {

inline constexpr std::size_t kMaxCallBytes = std::size_t{1} << 20;  // What a client may send as one message.
inline constexpr std::size_t kMaxReplyBytes = std::size_t{64}
                                              << 20;  // What ctl takes as one message (5,000 services: 3 MiB).

// Cuts a stream of bytes into messages. Holds at most one message of the limit plus what one feed() brought.
class MessageSplitter {
 public:
  explicit MessageSplitter(std::size_t limit = kMaxCallBytes) : limit_(limit) {}

  // Takes bytes as they came.
  void feed(std::string_view bytes);
  // The next whole message without its NUL, or nothing yet. The view is valid until the next feed(). Errors: limit,
  // when a message is longer than the limit, whole or not; the stream is lost then.
  Result<std::optional<std::string_view>> next();
  // How many bytes are held that no next() has handed out yet.
  [[nodiscard]] std::size_t pending() const { return buffer_.size() - begin_; }

 private:
  std::size_t limit_;
  std::string buffer_;
  std::size_t begin_ = 0;    // Where the next message begins.
  std::size_t scanned_ = 0;  // There is no NUL in [begin_, scanned_).
};

}  // namespace sup::wire
