// Where the verb is on a command line that is perhaps not finished or not right.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace sup::ctl {

// Among words without the program's name; words.size() if there is none.
[[nodiscard]] std::size_t find_verb(std::span<const std::string> words);

}  // namespace sup::ctl
