// ctl from its words to its exit code.
#pragma once

#include <span>
#include <string>

namespace sup::ctl {

// `words` without the program's name.
[[nodiscard]] int run(std::span<const std::string> words);

}  // namespace sup::ctl
