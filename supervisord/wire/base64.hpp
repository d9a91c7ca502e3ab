// Base64 (RFC 4648, with padding), for lines of output that are not valid UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/messages.hpp"

namespace sup::wire {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
// Nothing if the text is not base64 with padding.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

// Puts the bytes of a line into a record: as text if they are valid UTF-8, else as base64.
void set_line(LogRecord& record, std::string_view bytes);
// The bytes of a record's line; empty if it has none.
[[nodiscard]] std::string line_of(const LogRecord& record);

}  // namespace sup::wire
