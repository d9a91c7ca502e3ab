// Interpolation: what supervisord's environment and other files say, in the strings of settings.
//
//   ${NAME}            the variable; it must be set
//   ${NAME:-default}   the default where it is not set, or empty
//   ${file:/path}      the content of the file, without the newline at its end
//   $$                 one $
//
// Not in commands, whose $ is their own, nor in descriptions and `instances`, which knows variables by itself. In `env`
// only ${file:...} is known (and $${file: is its text), since values have often a $ for programs.
#pragma once

#include <string>
#include <vector>

#include "config/codec.hpp"
#include "config/outside.hpp"
#include "config/value.hpp"

namespace sup {

// Does it in a table of settings, before they are decoded. What came from files is added to `secrets`. What cannot be
// had is reported by the decoder, and stays as it is.
void interpolate(ValueTable& table, Decoder& decoder, Outside& outside, std::vector<std::string>& secrets);

// The inverse: so that interpolate() makes of it what it is now, and asks nobody.
void escape_interpolation(ValueTable& table);

}  // namespace sup
