// Escape sequences of terminals, taken out.
#pragma once

#include <string>
#include <string_view>

namespace sup::log {

// Appends the line without the escape sequences of ECMA-48: CSI (colours, cursor), OSC (titles, links) and the other
// strings, and single ones. Of a string that does not end on this line only its beginning is taken, so that no text is
// lost. Eight-bit controls are left, since they are parts of UTF-8.
void append_without_ansi(std::string& out, std::string_view line);

}  // namespace sup::log
