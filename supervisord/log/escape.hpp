// Bytes of any kind in JSON and in logfmt.
#pragma once

#include <string>
#include <string_view>

namespace sup::log {

// Whether the bytes are what stands between the quotes of a JSON string as they are. Quick, and says no where it is not
// plain ASCII.
[[nodiscard]] bool is_plain_json(std::string_view bytes);

// Appends what stands between the quotes of a JSON string. What is not UTF-8 becomes U+FFFD, a character for each byte.
// Returns whether all of it was UTF-8, so that the string says exactly the bytes.
bool append_json(std::string& out, std::string_view bytes);

// Appends a value of logfmt: as it is, or in quotes if it is empty or has blanks, quotes, '=', controls or anything
// that is not UTF-8. In quotes \" \\ \n \r \t are what they are in C, and \xNN is the byte.
void append_logfmt(std::string& out, std::string_view bytes);

// Appends base64 with padding.
void append_base64(std::string& out, std::string_view bytes);

}  // namespace sup::log
