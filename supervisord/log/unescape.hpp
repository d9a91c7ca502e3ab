// The inverse of escape.hpp, for what was written by it.
#pragma once

#include <string>
#include <string_view>

namespace sup::log {

// Takes what stands up to the closing quote of a JSON string, and the quote. False if it is none.
[[nodiscard]] bool take_json_string(std::string_view& text, std::string& out);
// Takes a value of logfmt, in quotes or up to a blank. False if a quote is open.
[[nodiscard]] bool take_logfmt_value(std::string_view& text, std::string& out);
// False if it is not base64 with padding.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& out);

}  // namespace sup::log
