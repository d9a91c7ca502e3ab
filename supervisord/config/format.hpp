// Configuration files written uniformly (`ctl fmt`): blanks, empty lines and the lines of arrays, and nothing else.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "config/diagnostic.hpp"

namespace sup {

// The same TOML, formatted: formatting that again changes nothing. Comments, the order of everything, and the spelling
// of keys, texts and numbers stay; that the result means the same and has the same comments is checked before it is
// returned.
//
// One blank around "=" (more where an author has aligned the lines of a paragraph, or their comments: these stay
// aligned), one behind a comma, none within [ ], one within { }; two before a comment behind a value; no blanks at the
// beginnings and ends of lines; at most one empty line in a row, and one in front of each table; an array that has line
// ends or comments in it is written with the elements of each line on a line of their own, indented by two blanks, and
// a comma behind each; all others on one line. Lines end with LF, and a BOM is dropped.
//
// The error is the first one in the syntax.
[[nodiscard]] std::expected<std::string, Diagnostic> format_toml(std::string_view text, std::string_view file_name);

}  // namespace sup
