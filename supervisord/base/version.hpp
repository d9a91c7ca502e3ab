// The version of this program, in one object file: nothing else is compiled again for another one.
#pragma once

#include <string_view>

namespace sup {

// "0.1.0".
[[nodiscard]] std::string_view program_version() noexcept;

}  // namespace sup
