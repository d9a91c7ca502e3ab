#include "wire/framing.hpp"

#include <fmt/format.h>

namespace sup::wire {

void MessageSplitter::feed(std::string_view bytes) {
  // What was handed out is dropped here and not in next(), whose views must stay valid.
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  buffer_.append(bytes);
}

Result<std::optional<std::string_view>> MessageSplitter::next() {
  const std::size_t end = buffer_.find('\0', scanned_);
  const std::size_t length = (end == std::string::npos ? buffer_.size() : end) - begin_;
  if (length > limit_) return fail(Errc::limit, fmt::format("a message is longer than {} bytes", limit_));
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    return std::nullopt;
  }
  const std::string_view message = std::string_view(buffer_).substr(begin_, length);
  begin_ = scanned_ = end + 1;
  return message;
}

}  // namespace sup::wire
