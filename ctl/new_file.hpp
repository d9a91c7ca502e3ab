// Files that ctl writes for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ctl/client.hpp"

namespace sup::ctl {

enum class Existing : std::uint8_t { kept, replaced };

// What is there and `kept` is a failure, whose text ends with `hint`. Of a new file that cannot be written whole
// nothing is left.
[[nodiscard]] OrFailure<> write_file(const std::string& path, std::string_view text, Existing existing,
                                     std::string_view hint = {});

}  // namespace sup::ctl
